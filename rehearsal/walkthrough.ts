import type { Listener } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Expectation } from "./expectation";
import { namesOf, withoutDot, type Site, type ZoneView } from "./site";

export type Verdict = "ok" | "broken" | "unknown";

/** One step of the walkthrough, checked. */
export interface StepResult {
  readonly id: string;
  readonly title: string;
  readonly verdict: Verdict;
  /** What AWS's API said, or what is wrong with it. */
  readonly observed: string;
}

/** What happened to the plan; no API tells that. */
export interface PlanFacts {
  readonly added: number;
  /** Addresses that a second plan would change; must be none. */
  readonly driftedAddresses: readonly string[];
  readonly destroyed?: number;
  /** What went wrong on the way, if anything did. */
  readonly failure?: string;
}

interface Finding {
  /** What is wrong; nothing if all is well. */
  readonly faults: readonly string[];
  readonly observed: string;
}

interface Step {
  readonly id: string;
  readonly title: string;
  readonly check: (site: Site, expected: Expectation) => Finding;
  /** Whether the step exists before the rest of the site does. */
  readonly comesFirst?: boolean;
}

const ANYONE = "0.0.0.0/0";
const ALB_GROUP = "alb-security-group";
const EC2_GROUP = "ec2-target-group-security-group";
/** Policies from before TLS 1.2. */
const OLD_POLICY = /^ELBSecurityPolicy-(2015|2016|TLS-1-[01]|TLS13-1-[01]-|FS-2018|FS-1-1)/;

const STEPS: readonly Step[] = [
  { id: "0a", title: "VPC with two or more zones", check: vpcHasZones },
  { id: "0b", title: "Domain in Route 53", check: domainHasZone, comesFirst: true },
  { id: "0c", title: "Certificate from ACM", check: certificateIsIssued },
  { id: "1a", title: ALB_GROUP, check: balancerGroupIsOpen },
  { id: "1b", title: EC2_GROUP, check: instancesGroupIsClosed },
  { id: "2", title: "Instances with a health check", check: instancesRun },
  { id: "3", title: "Target group", check: targetGroupMatches },
  { id: "4", title: "Targets are healthy", check: targetsAreHealthy },
  { id: "5.1-2", title: "Application Load Balancer", check: balancerIsPublic },
  { id: "5.3", title: "A public subnet in each zone", check: balancerCoversZones },
  { id: "5.4", title: "Its security group", check: balancerHasGroup },
  { id: "5.5", title: "HTTP and HTTPS listeners", check: listenersExist },
  { id: "5.6", title: "HTTPS uses the certificate", check: httpsHasCertificate },
  { id: "6", title: "The balancer's own name answers", check: balancerLeadsToTargets },
  { id: "7", title: "A alias of the domain", check: aliasesPointToBalancer },
  { id: "8", title: "HTTP to HTTPS", check: httpDoesAsDeclared },
];
const PLAN_STEP = { id: "5.7", title: "Plan read, then applied" };

/** All steps, in the walkthrough's order. */
export function checkWalkthrough(site: Site | undefined, expected: Expectation, plan: PlanFacts): StepResult[] {
  const results = STEPS.map((step): StepResult => {
    const { id, title } = step;
    if (!expected.hasSite && step.comesFirst !== true) {
      return { id, title, verdict: "unknown", observed: "not created yet: the stack waits for hostedZone.delegated" };
    }
    if (site === undefined) return { id, title, verdict: "unknown", observed: "not reached" };
    const { faults, observed } = step.check(site, expected);
    return { id, title, verdict: faults.length > 0 ? "broken" : "ok", observed: faults.length > 0 ? faults.join("; ") : observed };
  });
  results.splice(results.findIndex(({ id }) => id === "6"), 0, checkPlan(plan));
  return results;
}

function checkPlan({ added, driftedAddresses, destroyed, failure }: PlanFacts): StepResult {
  if (failure !== undefined) return { ...PLAN_STEP, verdict: "broken", observed: failure };
  if (driftedAddresses.length > 0) return { ...PLAN_STEP, verdict: "broken", observed: `a second plan would change ${driftedAddresses.join(", ")}` };
  if (destroyed !== undefined && destroyed !== added) return { ...PLAN_STEP, verdict: "broken", observed: `${added} added, but ${destroyed} destroyed` };
  return { ...PLAN_STEP, verdict: "ok", observed: `${added} added, second plan empty${destroyed === undefined ? "" : `, ${destroyed} destroyed`}` };
}

function vpcHasZones({ targetGroup, balancer, subnets }: Site): Finding {
  const zones = distinct(subnets.map(({ AvailabilityZone }) => AvailabilityZone));
  const vpcId = targetGroup?.VpcId ?? balancer?.VpcId;
  return {
    faults: [...unless(vpcId !== undefined, "no VPC"), ...unless(zones.length >= 2, `subnets in ${zones.length} zone(s): ${zones.join(", ") || "none"}`)],
    observed: `${vpcId}: ${subnets.length} subnets in ${zones.join(", ")}`,
  };
}

function domainHasZone({ zones }: Site, { names, createdZone, nameServers }: Expectation): Finding {
  const wanted = createdZone === undefined ? names : [createdZone, ...names];
  const used = distinct(wanted.map((name) => zoneFor(zones, name)?.name));
  const twice = used.filter((name) => zones.filter((zone) => zone.name === name).length > 1);
  const created = zones.find(({ name }) => name === createdZone);
  return {
    faults: [
      ...wanted.filter((name) => zoneFor(zones, name) === undefined).map((name) => `no public zone for ${name}`),
      ...twice.map((name) => `two public zones are called ${name}; nobody knows which one is asked`),
      ...unless(createdZone === undefined || sameMembers(created?.nameServers, nameServers), "name_servers does not say the zone's name servers"),
    ],
    observed: `${used.join(", ")}${createdZone === undefined ? "" : `, name servers printed: ${nameServers?.join(" ")}`}`,
  };
}

function certificateIsIssued({ certificates, zones, listeners }: Site, { names }: Expectation): Finding {
  const inUse = listeners.flatMap(({ Certificates = [] }) => Certificates.map(({ CertificateArn }) => CertificateArn));
  const certificate = certificates.find(({ CertificateArn }) => inUse.includes(CertificateArn)) ?? certificates[0];
  if (certificate === undefined) return { faults: [`no certificate for ${names[0]}`], observed: "" };
  const uncovered = names.filter((name) => !namesOf(certificate).some((pattern) => covers(pattern, name)));
  const records = (certificate.DomainValidationOptions ?? []).flatMap(({ ResourceRecord }) => (ResourceRecord ? [ResourceRecord] : []));
  const unseen = certificate.Type === "IMPORTED" ? [] : records.filter(({ Name = "", Value = "" }) => !hasCname(zones, Name, Value));
  return {
    faults: [
      ...unless(certificate.Status === "ISSUED", `the certificate is ${certificate.Status}`),
      ...uncovered.map((name) => `the certificate does not cover ${name}`),
      ...distinct(unseen.map(({ Name }) => Name)).map((name) => `the validation record ${name} is missing`),
    ],
    observed: `${certificate.Status}, for ${namesOf(certificate).join(", ")}`,
  };
}

function balancerGroupIsOpen(site: Site): Finding {
  const group = groupNamed(site, ALB_GROUP, site.balancer?.SecurityGroups);
  const rules = rulesOf(site, group?.GroupId, "in");
  const isWanted = (port: number) => rules.some((rule) => isTcp(rule, port) && rule.CidrIpv4 === ANYONE);
  const others = rules.filter((rule) => !([80, 443].some((port) => isTcp(rule, port)) && rule.CidrIpv4 === ANYONE));
  return {
    faults: group === undefined ? [`the load balancer has no group called ${ALB_GROUP}`] : [
      ...[80, 443].filter((port) => !isWanted(port)).map((port) => `${port} is not open to everyone`),
      ...others.map((rule) => `open beyond the walkthrough: ${describe(rule)}`),
    ],
    observed: `${group?.GroupName}: 80 and 443 from everyone (IPv4)`,
  };
}

function instancesGroupIsClosed(site: Site, { appPort, healthCheckPort }: Expectation): Finding {
  const ids = distinct(site.instances.flatMap(({ SecurityGroups = [] }) => SecurityGroups.map(({ GroupId }) => GroupId)));
  const group = groupNamed(site, EC2_GROUP, ids);
  const balancerGroups = site.balancer?.SecurityGroups ?? [];
  const rules = ids.flatMap((id) => rulesOf(site, id, "in"));
  const ports = distinct([appPort, healthCheckPort]);
  const isFromBalancer = ({ ReferencedGroupInfo }: { ReferencedGroupInfo?: { GroupId?: string } }) => balancerGroups.includes(ReferencedGroupInfo?.GroupId ?? "");
  const isNarrowSsh = (rule: (typeof rules)[number]) => isTcp(rule, 22) && rule.CidrIpv4 !== undefined && Number(rule.CidrIpv4.split("/")[1]) >= 8;
  const out = balancerGroups.flatMap((id) => rulesOf(site, id, "out"));
  const others = rules.filter((rule) => !(ports.some((port) => isTcp(rule, port)) && isFromBalancer(rule)) && !isNarrowSsh(rule));
  return {
    faults: group === undefined ? [`the instances have no group called ${EC2_GROUP}`] : [
      ...ports.filter((port) => !rules.some((rule) => isTcp(rule, port) && isFromBalancer(rule))).map((port) => `${port} is not open to the load balancer`),
      ...ports.filter((port) => !out.some((rule) => isTcp(rule, port) && rule.ReferencedGroupInfo?.GroupId === group.GroupId)).map((port) => `the load balancer's group lets nothing out to ${port}`),
      ...others.map((rule) => `open to others than the load balancer: ${describe(rule)}`),
    ],
    observed: `${group?.GroupName}: ${ports.join(" and ")} from ${ALB_GROUP} only${rules.some(isNarrowSsh) ? `, SSH from ${rules.filter(isNarrowSsh).map((rule) => rule.CidrIpv4).join(", ")}` : ""}`,
  };
}

function instancesRun({ instances }: Site, expected: Expectation): Finding {
  const { instanceCount, hasNginx, appPort, healthCheckPort, healthCheckPath, isPublic } = expected;
  const running = instances.filter(({ State }) => State?.Name === "running");
  const path = healthCheckPath.split("?")[0];
  const listens = (userData: string) => [appPort, healthCheckPort].every((port) => userData.includes(`listen ${port} `));
  const answers = (userData: string) => userData.includes(`location = ${path} {`) || /location \/ \{/.test(userData);
  const silent = instances.filter(({ userData }) => (hasNginx ? !listens(userData) || !answers(userData) : userData === ""));
  const exposed = instances.filter(({ PublicIpAddress }) => (PublicIpAddress !== undefined) !== isPublic);
  return {
    faults: [
      ...unless(running.length === instanceCount && instanceCount > 0, `${running.length} of ${instanceCount} instances are running`),
      ...silent.map(({ InstanceId }) => `${InstanceId} is not told to listen on ${appPort} and to answer ${healthCheckPath}`),
      ...exposed.map(({ InstanceId }) => `${InstanceId} has ${isPublic ? "no" : "a"} public address`),
    ],
    observed: `${running.length} running, told to ${hasNginx ? `boot NGINX on ${appPort} and to answer ${healthCheckPath}` : "run their own user data"}`,
  };
}

function targetGroupMatches({ targetGroup }: Site, { appPort, healthCheckPath, healthCheckPort }: Expectation): Finding {
  if (targetGroup === undefined) return { faults: ["no target group"], observed: "" };
  const { TargetType, Protocol, Port, HealthCheckPath, HealthCheckPort, TargetGroupName } = targetGroup;
  const checkPort = HealthCheckPort === "traffic-port" ? Port : Number(HealthCheckPort);
  return {
    faults: [
      ...unless(TargetType === "instance", `its type is ${TargetType}`),
      ...unless(Protocol === "HTTP" && Port === appPort, `it sends ${Protocol}:${Port}, the instances serve HTTP:${appPort}`),
      ...unless(HealthCheckPath === healthCheckPath && checkPort === healthCheckPort, `it asks ${checkPort}${HealthCheckPath}, the instances answer ${healthCheckPort}${healthCheckPath}`),
    ],
    observed: `${TargetGroupName}: instances, ${Protocol}:${Port}, health check ${checkPort}${HealthCheckPath}`,
  };
}

function targetsAreHealthy({ targets }: Site, { instanceIds }: Expectation): Finding {
  const healthy = targets.filter(({ TargetHealth }) => TargetHealth?.State === "healthy");
  const missing = instanceIds.filter((id) => !targets.some(({ Target }) => Target?.Id === id));
  const unwell = targets.filter((target) => !healthy.includes(target));
  return {
    faults: [
      ...unless(targets.length > 0, "nothing is registered"),
      ...missing.map((id) => `${id} is not registered`),
      ...unwell.map(({ Target, TargetHealth }) => `${Target?.Id} is ${TargetHealth?.State} (${TargetHealth?.Reason ?? "no reason given"})`),
    ],
    observed: `${healthy.length} healthy`,
  };
}

function balancerIsPublic({ balancer }: Site): Finding {
  const { Type, Scheme, State, LoadBalancerName } = balancer ?? {};
  return {
    faults: balancer === undefined ? ["no load balancer"] : [
      ...unless(Type === "application", `its type is ${Type}`),
      ...unless(Scheme === "internet-facing", `it is ${Scheme}`),
      ...unless(State?.Code === "active", `it is ${State?.Code}`),
    ],
    observed: `${LoadBalancerName}: ${Type}, ${Scheme}, ${State?.Code}`,
  };
}

function balancerCoversZones({ balancer, routeTables, subnets, instances }: Site): Finding {
  const zones = distinct((balancer?.AvailabilityZones ?? []).map(({ ZoneName }) => ZoneName));
  const unrouted = (balancer?.AvailabilityZones ?? []).filter(({ SubnetId }) => !leadsToInternet(routeTables, SubnetId));
  const zoneOf = (subnetId: string | undefined) => subnets.find(({ SubnetId }) => SubnetId === subnetId)?.AvailabilityZone;
  const outside = instances.filter(({ SubnetId }) => !zones.includes(zoneOf(SubnetId) ?? ""));
  return {
    faults: [
      ...unless(zones.length >= 2, `it covers ${zones.length} zone(s)`),
      ...unrouted.map(({ SubnetId }) => `${SubnetId} has no route to an internet gateway`),
      ...outside.map(({ InstanceId }) => `${InstanceId} is in a zone that the load balancer does not cover`),
    ],
    observed: `${zones.join(", ")}, each with a route to the internet`,
  };
}

function balancerHasGroup(site: Site): Finding {
  const ids = site.balancer?.SecurityGroups ?? [];
  const names = ids.map((id) => site.groups.find(({ GroupId }) => GroupId === id)?.GroupName ?? id);
  const isOnlyOurs = ids.length === 1 && groupNamed(site, ALB_GROUP, ids) !== undefined;
  return { faults: unless(isOnlyOurs, `it has ${names.join(", ") || "no group"}`), observed: names.join(", ") };
}

function listenersExist({ listeners, targetGroup }: Site): Finding {
  const http = listenerOn(listeners, 80, "HTTP");
  const https = listenerOn(listeners, 443, "HTTPS");
  return {
    faults: [
      ...unless(http !== undefined, "none on HTTP:80"),
      ...unless(https !== undefined, "none on HTTPS:443"),
      ...unless(https === undefined || forwardsTo(https, targetGroup?.TargetGroupArn), "HTTPS:443 does not forward to the target group"),
    ],
    observed: `HTTP:80 (${actionOf(http)}), HTTPS:443 (${actionOf(https)})`,
  };
}

function httpsHasCertificate({ listeners, certificates }: Site, { names }: Expectation): Finding {
  const https = listenerOn(listeners, 443, "HTTPS");
  const arn = https?.Certificates?.[0]?.CertificateArn;
  const certificate = certificates.find(({ CertificateArn }) => CertificateArn === arn);
  const uncovered = certificate === undefined ? [] : names.filter((name) => !namesOf(certificate).some((pattern) => covers(pattern, name)));
  return {
    faults: [
      ...unless(certificate?.Status === "ISSUED", arn === undefined ? "HTTPS:443 has no certificate" : `its certificate is ${certificate?.Status ?? "for none of the site's names"}`),
      ...uncovered.map((name) => `its certificate does not cover ${name}`),
      ...unless(https?.SslPolicy !== undefined && !OLD_POLICY.test(https.SslPolicy), `its policy is ${https?.SslPolicy}`),
    ],
    observed: `${certificate?.DomainName}, ${https?.SslPolicy}`,
  };
}

/** The local AWS carries no requests, so this follows what is set: name, listener, target group, healthy target. */
function balancerLeadsToTargets({ balancer, listeners, targetGroup, targets }: Site): Finding {
  const isHealthy = targets.some(({ TargetHealth }) => TargetHealth?.State === "healthy");
  const arn = targetGroup?.TargetGroupArn;
  const leads = (listener: Listener | undefined) => forwardsTo(listener, arn) || redirectsToHttps(listener);
  return {
    faults: [
      ...unless(balancer?.DNSName !== undefined, "the load balancer has no name"),
      ...unless(isHealthy, "no target is healthy"),
      ...unless(leads(listenerOn(listeners, 80, "HTTP")), "HTTP:80 leads nowhere"),
      ...unless(forwardsTo(listenerOn(listeners, 443, "HTTPS"), arn), "HTTPS:443 leads nowhere"),
    ],
    observed: `${balancer?.DNSName} leads to healthy targets (followed, no request sent)`,
  };
}

function aliasesPointToBalancer({ zones, balancer }: Site, { names }: Expectation): Finding {
  const faults = names.flatMap((name) => {
    const records = zoneFor(zones, name)?.records.filter((record) => withoutDot(record.Name ?? "") === name && record.Type === "A") ?? [];
    const target = records[0]?.AliasTarget;
    if (target === undefined) return [`no A alias for ${name}`];
    const isOurs = withoutDot(target.DNSName ?? "").toLowerCase() === balancer?.DNSName?.toLowerCase() && target.HostedZoneId === balancer?.CanonicalHostedZoneId;
    return unless(isOurs, `${name} points to ${target.DNSName}`);
  });
  return { faults, observed: `${names.join(", ")} → ${balancer?.DNSName}` };
}

function httpDoesAsDeclared({ listeners, targetGroup }: Site, { http }: Expectation): Finding {
  const listener = listenerOn(listeners, 80, "HTTP");
  const isAsDeclared = http === "redirect" ? redirectsToHttps(listener) : forwardsTo(listener, targetGroup?.TargetGroupArn);
  return {
    faults: unless(isAsDeclared, `HTTP:80 does not ${http === "redirect" ? "redirect to HTTPS:443" : "forward"}, but ${actionOf(listener)}`),
    observed: http === "redirect" ? "HTTP:80 answers 301 to HTTPS:443" : "HTTP:80 serves the site too, as chosen",
  };
}

const unless = (isWell: boolean, fault: string): string[] => (isWell ? [] : [fault]);
const distinct = <T>(values: readonly (T | undefined)[]): T[] => [...new Set(values.filter((it): it is T => it !== undefined))];
const sameMembers = (a: readonly string[] | undefined, b: readonly string[] | undefined) => a !== undefined && [...a].sort().join() === [...(b ?? [])].sort().join();

type RuleView = Site["rules"][number];
const isTcp = (rule: RuleView, port: number) => rule.IpProtocol === "tcp" && rule.FromPort === port && rule.ToPort === port;
const describe = (rule: RuleView) =>
  `${rule.IpProtocol} ${rule.FromPort}-${rule.ToPort} from ${rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.ReferencedGroupInfo?.GroupId ?? rule.PrefixListId}`;

function rulesOf({ rules }: Site, groupId: string | undefined, direction: "in" | "out"): RuleView[] {
  return rules.filter((rule) => rule.GroupId === groupId && rule.IsEgress === (direction === "out"));
}

/** In a VPC that others share, the name carries a suffix. */
function groupNamed({ groups }: Site, name: string, ids: readonly string[] | undefined) {
  return groups.find(({ GroupId = "", GroupName = "" }) => ids?.includes(GroupId) && (GroupName === name || GroupName.startsWith(`${name}-`)));
}

/** The zone with the longest name that the name ends with. */
function zoneFor(zones: readonly ZoneView[], name: string): ZoneView | undefined {
  return [...zones].sort((a, b) => b.name.length - a.name.length).find((zone) => name === zone.name || name.endsWith(`.${zone.name}`));
}

/** A wildcard stands for exactly one label. */
function covers(pattern: string, name: string): boolean {
  return pattern === name || (pattern.startsWith("*.") && name.split(".").slice(1).join(".") === pattern.slice(2));
}

function hasCname(zones: readonly ZoneView[], name: string, value: string): boolean {
  const records = zoneFor(zones, withoutDot(name))?.records ?? [];
  return records.some((record) => withoutDot(record.Name ?? "") === withoutDot(name) && record.ResourceRecords?.some((it) => withoutDot(it.Value ?? "") === withoutDot(value)));
}

function leadsToInternet(tables: Site["routeTables"], subnetId: string | undefined): boolean {
  const own = tables.find(({ Associations = [] }) => Associations.some((it) => it.SubnetId === subnetId));
  const table = own ?? tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main === true));
  return table?.Routes?.some((route) => route.DestinationCidrBlock === ANYONE && route.GatewayId?.startsWith("igw-") === true) ?? false;
}

function listenerOn(listeners: readonly Listener[], port: number, protocol: string): Listener | undefined {
  return listeners.find((listener) => listener.Port === port && listener.Protocol === protocol);
}

function forwardsTo(listener: Listener | undefined, targetGroupArn: string | undefined): boolean {
  return targetGroupArn !== undefined && (listener?.DefaultActions ?? []).some((action) => action.Type === "forward" && action.TargetGroupArn === targetGroupArn);
}

function redirectsToHttps(listener: Listener | undefined): boolean {
  const redirect = listener?.DefaultActions?.find(({ Type }) => Type === "redirect")?.RedirectConfig;
  return redirect?.Protocol === "HTTPS" && redirect.Port === "443" && redirect.StatusCode === "HTTP_301";
}

function actionOf(listener: Listener | undefined): string {
  return listener?.DefaultActions?.map(({ Type }) => Type).join(", ") || "does nothing";
}
