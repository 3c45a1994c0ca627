import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteRouteCommand,
  DeleteVpcEndpointsCommand,
  DisassociateRouteTableCommand,
  EC2Client,
  type IpPermission,
  ModifyInstanceAttributeCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  type Action,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeregisterTargetsCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  type ModifyListenerCommandInput,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
  SetSecurityGroupsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  type Change,
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import type { LocalAws } from "../../rehearsal/local-aws";
import { type Site, withoutDot } from "../../rehearsal/site";

/** AWS's API on a clone of the applied site, and what is there. */
export interface Account {
  readonly localAws: LocalAws;
  readonly ec2: EC2Client;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly route53: Route53Client;
  /** As it was before anything was spoilt. */
  readonly site: Site;
}

/** One way in which a step of the walkthrough can be missing or wrong. */
export interface SpoiltStep {
  readonly step: string;
  readonly what: string;
  readonly spoil: (account: Account) => Promise<unknown>;
  /** Every row that must become broken, with a part of what it says; no other may. */
  readonly broken: Readonly<Record<string, string>>;
}

/** What AWS's API might say as well, but cannot be brought to here. */
export interface SeenOtherwise {
  readonly step: string;
  readonly what: string;
  readonly change: (site: Site) => Site;
  readonly broken: Readonly<Record<string, string>>;
}

const REGION = "us-east-1";
const ANYONE = "0.0.0.0/0";
const CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
const OLD_POLICY = "ELBSecurityPolicy-2016-08";
const NOTHING: Action[] = [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "503" } }];
const FOUND: Action[] = [
  { Type: "redirect", RedirectConfig: { Protocol: "HTTPS", Port: "443", StatusCode: "HTTP_302" } },
];

export function accountOf(localAws: LocalAws, site: Site): Account {
  const config = {
    endpoint: localAws.endpoint,
    region: REGION,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  };
  return {
    localAws,
    site,
    ec2: new EC2Client(config),
    elb: new ElasticLoadBalancingV2Client(config),
    route53: new Route53Client(config),
  };
}

/** A target whose group no listener uses any more. */
const NOT_IN_USE = "is unused (Target.NotInUse)";

export const SPOILT_STEPS: readonly SpoiltStep[] = [
  {
    step: "0b",
    what: "the zone is gone",
    spoil: deleteZone,
    broken: {
      "0b": "no public zone for www.example.com; no public zone for example.com",
      "0c": "validation record",
      "7": "no A alias record for www.example.com",
    },
  },
  {
    step: "0b",
    what: "there is a second zone of the same name",
    spoil: ({ route53 }) =>
      route53.send(new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "second" })),
    broken: { "0b": "there are two public zones named example.com" },
  },
  {
    step: "0c",
    what: "a validation record is gone",
    spoil: (account) => deleteRecords(account, "example.net", ({ Type }) => Type === "CNAME"),
    broken: { "0c": "the validation record _" },
  },
  {
    step: "0c",
    what: "a validation record says something else",
    spoil: changeValidation,
    broken: { "0c": "the validation record _" },
  },
  {
    step: "1a",
    what: "443 is closed",
    spoil: (account) => revoke(account, albGroup(account), 443),
    broken: { "1a": "port 443 is not open to 0.0.0.0/0" },
  },
  {
    step: "1a",
    what: "80 is closed",
    spoil: (account) => revoke(account, albGroup(account), 80),
    broken: { "1a": "port 80 is not open to 0.0.0.0/0" },
  },
  {
    step: "1a",
    what: "ports below 443 are open too",
    spoil: (account) => open(account, albGroup(account), 443, undefined, 1),
    broken: { "1a": "additional inbound rule: tcp 1-443 from 0.0.0.0/0" },
  },
  {
    step: "1a",
    what: "another port is open to everyone",
    spoil: (account) => open(account, albGroup(account), 8443),
    broken: { "1a": "additional inbound rule: tcp 8443-8443 from 0.0.0.0/0" },
  },
  {
    step: "1b",
    what: "the app port is closed to the load balancer",
    spoil: (account) => revoke(account, ec2Group(account), 8080),
    broken: { "1b": "port 8080 is not open to the load balancer" },
  },
  {
    step: "1b",
    what: "the health check's port is closed to the load balancer",
    spoil: (account) => revoke(account, ec2Group(account), 8081),
    broken: { "1b": "port 8081 is not open to the load balancer" },
  },
  {
    step: "1b",
    what: "the app port is open to everyone",
    spoil: (account) => open(account, ec2Group(account), 8080),
    broken: { "1b": "open to other sources than the load balancer: tcp 8080-8080 from 0.0.0.0/0" },
  },
  {
    step: "1b",
    what: "SSH is open to everyone",
    spoil: (account) => open(account, ec2Group(account), 22),
    broken: { "1b": "open to other sources than the load balancer: tcp 22-22 from 0.0.0.0/0" },
  },
  {
    step: "1b",
    what: "SSH is open to everyone over IPv6",
    spoil: (account) => open(account, ec2Group(account), 22, { Ipv6Ranges: [{ CidrIpv6: "::/0" }] }),
    broken: { "1b": "tcp 22-22 from ::/0" },
  },
  {
    step: "1b",
    what: "the load balancer may send nothing to the app port",
    spoil: (account) => revoke(account, albGroup(account), 8080, true),
    broken: { "1b": "does not allow outbound traffic on port 8080" },
  },
  {
    step: "1b",
    what: "another group of an instance opens the app port",
    spoil: addOpenGroup,
    broken: { "1b": "open to other sources than the load balancer: tcp 8080-8080 from 0.0.0.0/0" },
  },
  {
    step: "2",
    what: "an instance is terminated",
    spoil: ({ ec2, site }) => ec2.send(new TerminateInstancesCommand({ InstanceIds: [firstInstance(site)] })),
    broken: { "2": "1 of 2 instances are running", "4": "is " },
  },
  {
    step: "2",
    what: "an instance boots NGINX on another port",
    spoil: (account) => changeUserData(account, (script) => script.replaceAll("listen 8080 ", "listen 80 ")),
    broken: { "2": "does not listen on 8080 and serve /health" },
  },
  {
    step: "2",
    what: "an instance's NGINX does not know the health check's path",
    spoil: (account) =>
      changeUserData(account, (script) => script.replaceAll("location = /health {", "location = /healthy {")),
    broken: { "2": "does not listen on 8080 and serve /health" },
  },
  {
    step: "2",
    what: "the way to S3 is gone",
    spoil: ({ ec2, site }) =>
      ec2.send(
        new DeleteVpcEndpointsCommand({
          VpcEndpointIds: site.endpoints.map(({ VpcEndpointId }) => VpcEndpointId ?? ""),
        }),
      ),
    broken: { "2": "its subnet has no route to the internet or S3" },
  },
  {
    step: "2",
    what: "the instances' group lets nothing out",
    spoil: (account) => revoke(account, groupOfInstances(account.site), 443, true),
    broken: { "2": "its security groups do not allow outbound traffic on port 443 to" },
  },
  {
    step: "2",
    what: "an instance has a public address",
    spoil: giveAddress,
    broken: { "2": "has a public IP address" },
  },
  {
    step: "3",
    what: "the health check asks another path",
    spoil: (account) => checkHealthAt(account, { HealthCheckPath: "/other" }),
    broken: { "3": "it checks 8081/other, the instances serve 8081/health" },
  },
  {
    step: "3",
    what: "the health check asks another port",
    spoil: (account) => checkHealthAt(account, { HealthCheckPort: "9000" }),
    broken: { "3": "it checks 9000/health, the instances serve 8081/health" },
  },
  {
    step: "4",
    what: "an instance is stopped",
    spoil: ({ ec2, site }) => ec2.send(new StopInstancesCommand({ InstanceIds: [firstInstance(site)] })),
    broken: { "2": "1 of 2 instances are running", "4": "is unused (Target.InvalidState)" },
  },
  {
    step: "4",
    what: "a target is deregistered",
    spoil: (account) => deregister(account, 1),
    broken: { "4": "is not registered" },
  },
  {
    step: "4",
    what: "an instance is registered with another port",
    spoil: registerOtherPort,
    broken: { "4": "is registered on port 80, the instances serve port 8080" },
  },
  {
    step: "4",
    what: "all targets are deregistered",
    spoil: (account) => deregister(account, 2),
    broken: { "4": "no target is registered", "6": "no target is healthy" },
  },
  {
    step: "5.1-2",
    what: "the load balancer is gone",
    spoil: ({ elb, site }) => elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancerArn(site) })),
    broken: {
      "1a": "no security group named",
      "1b": "not open to the load balancer",
      "4": NOT_IN_USE,
      "5.1-2": "no load balancer",
      "5.3": "it is enabled in 0 zone(s)",
      "5.4": "it has no security group",
      "5.5": "no listener on HTTP:80; no listener on HTTPS:443",
      "5.6": "HTTPS:443 has no certificate",
      "6": "the load balancer has no DNS name",
      "7": "www.example.com points to",
      "8": "must return 301 to HTTPS:443 (got no action)",
    },
  },
  {
    step: "5.3",
    what: "the public subnets have no way to the internet",
    spoil: deleteInternetRoute,
    broken: { "5.3": "has no route to an internet gateway" },
  },
  {
    step: "5.3",
    what: "a public subnet has the VPC's main route table",
    spoil: useMainTable,
    broken: { "5.3": "has no route to an internet gateway" },
  },
  {
    step: "5.4",
    what: "it has the VPC's default group",
    spoil: (account) => setGroups(account, [defaultGroup(account)]),
    broken: {
      "1a": "no security group named alb-security-group",
      "1b": "not open to the load balancer",
      "5.4": "its security groups are default",
    },
  },
  {
    step: "5.4",
    what: "it has the default group as well",
    spoil: (account) => setGroups(account, [albGroup(account), defaultGroup(account)]),
    broken: { "5.4": "its security groups are " },
  },
  {
    step: "5.5",
    what: "the HTTP listener is gone",
    spoil: (account) => deleteListener(account, 80),
    broken: {
      "5.5": "no listener on HTTP:80",
      "6": "HTTP:80 neither forwards to the target group nor redirects to HTTPS:443",
      "8": "HTTP:80 must return 301 to HTTPS:443 (got no action)",
    },
  },
  {
    step: "5.5",
    what: "the HTTP listener is on another port",
    spoil: (account) => changeListener(account, 80, { Port: 8080 }),
    broken: {
      "5.5": "no listener on HTTP:80",
      "6": "HTTP:80 neither forwards to the target group nor redirects to HTTPS:443",
      "8": "HTTP:80 must return 301 to HTTPS:443 (got no action)",
    },
  },
  {
    step: "5.5",
    what: "the HTTPS listener is gone",
    spoil: (account) => deleteListener(account, 443),
    broken: {
      "4": NOT_IN_USE,
      "5.5": "no listener on HTTPS:443",
      "5.6": "HTTPS:443 has no certificate",
      "6": "HTTPS:443 does not forward to the target group",
    },
  },
  {
    step: "5.5",
    what: "HTTPS forwards to another target group",
    spoil: forwardElsewhere,
    broken: {
      "4": NOT_IN_USE,
      "5.5": "HTTPS:443 does not forward to the target group",
      "6": "HTTPS:443 does not forward to the target group",
    },
  },
  {
    step: "5.6",
    what: "HTTPS uses a certificate for another name",
    spoil: (account) => useCertificateFor(account, ["www.example.org"]),
    broken: { "5.6": "its certificate covers none of the site's names" },
  },
  {
    step: "5.6",
    what: "HTTPS uses a certificate for some of the names",
    spoil: (account) => useCertificateFor(account, ["www.example.com", "*.shop.example.com"]),
    broken: {
      "0c": "does not cover example.com; the certificate does not cover www.example.net",
      "5.6": "its certificate does not cover example.com",
    },
  },
  {
    step: "5.6",
    what: "HTTPS takes versions of TLS before 1.2",
    spoil: (account) => changeListener(account, 443, { SslPolicy: OLD_POLICY }),
    broken: { "5.6": `its TLS policy must begin at TLS 1.2 or later (got ${OLD_POLICY})` },
  },
  {
    step: "6",
    what: "HTTPS answers 503",
    spoil: (account) => changeListener(account, 443, { DefaultActions: NOTHING }),
    broken: {
      "4": NOT_IN_USE,
      "5.5": "HTTPS:443 does not forward to the target group",
      "6": "HTTPS:443 does not forward to the target group",
    },
  },
  {
    step: "7",
    what: "the domain's alias is gone",
    spoil: (account) => deleteRecords(account, "example.com", isAliasOf("www.example.com")),
    broken: { "7": "no A alias record for www.example.com" },
  },
  {
    step: "7",
    what: "a further name's alias is gone",
    spoil: (account) => deleteRecords(account, "example.net", isAliasOf("www.example.net")),
    broken: { "7": "no A alias record for www.example.net" },
  },
  {
    step: "7",
    what: "a wildcard's alias is gone",
    spoil: (account) => deleteRecords(account, "example.com", isAliasOf("*.shop.example.com")),
    broken: { "7": "no A alias record for *.shop.example.com" },
  },
  {
    step: "7",
    what: "the domain has an address instead of an alias",
    spoil: pointToAddress,
    broken: { "7": "no A alias record for www.example.com" },
  },
  {
    step: "7",
    what: "the alias points to another load balancer",
    spoil: pointElsewhere,
    broken: { "7": "www.example.com points to another-" },
  },
  {
    step: "8",
    what: "port 80 serves the site",
    spoil: (account) =>
      changeListener(account, 80, { DefaultActions: forwardTo(account.site.targetGroup?.TargetGroupArn) }),
    broken: { "8": "HTTP:80 must return 301 to HTTPS:443 (got forward)" },
  },
  {
    step: "8",
    what: "port 80 redirects for the time being",
    spoil: (account) => changeListener(account, 80, { DefaultActions: FOUND }),
    broken: { "8": "HTTP:80 must return 301 to HTTPS:443" },
  },
];

/** What AWS does not let happen, or what the local AWS does not show. */
export const SEEN_OTHERWISE: readonly SeenOtherwise[] = [
  {
    step: "0a",
    what: "the subnets of one zone are gone",
    change: (site) => ({
      ...site,
      subnets: site.subnets.filter(({ AvailabilityZone }) => AvailabilityZone !== "us-east-1b"),
    }),
    broken: {
      "0a": "subnets in 1 zone(s): us-east-1a",
      "5.3": "is in a zone that is not enabled for the load balancer",
    },
  },
  {
    step: "0c",
    what: "the certificate is gone",
    change: (site) => ({ ...site, certificates: [] }),
    broken: { "0c": "no certificate for www.example.com", "5.6": "its certificate" },
  },
  {
    step: "0b",
    what: "the zone is private",
    change: (site) => ({ ...site, zones: site.zones.filter(({ name }) => name !== "example.net") }),
    broken: {
      "0b": "no public zone for www.example.net",
      "0c": "validation record",
      "7": "no A alias record for www.example.net",
    },
  },
  {
    step: "0c",
    what: "the certificate waits",
    change: (site) => ({
      ...site,
      certificates: site.certificates.map((it) => ({ ...it, Status: "PENDING_VALIDATION" as const })),
    }),
    broken: {
      "0c": "the certificate's status is PENDING_VALIDATION",
      "5.6": "its certificate's status is PENDING_VALIDATION",
    },
  },
  {
    step: "3",
    what: "the target group takes addresses",
    change: (site) => ({ ...site, targetGroup: { ...site.targetGroup, TargetType: "ip" } }),
    broken: { "3": "its type is ip" },
  },
  {
    step: "3",
    what: "the target group sends to another port",
    change: (site) => ({ ...site, targetGroup: { ...site.targetGroup, Port: 80 } }),
    broken: { "3": "it forwards to HTTP:80, the instances serve HTTP:8080" },
  },
  {
    step: "3",
    what: "the target group speaks HTTPS",
    change: (site) => ({ ...site, targetGroup: { ...site.targetGroup, Protocol: "HTTPS" } }),
    broken: { "3": "it forwards to HTTPS:8080" },
  },
  {
    step: "4",
    what: "a health check fails",
    change: failOneHealthCheck,
    broken: { "4": "is unhealthy (Target.ResponseCodeMismatch)" },
  },
  {
    step: "5.1-2",
    what: "it is a network load balancer",
    change: (site) => ({ ...site, balancer: { ...site.balancer, Type: "network" } }),
    broken: { "5.1-2": "its type is network" },
  },
  {
    step: "5.1-2",
    what: "it is internal",
    change: (site) => ({ ...site, balancer: { ...site.balancer, Scheme: "internal" } }),
    broken: { "5.1-2": "it is internal" },
  },
  {
    step: "5.1-2",
    what: "it failed to start",
    change: (site) => ({ ...site, balancer: { ...site.balancer, State: { Code: "failed" } } }),
    broken: { "5.1-2": "it is failed" },
  },
  {
    step: "5.3",
    what: "it covers one zone only",
    change: coverOneZone,
    broken: { "5.3": "it is enabled in 1 zone(s); i-" },
  },
  {
    step: "5.3",
    what: "its subnets lead to a NAT gateway",
    change: leadToNat,
    broken: { "5.3": "has no route to an internet gateway" },
  },
  {
    step: "7",
    what: "the alias names another region's zone",
    change: (site) => ({ ...site, balancer: { ...site.balancer, CanonicalHostedZoneId: "Z1H1FL5HABSF5" } }),
    broken: { "7": "points to" },
  },
];

function failOneHealthCheck(site: Site): Site {
  const TargetHealth = { State: "unhealthy", Reason: "Target.ResponseCodeMismatch" } as const;
  return {
    ...site,
    targets: site.targets.map((target, index) => (index === 0 ? { ...target, TargetHealth } : target)),
  };
}

function coverOneZone(site: Site): Site {
  return { ...site, balancer: { ...site.balancer, AvailabilityZones: site.balancer?.AvailabilityZones?.slice(0, 1) } };
}

function leadToNat(site: Site): Site {
  return {
    ...site,
    routeTables: site.routeTables.map((table) => ({
      ...table,
      Routes: table.Routes?.map((route) => ({ ...route, GatewayId: undefined, NatGatewayId: "nat-1" })),
    })),
  };
}

/** What an operator may do. */
export function allowSshFrom(CidrIp: string): SpoiltStep["spoil"] {
  return (account) => open(account, ec2Group(account), 22, { IpRanges: [{ CidrIp }] });
}

const balancerArn = ({ balancer }: Site) => balancer?.LoadBalancerArn;
const firstInstance = ({ instances }: Site) => instances[0]?.InstanceId ?? "";
const albGroup = ({ site }: Account) => site.balancer?.SecurityGroups?.[0] ?? "";
const ec2Group = ({ site }: Account) => site.instances[0]?.SecurityGroups?.[0]?.GroupId ?? "";
const defaultGroup = ({ site }: Account) => site.groups.find(({ GroupName }) => GroupName === "default")?.GroupId ?? "";
const forwardTo = (TargetGroupArn: string | undefined): Action[] => [{ Type: "forward", TargetGroupArn }];
const isAliasOf = (name: string) => (record: ResourceRecordSet) =>
  record.AliasTarget !== undefined && withoutDot(record.Name ?? "") === name;

async function deleteZone(account: Account): Promise<void> {
  await deleteRecords(account, "example.com", ({ Type }) => Type !== "NS" && Type !== "SOA");
  await account.route53.send(new DeleteHostedZoneCommand({ Id: zoneNamed(account, "example.com").id }));
}

async function deleteRecords(
  account: Account,
  zone: string,
  isDoomed: (record: ResourceRecordSet) => boolean,
): Promise<void> {
  await changeRecords(
    account,
    zone,
    zoneNamed(account, zone)
      .records.filter(isDoomed)
      .map((ResourceRecordSet) => ({ Action: "DELETE", ResourceRecordSet })),
  );
}

async function changeValidation(account: Account): Promise<void> {
  const { Name, Type, TTL } = zoneNamed(account, "example.net").records.find((record) => record.Type === "CNAME") ?? {};
  await changeRecords(account, "example.net", [
    {
      Action: "UPSERT",
      ResourceRecordSet: { Name, Type, TTL, ResourceRecords: [{ Value: "elsewhere.example.org." }] },
    },
  ]);
}

async function changeRecords(account: Account, zone: string, Changes: Change[]): Promise<void> {
  if (Changes.length === 0) throw new Error(`there is nothing to change in ${zone}`);
  await account.route53.send(
    new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneNamed(account, zone).id, ChangeBatch: { Changes } }),
  );
}

function zoneNamed({ site }: Account, name: string) {
  const zone = site.zones.find((each) => each.name === name);
  if (zone === undefined) throw new Error(`there is no zone ${name}`);
  return zone;
}

function groupOfInstances({ instances }: Site): string {
  return instances[0]?.SecurityGroups?.[0]?.GroupId ?? "";
}

async function revoke({ ec2, site }: Account, GroupId: string, port: number, isEgress = false): Promise<void> {
  const rules = site.rules.filter(
    (rule) => rule.GroupId === GroupId && rule.FromPort === port && rule.IsEgress === isEgress,
  );
  const SecurityGroupRuleIds = rules.map(({ SecurityGroupRuleId = "" }) => SecurityGroupRuleId);
  if (SecurityGroupRuleIds.length === 0) throw new Error(`there is no rule for ${port}`);
  if (isEgress) await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, SecurityGroupRuleIds }));
  else await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds }));
}

function open(
  { ec2 }: Account,
  GroupId: string,
  port: number,
  to: IpPermission = { IpRanges: [{ CidrIp: ANYONE }] },
  from = port,
) {
  return ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [{ IpProtocol: "tcp", FromPort: from, ToPort: port, ...to }],
    }),
  );
}

async function addOpenGroup(account: Account): Promise<void> {
  const { GroupId = "" } = await account.ec2.send(
    new CreateSecurityGroupCommand({ GroupName: "open", Description: "open", VpcId: account.site.targetGroup?.VpcId }),
  );
  await open(account, GroupId, 8080);
  await account.ec2.send(
    new ModifyInstanceAttributeCommand({
      InstanceId: firstInstance(account.site),
      Groups: [ec2Group(account), GroupId],
    }),
  );
}

/** As the attribute of its own; moto takes `UserData` only if it is encoded twice. */
async function changeUserData({ ec2, site }: Account, change: (script: string) => string): Promise<void> {
  const { InstanceId, userData = "" } = site.instances[0] ?? {};
  const changed = change(userData);
  if (changed === userData) throw new Error("there is nothing to change in the user data");
  await ec2.send(
    new ModifyInstanceAttributeCommand({
      InstanceId,
      Attribute: "userData",
      Value: Buffer.from(changed).toString("base64"),
    }),
  );
}

async function giveAddress({ ec2, site }: Account): Promise<void> {
  const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
  await ec2.send(new AssociateAddressCommand({ AllocationId, InstanceId: firstInstance(site) }));
}

function checkHealthAt({ elb, site }: Account, where: { HealthCheckPath?: string; HealthCheckPort?: string }) {
  return elb.send(new ModifyTargetGroupCommand({ TargetGroupArn: site.targetGroup?.TargetGroupArn, ...where }));
}

function deregister({ elb, site }: Account, count: number) {
  const Targets = site.targets.slice(0, count).map(({ Target }) => ({ Id: Target?.Id, Port: Target?.Port }));
  return elb.send(new DeregisterTargetsCommand({ TargetGroupArn: site.targetGroup?.TargetGroupArn, Targets }));
}

function registerOtherPort({ elb, site }: Account) {
  return elb.send(
    new RegisterTargetsCommand({
      TargetGroupArn: site.targetGroup?.TargetGroupArn,
      Targets: [{ Id: firstInstance(site), Port: 80 }],
    }),
  );
}

async function deleteInternetRoute({ ec2, site }: Account): Promise<void> {
  const table = site.routeTables.find(({ Routes = [] }) =>
    Routes.some(({ GatewayId }) => GatewayId?.startsWith("igw-")),
  );
  await ec2.send(new DeleteRouteCommand({ RouteTableId: table?.RouteTableId, DestinationCidrBlock: ANYONE }));
}

async function useMainTable({ ec2, site }: Account): Promise<void> {
  const subnet = site.balancer?.AvailabilityZones?.[0]?.SubnetId;
  const association = site.routeTables
    .flatMap(({ Associations = [] }) => Associations)
    .find(({ SubnetId }) => SubnetId === subnet);
  await ec2.send(new DisassociateRouteTableCommand({ AssociationId: association?.RouteTableAssociationId }));
}

function setGroups({ elb, site }: Account, SecurityGroups: string[]) {
  return elb.send(new SetSecurityGroupsCommand({ LoadBalancerArn: balancerArn(site), SecurityGroups }));
}

function deleteListener({ elb, site }: Account, port: number) {
  return elb.send(new DeleteListenerCommand({ ListenerArn: listenerArn(site, port) }));
}

function changeListener({ elb, site }: Account, port: number, change: Omit<ModifyListenerCommandInput, "ListenerArn">) {
  return elb.send(new ModifyListenerCommand({ ListenerArn: listenerArn(site, port), ...change }));
}

function listenerArn({ listeners }: Site, port: number): string | undefined {
  return listeners.find(({ Port }) => Port === port)?.ListenerArn;
}

async function forwardElsewhere(account: Account): Promise<void> {
  const wanted = new CreateTargetGroupCommand({
    Name: "another",
    Protocol: "HTTP",
    Port: 80,
    VpcId: account.site.targetGroup?.VpcId,
  });
  const { TargetGroups } = await account.elb.send(wanted);
  await changeListener(account, 443, { DefaultActions: forwardTo(TargetGroups?.[0]?.TargetGroupArn) });
}

async function useCertificateFor(account: Account, names: readonly string[]): Promise<void> {
  await account.localAws.seed({ region: REGION, certificates: [{ arn: CERTIFICATE, names }] });
  await changeListener(account, 443, { Certificates: [{ CertificateArn: CERTIFICATE }] });
}

async function pointToAddress(account: Account): Promise<void> {
  await deleteRecords(account, "example.com", isAliasOf("www.example.com"));
  const ResourceRecordSet = {
    Name: "www.example.com",
    Type: "A" as const,
    TTL: 60,
    ResourceRecords: [{ Value: "192.0.2.1" }],
  };
  await changeRecords(account, "example.com", [{ Action: "CREATE", ResourceRecordSet }]);
}

async function pointElsewhere(account: Account): Promise<void> {
  const Subnets = account.site.balancer?.AvailabilityZones?.map(({ SubnetId = "" }) => SubnetId);
  const { LoadBalancers } = await account.elb.send(new CreateLoadBalancerCommand({ Name: "another", Subnets }));
  const { DNSName, CanonicalHostedZoneId: HostedZoneId } = LoadBalancers?.[0] ?? {};
  const ResourceRecordSet = {
    Name: "www.example.com",
    Type: "A" as const,
    AliasTarget: { DNSName, HostedZoneId, EvaluateTargetHealth: false },
  };
  await changeRecords(account, "example.com", [{ Action: "UPSERT", ResourceRecordSet }]);
}
