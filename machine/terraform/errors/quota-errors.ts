import { command, word } from "../../text/pasteable";
import type { AccountError, Context, Program } from "./account-error";

/** A service's name in Service Quotas. */
type Service = "ec2" | "vpc" | "elasticloadbalancing";

interface Quota {
  /** The refusal in AWS's words. */
  readonly said: RegExp;
  readonly name: string;
  readonly code: string;
  readonly service: Service;
  readonly default: number;
  /** Why the stack needs it, and how to need less of it. */
  readonly use: (context: Context) => string;
}

/** Instance families of the quota L-1216C47A; the others, such as inf, dl and hpc, have quotas of their own. */
const STANDARD_FAMILY = /^(?:[acdhimrtz]|im|is)\d/;

/**
 * The quotas that apply to a site, with AWS's texts and codes:
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html,
 * https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
 */
const QUOTAS: readonly Quota[] = [
  {
    said: /AddressLimitExceeded: The maximum number of addresses has been reached/,
    name: "EC2-VPC Elastic IPs",
    code: "L-0263D0A3",
    service: "ec2",
    default: 5,
    use: ({ id, program }) =>
      `each NAT gateway needs one, and ${id} has ${countOf(program, "aws_nat_gateway")}. Lower network.zones, ` +
      `set network.egress: "none", release unused addresses`,
  },
  {
    said: /NatGatewayLimitExceeded/,
    name: "NAT gateways per Availability Zone",
    code: "L-FE5A380F",
    service: "vpc",
    default: 5,
    use: ({ id }) =>
      `${id} needs one in each of its zones. Set other zones in network.zones, delete unused NAT gateways`,
  },
  {
    said: /VpcLimitExceeded: The maximum number of VPCs has been reached/,
    name: "VPCs per Region",
    code: "L-F678F1CE",
    service: "vpc",
    default: 5,
    use: ({ id }) =>
      `the account's default VPC counts too. Delete an unused VPC, use an existing one for ${id} ` + "(network.vpcId)",
  },
  {
    // AWS raises it together with the quota of VPCs.
    said: /InternetGatewayLimitExceeded/,
    name: "VPCs per Region, which also limits internet gateways,",
    code: "L-F678F1CE",
    service: "vpc",
    default: 5,
    use: ({ id }) =>
      `${id} needs one internet gateway. Delete an unused one, use an existing VPC for ${id} ` + "(network.vpcId)",
  },
  {
    said: /TooManyLoadBalancers/,
    name: "Application Load Balancers per Region",
    code: "L-53DA6B97",
    service: "elasticloadbalancing",
    default: 50,
    use: ({ id }) => `${id} needs one. Delete an unused load balancer`,
  },
];

const MIN_VCPUS = 16;

function vcpuSentence({ id, region, found: [limit = ""], program }: Context): string {
  const types = Object.values(program.resource?.aws_instance ?? {}).map(({ instance_type }) => String(instance_type));
  const type = types[0] ?? "";
  // The number of vCPUs is known for the default type only.
  const needs =
    type === "t3.micro"
      ? `: ${2 * types.length} vCPUs, and twice as many during a replacement, which creates the new instances first`
      : ", and twice as many during a replacement, which creates the new instances first";
  const raise = STANDARD_FAMILY.test(type)
    ? `Raise the quota "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances" ` +
      `(${raising("ec2", "L-1216C47A", Math.max(MIN_VCPUS, 2 * Number(limit)), region)})`
    : `Raise the quota of the instance family (Service Quotas, Amazon EC2, "Running On-Demand …")`;
  return (
    `The account's quota is ${limit} vCPUs of this kind in ${region}, including other instances, and ${id} has ` +
    `${types.length} × ${type || "instances"}${needs}. ${raise}, lower instances.count, or choose an ` +
    "instances.type with fewer vCPUs (every t3 has at least 2, t2.micro has 1); then deploy again."
  );
}

function raising(service: Service, code: string, value: number, region: string): string {
  return command`aws service-quotas request-service-quota-increase --service-code ${word.name(service)} --quota-code ${word.quota(code)} --desired-value ${word.name(String(value))} --region ${word.region(region)}`;
}

function countOf({ resource }: Program, type: string): number {
  return Object.keys(resource?.[type] ?? {}).length;
}

export const QUOTA_ERRORS: readonly AccountError[] = [
  {
    said: /VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of (\d+)/,
    sentence: vcpuSentence,
  },
  ...QUOTAS.map(
    ({ said, name, code, service, default: usual, use }): AccountError => ({
      said,
      sentence: (context) =>
        `The account has reached its quota ${name} in ${context.region} (${usual} by default): ` +
        `${use(context)}, or raise the quota (${raising(service, code, 2 * usual, context.region)}); then ` +
        "deploy again.",
    }),
  ),
  {
    said: /LimitExceededException: Certificate has too many domains/,
    sentence: ({ id }) =>
      `The certificate of ${id} has more names, including domainName, than the account's quota allows. ` +
      "Shorten alternativeNames, or raise the quota (Service Quotas, AWS Certificate Manager, 10 by default); " +
      "then deploy again.",
  },
  {
    // The SDK treats it as throttling and makes 25 attempts first.
    said: /RequestCertificate.{0,400}?LimitExceededException: (?:Error: )?([^.]{1,300})/,
    sentence: ({ id, region, found: [reason] }) =>
      `ACM refuses another certificate for ${id} in ${region}: ${reason}. Deleted certificates count toward the ` +
      "quota for a year. Raise the quota (Service Quotas, AWS Certificate Manager), or set certificate.arn to an " +
      "existing certificate.",
  },
];
