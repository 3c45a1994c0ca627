/* Lists from the AWS documentation of Elastic Load Balancing. */

/**
 * TLS security policies of Application and Network Load Balancers with TLS 1.2 or later as the minimum, and those with
 * an earlier minimum. AWS adds new ones from time to time:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
 */
export const TLS_12_POLICIES: readonly string[] = [
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
const OLDER_TLS_POLICIES: readonly string[] = [
  "2015-05",
  "2016-08",
  "TLS-1-0-2015-04",
  "TLS-1-1-2017-01",
  "FS-2018-06",
  "FS-1-1-2019-08",
  "TLS13-1-0-2021-06",
  "TLS13-1-1-2021-06",
  "TLS13-1-0-FIPS-2023-04",
  "TLS13-1-1-FIPS-2023-04",
  "TLS13-1-0-PQ-2025-09",
  "TLS13-1-0-FIPS-PQ-2025-09",
].map((name) => `ELBSecurityPolicy-${name}`);
const TLS_POLICIES: ReadonlySet<string> = new Set([...TLS_12_POLICIES, ...OLDER_TLS_POLICIES]);
/** The month of the newest policy. */
const YOUNGEST = "2025-09";
/** RFC 9151 policies are for special partitions; their names end with this month. */
const SPECIAL = /^ELBSecurityPolicy-TLS13-1-[23](-\w+)?-RFC9151(-\w+)?-FIPS-2023-07$/;

/** Whether AWS has this policy; `undefined` if the name may belong to a policy that is newer than the list. */
export function isTlsPolicy(name: string): boolean | undefined {
  if (TLS_POLICIES.has(name) || SPECIAL.test(name)) return true;
  const [, month] = /^ELBSecurityPolicy-[\w-]+-(20\d\d-(?:0[1-9]|1[0-2]))$/.exec(name) ?? [];
  return month !== undefined && month > YOUNGEST ? undefined : false;
}

/** The service principal that writes the access logs of load balancers in all regions. */
export const LOG_SERVICE = "logdelivery.elasticloadbalancing.amazonaws.com";
/** Service principals that bucket policies use for it. */
export const LOG_SERVICES: readonly string[] = [
  LOG_SERVICE,
  "delivery.logs.amazonaws.com",
  "logdelivery.elb.amazonaws.com",
];

/**
 * The accounts that write access logs in regions that opened before August 2022; all regions accept `LOG_SERVICE`:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
export const LOG_ACCOUNTS: Readonly<Record<string, string>> = {
  "us-east-1": "127311923021",
  "us-east-2": "033677994240",
  "us-west-1": "027434742980",
  "us-west-2": "797873946194",
  "af-south-1": "098369216593",
  "ap-east-1": "754344448648",
  "ap-southeast-3": "589379963580",
  "ap-south-1": "718504428378",
  "ap-northeast-3": "383597477331",
  "ap-northeast-2": "600734575887",
  "ap-southeast-1": "114774131450",
  "ap-southeast-2": "783225319266",
  "ap-northeast-1": "582318560864",
  "ca-central-1": "985666609251",
  "eu-central-1": "054676820928",
  "eu-west-1": "156460612806",
  "eu-west-2": "652711504416",
  "eu-south-1": "635631232127",
  "eu-west-3": "009996457667",
  "eu-north-1": "897822967062",
  "me-south-1": "076674570225",
  "sa-east-1": "507241528517",
  "us-gov-west-1": "048591011584",
  "us-gov-east-1": "190560391635",
  "cn-north-1": "638102146993",
  "cn-northwest-1": "037604701340",
};

/** Why AWS refuses this name for a load balancer or target group; `undefined` if it is valid. */
export function refusedBecause(name: string, of: "balancer" | "target group"): string | undefined {
  if (name.length > 32) return `is ${name.length} characters long`;
  if (!/^[A-Za-z0-9-]*$/.test(name)) return "has characters other than letters, digits and hyphens";
  if (/^-|-$/.test(name)) return "begins or ends with a hyphen";
  return of === "balancer" && name.startsWith("internal-") ? 'begins with "internal-"' : undefined;
}
