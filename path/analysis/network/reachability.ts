import type { SecurityGroup, SecurityRule, Subnet, Topology, Vpc } from "../../../topology/model";
import type { Attr, Listed } from "../../../topology/value";
import { isUnknown, known, Unknown } from "../../../topology/value";
import { covers, coversInternet, EVERY_ADDRESS, holdsPublic, merged, nextOf, type Range, rangesOf } from "./ipv4";

/* What security groups open to whom. */

export type Direction = "ingress" | "egress";

/** A part of the other side, such as one subnet of the balancer. */
export interface Place {
  /** Its IPv4 addresses, or at least where they lie: not `isExact`. */
  readonly ranges: readonly Range[];
  readonly isExact: boolean;
  /** Why it is not exact. */
  readonly why: Unknown;
}

/** Who is on the other side: at least one place. */
export interface Peer {
  readonly groupIds: Listed<string>;
  readonly places: readonly Place[];
}

/** What groups let through: `partly` is so many places of all. */
export type Passage =
  | { readonly answer: "yes" | "no" }
  | { readonly answer: "partly"; readonly places: number; readonly of: number }
  | { readonly answer: "open"; readonly why: Unknown };

/** All rules of some groups in one direction. */
export interface RuleSet {
  readonly direction: Direction;
  /** Those groups that the file holds. */
  readonly groups: readonly SecurityGroup[];
  readonly rules: readonly SecurityRule[];
  /** Why there may be more rules. */
  readonly open?: Unknown;
}

/** @param owner who has the groups, as `address` and `attribute` of what names them */
export function ruleSet(
  topology: Topology,
  ids: Listed<string>,
  direction: Direction,
  owner: { readonly address: string; readonly attribute: string },
): RuleSet {
  const groups = ids.items.map((id) => topology.byId.securityGroup(id)).filter((it) => it !== undefined);
  const missing = ids.items.find((id) => topology.byId.securityGroup(id) === undefined);
  const foreign =
    missing === undefined
      ? undefined
      : new Unknown(owner.address, owner.attribute, `the file does not hold the rules of ${plain(missing)}`);
  const opens = groups.map((it) => (direction === "ingress" ? it.openIngress : it.openEgress)).filter(isUnknown);
  const open = ids.open ?? foreign ?? opens[0];
  return { direction, groups, rules: groups.flatMap((it) => it[direction]), ...(open !== undefined && { open }) };
}

/** Whether a rule holds for TCP packets to this port; the port may be one that the file leaves open. */
export function opensPort({ protocol, fromPort, toPort }: SecurityRule, port: Attr<number>): boolean | Unknown {
  if (isUnknown(protocol)) return protocol;
  if (isAll(protocol)) return true;
  if (!isTcp(protocol)) return false;
  if (isUnknown(fromPort)) return fromPort;
  if (isUnknown(toPort)) return toPort;
  if (fromPort === undefined || toPort === undefined) return false;
  if (isUnknown(port)) return fromPort <= 1 && toPort === 65535 ? true : fromPort > toPort ? false : port;
  return port !== undefined && fromPort <= port && port <= toPort;
}

export function isAll(protocol: string | undefined): boolean {
  return protocol === "-1" || protocol === "all";
}

export function isTcp(protocol: string | undefined): boolean {
  return protocol === "tcp" || protocol === "6";
}

/** What a set of rules opens of one port, so that many peers can be looked up. */
interface Opened {
  readonly groups: ReadonlySet<string>;
  /** Merged. */
  readonly ranges: readonly Range[];
  readonly rules: readonly SecurityRule[];
  /** Of which the ports, the protocol or a part of the peers are left open. */
  readonly vague: readonly { readonly rule: SecurityRule; readonly opens: boolean | Unknown }[];
}

const opened = new WeakMap<RuleSet, Map<Attr<number>, Opened>>();

function openedBy(set: RuleSet, port: Attr<number>): Opened {
  const ports = opened.get(set) ?? new Map<Attr<number>, Opened>();
  opened.set(set, ports);
  const before = ports.get(port);
  if (before !== undefined) return before;
  const all = set.rules.map((rule) => ({ rule, opens: opensPort(rule, port) })).filter(({ opens }) => opens !== false);
  const rules = all.filter(({ opens }) => opens === true).map(({ rule }) => rule);
  const vague = all.filter(
    ({ rule, opens }) => isUnknown(opens) || peersOpen(rule) !== undefined || rule.prefixListIds.items.length > 0,
  );
  const found = {
    groups: new Set(rules.flatMap(({ groupIds }) => groupIds.items)),
    ranges: merged(rangesIn(rules)),
    rules,
    vague,
  };
  ports.set(port, found);
  return found;
}

/**
 * Whether the rules let TCP packets to this port pass between their groups and the peer. Only what the file leaves open
 * and what would change the answer makes it `open`.
 */
export function passage(topology: Topology, set: RuleSet, port: Attr<number>, peer: Peer): Passage {
  const { groups, ranges, rules, vague } = openedBy(set, port);
  if (peer.groupIds.items.some((id) => groups.has(id))) return { answer: "yes" };
  const covered = peer.places.filter((place) => isCovered(place, ranges));
  if (covered.length === peer.places.length) return { answer: "yes" };
  const why =
    leftOpen(vague, peer) ??
    doubtfulGroup(topology, groups, rules, peer) ??
    peer.places.find((it) => !it.isExact && isTouched(it, ranges))?.why ??
    set.open;
  if (why !== undefined) return { answer: "open", why };
  return covered.length === 0 ? { answer: "no" } : { answer: "partly", places: covered.length, of: peer.places.length };
}

/** The first thing in a rule that could let more pass than what surely passes. */
function leftOpen(vague: Opened["vague"], peer: Peer): Unknown | undefined {
  for (const { rule, opens } of vague) {
    const [list] = rule.prefixListIds.items;
    if (isUnknown(opens) && (list !== undefined || isMeantFor(rule, peer))) return opens;
    const open = peersOpen(rule);
    if (open !== undefined) return open;
    if (list !== undefined)
      return new Unknown(
        rule.address,
        attributeOf(rule, argument(rule, "prefixLists")),
        `the file does not say which addresses ${plain(list)} has`,
      );
  }
  return undefined;
}

/** Why a rule may be for others than it says. */
function peersOpen(rule: SecurityRule): Unknown | undefined {
  return rule.groupIds.open ?? cidrsOpen(rule) ?? rule.prefixListIds.open;
}

function cidrsOpen(rule: SecurityRule): Unknown | undefined {
  const expression = rule.cidrs.items.find((it) => it.includes("${"));
  return (
    rule.cidrs.open ??
    (expression === undefined
      ? undefined
      : new Unknown(
          rule.address,
          attributeOf(rule, argument(rule, "cidrs")),
          `the file does not say what ${expression} will be`,
        ))
  );
}

/** A group in a rule that may be one of the peer's, by another name. */
function doubtfulGroup(
  { byId }: Topology,
  groups: ReadonlySet<string>,
  rules: readonly SecurityRule[],
  peer: Peer,
): Unknown | undefined {
  if (groups.size === 0) return undefined;
  if (peer.groupIds.open !== undefined) return peer.groupIds.open;
  const isMade = (id: string) => byId.securityGroup(id)?.isData === false;
  const arePeersMade = peer.groupIds.items.every(isMade);
  const doubtful = [...groups].find(
    (id) => !(arePeersMade && isMade(id)) && peer.groupIds.items.some((it) => isSymbolic(id) || isSymbolic(it)),
  );
  const rule = doubtful === undefined ? undefined : rules.find(({ groupIds }) => groupIds.items.includes(doubtful));
  return rule === undefined || doubtful === undefined
    ? undefined
    : new Unknown(
        rule.address,
        attributeOf(rule, argument(rule, "groups")),
        `the file does not say which group ${plain(doubtful)} is`,
      );
}

/** Whether a rule names one of the peer's groups. */
export function names({ groupIds }: SecurityRule, peer: Peer): boolean {
  return groupIds.items.some((id) => peer.groupIds.items.includes(id));
}

/** Whether a rule, its ports and protocol apart, is for the peer or a part of it. */
export function isMeantFor(rule: SecurityRule, peer: Peer): boolean {
  return names(rule, peer) || peer.places.some((it) => isTouched(it, merged(rangesIn([rule]))));
}

function isSymbolic(id: string): boolean {
  return id.startsWith("${");
}

/** @param by merged ranges */
function isCovered({ ranges }: Place, by: readonly Range[]): boolean {
  return (
    ranges.length > 0 &&
    ranges.every(({ first, last }) => {
      const next = nextOf(by, first);
      return next !== undefined && next.first <= first && last <= next.last;
    })
  );
}

/** @param by merged ranges */
function isTouched({ ranges }: Place, by: readonly Range[]): boolean {
  return ranges.some(({ first, last }) => (nextOf(by, first)?.first ?? Infinity) <= last);
}

export function rangesIn(rules: readonly SecurityRule[]): readonly Range[] {
  return rules.flatMap(({ cidrs }) => cidrs.items.flatMap(rangesOf));
}

/* places */

export function subnetPlace(topology: Topology, subnet: Subnet): Place {
  const { cidr, vpcId, address } = subnet;
  const ranges = rangesOf(known(cidr) ?? "");
  if (ranges.length > 0) return { ranges, isExact: true, why: new Unknown(address, "cidr_block", "") };
  const vpc = vpcRanges(topology.byId.vpc(vpcId));
  const why = isUnknown(cidr)
    ? cidr
    : new Unknown(address, "cidr_block", "the file does not say which addresses the subnet has");
  return { ranges: vpc.length > 0 ? vpc : [EVERY_ADDRESS], isExact: false, why };
}

/** Subnets by their ids; those that the file does not hold can have any address. */
export function placesOf(
  topology: Topology,
  ids: Listed<string>,
  owner: { readonly address: string; readonly attribute: string },
): readonly Place[] {
  const vague = (why: Unknown): Place => ({ ranges: [EVERY_ADDRESS], isExact: false, why });
  const places = ids.items.map((id) => {
    const subnet = topology.byId.subnet(id);
    return subnet === undefined
      ? vague(new Unknown(owner.address, owner.attribute, `the file does not say which addresses ${plain(id)} has`))
      : subnetPlace(topology, subnet);
  });
  if (ids.open !== undefined) return [...places, vague(ids.open)];
  return places.length > 0 ? places : [vague(new Unknown(owner.address, owner.attribute, "the file names no subnet"))];
}

/** The addresses of a VPC if all are known. */
export function vpcRanges(vpc: Vpc | undefined): readonly Range[] {
  return vpc === undefined || vpc.cidrs.open !== undefined ? [] : vpc.cidrs.items.flatMap(rangesOf);
}

/** The VPC of the first subnet that the file holds. */
export function vpcIdOf(topology: Topology, subnetIds: Listed<string>): Attr<string> {
  for (const id of subnetIds.items) {
    const subnet = topology.byId.subnet(id);
    if (subnet !== undefined) return subnet.vpcId;
  }
  return undefined;
}

/* clients */

/** Who can reach a port: everyone (on the internet or in the VPC), some, nobody; or it is left open. */
export type Audience =
  | { readonly answer: "everyone" | "nobody" }
  | { readonly answer: "some"; readonly who: readonly string[] }
  | { readonly answer: "open"; readonly why: Unknown };

/**
 * Which clients the rules let in. Packets of the internet never carry a group, and never come from a private address.
 * @param ipv6Only the balancer has no public IPv4 address, so that its clients come by IPv6
 */
export function audience(
  topology: Topology,
  set: RuleSet,
  port: number,
  from: "internet" | "vpc",
  vpc: Vpc | undefined,
  ipv6Only = false,
): Audience {
  const rules = set.rules.map((rule) => ({ rule, opens: opensPort(rule, port) }));
  const sure = rules.filter(({ opens }) => opens === true).map(({ rule }) => rule);
  const isForClients = (cidr: string) => rangesOf(cidr).some((it) => from === "vpc" || holdsPublic(it));
  const cidrs = ipv6Only
    ? sure.flatMap(({ ipv6Cidrs }) => ipv6Cidrs.items)
    : sure.flatMap((rule) => rule.cidrs.items).filter(isForClients);
  const inside = vpcRanges(vpc);
  const ranges = ipv6Only ? [] : cidrs.flatMap(rangesOf);
  const isEveryone = ipv6Only
    ? cidrs.includes("::/0")
    : from === "internet"
      ? coversInternet(ranges)
      : (inside.length > 0 ? inside : [EVERY_ADDRESS]).every((it) => covers(ranges, it));
  if (isEveryone) return { answer: "everyone" };
  const groups =
    from === "vpc"
      ? sure.flatMap(({ groupIds }) => groupIds.items).map((id) => topology.byId.securityGroup(id)?.address ?? id)
      : [];
  const who = [
    ...cidrs,
    ...groups,
    ...sure.flatMap(({ prefixListIds }) => prefixListIds.items.map((id) => `prefix list ${plain(id)}`)),
  ];
  if (who.length > 0) return { answer: "some", who: [...new Set(who)] };
  for (const { rule, opens } of rules) {
    if (opens === false) continue;
    const open =
      (ipv6Only ? rule.ipv6Cidrs.open : cidrsOpen(rule)) ??
      rule.prefixListIds.open ??
      (from === "vpc" ? rule.groupIds.open : undefined);
    if (open !== undefined) return { answer: "open", why: open };
    const reaches =
      rule.cidrs.items.some(isForClients) ||
      rule.prefixListIds.items.length > 0 ||
      (from === "vpc" && rule.groupIds.items.length > 0) ||
      (ipv6Only && rule.ipv6Cidrs.items.length > 0);
    if (isUnknown(opens) && reaches) return { answer: "open", why: opens };
  }
  return set.open === undefined ? { answer: "nobody" } : { answer: "open", why: set.open };
}

/* words */

/** `${aws_lb.web.arn}` without its braces. */
export function plain(id: string): string {
  return id.replace(/^\$\{(.*)\}$/, "$1");
}

/** How a finding names an argument of a rule: `ingress[0].from_port` of a group, or `from_port`. */
export function attributeOf({ attribute }: SecurityRule, name: string): string {
  return attribute === "" ? name : `${attribute}.${name}`;
}

/** What a rule's argument is called where it stands. */
export function argument(rule: SecurityRule, what: "protocol" | "cidrs" | "groups" | "prefixLists"): string {
  const [alone, beside, inline] = {
    protocol: ["ip_protocol", "protocol", "protocol"],
    cidrs: ["cidr_ipv4", "cidr_blocks", "cidr_blocks"],
    groups: ["referenced_security_group_id", "source_security_group_id", "security_groups"],
    prefixLists: ["prefix_list_id", "prefix_list_ids", "prefix_list_ids"],
  }[what] as [string, string, string];
  if (rule.attribute !== "") return inline;
  return /(^|\.)aws_vpc_security_group_/.test(rule.address) ? alone : beside;
}

/** Such as `tcp 80 from aws_security_group.alb`. */
export function ruleInWords({ byId }: Topology, rule: SecurityRule, direction: Direction): string {
  const { protocol, fromPort, toPort, cidrs, ipv6Cidrs, groupIds, prefixListIds } = rule;
  const ports = isAll(known(protocol))
    ? "every port"
    : `${isUnknown(protocol) ? "an unknown protocol" : protocol} ` +
      `${isUnknown(fromPort) || isUnknown(toPort) ? "on unknown ports" : fromPort === toPort ? `${fromPort}` : `${fromPort}-${toPort}`}`;
  const peers = [
    ...cidrs.items,
    ...ipv6Cidrs.items,
    ...groupIds.items.map((id) => byId.securityGroup(id)?.address ?? plain(id)),
    ...prefixListIds.items.map((id) => `prefix list ${plain(id)}`),
  ];
  return `${ports} ${direction === "ingress" ? "from" : "to"} ${peers.join(", ") || "nobody"}`;
}

/** What groups let through in one direction, in one line. */
export function rulesInWords(topology: Topology, { rules, groups, direction }: RuleSet): string {
  const who = groups.map(({ address }) => address).join(" and ");
  const verb = direction === "ingress" ? "lets in" : "lets out";
  if (rules.length === 0) return `${who} ${verb} nothing`;
  const shown = rules.slice(0, 4).map((rule) => ruleInWords(topology, rule, direction));
  return (
    `${who} ${verb} only ` +
    `${shown.join("; ")}${rules.length > shown.length ? `; and ${rules.length - shown.length} more` : ""}`
  );
}
