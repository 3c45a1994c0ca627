import { ACMClient, paginateListCertificates } from "@aws-sdk/client-acm";
import * as ec2 from "@aws-sdk/client-ec2";
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  IAMClient,
  paginateListAttachedRolePolicies,
  paginateListInstanceProfiles,
  paginateListRoles,
} from "@aws-sdk/client-iam";
import { ListResourceRecordSetsCommand, paginateListHostedZones, Route53Client } from "@aws-sdk/client-route-53";
import type { LocalAws } from "../../rehearsal/local-aws";

/** Everything in an account that a stack can create, by terraform's type: the ids of the resources. */
export type Account = Readonly<Record<string, readonly string[]>>;

const GONE = /^(shutting-down|terminated|deleting|deleted)$/i;

/** Reads the whole account, whatever the owner, independently of how adopt searches. */
export async function accountOf({ endpoint }: LocalAws): Promise<Account> {
  const config = {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" },
  };
  const [network, balancing, certificates, access, dns] = await Promise.all([
    networkOf(new ec2.EC2Client(config)),
    balancingOf(new elb.ElasticLoadBalancingV2Client(config)),
    all(paginateListCertificates({ client: new ACMClient(config) }, {}), (page) => page.CertificateSummaryList),
    accessOf(new IAMClient(config)),
    dnsOf(new Route53Client(config)),
  ]);
  const account: Account = {
    ...network,
    ...balancing,
    ...access,
    ...dns,
    aws_acm_certificate: certificates.map((it) => it.CertificateArn ?? ""),
  };
  return Object.fromEntries(Object.entries(account).map(([type, ids]) => [type, [...ids].sort()]));
}

/** How many of each type an account has more than before. */
export function growth(before: Account, after: Account): Record<string, number> {
  const types = Object.keys(after).map(
    (type) => [type, (after[type]?.length ?? 0) - (before[type]?.length ?? 0)] as const,
  );
  return Object.fromEntries(types.filter(([, more]) => more !== 0).sort());
}

async function networkOf(client: ec2.EC2Client): Promise<Account> {
  const [vpcs, subnets, gateways, tables, groups, rules, endpoints, reservations, volumes, addresses, nats, flowLogs] =
    await Promise.all([
      all(ec2.paginateDescribeVpcs({ client }, {}), (page) => page.Vpcs),
      all(ec2.paginateDescribeSubnets({ client }, {}), (page) => page.Subnets),
      all(ec2.paginateDescribeInternetGateways({ client }, {}), (page) => page.InternetGateways),
      all(ec2.paginateDescribeRouteTables({ client }, {}), (page) => page.RouteTables),
      all(ec2.paginateDescribeSecurityGroups({ client }, {}), (page) => page.SecurityGroups),
      all(ec2.paginateDescribeSecurityGroupRules({ client }, {}), (page) => page.SecurityGroupRules),
      all(ec2.paginateDescribeVpcEndpoints({ client }, {}), (page) => page.VpcEndpoints),
      all(ec2.paginateDescribeInstances({ client }, {}), (page) => page.Reservations),
      all(ec2.paginateDescribeVolumes({ client }, {}), (page) => page.Volumes),
      client.send(new ec2.DescribeAddressesCommand({})),
      all(ec2.paginateDescribeNatGateways({ client }, {}), (page) => page.NatGateways),
      all(ec2.paginateDescribeFlowLogs({ client }, {}), (page) => page.FlowLogs),
    ]);
  const instances = reservations.flatMap(({ Instances = [] }) => Instances);
  const rulesOf = (isEgress: boolean) =>
    rules.filter((it) => it.IsEgress === isEgress).map((it) => it.SecurityGroupRuleId ?? "");
  return {
    aws_vpc: vpcs.map((it) => it.VpcId ?? ""),
    aws_subnet: subnets.map((it) => it.SubnetId ?? ""),
    aws_internet_gateway: gateways.map((it) => it.InternetGatewayId ?? ""),
    // AWS makes a main table with every VPC.
    aws_route_table: tables
      .filter(({ Associations = [] }) => !Associations.some(({ Main }) => Main))
      .map((it) => it.RouteTableId ?? ""),
    aws_route: tables.flatMap(({ RouteTableId, Routes = [] }) =>
      Routes.filter((it) => it.DestinationCidrBlock !== undefined && it.GatewayId !== "local").map(
        (it) => `${RouteTableId} ${it.DestinationCidrBlock}`,
      ),
    ),
    aws_route_table_association: tables.flatMap(({ RouteTableId, Associations = [] }) =>
      Associations.filter(({ Main }) => !Main).map((it) => `${RouteTableId} ${it.SubnetId}`),
    ),
    aws_security_group: groups.filter((it) => it.GroupName !== "default").map((it) => it.GroupId ?? ""),
    aws_default_security_group: groups.filter((it) => it.GroupName === "default").map((it) => it.GroupId ?? ""),
    aws_vpc_security_group_ingress_rule: rulesOf(false),
    aws_vpc_security_group_egress_rule: rulesOf(true),
    aws_vpc_endpoint: endpoints.filter((it) => !GONE.test(it.State ?? "")).map((it) => it.VpcEndpointId ?? ""),
    aws_instance: instances.filter((it) => !GONE.test(it.State?.Name ?? "")).map((it) => it.InstanceId ?? ""),
    aws_ebs_volume: volumes.map((it) => it.VolumeId ?? ""),
    aws_eip: (addresses.Addresses ?? []).map((it) => it.AllocationId ?? ""),
    aws_nat_gateway: nats.filter((it) => !GONE.test(it.State ?? "")).map((it) => it.NatGatewayId ?? ""),
    aws_flow_log: flowLogs.map((it) => it.FlowLogId ?? ""),
  };
}

async function balancingOf(client: elb.ElasticLoadBalancingV2Client): Promise<Account> {
  const balancers = await all(elb.paginateDescribeLoadBalancers({ client }, {}), (page) => page.LoadBalancers);
  const groups = await all(elb.paginateDescribeTargetGroups({ client }, {}), (page) => page.TargetGroups);
  const listeners = await Promise.all(
    balancers.map(({ LoadBalancerArn }) =>
      all(elb.paginateDescribeListeners({ client }, { LoadBalancerArn }), (page) => page.Listeners),
    ),
  );
  const targets = await Promise.all(
    groups.map(({ TargetGroupArn }) => client.send(new elb.DescribeTargetHealthCommand({ TargetGroupArn }))),
  );
  return {
    aws_lb: balancers.map((it) => it.LoadBalancerArn ?? ""),
    aws_lb_target_group: groups.map((it) => it.TargetGroupArn ?? ""),
    aws_lb_listener: listeners.flat().map((it) => it.ListenerArn ?? ""),
    aws_lb_target_group_attachment: targets.flatMap(({ TargetHealthDescriptions = [] }, index) =>
      TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State !== "draining").map(
        ({ Target }) => `${groups[index]?.TargetGroupArn} ${Target?.Id}`,
      ),
    ),
  };
}

async function accessOf(client: IAMClient): Promise<Account> {
  const roles = await all(paginateListRoles({ client }, {}), (page) => page.Roles);
  const profiles = await all(paginateListInstanceProfiles({ client }, {}), (page) => page.InstanceProfiles);
  const policies = await Promise.all(
    roles.map(({ RoleName }) =>
      all(paginateListAttachedRolePolicies({ client }, { RoleName }), (page) => page.AttachedPolicies),
    ),
  );
  return {
    aws_iam_role: roles.map((it) => it.RoleName ?? ""),
    aws_iam_instance_profile: profiles.map((it) => it.InstanceProfileName ?? ""),
    aws_iam_role_policy_attachment: policies.flatMap((attached, index) =>
      attached.map((it) => `${roles[index]?.RoleName} ${it.PolicyArn}`),
    ),
  };
}

async function dnsOf(client: Route53Client): Promise<Account> {
  const zones = await all(paginateListHostedZones({ client }, {}), (page) => page.HostedZones);
  const records = await Promise.all(
    zones.map(({ Id: HostedZoneId }) => client.send(new ListResourceRecordSetsCommand({ HostedZoneId }))),
  );
  return {
    aws_route53_zone: zones.map((it) => it.Id ?? ""),
    // AWS makes two with every zone.
    aws_route53_record: records.flatMap(({ ResourceRecordSets = [] }, index) =>
      ResourceRecordSets.filter(({ Type = "" }) => !["NS", "SOA"].includes(Type)).map(
        (it) => `${zones[index]?.Id} ${it.Name} ${it.Type}`,
      ),
    ),
  };
}

async function all<Page, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) found.push(...(items(page) ?? []));
  return found;
}
