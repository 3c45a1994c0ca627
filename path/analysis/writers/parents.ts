import type { Change } from "../../../topology/changes";
import { type Json, listOf, own } from "../../../topology/json";
import type { Topology } from "../../../topology/model";
import { isRuleBeside, permissionKey, permissionsInGroup, permissionsOfRule } from "../../../topology/permissions";
import { once } from "../once";
import { samenessOf } from "./once-on-aws";

/*
 * Inline blocks of a parent, and separate resources, that define the same on AWS: rules of a security group, routes of
 * a table, entries of a network ACL. The inline blocks are optional and computed, so without them in the configuration
 * the parent keeps what it has.
 */

export type ChildKind = "rule" | "route" | "entry";

/** What a separate resource of a parent defines; nothing for other resources. */
export function childKind(type: string): ChildKind | undefined {
  if (isRuleBeside(type)) return "rule";
  return type === "aws_route" ? "route" : type === "aws_network_acl_rule" ? "entry" : undefined;
}

/** The parent's block for a child with these values. */
export function blockOfChild(type: string, values: Json | undefined): string {
  if (type === "aws_route") return "route";
  if (type === "aws_network_acl_rule") return own(values, "egress") === true ? "egress" : "ingress";
  return permissionsOfRule(type, values)[0]?.direction ?? "ingress";
}

/** A child, and the parent that also has it in a block. */
export interface OfParent {
  readonly change: Change;
  readonly parent: Change;
}

/** What the plan creates although a parent already has it and keeps it. */
export const standingInParents = once((changes: readonly Change[]): readonly OfParent[] => {
  const created = changes.filter(({ doing, type }) => doing === "create" && childKind(type) !== undefined);
  if (created.length === 0) return [];
  const { inside, nextTo } = standingIn(changes);
  return created.flatMap((change) => {
    const [parent] = keysOfChild(change.type, change.after, change.unknown).flatMap((key) =>
      nextTo.has(key) ? [] : (inside.get(key) ?? []),
    );
    return parent === undefined ? [] : [{ change, parent }];
  });
});

interface Standing {
  /** In a parent that keeps it, by the same keys. */
  readonly inside: ReadonlyMap<string, Change>;
  /** As separate resources, which a parent also shows. */
  readonly nextTo: ReadonlySet<string>;
}

function standingIn(changes: readonly Change[]): Standing {
  const inside = new Map<string, Change>();
  const nextTo = new Set<string>();
  for (const change of changes) {
    const { type, before, after, isData, doing } = change;
    if (isData || before === undefined) continue;
    for (const key of keysOfChild(type, before)) nextTo.add(key);
    // A replaced parent starts empty.
    if (after === undefined || doing === "replace") continue;
    const kept = doing === "update" ? new Set(keysOfBlocks(type, after)) : undefined;
    for (const key of keysOfBlocks(type, before)) if (kept === undefined || kept.has(key)) inside.set(key, change);
  }
  return { inside, nextTo };
}

/**
 * What the plan destroys although a parent's block in the configuration defines it: AWS already has it, so the parent
 * is not changed, and the destroy removes it.
 */
export const takenFromParents = once((topology: Topology): readonly OfParent[] => {
  const { changes, isInline } = topology.writers;
  const gone = changes.filter(
    ({ doing, isData, type }) => !isData && doing === "destroy" && childKind(type) !== undefined,
  );
  if (gone.length === 0) return [];
  const { kept, again } = stayingIn(changes);
  return gone.flatMap((change) => {
    const block = blockOfChild(change.type, change.before);
    const parent = keysOfChild(change.type, change.before)
      .filter((key) => !again.has(key))
      .map((key) => kept.get(key))
      .find((it) => it !== undefined && isInline(it.address, block));
    return parent === undefined ? [] : [{ change, parent }];
  });
});

function stayingIn(changes: readonly Change[]): {
  readonly kept: ReadonlyMap<string, Change>;
  readonly again: ReadonlySet<string>;
} {
  const kept = new Map<string, Change>();
  const again = new Set<string>();
  for (const change of changes) {
    const { type, before, after, doing, isData } = change;
    if (isData || after === undefined) continue;
    // What stays or is created as a separate resource is not only the parent's.
    for (const key of keysOfChild(type, after, change.unknown)) again.add(key);
    if (before === undefined || doing === "replace") continue;
    const now = new Set(keysOfBlocks(type, after));
    for (const key of now.size === 0 ? [] : keysOfBlocks(type, before)) if (now.has(key)) kept.set(key, change);
  }
  return { kept, again };
}

function keysOfChild(type: string, values: Json | undefined, unknown?: Json): string[] {
  return childKind(type) === undefined ? [] : samenessOf(type, values, unknown).map(({ key }) => key);
}

/** The inline blocks of a parent, by the keys of equal separate resources. */
function keysOfBlocks(type: string, values: Json): string[] {
  const id = own(values, "id");
  if (typeof id !== "string") return [];
  const kind = type.replace(/^aws_(default_)?/, "");
  if (kind === "security_group") return permissionsInGroup(values).map(permissionKey);
  if (kind === "route_table")
    return listOf(own(values, "route")).flatMap((block) => keysOfChild("aws_route", routeIn(id, block)));
  if (kind !== "network_acl") return [];
  return ["ingress", "egress"].flatMap((direction) =>
    listOf(own(values, direction)).flatMap((block) =>
      keysOfChild("aws_network_acl_rule", {
        network_acl_id: id,
        rule_number: own(block, "rule_no"),
        egress: direction === "egress",
      }),
    ),
  );
}

function routeIn(table: string, block: unknown): Json {
  return {
    route_table_id: table,
    destination_cidr_block: own(block, "cidr_block"),
    destination_ipv6_cidr_block: own(block, "ipv6_cidr_block"),
    destination_prefix_list_id: own(block, "destination_prefix_list_id"),
  };
}
