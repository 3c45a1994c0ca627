import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { command, word } from "../../text/pasteable";
import { type AccountError, type Context, OTHER_ACCOUNT, type Program } from "./account-error";
import { IN_THE_WAY_ERRORS } from "./in-the-way-errors";
import { NAME_ERRORS } from "./name-errors";
import { NEW_ACCOUNT_ERRORS } from "./new-account-errors";
import { QUOTA_ERRORS } from "./quota-errors";

/** A VPC, subnet or key pair that is not in the region: its id or the region is wrong, or it is in another account. */
function missing(what: string, value: unknown, prop: string, { id, region }: Context): string {
  return (
    `${what}${value === undefined ? "" : ` ${String(value)}`} of ${id} does not exist in this AWS account in ` +
    `${region}. Correct ${prop} or region, or ${OTHER_ACCOUNT}.`
  );
}

/** What a `WebStack` refers to and the AWS account lacks, and what AWS refuses. The first match applies. */
const ERRORS: readonly AccountError[] = [
  ...NEW_ACCOUNT_ERRORS,
  ...QUOTA_ERRORS,
  ...NAME_ERRORS,
  ...IN_THE_WAY_ERRORS,
  {
    said: /no matching Route 53 Hosted Zone found/,
    dataSource: "aws_route53_zone",
    sentence: ({ id, args: { name, zone_id } }) =>
      zone_id === undefined
        ? `The public hosted zone ${String(name ?? "of the domain")} of ${id} does not exist in this AWS ` +
          `account. Create it with hostedZone: { create: true, delegated: false } ` +
          `(docs/guides/domain-bought-elsewhere.md), or ${OTHER_ACCOUNT}.`
        : `The hosted zone ${String(zone_id)} of ${id} does not exist in this AWS account. Correct ` +
          `hostedZone.id, create a zone with hostedZone: { create: true, delegated: false }, or ${OTHER_ACCOUNT}.`,
  },
  {
    said: /multiple Route 53 Hosted Zones matched/,
    dataSource: "aws_route53_zone",
    sentence: ({ id, args: { name } }) =>
      `This AWS account has more than one public hosted zone ${String(name ?? "of the domain")} for ${id}. Set ` +
      "hostedZone: { id } to the zone whose name servers the registrar has " +
      `(${name === undefined ? "dig +short NS DOMAIN" : command`dig +short NS ${word.dnsName(name)}`}).`,
  },
  {
    said: /no matching EC2 VPC found/,
    dataSource: "aws_vpc",
    sentence: (context) => missing("The VPC", context.args.id, "network.vpcId", context),
  },
  {
    said: /no matching EC2 Subnet found/,
    dataSource: "aws_subnet",
    sentence: (context) =>
      missing("The subnet", context.args.id, "network.publicSubnetIds or network.privateSubnetIds", context),
  },
  {
    said: /no matching EC2 Key Pair found/,
    dataSource: "aws_key_pair",
    sentence: (context) => missing("The key pair", context.args.key_name, "ssh.keyName", context),
  },
  {
    // The VPC is a reference to another data source here.
    said: /no matching EC2 VPC Endpoint found/,
    dataSource: "aws_vpc_endpoint",
    sentence: ({ id, region }) =>
      `The VPC of ${id} has no S3 gateway endpoint (com.amazonaws.${region}.s3), through which private ` +
      `instances install NGINX. Create one for the private subnets' route tables, or set network.egress: "nat" ` +
      "if the VPC has NAT gateways.",
  },
  {
    said: /reading SSM Parameter \(([^)]*\/al2023-ami-[^)]*-(x86_64|arm64))\): couldn't find resource/,
    sentence: ({ id, region, found: [parameter, architecture] }) =>
      `Amazon Linux 2023 for ${architecture}, which ${id} boots, is not offered in ${region} (SSM parameter ` +
      `${parameter}). Choose another region, or an instances.type of another architecture.`,
  },
  {
    said: /no matching EC2 Managed Prefix List found/,
    dataSource: "aws_ec2_managed_prefix_list",
    sentence: ({ id, region }) => `The S3 prefix list of ${id} does not exist in ${region}. Correct region.`,
  },
  {
    said: /CertificateNotFound\w*: Certificate '([^']+)' not found/,
    sentence: ({ id, found: [arn] }) =>
      `The certificate ${arn} of ${id} does not exist in this AWS account. Correct certificate.arn, omit ` +
      `certificate to request one, or ${OTHER_ACCOUNT}.`,
  },
  {
    said: /(?:Access Denied for bucket: ([^\s,]+?)[.,] Please check S3 ?bucket permission|NoSuchBucket: The specified bucket does not exist.*?with aws_lb\.)/i,
    sentence: ({ id, region, found: [bucket] }) =>
      `The load balancer of ${id} cannot write to the bucket${bucket ? ` ${bucket}` : ""} that ` +
      `accessLogsBucket names. The bucket must exist in ${region}, and its policy must allow ` +
      "logdelivery.elasticloadbalancing.amazonaws.com to put objects.",
  },
  {
    said: /LogDestination: (\S+) does not exist|Access Denied for LogDestination: (\S+?)\. /,
    sentence: ({ id, found: [missingBucket, deniedBucket] }) =>
      `The flow logs of ${id} cannot be written to the bucket ${missingBucket || deniedBucket} that ` +
      "network.flowLogsBucket names. The bucket must exist, and its policy must allow " +
      "delivery.logs.amazonaws.com to put objects.",
  },
  {
    said: /InvalidInstanceType: The following supplied instance types do not exist: \[([^\]]+)\]/,
    sentence: ({ id, region, found: [type] }) =>
      `The instance type ${type} of ${id} does not exist in ${region}. Correct instances.type ` +
      `(${command`aws ec2 describe-instance-type-offerings --region ${word.region(region)}`} lists those that ` +
      "do).",
  },
  {
    said: /requested instance type \((\S+?)\) is not supported in your requested Availability Zone \((\S+?)\)/,
    sentence: ({ id, found: [type, zone] }) =>
      `The instance type ${type} of ${id} is not offered in ${zone}. Change instances.type, or set other ` +
      "zones in network.zones.",
  },
  {
    // No policy in the account overrides a policy of its organization.
    said: /User: (\S+) is not authorized to perform: ([\w-]+:\w+).{0,2000}?(?:with an explicit deny in a|because no) (service|resource) control policy/,
    sentence: ({ id, found: [who, action, kind] }) =>
      `${who} is not allowed to perform ${action}, which ${id} needs: a ${kind} control policy of the AWS ` +
      "organization denies it to the account. Only the organization's administrators can change that; a policy " +
      "can allow other regions or instance types.",
  },
  {
    said: /User: (\S+) is not authorized to perform: ([\w-]+:\w+)/,
    sentence: ({ id, found: [who, action] }) =>
      `${who} is not allowed to perform ${action}, which ${id} needs. cli/bootstrap/policies/plan.json lists ` +
      "the permissions for a plan, deploy.json in the same folder those for a deploy.",
  },
  {
    // EC2's answer to identities that it does not name: the reason is in the encoded message.
    said: /UnauthorizedOperation: You are not authorized to perform this operation\. Encoded authorization failure message: (\S+)/,
    sentence: ({ id, region, found: [message] }) =>
      `These credentials lack a permission that ${id} needs. ` +
      `${command`aws sts decode-authorization-message --encoded-message ${word.encoded(message)} --query DecodedMessage --output text --region ${word.region(region)}`}` +
      " shows the action and the policy. cli/bootstrap/policies/deploy.json lists the permissions for a deploy.",
  },
];

/**
 * Everything that the stack refers to and the AWS account lacks or refuses: one sentence each, so that all of it can be
 * corrected at once. Other errors among them are repeated in terraform's own words.
 * @param said everything that terraform printed about the error
 * @param folder the stack's folder, named after its id
 * @returns `undefined` if no error is known here, or the folder is not a stack's
 */
export function accountErrors(said: string, folder: string): string | undefined {
  const program = programIn(folder);
  // Not a stack: bootstrap needs other permissions than the policies for stacks grant, and reports that itself.
  if (program === undefined) return undefined;
  // One of ACM's own messages also begins with "Error:".
  const errors = said.split(/(?<!Exception:[\s│]{0,9})(?=\bError:\s)/).filter((text) => /^Error:\s/.test(text));
  const reported = errors.map((error) => ({ error, sentence: sentenceFor(oneLine(error), program, basename(folder)) }));
  if (reported.every(({ sentence }) => sentence === undefined)) return undefined;
  return [...new Set(reported.map(({ error, sentence }) => sentence ?? error.trim()))].join("\n");
}

/** Terraform's output as one line, without the line breaks and frames that it adds for the width of the terminal. */
export function oneLine(said: string): string {
  return stripVTControlCharacters(said).replace(/[\s│╷╵]+/g, " ");
}

function sentenceFor(error: string, program: Program, id: string): string | undefined {
  for (const { said, dataSource, sentence } of ERRORS) {
    const found = said.exec(error);
    if (found === null) continue;
    // With `-json` the address comes before the provider's words, otherwise after them.
    const [, name = ""] =
      dataSource === undefined ? [] : (new RegExp(`data\\.${dataSource}\\.([\\w-]+)`).exec(error) ?? []);
    const args = program.data?.[dataSource ?? ""]?.[name] ?? {};
    return sentence({
      id,
      region: program.provider?.aws?.[0]?.region ?? "the stack's region",
      found: found.slice(1),
      args,
      program,
    });
  }
  return undefined;
}

/** The stack's JSON; `undefined` if terraform did not run for a stack. */
function programIn(folder: string): Program | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as Program;
  } catch {
    return undefined;
  }
}
