import type { Balancer, Registration, SecurityGroup, SecurityRule, Topology } from "../../topology/model";
import { type Attr, isUnknown, known, type Listed, Unknown } from "../../topology/value";
import { balancerGroups, isApplication } from "../analysis/network/balancer-groups";
import { rangesOf } from "../analysis/network/ipv4";
import { type Passage, passage } from "../analysis/network/passage";
import { isMeantFor, namesGroup, type Peer, placesOf } from "../analysis/network/places";
import { ruleInWords, rulesInWords } from "../analysis/network/rule-words";
import {
  argument,
  attributeOf,
  isAll,
  isTcp,
  opensPort,
  type RuleSet,
  rangesIn,
  ruleSet,
} from "../analysis/network/security-rules";
import type { Target } from "../analysis/requests/traced-path";
import { type HealthReaders, healthReaders, ofHealthChecksOnly } from "../analysis/targets/health-readers";
import { fix } from "../fixes/fix";
import { opening, renamed, ruleSetting, type Source } from "../fixes/group-fixes";
import type { Edit } from "../report";
import type { Fault, PathCheck } from "./rule";

const TIMEOUT = "504 Gateway Timeout; Target.Timeout in the target's health";
const UNHEALTHY = "Target.Timeout in the target's health, though the application works";

/** Ports that a group keeps shut, for so many targets. */
interface Shut {
  readonly id: "P32" | "P33" | "P34";
  readonly set: RuleSet;
  readonly group: SecurityGroup;
  readonly checks: Check[];
  /** Whom it has to be opened to, as a rule says it and in words. */
  readonly sources: Source[];
  readonly whom: string[];
  readonly share: { share?: string };
  /** What looks at the health of the targets that are kept shut. */
  readonly health: HealthReaders[];
  count: number;
}

/** P32 to P35: between the balancer and its targets, the port of the requests and the port of the health check. */
export const targetPassage: PathCheck = (path, report) => {
  const { balancer, topology, targets } = path;
  if (balancer === undefined || !isApplication(balancer)) return;
  const { ids } = balancerGroups(path, balancer);
  if (ids.items.length === 0 && ids.open === undefined) return;
  const view = viewOf(topology, balancer, ids);
  const counts = new Map<Seen, number>();
  for (const target of targets) {
    const seen = seenOf(topology, view, target);
    if (seen !== undefined) counts.set(seen, (counts.get(seen) ?? 0) + 1);
  }
  const shut = new Map<string, Shut>();
  const missed = new Map<string, { fault: Fault; count: number }>();
  let total = 0;
  for (const [seen, count] of counts) {
    total += count;
    seen.shut.forEach((it) => addShut(shut, it, count));
    seen.missed.forEach((fault) => {
      const key = JSON.stringify([fault.address, fault.attribute]);
      const before = missed.get(key);
      // What requests meet too is worse than what only health checks meet.
      missed.set(key, {
        fault: before === undefined || fault.severity !== "warning" ? fault : before.fault,
        count: (before?.count ?? 0) + count,
      });
    });
    seen.opens.forEach((it) => report.open("target", it));
    seen.assumed.forEach((it) => report.assume({ hop: "target", ...it }));
  }
  for (const { fault, count } of [
    ...missed.values(),
    ...[...shut.values()].map((it) => ({ fault: shutFault(topology, it), count: it.count })),
  ]) {
    const share = [
      ...(count < total ? [`${count} of ${total} targets`] : []),
      ...(fault.share === undefined ? [] : [fault.share]),
    ].join("; ");
    report.fault({ ...fault, ...(share !== "" && { share }) });
  }
};

/** How a balancer with these groups sees targets; kept, as many paths lead to the same ones. */
interface View {
  readonly key: string;
  readonly out: RuleSet;
  readonly peer: Peer;
  /** Of each list of groups once. */
  readonly sets: Map<string, RuleSet>;
  readonly byKind: Map<string, Seen>;
  readonly byRegistration: Map<Registration, Seen | undefined>;
}

const views = new WeakMap<Balancer, View>();

function viewOf(topology: Topology, balancer: Balancer, ids: Listed<string>): View {
  const key = JSON.stringify([ids.items, ids.open]);
  const before = views.get(balancer);
  if (before?.key === key) return before;
  const { address, subnetIds } = balancer;
  const view: View = {
    key,
    out: ruleSet(topology, ids, "egress", { address, attribute: "security_groups" }),
    peer: { groupIds: ids, places: placesOf(topology, subnetIds, { address, attribute: "subnets" }) },
    sets: new Map(),
    byKind: new Map(),
    byRegistration: new Map(),
  };
  views.set(balancer, view);
  return view;
}

/** Targets that differ in nothing that groups could tell are seen as one; functions and balancers are not looked at. */
function seenOf(topology: Topology, view: View, target: Target): Seen | undefined {
  const { registration, server, port, healthPort, targetGroup } = target;
  if (view.byRegistration.has(registration)) return view.byRegistration.get(registration);
  const text = (value: Attr<unknown>) => (isUnknown(value) ? [value.address, value.attribute] : value);
  const one =
    server === undefined
      ? [text(registration.targetId), registration.address]
      : [
          server.securityGroupIds.items,
          text(server.securityGroupIds.open),
          server.subnetIds.items,
          text(server.privateIp),
          text(server.hasSecurityGroups),
        ];
  const health = healthReaders(topology, targetGroup);
  const kind = JSON.stringify([
    one,
    text(port),
    text(healthPort),
    text(targetGroup.healthCheck.enabled),
    health.readers.map(({ address }) => address),
    text(health.open),
  ]);
  const isFunction = ["lambda", "alb"].includes(known(targetGroup.targetType) ?? "");
  const seen = isFunction ? undefined : (view.byKind.get(kind) ?? newlySeen(topology, view, target));
  if (seen !== undefined) view.byKind.set(kind, seen);
  view.byRegistration.set(registration, seen);
  return seen;
}

function newlySeen(topology: Topology, view: View, target: Target): Seen {
  const {
    server,
    registration: { address, targetId },
  } = target;
  const assumed =
    server === undefined && isAddress(targetId)
      ? [{ address, text: `whatever has the address ${known(targetId)} lets the balancer in` }]
      : [];
  const seen: Seen = { shut: [], missed: [], opens: [], assumed };
  fromBalancer(topology, view, target, seen);
  toTarget(topology, view, target, seen);
  const { readers, open } = healthReaders(topology, target.targetGroup);
  const isOnlyHealth =
    seen.missed.some(({ severity }) => severity === "warning") ||
    seen.shut.some(({ checks }) => checks.every(({ what }) => what === "health checks"));
  if (isOnlyHealth && readers.length === 0 && open !== undefined) seen.opens.push(open);
  return seen;
}

/** What was seen of one kind of targets. */
interface Seen {
  readonly shut: Omit<Shut, "count">[];
  readonly missed: Fault[];
  readonly opens: Unknown[];
  readonly assumed: readonly { readonly address: string; readonly text: string }[];
}

function addShut(all: Map<string, Shut>, one: Omit<Shut, "count">, count: number): void {
  const key = JSON.stringify([one.id, one.group.address]);
  const before = all.get(key);
  if (before === undefined) {
    all.set(key, {
      ...one,
      health: [...one.health],
      checks: [...one.checks],
      sources: [...one.sources],
      whom: [...one.whom],
      count,
    });
    return;
  }
  before.count += count;
  before.health.push(...one.health);
  before.checks.push(
    ...one.checks.filter(
      (it) => !before.checks.some((other) => other.what === it.what && samePort(other.port, it.port)),
    ),
  );
  before.sources.push(
    ...one.sources.filter((it) => !before.sources.some((other) => JSON.stringify(other) === JSON.stringify(it))),
  );
  before.whom.push(...one.whom.filter((it) => !before.whom.includes(it)));
}

interface Check {
  readonly what: "requests" | "health checks" | "requests and health checks";
  readonly port: number | Unknown;
}

/** One where both go to one port. */
function checksOf({ port, healthPort, targetGroup }: Target): readonly Check[] {
  const isChecked = known(targetGroup.healthCheck.enabled) !== false && healthPort !== undefined;
  if (isChecked && port !== undefined && samePort(port, healthPort))
    return [{ what: "requests and health checks", port }];
  return [
    ...(port === undefined ? [] : [{ what: "requests" as const, port }]),
    ...(isChecked ? [{ what: "health checks" as const, port: healthPort }] : []),
  ];
}

/** What is left open twice, in a port that follows from another, is left open once. */
function samePort(a: Attr<number>, b: Attr<number>): boolean {
  return a === b || (isUnknown(a) && isUnknown(b) && a.address === b.address && a.attribute === b.attribute);
}

function fromBalancer(topology: Topology, { out: set }: View, target: Target, { shut, opens }: Seen): void {
  const { server, registration } = target;
  const [group] = set.groups;
  // What goes out by IPv6 is not looked at.
  if (
    server === undefined &&
    isAddress(registration.targetId) &&
    rangesOf(known(registration.targetId) ?? "").length === 0
  )
    return;
  const hasOwnGroups = server === undefined || known(server.hasSecurityGroups) !== false;
  const peer = targetPeer(topology, target);
  const results = checksOf(target).map((check) => ({ check, through: passage(topology, set, check.port, peer) }));
  results.forEach(({ through }) => through.answer === "open" && hasOwnGroups && opens.push(through.why));
  const blocked = results.filter(({ through }) => through.answer === "no" || through.answer === "partly");
  if (blocked.length === 0 || group === undefined) return;
  shut.push({
    id: "P32",
    set,
    group,
    health: [healthReaders(topology, target.targetGroup)],
    checks: blocked.map(({ check }) => check),
    sources: [...sourcesOfTarget(target)],
    whom: [namesOf(topology, server?.securityGroupIds) || (known(registration.targetId) ?? "the targets")],
    share: shareOf(
      blocked.map(({ through }) => through),
      "the targets' subnets",
    ),
  });
}

function toTarget(
  topology: Topology,
  { peer: balancer, sets }: View,
  target: Target,
  { shut, missed, opens }: Seen,
): void {
  const { server, registration } = target;
  // Nothing to look at here is row 61, or assumed.
  if (server === undefined) {
    if (!isAddress(registration.targetId))
      opens.push(
        new Unknown(
          registration.address,
          registration.attribute,
          "the file does not hold the target, and so not its groups",
        ),
      );
    return;
  }
  if (known(server.hasSecurityGroups) === false) return;
  const key = JSON.stringify([server.securityGroupIds.items, server.securityGroupIds.open?.address]);
  const set =
    sets.get(key) ??
    ruleSet(topology, server.securityGroupIds, "ingress", {
      address: server.settingsAddress,
      attribute: "vpc_security_group_ids",
    });
  sets.set(key, set);
  const [group] = set.groups;
  const results = checksOf(target).map((check) => ({ check, through: passage(topology, set, check.port, balancer) }));
  results.forEach(({ through }) => through.answer === "open" && opens.push(through.why));
  const far: Check[] = [];
  for (const { check, through } of results.filter(
    (it) => it.through.answer === "no" || it.through.answer === "partly",
  )) {
    const miss = nearest(set, check.port, balancer);
    if (miss === undefined) far.push(check);
    else missed.push(nearMiss(topology, miss, check, through, balancer, healthReaders(topology, target.targetGroup)));
  }
  if (far.length === 0 || group === undefined) return;
  const id = far.every(({ what }) => what === "health checks") ? "P34" : "P33";
  const sources = balancer.groupIds.items.slice(0, 1).map((it) => ({ group: it }));
  shut.push({
    id,
    set,
    group,
    health: [healthReaders(topology, target.targetGroup)],
    checks: far,
    sources,
    whom: [namesOf(topology, balancer.groupIds) || "the balancer"],
    share: {},
  });
}

/** What is seen of ports that are shut: no request fails where only health checks do. */
function seenAs(checks: readonly Check[], health: readonly HealthReaders[]): Pick<Fault, "symptom" | "severity"> {
  return checks.every(({ what }) => what === "health checks")
    ? ofHealthChecksOnly(UNHEALTHY, health)
    : { symptom: TIMEOUT };
}

function shutFault(topology: Topology, { id, set, group, health, checks, sources, whom, share }: Shut): Fault {
  const shown = checks.map(checkInWords).join(" and ");
  const wanted = sources.flatMap((source) => checks.flatMap(({ port }) => (isUnknown(port) ? [] : [{ port, source }])));
  const at = {
    id,
    hop: "target" as const,
    address: group.address,
    attribute: set.direction,
    observed: rulesInWords(topology, set),
    ...share,
  };
  if (id === "P32") {
    return {
      ...at,
      required: `${shown} to ${whom.join(", ")}`,
      ...seenAs(checks, health),
      fix: fix(
        `Let the balancer out to ${shown} of its targets.`,
        "`appPort` and `healthCheck.port` open both groups; no prop closes them: remove the override",
        opening(group, "egress", wanted, "to_targets"),
      ),
    };
  }
  const prop = id === "P34" ? "`healthCheck: { port }`" : "`appPort`";
  return {
    ...at,
    required: `${shown} from ${whom.join(", ")}`,
    ...seenAs(checks, health),
    fix: fix(
      `Open ${shown} of the targets to the balancer.`,
      `${prop} opens its port in both groups; no prop closes it: remove the override`,
      opening(group, "ingress", wanted, "from_balancer"),
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
    // A rule for every port beside others is for something else, such as a private network.
    const isForEverything = isAll(protocol) || (from !== undefined && to !== undefined && to - from > 60_000);
    if (opensPort(rule, port) === true)
      return rangesIn([rule]).length > 0 && rule.groupIds.items.length === 0 && !(isForEverything && rules.length > 1)
        ? [{ rule, what: "addresses" }]
        : [];
    if (protocol === undefined || isAll(protocol) || from === undefined || to === undefined || !isMeantFor(rule, peer))
      return [];
    if (from > to) return to <= port && port <= from ? [{ rule, what: "ports" }] : [];
    return !isTcp(protocol) && from <= port && port <= to && !/^icmp/.test(protocol)
      ? [{ rule, what: "protocol" }]
      : [];
  });
  const rank = ({ rule, what }: Miss) =>
    (namesGroup(rule, peer) ? 0 : what === "addresses" ? 2 : 1) +
    (known(rule.fromPort) === port || known(rule.toPort) === port ? 0 : 3);
  return misses.sort((a, b) => rank(a) - rank(b))[0];
}

function nearMiss(
  topology: Topology,
  { rule, what }: Miss,
  check: Check,
  through: Passage,
  balancer: Peer,
  health: HealthReaders,
): Fault {
  const [groupId] = balancer.groupIds.items;
  const ways: Record<Miss["what"], { argument: string; text: string; edits: readonly Edit[]; why: string }> = {
    ports: {
      argument: "from_port",
      text: "Give the rule's ports from the lower to the higher.",
      why: "its first port is above its last",
      edits: [ruleSetting(rule, "from_port", known(rule.toPort)), ruleSetting(rule, "to_port", known(rule.fromPort))],
    },
    protocol: {
      argument: argument(rule, "protocol"),
      text: "Make it a rule for tcp.",
      why: "the balancer speaks tcp",
      edits: [ruleSetting(rule, argument(rule, "protocol"), "tcp")],
    },
    addresses: {
      argument: argument(rule, "cidrs"),
      text: "Make it a rule for the balancer's group.",
      why: "the balancer's addresses are others",
      edits: groupId === undefined ? [] : renamed(rule, [groupId]),
    },
  };
  const way = ways[what];
  return {
    id: "P35",
    hop: "target",
    address: rule.address,
    attribute: attributeOf(rule, way.argument),
    observed: `${ruleInWords(topology, rule, "ingress")}: ${way.why}`,
    required: `${checkInWords(check)} from ${namesOf(topology, balancer.groupIds) || "the balancer"}`,
    ...seenAs([check], [health]),
    ...shareOf([through], "the balancer's subnets"),
    fix: fix(
      way.text,
      "`appPort` and `healthCheck.port` write the rules right: remove the override or the added resource",
      way.edits,
    ),
  };
}

/* who is who */

function targetPeer(topology: Topology, { server, registration, subnets }: Target): Peer {
  const owner = { address: registration.address, attribute: registration.attribute };
  const ip = rangesOf(known(server?.privateIp) ?? known(registration.targetId) ?? "");
  const missing = new Unknown(owner.address, owner.attribute, "the file does not hold the target");
  // The default group of a VPC is another row's.
  const groupIds =
    server === undefined
      ? { items: [], ...(ip.length === 0 && { open: missing }) }
      : known(server.hasSecurityGroups) === false
        ? { items: [], open: missing }
        : server.securityGroupIds;
  if (ip.length > 0) return { groupIds, places: [{ ranges: ip, isExact: true, why: missing }] };
  const ids = server?.subnetIds ?? { items: subnets.flatMap(({ id }) => known(id) ?? []) };
  return {
    groupIds,
    places: placesOf(
      topology,
      ids,
      server === undefined
        ? owner
        : { address: server.address, attribute: server.kind === "instance" ? "subnet_id" : "vpc_zone_identifier" },
    ),
  };
}

function isAddress(targetId: Attr<string>): boolean {
  const id = known(targetId) ?? "";
  return rangesOf(id).length > 0 || /^[0-9a-f]*:[0-9a-f:]*$/i.test(id);
}

function sourcesOfTarget({ server, registration }: Target): readonly Source[] {
  const [group] = server?.securityGroupIds.items ?? [];
  if (group !== undefined) return [{ group }];
  const [ip] = rangesOf(known(registration.targetId) ?? "").length > 0 ? [known(registration.targetId)] : [];
  return [{ cidr: ip === undefined ? "0.0.0.0/0" : ip.includes("/") ? ip : `${ip}/32` }];
}

function namesOf({ byId }: Topology, ids: Listed<string> | undefined): string {
  return (ids?.items ?? []).map((id) => byId.securityGroup(id)?.address ?? id).join(" or ");
}

function checkInWords({ what, port }: Check): string {
  return `${isUnknown(port) ? "a port that is not known" : `tcp ${port}`} (${what})`;
}

/** How many places are missed of those that should be reached. */
function shareOf(passages: readonly Passage[], of: string): { share?: string } {
  const partly = passages.find((it) => it.answer === "partly");
  return partly === undefined ? {} : { share: `${partly.of - partly.places} of ${partly.of} of ${of}` };
}
