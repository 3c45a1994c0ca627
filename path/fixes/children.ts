import type { Change } from "../../topology/changes";
import { type Json, own } from "../../topology/json";
import { type Permission, permissionsOfRule } from "../../topology/permissions";
import { destinationOf } from "../analysis/writers/once-on-aws";
import { blockOfChild, childKind, type OfParent } from "../analysis/writers/parents";
import type { Finding } from "../report";
import { importBlock, importOfRule } from "./blocks";

/* Rules, routes and entries that are resources beside their parent. */

/** "a route to 0.0.0.0/0", "entry 100 for ingress", "this rule (tcp 80 from 10.0.0.0/8)" */
export function childInWords(type: string, values: Json | undefined): string {
  if (childKind(type) === "route") return `a route to ${destinationOf(values) ?? ""}`;
  if (childKind(type) === "entry")
    return `entry ${String(own(values, "rule_number"))} for ${blockOfChild(type, values)}`;
  const [first] = permissionsOfRule(type, values);
  return `this rule (${first === undefined ? "" : permissionInWords(first)})`;
}

function permissionInWords({ protocol, direction, source, from, to }: Permission): string {
  const ports = from === undefined ? "" : from === to ? ` ${from}` : ` ${from}-${to ?? ""}`;
  return (
    `${protocol === "-1" ? "all traffic" : `${protocol}${ports}`} ` +
    `${direction === "ingress" ? "from" : "to"} ${source}`
  );
}

/** What the plan creates although it stands in its parent, as a finding tells it. */
export function standingChild({
  change,
  parent,
}: OfParent): Pick<Finding, "address" | "observed" | "required" | "fix"> {
  const { address, type, after } = change;
  return {
    address,
    observed:
      `${parent.address} has ${childInWords(type, after)} already; its configuration has no such ` +
      `\`${blockOfChild(type, after)}\` block, but they are optional and computed, so it keeps what it has`,
    required: "an import of what stands",
    fix: { text: "Import what stands, with an `import` block.", props: "", hcl: importOfChild(change), edits: [] },
  };
}

/** With the id as the provider takes it. */
function importOfChild({ type, address, after }: Change): string {
  const text = (name: string): string => String(own(after, name));
  if (childKind(type) === "route")
    return importBlock(address, `${text("route_table_id")}_${destinationOf(after) ?? ""}`);
  if (childKind(type) === "entry") {
    const isEgress = own(after, "egress") === true;
    return importBlock(address, [text("network_acl_id"), text("rule_number"), text("protocol"), isEgress].join(":"));
  }
  return importOfRule(type, address, permissionsOfRule(type, after));
}
