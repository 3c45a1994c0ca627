import {
  ACMClient,
  type CertificateDetail,
  type CertificateSummary,
  DescribeCertificateCommand,
  paginateListCertificates,
} from "@aws-sdk/client-acm";
import {
  DescribeInstanceAttributeCommand,
  EC2Client,
  type Instance,
  paginateDescribeInstances,
  paginateDescribeManagedPrefixLists,
  paginateDescribeRouteTables,
  paginateDescribeSecurityGroupRules,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  paginateDescribeVpcEndpoints,
  type RouteTable,
  type SecurityGroup,
  type SecurityGroupRule,
  type Subnet,
  type VpcEndpoint,
} from "@aws-sdk/client-ec2";
import {
  DescribeListenersCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type Listener,
  type LoadBalancer,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
  type TargetGroup,
  type TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandOutput,
  paginateListHostedZones,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import type { Expectation } from "./expectation";

/** A public hosted zone with its records. */
export interface ZoneView {
  readonly id: string;
  /** Without the trailing dot. */
  readonly name: string;
  readonly nameServers: readonly string[];
  readonly records: readonly ResourceRecordSet[];
}

/** An instance with its user data. */
export type InstanceView = Instance & { readonly userData: string };

/** A deployed site as AWS's API returns it at one time. */
export interface Site {
  readonly zones: readonly ZoneView[];
  readonly certificates: readonly CertificateDetail[];
  readonly subnets: readonly Subnet[];
  readonly routeTables: readonly RouteTable[];
  /** The VPC's endpoints, without deleted ones. */
  readonly endpoints: readonly VpcEndpoint[];
  /** Prefix lists of S3's own addresses. */
  readonly s3PrefixListIds: readonly string[];
  readonly groups: readonly SecurityGroup[];
  readonly rules: readonly SecurityGroupRule[];
  readonly instances: readonly InstanceView[];
  readonly targetGroup?: TargetGroup;
  readonly targets: readonly TargetHealthDescription[];
  readonly balancer?: LoadBalancer;
  readonly listeners: readonly Listener[];
}

/** Route 53 accepts five requests per second and account, ACM ten, and throttles the rest. */
export const PATIENT = { maxAttempts: 8 } as const;

/**
 * Reads the site through the AWS SDK; what does not exist is missing from the result.
 * @param endpoint the local AWS's endpoint; if omitted, the credentials and endpoint of the environment are used
 */
export async function readSite(endpoint: string | undefined, expected: Expectation): Promise<Site> {
  const { region } = expected;
  const config =
    endpoint === undefined
      ? { region, ...PATIENT }
      : { endpoint, region, credentials: { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" }, maxAttempts: 2 };
  const elb = new ElasticLoadBalancingV2Client(config);
  const [targetGroup, balancer, zones, certificates] = await Promise.all([
    theTargetGroup(elb, expected),
    theBalancer(elb, expected),
    publicZones(new Route53Client(config), zoneNamesOf(expected)),
    certificatesOf(new ACMClient(config), expected),
  ]);
  const vpcId = targetGroup?.VpcId ?? balancer?.VpcId;
  const [network, targets, listeners] = await Promise.all([
    readNetwork(new EC2Client(config), expected, vpcId),
    targetGroup ? elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroup.TargetGroupArn })) : undefined,
    balancer ? elb.send(new DescribeListenersCommand({ LoadBalancerArn: balancer.LoadBalancerArn })) : undefined,
  ]);
  return {
    zones,
    certificates,
    targetGroup,
    balancer,
    ...network,
    targets: targets?.TargetHealthDescriptions ?? [],
    listeners: listeners?.Listeners ?? [],
  };
}

async function theTargetGroup(
  elb: ElasticLoadBalancingV2Client,
  { targetGroupArn }: Expectation,
): Promise<TargetGroup | undefined> {
  const groups = await all(paginateDescribeTargetGroups({ client: elb }, {}), (page) => page.TargetGroups);
  return groups.find((it) => it.TargetGroupArn === targetGroupArn);
}

async function theBalancer(
  elb: ElasticLoadBalancingV2Client,
  { balancerDnsName }: Expectation,
): Promise<LoadBalancer | undefined> {
  const balancers = await all(paginateDescribeLoadBalancers({ client: elb }, {}), (page) => page.LoadBalancers);
  return balancers.find((it) => it.DNSName === balancerDnsName);
}

async function readNetwork(ec2: EC2Client, expected: Expectation, vpcId: string | undefined) {
  const Filters = [{ Name: "vpc-id", Values: [vpcId ?? "none"] }];
  const s3 = [{ Name: "prefix-list-name", Values: [`com.amazonaws.${expected.region}.s3`] }];
  const [subnets, routeTables, groups, rules, reservations, endpoints, prefixLists] = await Promise.all([
    all(paginateDescribeSubnets({ client: ec2 }, { Filters }), (page) => page.Subnets),
    all(paginateDescribeRouteTables({ client: ec2 }, { Filters }), (page) => page.RouteTables),
    all(paginateDescribeSecurityGroups({ client: ec2 }, { Filters }), (page) => page.SecurityGroups),
    all(paginateDescribeSecurityGroupRules({ client: ec2 }, {}), (page) => page.SecurityGroupRules),
    all(paginateDescribeInstances({ client: ec2 }, {}), (page) => page.Reservations),
    all(paginateDescribeVpcEndpoints({ client: ec2 }, { Filters }), (page) => page.VpcEndpoints),
    all(paginateDescribeManagedPrefixLists({ client: ec2 }, { Filters: s3 }), (page) => page.PrefixLists),
  ]);
  const declared = reservations
    .flatMap(({ Instances = [] }) => Instances)
    .filter(({ InstanceId = "" }) => expected.instanceIds.includes(InstanceId));
  const instances = await Promise.all(
    declared.map(async (instance) => ({ ...instance, userData: await userDataOf(ec2, instance) })),
  );
  const available = endpoints.filter(({ State }) => State?.toLowerCase() === "available");
  return {
    subnets,
    routeTables,
    groups,
    rules,
    instances,
    endpoints: available,
    s3PrefixListIds: prefixLists.flatMap(({ PrefixListId }) => PrefixListId ?? []),
  };
}

async function userDataOf(ec2: EC2Client, { InstanceId }: Instance): Promise<string> {
  const { UserData } = await ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: "userData" }));
  return Buffer.from(UserData?.Value ?? "", "base64").toString();
}

function zoneNamesOf({ names, createdZone }: Expectation): string[] {
  return createdZone === undefined ? [...names] : [createdZone, ...names];
}

/** The public zones that can contain records of these names. */
export async function publicZones(route53: Route53Client, names: readonly string[]): Promise<ZoneView[]> {
  const zones = await all(paginateListHostedZones({ client: route53 }, {}), (page) => page.HostedZones);
  const concerns = (zone: string) => names.some((name) => name === zone || name.endsWith(`.${zone}`));
  const views = await Promise.all(
    zones
      .filter(({ Config, Name = "" }) => Config?.PrivateZone !== true && concerns(withoutDot(Name)))
      .map(async ({ Id, Name = "" }) => {
        const found = await unlessGone(
          "NoSuchHostedZone",
          Promise.all([route53.send(new GetHostedZoneCommand({ Id })), recordsOf(route53, Id)]),
        );
        if (found === undefined) return [];
        const [zone, records] = found;
        return [
          {
            id: (Id ?? "").replace("/hostedzone/", ""),
            name: withoutDot(Name),
            nameServers: zone.DelegationSet?.NameServers ?? [],
            records,
          },
        ];
      }),
  );
  return views.flat();
}

/** Others use the account too: what was listed, such as another site's zone, can be deleted before it is read. */
async function unlessGone<T>(error: string, request: Promise<T>): Promise<T | undefined> {
  return request.catch((reason: Error) => {
    if (reason.name === error) return undefined;
    throw reason;
  });
}

async function recordsOf(route53: Route53Client, HostedZoneId: string | undefined): Promise<ResourceRecordSet[]> {
  const records: ResourceRecordSet[] = [];
  let next: { StartRecordName?: string; StartRecordType?: ResourceRecordSet["Type"] } | undefined = {};
  while (next !== undefined) {
    const page: ListResourceRecordSetsCommandOutput = await route53.send(
      new ListResourceRecordSetsCommand({ HostedZoneId, ...next }),
    );
    records.push(...(page.ResourceRecordSets ?? []));
    next =
      page.IsTruncated === true
        ? { StartRecordName: page.NextRecordName, StartRecordType: page.NextRecordType }
        : undefined;
  }
  return records;
}

async function certificatesOf(acm: ACMClient, { names }: Expectation): Promise<CertificateDetail[]> {
  const summaries = await all(paginateListCertificates({ client: acm }, {}), (page) => page.CertificateSummaryList);
  const concerned = summaries.filter((summary) => mayBeFor(names, summary));
  const details = await Promise.all(
    concerned.map(({ CertificateArn }) =>
      unlessGone("ResourceNotFoundException", acm.send(new DescribeCertificateCommand({ CertificateArn }))),
    ),
  );
  return details
    .flatMap((detail) => detail?.Certificate ?? [])
    .filter((it) => namesOf(it).some((name) => names.includes(name)));
}

/**
 * Whether a listed certificate can be for one of the names. ACM lists the first 100 names of a certificate, and reports
 * whether there are more.
 */
export function mayBeFor(names: readonly string[], summary: CertificateSummary): boolean {
  const {
    DomainName = "",
    SubjectAlternativeNameSummaries: others,
    HasAdditionalSubjectAlternativeNames: hasMore,
  } = summary;
  return others === undefined || hasMore === true || [DomainName, ...others].some((name) => names.includes(name));
}

/** Every name of a certificate. */
export function namesOf({ DomainName, SubjectAlternativeNames = [] }: CertificateDetail): string[] {
  return [...new Set([DomainName ?? "", ...SubjectAlternativeNames])];
}

/** `example.com` for `example.com.`, and `*` for `\052`, Route 53's escape for it. */
export function withoutDot(name: string): string {
  return name.replace(/\.$/, "").replace(/^\\052/, "*");
}

async function all<Page, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) found.push(...(items(page) ?? []));
  return found;
}
