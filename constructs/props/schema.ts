import { Netmask } from "netmask";
import * as v from "valibot";
import { RULES } from "../../path/rules/all";
import { isHealthPath, isMatcher } from "../../topology/health-check-values";
import { PRIVATE_RANGES } from "../../topology/reserved-ranges";
import { PLACEHOLDER_BUCKET } from "./backend-props";
import { isPublicHostName, isServableName } from "./domain-names";
import { domainNameAdvice, servableNameAdvice, zoneNameAdvice } from "./host-name-advice";
import { REGIONS } from "./regions";
import {
  type Fault,
  flag,
  hasSeenKeys,
  idText,
  isObject,
  issuesOf,
  list,
  object,
  oneOf,
  oneOfMany,
  text,
  value,
  whole,
} from "./values";

/** TLS policies that begin at TLS 1.2 or later; AWS adds some now and then. */
export const TLS_POLICIES = [
  "TLS13-1-2-Res-PQ-2025-09",
  "TLS13-1-2-PQ-2025-09",
  "TLS13-1-2-Ext1-PQ-2025-09",
  "TLS13-1-2-Ext2-PQ-2025-09",
  "TLS13-1-3-PQ-2025-09",
  "TLS13-1-2-Res-FIPS-PQ-2025-09",
  "TLS13-1-2-FIPS-PQ-2025-09",
  "TLS13-1-2-Ext0-FIPS-PQ-2025-09",
  "TLS13-1-2-Ext1-FIPS-PQ-2025-09",
  "TLS13-1-2-Ext2-FIPS-PQ-2025-09",
  "TLS13-1-3-FIPS-PQ-2025-09",
  "TLS13-1-2-Res-2021-06",
  "TLS13-1-2-2021-06",
  "TLS13-1-2-Ext1-2021-06",
  "TLS13-1-2-Ext2-2021-06",
  "TLS13-1-3-2021-06",
  "TLS13-1-2-Res-FIPS-2023-04",
  "TLS13-1-2-FIPS-2023-04",
  "TLS13-1-2-Ext0-FIPS-2023-04",
  "TLS13-1-2-Ext1-FIPS-2023-04",
  "TLS13-1-2-Ext2-FIPS-2023-04",
  "TLS13-1-3-FIPS-2023-04",
  "TLS-1-2-2017-01",
  "TLS-1-2-Ext-2018-06",
  "FS-1-2-2019-08",
  "FS-1-2-Res-2019-08",
  "FS-1-2-Res-2020-10",
].map((name) => `ELBSecurityPolicy-${name}`);

/** EC2 rejects larger user data (before base64). */
export const MAX_USER_DATA_BYTES = 16 * 1024;
/** 50 tags fit on a resource; the rest is for the stack's own and for tools that tag by themselves. */
const MAX_TAGS = 40;
const RESERVED_TAG = /^(Name$|alb-web:|aws:)/i;
const PRIVATE = PRIVATE_RANGES.map((range) => new Netmask(range));

const port = () => whole(1, 65535, "", [22]); // 22 is sshd's
const awsRegion = () =>
  oneOfMany(REGIONS, "an AWS region that hashicorp/aws 5.100.0 supports, outside China and GovCloud");
const isCidr = (input: string, min: number, max: number) => {
  const [, address, bits] = /^(\d{1,3}(?:\.\d{1,3}){3})\/([1-9]\d?)$/.exec(input) ?? [];
  if (address === undefined || Number(bits) < min || Number(bits) > max) return false;
  try {
    return new Netmask(input).base === address;
  } catch {
    return false;
  }
};
const hasBootHeader = (input: string) =>
  /^(#!\/|#cloud-config|#include|Content-Type: multipart\/)/.test(input) &&
  !/^[^\n]*\r\n/.test(input) &&
  Buffer.byteLength(input) <= MAX_USER_DATA_BYTES;

/** Whether the range lies within the private address space. */
export function isPrivateRange(cidr: string): boolean {
  return PRIVATE.some((range) => range.contains(cidr));
}

const isBucketName = (it: string) =>
  /^(?!xn--|\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(it) && !/\.\.|\.-|-\./.test(it);
const BUCKET_ADVICE = "must be the name of an existing bucket, 3 to 63 lower-case letters, digits, - and .";

const hostedZone = object(
  {},
  {
    name: text(isPublicHostName, zoneNameAdvice),
    // The AWS CLI prints it with the prefix.
    id: idText(
      (it) => /^(\/hostedzone\/)?Z[A-Z0-9]{5,31}$/.test(it),
      'must be a zone id of Route 53, such as "Z0123456789ABCDEFGHIJ"',
    ),
    create: flag(),
    delegated: flag(),
  },
);

const network = object(
  {},
  {
    cidr: text(
      (it) => isCidr(it, 16, 23) && isPrivateRange(it),
      'must be a private IPv4 range from /16 to /23 without host bits, such as "10.0.0.0/16"',
    ),
    zones: value<number | string[]>(
      (it) => (Number.isInteger(it) && (it as number) >= 2 && (it as number) <= 6) || isZoneList(it),
      'must be a number from 2 to 6, or 2 to 6 different zone names such as ["us-east-1a", "us-east-1b"]; a ' +
        "load balancer needs two zones",
    ),
    egress: oneOf(["none", "nat"]),
    flowLogsBucket: idText(isBucketName, BUCKET_ADVICE),
    vpcId: idText((it) => /^vpc-[0-9a-f]{8,17}$/.test(it), 'must be a VPC id, such as "vpc-0123456789abcdef0"'),
    publicSubnetIds: subnetIds("two or more different subnet ids, each in another zone"),
    privateSubnetIds: subnetIds("one or more different subnet ids", 1),
  },
);

function isZoneList(it: unknown): boolean {
  return (
    Array.isArray(it) &&
    it.length >= 2 &&
    it.length <= 6 &&
    new Set(it).size === it.length &&
    it.every((zone) => typeof zone === "string" && /^[a-z]{2}-[a-z]+-\d[a-h]$/.test(zone))
  );
}

function subnetIds(what: string, min = 2) {
  const advice = `must be ${what}, such as "subnet-0123456789abcdef0"`;
  return list(
    idText((it) => /^subnet-[0-9a-f]{8,17}$/.test(it), 'must be a subnet id, such as "subnet-0123456789abcdef0"'),
    min,
    20,
    advice,
  );
}

const healthCheck = object(
  {},
  {
    path: text(
      isHealthPath,
      'must be a path that begins with "/", of letters, digits and / - . _ ~, with or without a query',
    ),
    port: port(),
    matcher: text(
      (it) => isMatcher(it),
      'must be status codes from 200 to 499, such as "200", "200,204", "200-299" or "200-299,301"',
    ),
    intervalSec: whole(5, 300, " of seconds"),
    timeoutSec: whole(2, 120, " of seconds"),
    healthyThreshold: whole(2, 10, ""),
    unhealthyThreshold: whole(2, 10, ""),
  },
);

const instances = object(
  {},
  {
    count: whole(1, 100, ""),
    type: text(
      (it) => /^(?!mac)[a-z][a-z0-9-]*\d[a-z0-9-]*\.(\d*x?large|nano|micro|small|medium|metal[a-z0-9-]*)$/.test(it),
      'must be an EC2 instance type that boots Linux, such as "t3.micro" or "t4g.small"',
    ),
    diskGiB: whole(8, 16384, " of GiB"),
    placement: oneOf(["private", "public"]),
    detailedMonitoring: flag(),
  },
);

const tags = v.pipe(
  v.custom<Record<string, string>>(isObject, 'must be an object, such as { team: "web" }'),
  v.check((it) => Object.keys(it).length <= MAX_TAGS, `must have at most ${MAX_TAGS} tags`),
  v.check(
    (it) => new Set(Object.keys(it).map((key) => key.toLowerCase())).size === Object.keys(it).length,
    "must have keys that differ in more than upper and lower case; IAM treats them as one",
  ),
  v.check((it) => hasSeenKeys(it), "must have keys other than __proto__, constructor and prototype"),
  v.record(
    text(
      (key) => /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key) && !RESERVED_TAG.test(key),
      "must be a key of 1 to 128 letters, digits, spaces and _ . : / = + - @, other than Name and without the " +
        "prefix aws: or alb-web:",
    ),
    text(
      (it) => /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(it),
      "must be at most 256 letters, digits, spaces and _ . : / = + - @",
    ),
  ),
);

const backend = value<unknown>(
  (it) => it === "local" || isObject(it),
  'must be "local", { s3: { bucket } } or { cloud: { organization, workspace } }',
);
const remoteBackend = object(
  {},
  {
    s3: object(
      {
        bucket: text(
          (it) => it === PLACEHOLDER_BUCKET || isBucketName(it),
          "must be a bucket name: 3 to 63 lower-case letters, digits, - and .",
        ),
      },
      {
        key: text(
          (it) => /^[\w!\-.*'()][\w!\-.*'()/]{0,500}$/.test(it) && !it.endsWith("/"),
          'must be an object key, such as "web/terraform.tfstate"',
        ),
        region: awsRegion(),
      },
    ),
    cloud: object(
      {
        organization: text(
          (it) => /^[A-Za-z0-9_-]{1,64}$/.test(it),
          "must be an organization's name, 1 to 64 letters, digits, - and _",
        ),
        workspace: text(
          (it) => /^[A-Za-z0-9_-]{1,90}$/.test(it),
          "must be a workspace's name, 1 to 90 letters, digits, - and _",
        ),
      },
      {
        hostname: text((it) => /^[a-z0-9.-]+(:\d{1,5})?$/.test(it), 'must be a host name, such as "app.terraform.io"'),
      },
    ),
  },
);

const props = object(
  { domainName: text(isPublicHostName, domainNameAdvice) },
  {
    region: awsRegion(),
    alternativeNames: list(
      text(isServableName, servableNameAdvice),
      0,
      9,
      "must be a list of at most 9 different names; a certificate holds 10",
    ),
    hostedZone,
    certificate: object({
      arn: idText(
        (it) => /^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/.test(it),
        'must be the ARN of an ACM certificate, "arn:aws:acm:<region>:<account>:certificate/<id>"',
      ),
    }),
    network,
    appPort: port(),
    healthCheck,
    instances,
    server: object(
      {},
      {
        proxyPort: port(),
        setup: text(
          (it) => Buffer.byteLength(it) <= MAX_USER_DATA_BYTES && !it.includes("\r"),
          "must be shell lines of at most 16 KiB with Unix line ends",
        ),
        userData: text(
          hasBootHeader,
          "must be at most 16 KiB with Unix line ends and begin with #!/ or #cloud-config; EC2 runs nothing else",
        ),
      },
    ),
    http: oneOf(["redirect", "forward"]),
    tlsPolicy: oneOfMany(TLS_POLICIES, "a TLS policy of ELB that begins at TLS 1.2 or later"),
    ssh: object(
      {
        cidrs: list(
          text(
            (it) => isCidr(it, 8, 32),
            'must be an IPv4 range from /8 to /32 without host bits, such as "203.0.113.7/32"',
          ),
          1,
          20,
          "must be a list of 1 to 20 different IPv4 ranges",
        ),
      },
      { keyName: idText((it) => /^[\x20-\x7e]{1,255}$/.test(it), "must be the name of an EC2 key pair") },
    ),
    idleTimeoutSec: whole(1, 4000, " of seconds"),
    deregistrationDelaySec: whole(0, 3600, " of seconds"),
    accessLogsBucket: idText(isBucketName, BUCKET_ADVICE),
    disposable: flag(),
    tags,
    backend,
    accept: list(
      object(
        {
          finding: text(
            (it) => RULES.some(({ id }) => id === it),
            `must be the id of a finding, from ${RULES[0]?.id} to ${RULES.at(-1)?.id}, such as "P33"`,
          ),
          reason: text(
            (it) => it.trim() !== "" && it.length <= 500,
            "must be a sentence of at most 500 characters; say why the finding is acceptable here",
          ),
        },
        {
          address: text(
            (it) => it.length <= 500 && /^[a-z]\w*\.\S/.test(it) && !/[\n\r]/.test(it),
            'must be the address at which the finding is, such as "aws_security_group.web"',
          ),
        },
      ),
      0,
      500,
      "must be a list of { finding, reason } and { finding, address, reason }",
    ),
  },
);

/** Every prop by itself: unknown names, wrong types, values outside their limits. */
export function schemaFaults(input: unknown): Fault[] {
  const issues = [...issuesOf(props, input, ""), ...backendIssues(input)];
  const first = new Map(issues.map((fault) => [fault.prop, fault]).reverse() as [string, Fault][]);
  return issues.filter((fault) => first.get(fault.prop) === fault);
}

function backendIssues(input: unknown): Fault[] {
  const given = isObject(input) ? input.backend : undefined;
  return isObject(given) ? issuesOf(remoteBackend, given, "backend.") : [];
}
