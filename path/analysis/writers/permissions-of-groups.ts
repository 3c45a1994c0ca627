import { type Json, listOf, own } from "../../../topology/json";
import type { SecurityRule } from "../../../topology/model";
import { protocolName } from "../../../topology/protocols";
import { isUnknown, known, Unknown } from "../../../topology/value";

/* The single permissions of a security group, whatever resource writes them: in a plan's values, or in a file. */

export type Direction = "ingress" | "egress";

/** One permission; AWS has each only once. */
export interface Permission {
  /** The group's id. */
  readonly group: string;
  readonly direction: Direction;
  readonly protocol: string;
  /** Absent: all. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly kind: "cidr" | "ipv6" | "prefix-list" | "group";
  readonly source: string;
}

/** Equal for permissions that AWS takes for one. */
export function permissionKey({ group, direction, protocol, from, to, kind, source }: Permission): string {
  return JSON.stringify([group, direction, protocol, from ?? null, to ?? null, kind, source]);
}

const SINGLE = /^aws_vpc_security_group_(ingress|egress)_rule$/;

/** Whether it is a resource that is a rule beside its group. */
export function isRuleBeside(type: string): boolean {
  return type === "aws_security_group_rule" || SINGLE.test(type);
}

/** What a rule beside its group lets through; nothing where that is not known whole. */
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

/** What stands in the group itself, as AWS has it. */
export function permissionsInGroup(values: Json | undefined): Permission[] {
  const group = own(values, "id");
  if (typeof group !== "string") return [];
  return (["ingress", "egress"] as const).flatMap((direction) =>
    listOf(own(values, direction)).flatMap((block) =>
      permissions(block as Json, {}, group, direction, "protocol", BLOCK),
    ),
  );
}

/** What a rule of a file lets through, as far as its sources are known; nothing where its ports are not. */
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

type Sources = Readonly<Record<Permission["kind"], readonly string[]>>;

const BLOCK: Sources = {
  cidr: ["cidr_blocks"],
  ipv6: ["ipv6_cidr_blocks"],
  "prefix-list": ["prefix_list_ids"],
  group: ["security_groups", "source_security_group_id"],
};

function permissions(
  values: Json,
  unknown: Json,
  group: string,
  direction: Direction,
  protocolArgument: string,
  sources: Sources,
): Permission[] {
  const given = own(values, protocolArgument);
  if (typeof given !== "string" && typeof given !== "number") return [];
  const protocol = protocolName(String(given));
  const isAll = protocol === "-1";
  const [from, to] = isAll
    ? [undefined, undefined]
    : [portOf(own(values, "from_port")), portOf(own(values, "to_port"))];
  // Ports that are not known may be any.
  if (
    !isAll &&
    (own(unknown, "from_port") === true ||
      own(unknown, "to_port") === true ||
      [own(values, "from_port"), own(values, "to_port")].some((it) => it instanceof Unknown))
  )
    return [];
  const base = { group, direction, protocol, from, to };
  const found = (Object.keys(sources) as Permission["kind"][]).flatMap((kind) =>
    sources[kind].flatMap((name) =>
      textsOf(own(values, name)).map((text) => ({ ...base, kind, source: plainSource(kind, text) })),
    ),
  );
  return own(values, "self") === true ? [...found, { ...base, kind: "group", source: group }] : found;
}

function portOf(value: unknown): number | undefined {
  const port = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof port === "number" && Number.isFinite(port) ? port : undefined;
}

function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((it): it is string => typeof it === "string" && it !== "");
}

/** A group of another account is written with that account's number; AWS adds it to one of the same account as well. */
function plainSource(kind: Permission["kind"], text: string): string {
  return kind === "group" ? text.replace(/^\d{12}\//, "") : text.toLowerCase();
}
