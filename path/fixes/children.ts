import type { Change } from "../../topology/changes";
import { type Json, own } from "../../topology/json";
import { type Permission, permissionsOfRule } from "../../topology/permissions";
import { destinationOf } from "../analysis/writers/once-on-aws";
import { blockOfChild, childKind, type OfParent } from "../analysis/writers/parents";
import type { Finding } from "../report";
import { importBlock, importOfRule } from "./blocks";

/* Rules, routes and entries that are separate resources of their parent. */

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

/** A finding for a resource that the plan creates although its parent already has it. */
export function standingChild({
  change,
  parent,
}: OfParent): Pick<Finding, "address" | "observed" | "required" | "fix"> {
  const { address, type, after } = change;
  return {
    address,
    observed:
      `${parent.address} already has ${childInWords(type, after)}; its configuration has no such ` +
      `\`${blockOfChild(type, after)}\` block, but these blocks are optional and computed, so it keeps existing ones`,
    required: "an import of the existing object",
    fix: {
      text: "Import the existing object with an `import` block.",
      props: "",
      hcl: importOfChild(change),
      edits: [],
    },
  };
}

/** With the id in the provider's import format. */
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
