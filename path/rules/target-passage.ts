import type { SecurityGroup, SecurityRule, Topology } from "../../topology/model";
import { isUnknown, known, Unknown, type Attr, type Listed } from "../../topology/value";
import { rangesOf } from "../ipv4";
import { fix } from "../fix";
import type { Edit, Finding } from "../report";
import type { PathRule } from "../rule";
import type { Target } from "../traced-path";
import { balancerGroups, isApplication } from "./balancer-groups";
import { opening, redirected, ruleSetting, type Source } from "./group-fixes";
import { argument, isAll, isMeantFor, isTcp, names, opensPort, passage, placesOf, rangesIn, ruleInWords, ruleSet, rulesInWords, type Passage, type Peer, type RuleSet } from "./reachability";

type Fault = Omit<Finding, "severity">;

/** Targets that differ in nothing that the groups could tell. */
interface Alike {
  readonly first: Target;
  count: number;
}

/** P32 to P35: between the balancer and its targets, the port of the requests and the port of the health check. */
export const targetPassage: PathRule = (path, report) => {
  const { balancer, topology, targets } = path;
  if (balancer === undefined || !isApplication(balancer)) return;
  const { ids } = balancerGroups(path, balancer);
  if (ids.items.length === 0 && ids.open === undefined) return;
  const out = ruleSet(topology, ids, "egress", { address: balancer.address, attribute: "security_groups" });
  const peer: Peer = { groupIds: ids, places: placesOf(topology, balancer.subnetIds, { address: balancer.address, attribute: "subnets" }) };
  const found = new Map<string, { fault: Fault; count: number }>();
  const told = (fault: Fault, count: number): void => {
    const key = JSON.stringify([fault.id, fault.address, fault.attribute]);
    const before = found.get(key);
    found.set(key, { fault: before?.fault ?? fault, count: (before?.count ?? 0) + count });
  };
  let total = 0;
  for (const { first, count } of alike(targets)) {
    total += count;
    const opens: Unknown[] = [];
    [...fromBalancer(topology, out, first, opens), ...toTarget(topology, first, peer, opens)].forEach((fault) => told(fault, count));
    opens.forEach((it) => report.open("target", it));
    if (first.server === undefined && isAddress(first.registration.targetId)) {
      report.assume({ hop: "target", address: first.registration.address, text: `whatever has the address ${known(first.registration.targetId)} lets the balancer in` });
    }
  }
  for (const { fault, count } of found.values()) {
    const share = [...(count < total ? [`${count} of ${total} targets`] : []), ...(fault.share === undefined ? [] : [fault.share])].join("; ");
    report.fault({ ...fault, ...(share !== "" && { share }) });
  }
};

function alike(targets: readonly Target[]): Iterable<Alike> {
  const kinds = new Map<string, Alike>();
  for (const target of targets) {
    const { server, registration, port, healthPort, targetGroup } = target;
    if (["lambda", "alb"].includes(known(targetGroup.targetType) ?? "")) continue;
    const text = (value: Attr<unknown>) => (isUnknown(value) ? [value.address, value.attribute] : value);
    const one = server === undefined ? text(registration.targetId) : [server.securityGroupIds.items, text(server.securityGroupIds.open), server.subnetIds.items, text(server.privateIp), text(server.hasSecurityGroups)];
    const key = JSON.stringify([one, text(port), text(healthPort), text(targetGroup.healthCheck.enabled)]);
    const kind = kinds.get(key) ?? { first: target, count: 0 };
    kind.count++;
    kinds.set(key, kind);
  }
  return kinds.values();
}

interface Check {
  readonly what: "requests" | "health checks";
  readonly port: number | Unknown;
}

/** One where both go to one port. */
function checksOf({ port, healthPort, targetGroup }: Target): readonly Check[] {
  const traffic: Check[] = port === undefined ? [] : [{ what: "requests", port }];
  if (known(targetGroup.healthCheck.enabled) === false || healthPort === undefined || samePort(port, healthPort)) return traffic;
  return [...traffic, { what: "health checks", port: healthPort }];
}

/** What is left open twice, in a port that follows from another, is left open once. */
function samePort(a: Attr<number>, b: Attr<number>): boolean {
  return a === b || (isUnknown(a) && isUnknown(b) && a.address === b.address && a.attribute === b.attribute);
}

function fromBalancer(topology: Topology, out: RuleSet, target: Target, opens: Unknown[]): Fault[] {
  const { server, registration } = target;
  const [group] = out.groups;
  const hasOwnGroups = server === undefined || known(server.hasSecurityGroups) !== false;
  const peer = targetPeer(topology, target);
  const blocked: { check: Check; through: Passage }[] = [];
  for (const check of checksOf(target)) {
    const through = passage(topology, out, check.port, peer);
    if (through.answer === "open" && hasOwnGroups) opens.push(through.why);
    if (through.answer === "no" || through.answer === "partly") blocked.push({ check, through });
  }
  if (blocked.length === 0 || group === undefined) return [];
  const ports = portsOf(blocked.map(({ check }) => check));
  const shown = portsInWords(blocked.map(({ check }) => check));
  const sources = sourcesOfTarget(target, peer);
  const edits = sources.flatMap((source, index) => opening(group, "egress", ports, source, index === 0 ? "to_targets" : `to_targets_${index}`));
  return [{
    id: "P32", hop: "target", address: group.address, attribute: "egress", observed: rulesInWords(topology, out),
    required: `${shown} to ${namesOf(topology, server?.securityGroupIds) || known(registration.targetId) || "the targets"}`,
    symptom: "504 Gateway Timeout; Target.Timeout in the target's health", ...shareOf(blocked.map(({ through }) => through), "the targets' subnets"),
    fix: fix(`Let the balancer out to ${shown} of its targets.`, "`appPort` and `healthCheck.port` open both groups; no prop closes them: take back the override", edits),
  }];
}

function toTarget(topology: Topology, target: Target, balancer: Peer, opens: Unknown[]): Fault[] {
  const { server } = target;
  // Nothing to look at here is row 61, or assumed.
  if (server === undefined) {
    if (!isAddress(target.registration.targetId)) opens.push(new Unknown(target.registration.address, target.registration.attribute, "the file does not hold the target, and so not its groups"));
    return [];
  }
  if (known(server.hasSecurityGroups) === false) return [];
  const set = ruleSet(topology, server.securityGroupIds, "ingress", { address: server.settingsAddress, attribute: "vpc_security_group_ids" });
  const results = checksOf(target).map((check) => ({ check, through: passage(topology, set, check.port, balancer) }));
  results.forEach(({ through }) => through.answer === "open" && opens.push(through.why));
  const blocked = results.filter(({ through }) => through.answer === "no" || through.answer === "partly");
  const near = blocked.flatMap(({ check, through }) => {
    const miss = nearest(set, check.port, balancer);
    return miss === undefined ? [] : [{ check, fault: nearMiss(topology, miss, check, through, balancer) }];
  });
  const far = blocked.map(({ check }) => check).filter((check) => !near.some((it) => it.check === check));
  const [group] = set.groups;
  return [...near.map(({ fault }) => fault), ...(far.length > 0 && group !== undefined ? [closed(topology, set, group, far, balancer)] : [])];
}

/** P33, or P34 where only the health check is kept out. */
function closed(topology: Topology, set: RuleSet, group: SecurityGroup, checks: readonly Check[], balancer: Peer): Fault {
  const isHealthOnly = checks.every(({ what }) => what === "health checks");
  const shown = portsInWords(checks);
  const from = namesOf(topology, balancer.groupIds) || "the balancer";
  const [source] = sourcesOfPeer(balancer);
  return {
    id: isHealthOnly ? "P34" : "P33", hop: "target", address: group.address, attribute: "ingress", observed: rulesInWords(topology, set),
    required: `${shown} from ${from}`,
    symptom: isHealthOnly ? "Target.Timeout in the target's health, though the application works" : "504 Gateway Timeout; Target.Timeout in the target's health",
    fix: fix(
      `Open ${shown} of the targets to the balancer.`,
      isHealthOnly ? "`healthCheck: { port }` opens its port in both groups; no prop closes it: take back the override" : "`appPort` opens its port in both groups; no prop closes it: take back the override",
      source === undefined ? [] : opening(group, "ingress", portsOf(checks), source, "from_balancer"),
    ),
  };
}

/** A rule that would do but for one thing. */
interface Miss {
  readonly rule: SecurityRule;
  readonly what: "ports" | "protocol" | "addresses";
}

/** The rule that is most likely meant for it. */
function nearest({ rules }: RuleSet, port: number | Unknown, peer: Peer): Miss | undefined {
  if (isUnknown(port)) return undefined;
  const misses = rules.flatMap((rule): Miss[] => {
    const [protocol, from, to] = [known(rule.protocol), known(rule.fromPort), known(rule.toPort)];
    if (opensPort(rule, port) === true) return rangesIn([rule]).length > 0 && rule.groupIds.items.length === 0 ? [{ rule, what: "addresses" }] : [];
    if (protocol === undefined || isAll(protocol) || from === undefined || to === undefined || !isMeantFor(rule, peer)) return [];
    if (from > to) return to <= port && port <= from ? [{ rule, what: "ports" }] : [];
    return !isTcp(protocol) && from <= port && port <= to && !/^icmp/.test(protocol) ? [{ rule, what: "protocol" }] : [];
  });
  const rank = ({ rule, what }: Miss) => (names(rule, peer) ? 0 : what === "addresses" ? 2 : 1) + (known(rule.fromPort) === port || known(rule.toPort) === port ? 0 : 3);
  return misses.sort((a, b) => rank(a) - rank(b))[0];
}

function nearMiss(topology: Topology, { rule, what }: Miss, check: Check, through: Passage, balancer: Peer): Fault {
  const [groupId] = balancer.groupIds.items;
  const [low, high] = [known(rule.toPort), known(rule.fromPort)];
  const ways: Record<Miss["what"], { argument: string; text: string; edits: readonly Edit[]; why: string }> = {
    ports: { argument: ruleArgument(rule, "from_port"), text: "Give the rule's ports from the lower to the higher.", why: "its first port is above its last", edits: [ruleSetting(rule, "from_port", low), ruleSetting(rule, "to_port", high)] },
    protocol: { argument: argument(rule, "protocol"), text: "Make it a rule for tcp.", why: "the balancer speaks tcp", edits: [ruleSetting(rule, rule.attribute === "" ? argument(rule, "protocol") : "protocol", "tcp")] },
    addresses: { argument: argument(rule, "cidrs"), text: "Make it a rule for the balancer's group.", why: "the balancer's addresses are others", edits: groupId === undefined ? [] : redirected(rule, groupId) },
  };
  const way = ways[what];
  return {
    id: "P35", hop: "target", address: rule.address, attribute: way.argument, observed: `${ruleInWords(topology, rule, "ingress")}: ${way.why}`,
    required: `${portsInWords([check])} from ${namesOf(topology, balancer.groupIds) || "the balancer"}`,
    symptom: `504 Gateway Timeout or Target.Timeout in the target's health; what fails is the ${check.what}`, ...shareOf([through], "the balancer's subnets", true),
    fix: fix(way.text, "`appPort` and `healthCheck.port` write the rules right: take back the override or the added resource", way.edits),
  };
}

function ruleArgument({ attribute }: SecurityRule, name: string): string {
  return attribute === "" ? name : `${attribute}.${name}`;
}

/* who is who */

function targetPeer(topology: Topology, { server, registration, subnets }: Target): Peer {
  const owner = { address: registration.address, attribute: registration.attribute };
  const ip = rangesOf(known(server?.privateIp) ?? known(registration.targetId) ?? "");
  const missing = new Unknown(owner.address, owner.attribute, "the file does not hold the target");
  // The default group of a VPC is another row's.
  const groupIds = server === undefined ? { items: [], ...(ip.length === 0 && { open: missing }) } : known(server.hasSecurityGroups) === false ? { items: [], open: missing } : server.securityGroupIds;
  if (ip.length > 0) return { groupIds, places: [{ ranges: ip, isExact: true, why: missing }] };
  const ids = server?.subnetIds ?? { items: subnets.flatMap(({ id }) => known(id) ?? []) };
  return { groupIds, places: placesOf(topology, ids, server === undefined ? owner : { address: server.address, attribute: server.kind === "instance" ? "subnet_id" : "vpc_zone_identifier" }) };
}

function isAddress(targetId: Attr<string>): boolean {
  const id = known(targetId) ?? "";
  return rangesOf(id).length > 0 || /^[0-9a-f]*:[0-9a-f:]*$/i.test(id);
}

function sourcesOfTarget({ server, registration }: Target, peer: Peer): readonly Source[] {
  const group = server?.securityGroupIds.items[0];
  if (group !== undefined) return [{ group }];
  const ip = known(registration.targetId);
  if (ip !== undefined && isAddress(ip)) return [{ cidr: ip.includes("/") ? ip : `${ip}/32` }];
  return peer.places.length > 0 ? [{ cidr: "0.0.0.0/0" }] : [];
}

function sourcesOfPeer({ groupIds }: Peer): readonly Source[] {
  return groupIds.items.map((group) => ({ group }));
}

function namesOf({ byId }: Topology, ids: Listed<string> | undefined): string {
  return (ids?.items ?? []).map((id) => byId.securityGroup(id)?.address ?? id).join(" or ");
}

function portsOf(checks: readonly Check[]): readonly number[] {
  return checks.flatMap(({ port }) => (isUnknown(port) ? [] : [port]));
}

function portsInWords(checks: readonly Check[]): string {
  return checks.map(({ what, port }) => `tcp ${isUnknown(port) ? "" : port} (${what})`).join(" and ");
}

/** How many places are reached or, of what fails, missed. */
function shareOf(passages: readonly Passage[], of: string, isMissed = true): { share?: string } {
  const [partly] = passages.filter((it) => it.answer === "partly");
  return partly === undefined || !isMissed ? {} : { share: `${partly.of - partly.places} of ${partly.of} of ${of}` };
}
