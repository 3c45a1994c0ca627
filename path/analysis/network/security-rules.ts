import type { SecurityGroup, SecurityRule, Topology } from "../../../topology/model";
import { missing, plain } from "../../../topology/symbols";
import type { Attr, Listed } from "../../../topology/value";
import { isUnknown, Unknown } from "../../../topology/value";
import { type Range, rangesOf } from "./ipv4";

/* The rules of security groups, and the ports and peers of each. */

export type Direction = "ingress" | "egress";

/** The source or destination of a rule. */
export type Source = { readonly group: string } | { readonly cidr: string };

/** All rules of some groups in one direction. */
export interface RuleSet {
  readonly direction: Direction;
  /** The groups that are in the file. */
  readonly groups: readonly SecurityGroup[];
  readonly rules: readonly SecurityRule[];
  /** Why there may be more rules. */
  readonly open?: Unknown;
}

/** @param owner the resource and attribute that set the groups */
export function ruleSet(
  topology: Topology,
  ids: Listed<string>,
  direction: Direction,
  owner: { readonly address: string; readonly attribute: string },
): RuleSet {
  const groups = ids.items.map((id) => topology.byId.securityGroup(id)).filter((it) => it !== undefined);
  const absent = ids.items.find((id) => topology.byId.securityGroup(id) === undefined);
  const foreign =
    absent === undefined
      ? undefined
      : new Unknown(owner.address, owner.attribute, missing(`the rules of ${plain(absent)}`, absent, "are"));
  const opens = groups.map((it) => (direction === "ingress" ? it.openIngress : it.openEgress)).filter(isUnknown);
  const open = ids.open ?? foreign ?? opens[0];
  return { direction, groups, rules: groups.flatMap((it) => it[direction]), ...(open !== undefined && { open }) };
}

/** Whether a rule matches TCP packets to this port; the port may be unknown. */
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

/** The topology has one name for each protocol. */
export function isAll(protocol: string | undefined): boolean {
  return protocol === "-1";
}

export function isTcp(protocol: string | undefined): boolean {
  return protocol === "tcp";
}

/** Why the peers of a rule are not fully known. */
export function peersOpen(rule: SecurityRule): Unknown | undefined {
  return rule.groupIds.open ?? cidrsOpen(rule) ?? rule.prefixListIds.open;
}

/** The same for its IPv4 addresses alone. */
export function cidrsOpen(rule: SecurityRule): Unknown | undefined {
  const expression = rule.cidrs.items.find((it) => it.includes("${"));
  return (
    rule.cidrs.open ??
    (expression === undefined
      ? undefined
      : new Unknown(
          rule.address,
          attributeOf(rule, argument(rule, "cidrs")),
          `the file does not contain the value of ${expression}`,
        ))
  );
}

export function rangesIn(rules: readonly SecurityRule[]): readonly Range[] {
  return rules.flatMap(({ cidrs }) => cidrs.items.flatMap(rangesOf));
}

/** How a finding names an argument of a rule: `ingress[0].from_port` of a group, or `from_port`. */
export function attributeOf({ attribute }: SecurityRule, name: string): string {
  return attribute === "" ? name : `${attribute}.${name}`;
}

/** The name of a rule's argument, which depends on the resource type. */
export function argument(rule: SecurityRule, what: "protocol" | "cidrs" | "groups" | "prefixLists"): string {
  const [alone, nextTo, inline] = {
    protocol: ["ip_protocol", "protocol", "protocol"],
    cidrs: ["cidr_ipv4", "cidr_blocks", "cidr_blocks"],
    groups: ["referenced_security_group_id", "source_security_group_id", "security_groups"],
    prefixLists: ["prefix_list_id", "prefix_list_ids", "prefix_list_ids"],
  }[what] as [string, string, string];
  if (rule.attribute !== "") return inline;
  return /(^|\.)aws_vpc_security_group_/.test(rule.address) ? alone : nextTo;
}
