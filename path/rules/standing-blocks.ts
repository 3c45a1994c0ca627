import type { Change } from "../../topology/changes";
import { type Json, listOf, own } from "../../topology/json";
import type { Topology } from "../../topology/model";
import { DESTINATIONS } from "../analysis/writers/once-on-aws";
import {
  isRuleBeside,
  permissionKey,
  permissionsInGroup,
  permissionsOfRule,
} from "../analysis/writers/permissions-of-groups";
import { importBlock, importOfRule } from "../fixes/blocks";
import type { Fix } from "../report";
import type { FileReporter } from "./rule";
import { hopOfGroup } from "./written-twice";

/*
 * P71, P72 and P73, of blocks in a parent that become resources of their own: the parent's blocks are optional and
 * computed, so that without them in the configuration it keeps what it has, and AWS refuses to make the same once more.
 */

export function standsInParent(topology: Topology, report: FileReporter): void {
  const { changes } = topology.writers;
  if (!changes.some((it) => it.doing === "create" && Object.hasOwn(CHILDREN, it.type))) return;
  const standing = standingIn(changes);
  for (const change of changes) {
    const child = change.doing === "create" ? CHILDREN[change.type] : undefined;
    if (child === undefined) continue;
    const keys = child.keysOf(change.type, change.after, change.unknown);
    const parent = keys
      .map((key) => (standing.beside.has(key) ? undefined : standing.inside.get(key)))
      .find((it) => it !== undefined);
    if (parent === undefined) continue;
    const block = child.blockOf(change);
    report.fault({
      id: child.row,
      hop: child.hopOf(change, topology),
      address: change.address,
      attribute: child.attribute,
      observed:
        `${parent.address} has ${child.says(change)} already; its configuration has no such \`${block}\` block, ` +
        "but they are optional and computed, so it keeps what it has",
      required: "an import of what stands",
      symptom: child.symptom,
      fix: importing(child.importOf(change)),
    });
  }
}

function importing(hcl: string): Fix {
  return { text: "Import what stands, with an `import` block.", props: "", hcl, edits: [] };
}

/** What a parent has in blocks, and what is a resource beside it. */
interface Child {
  readonly row: "P71" | "P72" | "P73";
  readonly attribute: string;
  readonly symptom: string;
  keysOf(type: string, values: Json | undefined, unknown?: Json): readonly string[];
  blockOf(change: Change): string;
  hopOf(change: Change, topology: Topology): "listener" | "target";
  says(change: Change): string;
  importOf(change: Change): string;
}

const RULE: Child = {
  row: "P72",
  attribute: "security_group_id",
  symptom: "InvalidPermission.Duplicate at apply: the specified rule already exists",
  keysOf: (type, values, unknown) => permissionsOfRule(type, values, unknown).map(permissionKey),
  blockOf: ({ type, after }) => permissionsOfRule(type, after)[0]?.direction ?? "ingress",
  hopOf: ({ after }, topology) => hopOfGroup(own(after, "security_group_id"), topology),
  says: ({ type, after }) => {
    const [first] = permissionsOfRule(type, after);
    const ports =
      first?.from === undefined ? "" : first.from === first.to ? ` ${first.from}` : ` ${first.from}-${first.to ?? ""}`;
    return (
      "this rule (" +
      `${first === undefined ? "" : `${first.protocol === "-1" ? "all traffic" : `${first.protocol}${ports}`} ${first.direction === "ingress" ? "from" : "to"} ${first.source}`}` +
      ")"
    );
  },
  importOf: ({ type, address, after }) => importOfRule(type, address, permissionsOfRule(type, after)),
};

function destinationOf(values: Json | undefined): string | undefined {
  return DESTINATIONS.map((name) => own(values, name)).find((it): it is string => typeof it === "string" && it !== "");
}

const ROUTE: Child = {
  row: "P71",
  attribute: "route_table_id",
  symptom: "RouteAlreadyExists at apply: the route already exists in the table",
  keysOf: (_, values, unknown = {}) => {
    const [table, destination] = [own(values, "route_table_id"), destinationOf(values)];
    return typeof table === "string" &&
      table !== "" &&
      destination !== undefined &&
      own(unknown, "route_table_id") !== true
      ? [routeKey(table, destination)]
      : [];
  },
  blockOf: () => "route",
  hopOf: () => "listener",
  says: ({ after }) => `a route to ${destinationOf(after) ?? ""}`,
  importOf: ({ address, after }) =>
    importBlock(address, `${String(own(after, "route_table_id"))}_${destinationOf(after) ?? ""}`),
};

const ENTRY: Child = {
  row: "P73",
  attribute: "rule_number",
  symptom: "NetworkAclEntryAlreadyExists at apply",
  keysOf: (_, values) => {
    const [acl, number] = [own(values, "network_acl_id"), own(values, "rule_number")];
    return typeof acl === "string" && acl !== "" && number !== undefined && number !== null
      ? [entryKey(acl, number, own(values, "egress") === true)]
      : [];
  },
  blockOf: ({ after }) => (own(after, "egress") === true ? "egress" : "ingress"),
  hopOf: () => "target",
  says: ({ after }) =>
    `entry ${String(own(after, "rule_number"))} for ${own(after, "egress") === true ? "egress" : "ingress"}`,
  importOf: ({ address, after }) =>
    importBlock(
      address,
      [own(after, "network_acl_id"), own(after, "rule_number"), own(after, "protocol"), own(after, "egress") === true]
        .map(String)
        .join(":"),
    ),
};

/** Resources beside a parent, by type. */
export const CHILDREN: Readonly<Record<string, Child>> = {
  aws_security_group_rule: RULE,
  aws_vpc_security_group_ingress_rule: RULE,
  aws_vpc_security_group_egress_rule: RULE,
  aws_route: ROUTE,
  aws_network_acl_rule: ENTRY,
};

function routeKey(table: string, destination: string): string {
  return JSON.stringify(["route", table, destination.toLowerCase()]);
}

function entryKey(acl: string, number: unknown, isEgress: boolean): string {
  return JSON.stringify(["entry", acl, String(number), isEgress]);
}

interface Standing {
  /** In a parent that keeps it, by the same keys. */
  readonly inside: ReadonlyMap<string, Change>;
  /** As resources of their own, which a parent shows as well. */
  readonly beside: ReadonlySet<string>;
}

function standingIn(changes: readonly Change[]): Standing {
  const inside = new Map<string, Change>();
  const beside = new Set<string>();
  for (const change of changes) {
    const { type, before, after, isData, doing } = change;
    if (isData || before === undefined) continue;
    if (isRuleBeside(type) || type === "aws_route" || type === "aws_network_acl_rule")
      for (const key of CHILDREN[type]?.keysOf(type, before) ?? []) beside.add(key);
    // One that is replaced begins anew.
    if (after === undefined || doing === "replace") continue;
    const kept = doing === "update" ? new Set(blocksIn(type, after)) : undefined;
    for (const key of blocksIn(type, before)) if (kept === undefined || kept.has(key)) inside.set(key, change);
  }
  return { inside, beside };
}

/** What a parent has in blocks, by the keys of what would be the same beside it. */
export function blocksIn(type: string, values: Json): string[] {
  const id = own(values, "id");
  if (typeof id !== "string") return [];
  if (type === "aws_security_group" || type === "aws_default_security_group")
    return permissionsInGroup(values).map(permissionKey);
  if (type === "aws_route_table" || type === "aws_default_route_table") {
    return listOf(own(values, "route")).flatMap((it) =>
      ["cidr_block", "ipv6_cidr_block", "destination_prefix_list_id"]
        .map((name) => own(it, name))
        .flatMap((to) => (typeof to === "string" && to !== "" ? [routeKey(id, to)] : [])),
    );
  }
  if (type !== "aws_network_acl" && type !== "aws_default_network_acl") return [];
  return ["ingress", "egress"].flatMap((direction) =>
    listOf(own(values, direction)).map((it) => entryKey(id, own(it, "rule_no"), direction === "egress")),
  );
}
