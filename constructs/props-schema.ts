import { Netmask } from "netmask";
import * as v from "valibot";
import { isPublicHostName, isServableName } from "./domain-names";
import { flag, hasSeenKeys, isObject, issuesOf, list, object, oneOf, text, value, whole, type Fault } from "./props-values";
import { PLACEHOLDER_BUCKET } from "./state-backend";

/** TLS policies that begin at TLS 1.2 or later; AWS adds some now and then. */
export const TLS_POLICIES = [
  "TLS13-1-2-Res-PQ-2025-09", "TLS13-1-2-PQ-2025-09", "TLS13-1-2-Ext1-PQ-2025-09", "TLS13-1-2-Ext2-PQ-2025-09", "TLS13-1-3-PQ-2025-09",
  "TLS13-1-2-Res-FIPS-PQ-2025-09", "TLS13-1-2-FIPS-PQ-2025-09", "TLS13-1-2-Ext0-FIPS-PQ-2025-09", "TLS13-1-2-Ext1-FIPS-PQ-2025-09",
  "TLS13-1-2-Ext2-FIPS-PQ-2025-09", "TLS13-1-3-FIPS-PQ-2025-09",
  "TLS13-1-2-Res-2021-06", "TLS13-1-2-2021-06", "TLS13-1-2-Ext1-2021-06", "TLS13-1-2-Ext2-2021-06", "TLS13-1-3-2021-06",
  "TLS13-1-2-Res-FIPS-2023-04", "TLS13-1-2-FIPS-2023-04", "TLS13-1-2-Ext0-FIPS-2023-04", "TLS13-1-2-Ext1-FIPS-2023-04",
  "TLS13-1-2-Ext2-FIPS-2023-04", "TLS13-1-3-FIPS-2023-04",
  "TLS-1-2-2017-01", "TLS-1-2-Ext-2018-06", "FS-1-2-2019-08", "FS-1-2-Res-2019-08", "FS-1-2-Res-2020-10",
].map((name) => `ELBSecurityPolicy-${name}`);

/** EC2 rejects larger user data (before base64). */
export const MAX_USER_DATA_BYTES = 16 * 1024;
/** 50 tags fit on a resource; the rest is for the stack's own and for tools that tag by themselves. */
const MAX_TAGS = 40;
const RESERVED_TAG = /^(Name$|alb-web:|aws:)/i;
const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map((range) => new Netmask(range));

const port = (what: string) => whole(1, 65535, `${what}; 22 is sshd's`, [22]);
const isCidr = (input: string, min: number, max: number) => {
  const [, address, bits] = /^(\d{1,3}(?:\.\d{1,3}){3})\/([1-9]\d?)$/.exec(input) ?? [];
  if (address === undefined || Number(bits) < min || Number(bits) > max) return false;
  try {
    return new Netmask(input).base === address;
  } catch {
    return false;
  }
};
const isAwsRegion = (input: string) => /^[a-z]{2}-[a-z]+-\d$/.test(input) && !input.startsWith("cn-");
const hasBootHeader = (input: string) =>
  /^(#!\/|#cloud-config|#include|Content-Type: multipart\/)/.test(input) && !/^[^\n]*\r\n/.test(input) && Buffer.byteLength(input) <= MAX_USER_DATA_BYTES;

/** Whether the range lies within the private address space. */
export function isPrivateRange(cidr: string): boolean {
  return PRIVATE_RANGES.some((range) => range.contains(cidr));
}

const bucketName = (what: string, placeholder?: string) =>
  text((it) => it === placeholder || /^(?!xn--|\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(it) && !/\.\.|\.-|-\./.test(it), `allowed is 3 to 63 lower-case letters, digits, - and .; give the name of an existing bucket ${what}`);

const hostedZone = object({}, {
  name: text(isPublicHostName, 'allowed is a zone\'s name in lower case, such as "example.com"; give the zone the site\'s records belong to'),
  id: text((it) => /^Z[A-Z0-9]{5,31}$/.test(it), 'allowed is a zone id, such as "Z0123456789ABCDEFGHIJ"; copy it from Route 53'),
  create: flag("say true to create the zone"),
  delegated: flag("say false for the first deploy, true once the registrar has the zone's name servers"),
});

const network = object({}, {
  cidr: text((it) => isCidr(it, 16, 23) && isPrivateRange(it), 'allowed is a private IPv4 range from /16 to /23 without host bits, such as "10.0.0.0/16"; correct it'),
  zones: value<number | string[]>(
    (it) => (Number.isInteger(it) && (it as number) >= 2 && (it as number) <= 6) || isZoneList(it),
    'allowed is a number from 2 to 6, or 2 to 6 different zone names such as ["us-east-1a", "us-east-1b"]; a load balancer needs two zones',
  ),
  egress: oneOf(["none", "nat"], "say how the instances reach the internet"),
  flowLogsBucket: bucketName("for flow logs"),
  vpcId: text((it) => /^vpc-[0-9a-f]{8,17}$/.test(it), 'allowed is a VPC id, such as "vpc-0123456789abcdef0"; copy it from the VPC console'),
  publicSubnetIds: subnetIds("two or more different subnet ids, each in another zone"),
  privateSubnetIds: subnetIds("one or more different subnet ids", 1),
});

function isZoneList(it: unknown): boolean {
  return Array.isArray(it) && it.length >= 2 && it.length <= 6 && new Set(it).size === it.length &&
    it.every((zone) => typeof zone === "string" && /^[a-z]{2}-[a-z]+-\d[a-h]$/.test(zone));
}

function subnetIds(what: string, min = 2) {
  const advice = `allowed is ${what}, such as "subnet-0123456789abcdef0"; copy them from the VPC console`;
  return list(text((it) => /^subnet-[0-9a-f]{8,17}$/.test(it), advice), min, 20, advice);
}

const healthCheck = object({}, {
  path: text((it) => /^\/[\w\-.~/]*(\?[\w\-.~=&]*)?$/.test(it) && !/\/(\/|\.\.?(\/|\?|$))/.test(it) && it.length <= 1024, 'allowed is a path that begins with "/", of letters, digits and / - . _ ~, a query allowed; give the one that answers when the server is well'),
  port: port("the port that answers health checks"),
  matcher: text(isMatcher, 'allowed is status codes from 200 to 499: "200", "200,204" or "200-299"; give those that mean well'),
  intervalSec: whole(5, 300, "seconds between two checks"),
  timeoutSec: whole(2, 120, "seconds to wait for an answer"),
  healthyThreshold: whole(2, 10, "good answers in a row"),
  unhealthyThreshold: whole(2, 10, "bad answers in a row"),
});

/** ELB takes single codes, a list of them, or one range. */
function isMatcher(it: string): boolean {
  const codes = it.match(/\d+/g)?.map(Number) ?? [];
  const [first = 0, last = 0] = codes;
  const isRange = /^\d{3}-\d{3}$/.test(it) && first <= last;
  return (isRange || /^\d{3}(,\d{3})*$/.test(it)) && codes.every((code) => code >= 200 && code <= 499);
}

const instances = object({}, {
  count: whole(1, 100, "the number of instances"),
  type: text((it) => /^(?!mac)[a-z][a-z0-9-]*\d[a-z0-9-]*\.(\d*x?large|nano|micro|small|medium|metal[a-z0-9-]*)$/.test(it), 'allowed is an EC2 instance type that boots Linux, such as "t3.micro" or "t4g.small"; correct it'),
  diskGiB: whole(8, 16384, "the root disk's size in GiB"),
  placement: oneOf(["private", "public"], "say where the instances live"),
  detailedMonitoring: flag("say true for metrics every minute"),
});

const tags = v.pipe(
  v.custom<Record<string, string>>(isObject, 'allowed is an object such as { team: "web" }; write { … }'),
  v.check((it) => Object.keys(it).length <= MAX_TAGS, `allowed is at most ${MAX_TAGS} tags; take some out`),
  v.check((it) => new Set(Object.keys(it).map((key) => key.toLowerCase())).size === Object.keys(it).length, "allowed is keys that differ in more than upper and lower case, as IAM takes them for one; rename one"),
  v.check((it) => hasSeenKeys(it), "allowed is a key other than __proto__, constructor and prototype; rename it"),
  v.record(
    text((key) => /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key) && !RESERVED_TAG.test(key), "allowed is a key of 1 to 128 letters, digits, spaces and _ . : / = + - @ that does not begin with aws: or alb-web: and is not Name; rename it"),
    text((it) => /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(it), "allowed is at most 256 letters, digits, spaces and _ . : / = + - @; correct it"),
  ),
);

const backend = value<unknown>((it) => it === "local" || isObject(it),
  'allowed is "local", { s3: { bucket } } or { cloud: { organization, workspace } }; say where the state is kept');
const remoteBackend = object({}, {
  s3: object(
    { bucket: bucketName("for the state", PLACEHOLDER_BUCKET) },
    {
      key: text((it) => /^[\w!\-.*'()][\w!\-.*'()/]{0,500}$/.test(it) && !it.endsWith("/"), 'allowed is an object key, such as "web/terraform.tfstate"; correct it'),
      region: text(isAwsRegion, 'allowed is an AWS region, such as "us-east-1"; give the bucket\'s'),
    },
  ),
  cloud: object(
    {
      organization: text((it) => /^[A-Za-z0-9_-]{1,64}$/.test(it), "allowed is letters, digits, - and _; give the organization's name"),
      workspace: text((it) => /^[A-Za-z0-9_-]{1,90}$/.test(it), "allowed is letters, digits, - and _; give the workspace's name"),
    },
    { hostname: text((it) => /^[a-z0-9.-]+(:\d{1,5})?$/.test(it), 'allowed is a host name, such as "app.terraform.io"; correct it') },
  ),
});

const props = object(
  { domainName: text(isPublicHostName, 'allowed is a host name in lower case under a public suffix, such as "www.example.com"; give the name people type') },
  {
    region: text(isAwsRegion, 'allowed is an AWS region outside China and GovCloud, such as "us-east-1"; correct it'),
    alternativeNames: list(
      text(isServableName, 'allowed is a host name in lower case or a wildcard, such as "example.com" or "*.example.com"; correct it'),
      0, 9, "allowed is a list of at most 9 different names, as a certificate holds 10; correct it"),
    hostedZone,
    certificate: object({
      arn: text((it) => /^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/.test(it), 'allowed is a certificate\'s ARN, "arn:aws:acm:<region>:<account>:certificate/<id>"; copy it from ACM'),
    }),
    network,
    appPort: port("the port that the instances serve on"),
    healthCheck,
    instances,
    server: object({}, {
      proxyPort: port("the port that the app listens on"),
      setup: text((it) => Buffer.byteLength(it) <= MAX_USER_DATA_BYTES && !it.includes("\r"), "allowed is shell lines of at most 16 KiB with Unix line ends; correct them, and fetch what is larger"),
      userData: text(hasBootHeader, "allowed is at most 16 KiB that begin in the first column with #!/ or #cloud-config, with Unix line ends; EC2 runs nothing else"),
    }),
    http: oneOf(["redirect", "forward"], "say what port 80 does"),
    tlsPolicy: oneOf(TLS_POLICIES, "choose one"),
    ssh: object(
      { cidrs: list(
          text((it) => isCidr(it, 8, 32), 'allowed is an IPv4 range from /8 to /32 without host bits, such as "203.0.113.7/32"; name the narrowest that you can'),
          1, 20, "allowed is a list of 1 to 20 different IPv4 ranges; correct it or leave ssh away") },
      { keyName: text((it) => /^[\x20-\x7e]{1,255}$/.test(it), "allowed is the name of an EC2 key pair; correct it or leave it away") },
    ),
    idleTimeoutSec: whole(1, 4000, "seconds"),
    deregistrationDelaySec: whole(0, 3600, "seconds"),
    accessLogsBucket: bucketName("for access logs"),
    disposable: flag("say true for a stack that may be destroyed"),
    tags,
    backend,
    accept: list(object({
      finding: text((it) => /^P(0[1-9]|[1-5]\d|6[0-8])$/.test(it), 'allowed is a finding\'s id from P01 to P68, such as "P33"; copy it from what was refused'),
      reason: text((it) => it.trim() !== "" && it.length <= 500, "allowed is a sentence of at most 500 characters; say why it is no fault here"),
    }), 0, 68, "allowed is a list of { finding, reason }; correct it"),
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
