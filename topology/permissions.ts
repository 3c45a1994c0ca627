import { type Json, listOf, own } from "./json";
import type { SecurityRule } from "./model";
import { protocolName } from "./protocols";
import { isUnknown, known, Unknown } from "./value";

/* The single permissions of a security group, from any resource: in a plan's values, or in a file. */

export type Direction = "ingress" | "egress";

/** The allowed traffic. */
interface Opening {
  readonly protocol: string;
  /** Absent: all. */
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** The other side. */
interface Peer {
  readonly kind: "cidr" | "ipv6" | "prefix-list" | "group";
  readonly source: string;
}

/** One permission; AWS has each only once. */
export interface Permission extends Opening, Peer {
  /** The group's id. */
  readonly group: string;
  readonly direction: Direction;
}

/** Equal for permissions that are the same for AWS. */
export function permissionKey({ group, direction, protocol, from, to, kind, source }: Permission): string {
  return JSON.stringify([group, direction, protocol, from ?? null, to ?? null, kind, source]);
}

/** Equal for permissions that are the same for AWS in one direction of one group. */
export function keyWithin({ protocol, from, to, kind, source }: Opening & Peer): string {
  return JSON.stringify([protocol, from ?? null, to ?? null, kind, source]);
}

const SINGLE = /^aws_vpc_security_group_(ingress|egress)_rule$/;

/** Whether it is a separate security group rule resource. */
export function isRuleBeside(type: string): boolean {
  return type === "aws_security_group_rule" || SINGLE.test(type);
}

/** What a separate rule allows; nothing if it is not fully known. */
export function permissionsOfRule(type: string, values: Json | undefined, unknown: Json = {}): Permission[] {
  const group = own(values, "security_group_id");
  if (values === undefined || typeof group !== "string" || group === "") return [];
  const [, only] = SINGLE.exec(type) ?? [];
  if (only !== undefined)
    return permissions(values, unknown, group, only as Direction, "ip_protocol", {
      cidr: ["cidr_ipv4"],
      ipv6: ["cidr_ipv6"],
      "prefix-list": ["prefix_list_id"],
      group: ["referenced_security_group_id"],
    });
  if (type !== "aws_security_group_rule") return [];
  return permissions(
    values,
    unknown,
    group,
    own(values, "type") === "egress" ? "egress" : "ingress",
    "protocol",
    BLOCK,
  );
}

/** The rules of the group itself, as AWS has them. */
export function permissionsInGroup(values: Json | undefined): Permission[] {
  const group = own(values, "id");
  if (typeof group !== "string") return [];
  return (["ingress", "egress"] as const).flatMap((direction) =>
    listOf(own(values, direction)).flatMap((block) =>
      permissions(block as Json, {}, group, direction, "protocol", BLOCK),
    ),
  );
}

/** What a rule of a file allows, as far as its sources are known; nothing if its ports are unknown. */
export function permissionsOf(rule: SecurityRule, group: string, direction: Direction): Permission[] {
  const { protocol, fromPort, toPort, cidrs, ipv6Cidrs, groupIds, prefixListIds } = rule;
  const name = known(protocol);
  const isAll = name === "-1";
  if (name === undefined || (!isAll && (isUnknown(fromPort) || isUnknown(toPort)))) return [];
  const [from, to] = isAll ? [undefined, undefined] : [known(fromPort), known(toPort)];
  const lists = { cidr: cidrs, ipv6: ipv6Cidrs, "prefix-list": prefixListIds, group: groupIds };
  return (Object.keys(lists) as Permission["kind"][]).flatMap((kind) =>
    lists[kind].items
      .filter((it) => it !== "")
      .map((it) => ({ group, direction, protocol: name, from, to, kind, source: plainSource(kind, it) })),
  );
}

/** A block without the peers that `stays` rejects; nothing if none is left, the same block if all are. */
export function withoutPeers(block: Json, group: string, stays: (key: string) => boolean): Json | undefined {
  const opening = openingOf(block, {}, "protocol");
  if (opening === undefined) return block;
  const staysAs = (kind: Peer["kind"], peer: unknown) =>
    typeof peer !== "string" || stays(keyWithin({ ...opening, kind, source: plainSource(kind, peer) }));
  const lists = LISTS.map(([name, kind]) => {
    const peers = listOf(own(block, name));
    return { name, peers, left: peers.filter((peer) => staysAs(kind, peer)) };
  });
  const self = own(block, "self") === true;
  const staysItself = self && staysAs("group", group);
  if (self === staysItself && lists.every(({ peers, left }) => peers.length === left.length)) return block;
  return staysItself || lists.some(({ left }) => left.length > 0)
    ? { ...block, ...Object.fromEntries(lists.map(({ name, left }) => [name, left])), self: staysItself }
    : undefined;
}

type Sources = Readonly<Record<Peer["kind"], readonly string[]>>;

const BLOCK: Sources = {
  cidr: ["cidr_blocks"],
  ipv6: ["ipv6_cidr_blocks"],
  "prefix-list": ["prefix_list_ids"],
  group: ["security_groups", "source_security_group_id"],
};

/** The lists of an inline block, each with the kind of its peers. */
const LISTS = [
  ["cidr_blocks", "cidr"],
  ["ipv6_cidr_blocks", "ipv6"],
  ["prefix_list_ids", "prefix-list"],
  ["security_groups", "group"],
] as const;

function permissions(
  values: Json,
  unknown: Json,
  group: string,
  direction: Direction,
  protocolArgument: string,
  sources: Sources,
): Permission[] {
  const opening = openingOf(values, unknown, protocolArgument);
  if (opening === undefined) return [];
  const base = { group, direction, ...opening };
  const found = (Object.keys(sources) as Peer["kind"][]).flatMap((kind) =>
    sources[kind].flatMap((name) =>
      textsOf(own(values, name)).map((text) => ({ ...base, kind, source: plainSource(kind, text) })),
    ),
  );
  return own(values, "self") === true ? [...found, { ...base, kind: "group", source: group }] : found;
}

function openingOf(values: Json, unknown: Json, protocolArgument: string): Opening | undefined {
  const given = own(values, protocolArgument);
  if (typeof given !== "string" && typeof given !== "number") return undefined;
  const protocol = protocolName(String(given));
  if (protocol === "-1") return { protocol, from: undefined, to: undefined };
  const ports = [own(values, "from_port"), own(values, "to_port")];
  // Unknown ports may be any.
  const isOpen = own(unknown, "from_port") === true || own(unknown, "to_port") === true;
  return isOpen || ports.some((it) => it instanceof Unknown)
    ? undefined
    : { protocol, from: portOf(ports[0]), to: portOf(ports[1]) };
}

function portOf(value: unknown): number | undefined {
  const port = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof port === "number" && Number.isFinite(port) ? port : undefined;
}

function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((it): it is string => typeof it === "string" && it !== "");
}

function plainSource(kind: Peer["kind"], text: string): string {
  return kind === "group" ? plainGroup(text) : text.toLowerCase();
}

/** A group of another account has that account's number as a prefix; AWS adds it for the same account as well. */
export function plainGroup(id: string): string {
  return id.replace(/^\d{12}\//, "");
}
