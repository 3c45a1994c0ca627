import type { SecurityGroup, Topology } from "../../../topology/model";
import { missing } from "../../../topology/symbols";
import { type Attr, isUnknown, known, type Listed, Unknown } from "../../../topology/value";
import type { Target } from "../requests/traced-path";
import { type HealthReaders, healthReaders } from "../targets/health-readers";
import { areForHealthOnly, type TargetPort, targetPorts } from "../targets/target-ports";
import { rangesOf } from "./ipv4";
import { type NearMiss, nearestMiss } from "./near-misses";
import { type Passage, passage } from "./passage";
import { type Peer, placesOf } from "./places";
import { type RuleSet, ruleSet, type Source } from "./security-rules";

/* Whether a load balancer reaches one target: whether its security groups and the target's allow the traffic. */

/** A load balancer with certain security groups, on the way to its targets. */
export interface Side {
  readonly out: RuleSet;
  readonly peer: Peer;
  /** What the targets' groups allow inbound, by the list of their ids. */
  readonly sets: Map<string, RuleSet>;
}

/** How many of the other side's subnets are affected, if not all. */
export interface SomePlaces {
  readonly hit: number;
  readonly of: number;
}

/** Ports of a target that a security group does not allow. */
export interface ShutPorts {
  readonly set: RuleSet;
  readonly group: SecurityGroup;
  readonly ports: readonly TargetPort[];
  /** Whom it should allow, as a rule references it and by its address. */
  readonly sources: readonly Source[];
  readonly whom: readonly string[];
  readonly places?: SomePlaces;
  /** What uses the health of the targets. */
  readonly health: readonly HealthReaders[];
}

/** A port of a target that a rule should open but does not, because of one mistake. */
export interface MissedPort extends NearMiss {
  readonly port: TargetPort;
  /** The load balancer's groups: the id of the first, and all of them by their addresses. */
  readonly groupId: string | undefined;
  readonly whom: string;
  readonly places?: SomePlaces;
  readonly health: HealthReaders;
}

export interface PassageOfTarget {
  /** What the load balancer's groups do not allow outbound. */
  readonly out?: ShutPorts;
  /** What the target's groups do not allow inbound, and no rule of them is meant to. */
  readonly in?: ShutPorts;
  readonly missed: readonly MissedPort[];
  /** Why it may not be allowed outbound, or inbound. */
  readonly openOut: readonly Unknown[];
  readonly openIn: readonly Unknown[];
  /** Why the consequences of failing health checks are unknown; only if nothing else fails. */
  readonly openHealth?: Unknown;
  /** The target is an address that is not in the file: the registration, and the address. */
  readonly stranger?: { readonly address: string; readonly ip: string };
}

export function passageOfTarget(topology: Topology, side: Side, target: Target): PassageOfTarget {
  const { server, registration } = target;
  const ip = known(registration.targetId) ?? "";
  const out = outOfBalancer(topology, side, target);
  const into = intoTarget(topology, side, target);
  const stopped = [out.out?.ports, into.in?.ports, ...into.missed.map(({ port }) => [port])];
  const { readers, open } = healthReaders(topology, target.targetGroup);
  const isOpen = readers.length === 0 && stopped.some((it) => it !== undefined && areForHealthOnly(it));
  return {
    ...out,
    ...into,
    ...(isOpen && open !== undefined && { openHealth: open }),
    ...(server === undefined &&
      isAddress(registration.targetId) && { stranger: { address: registration.address, ip } }),
  };
}

function outOfBalancer(
  topology: Topology,
  { out: set }: Side,
  target: Target,
): Pick<PassageOfTarget, "out" | "openOut"> {
  const { server, registration } = target;
  const ip = known(registration.targetId);
  // Outbound IPv6 is not checked.
  if (server === undefined && isAddress(ip) && rangesOf(ip ?? "").length === 0) return { openOut: [] };
  const peer = peerOf(topology, target);
  const { open, stopped } = stops(topology, set, target, peer);
  // P61 checks the default group of a VPC.
  const openOut = server !== undefined && known(server.hasSecurityGroups) === false ? [] : open;
  const [group] = set.groups;
  if (stopped.length === 0 || group === undefined) return { openOut };
  const out: ShutPorts = {
    set,
    group,
    ports: stopped.map(({ port }) => port),
    sources: [sourceOf(target)],
    whom: [groupsInWords(topology, server?.securityGroupIds) || (ip ?? "the targets")],
    ...somePlaces(stopped.map(({ through }) => through)),
    health: [healthReaders(topology, target.targetGroup)],
  };
  return { out, openOut };
}

function intoTarget(topology: Topology, side: Side, target: Target): Pick<PassageOfTarget, "in" | "missed" | "openIn"> {
  const { server, registration } = target;
  if (server === undefined)
    return {
      missed: [],
      openIn: isAddress(registration.targetId) ? [] : [absent(target)],
    };
  // P61 checks the default group of a VPC.
  if (known(server.hasSecurityGroups) === false) return { missed: [], openIn: [] };
  const { peer } = side;
  const set = ingressOf(topology, side, server);
  const { open, stopped } = stops(topology, set, target, peer);
  const health = healthReaders(topology, target.targetGroup);
  const whom = groupsInWords(topology, peer.groupIds) || "the load balancer";
  const [groupId] = peer.groupIds.items;
  const far: TargetPort[] = [];
  const missed: MissedPort[] = [];
  for (const { port, through } of stopped) {
    const miss = nearestMiss(set, port.port, peer);
    if (miss === undefined) far.push(port);
    else missed.push({ ...miss, port, groupId, whom, ...somePlaces([through]), health });
  }
  const [group] = set.groups;
  if (far.length === 0 || group === undefined) return { missed, openIn: open };
  const sources = groupId === undefined ? [] : [{ group: groupId }];
  return { in: { set, group, ports: far, sources, whom: [whom], health: [health] }, missed, openIn: open };
}

/** Servers with the same security groups share the rule set. */
function ingressOf(topology: Topology, { sets }: Side, server: NonNullable<Target["server"]>): RuleSet {
  const { securityGroupIds: ids, settingsAddress: address } = server;
  const key = JSON.stringify([ids.items, ids.open?.address]);
  const known = sets.get(key);
  if (known !== undefined) return known;
  const set = ruleSet(topology, ids, "ingress", { address, attribute: "vpc_security_group_ids" });
  sets.set(key, set);
  return set;
}

interface Stops {
  readonly open: readonly Unknown[];
  readonly stopped: readonly { readonly port: TargetPort; readonly through: Passage }[];
}

/** The ports of a target that a set of rules does not open to the other side, or not for certain. */
function stops(topology: Topology, set: RuleSet, target: Target, peer: Peer): Stops {
  const all = targetPorts(target).map((port) => ({ port, through: passage(topology, set, port.port, peer) }));
  return {
    open: all.flatMap(({ through }) => (through.answer === "open" ? [through.why] : [])),
    stopped: all.filter(({ through }) => through.answer === "no" || through.answer === "partly"),
  };
}

function somePlaces(passages: readonly Passage[]): { places?: SomePlaces } {
  const partly = passages.find((it) => it.answer === "partly");
  return partly === undefined ? {} : { places: { hit: partly.of - partly.places, of: partly.of } };
}

/** The target as the other side of the load balancer's groups. */
function peerOf(topology: Topology, target: Target): Peer {
  const { server, registration, subnets } = target;
  const ip = rangesOf(known(server?.privateIp) ?? known(registration.targetId) ?? "");
  const why = absent(target);
  const groupIds =
    server === undefined
      ? { items: [], ...(ip.length === 0 && { open: why }) }
      : known(server.hasSecurityGroups) === false
        ? { items: [], open: why }
        : server.securityGroupIds;
  if (ip.length > 0) return { groupIds, places: [{ ranges: ip, isExact: true, why }] };
  const ids = server?.subnetIds ?? { items: subnets.flatMap(({ id }) => known(id) ?? []) };
  const owner =
    server === undefined
      ? { address: registration.address, attribute: registration.attribute }
      : { address: server.address, attribute: server.kind === "instance" ? "subnet_id" : "vpc_zone_identifier" };
  return { groupIds, places: placesOf(topology, ids, owner) };
}

function absent({ registration: { address, attribute, targetId } }: Target): Unknown {
  return new Unknown(address, attribute, isUnknown(targetId) ? targetId.why : missing("the target", targetId));
}

function sourceOf({ server, registration }: Target): Source {
  const [group] = server?.securityGroupIds.items ?? [];
  if (group !== undefined) return { group };
  const id = known(registration.targetId) ?? "";
  if (rangesOf(id).length === 0) return { cidr: "0.0.0.0/0" };
  return { cidr: id.includes("/") ? id : `${id}/32` };
}

function isAddress(targetId: Attr<string>): boolean {
  const id = known(targetId) ?? "";
  return rangesOf(id).length > 0 || /^[0-9a-f]*:[0-9a-f:]*$/i.test(id);
}

function groupsInWords({ byId }: Topology, ids: Listed<string> | undefined): string {
  return (ids?.items ?? []).map((id) => byId.securityGroup(id)?.address ?? id).join(" or ");
}
