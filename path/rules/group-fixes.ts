import type { SecurityGroup, SecurityRule } from "../../topology/model";
import { known } from "../../topology/value";
import { setting } from "../fix";
import type { Edit } from "../report";
import { argument, isAll, type Direction } from "./reachability";

/* How a security group comes to open something, as its rules are written: in it or beside it. */

/** Who a rule is for. */
export type Source = { readonly group: string } | { readonly cidr: string };

/** Rules for TCP to these ports. */
export function opening(group: SecurityGroup, direction: Direction, ports: readonly number[], source: Source, word: string): readonly Edit[] {
  return ports.map((port, index): Edit => {
    const rule = { from_port: port, to_port: port };
    if (group.hasInline[direction]) {
      const peer = "group" in source ? { security_groups: [source.group] } : { cidr_blocks: [source.cidr] };
      return setting(group.address, `${direction}.${inlineBlocks(group, direction) + index}`, { ...rule, protocol: "tcp", ...peer });
    }
    const peer = "group" in source ? { referenced_security_group_id: source.group } : { cidr_ipv4: source.cidr };
    return { add: standaloneType(direction), name: `${word}_${port}`, body: { security_group_id: reference(group), ...rule, ip_protocol: "tcp", ...peer }, like: group.address };
  });
}

/** The same rule for this group, whomever it was for. */
export function redirected(rule: SecurityRule, groupId: string): readonly Edit[] {
  const groups = argument(rule, "groups");
  const cidrs = known(rule.fromPort) === undefined && rule.cidrs.items.length === 0 ? [] : [setting(rule.address, argument(rule, "cidrs"), undefined)];
  return [...(rule.cidrs.items.length > 0 ? cidrs : []), setting(rule.address, groups, groups.endsWith("security_groups") ? [groupId] : groupId)];
}

/** An argument of a rule, wherever it stands: `ingress.0.from_port` of a group, or `from_port`. */
export function ruleSetting(rule: SecurityRule, name: string, value: unknown): Edit {
  const inline = rule.attribute.replace(/\[(\d+)\]/g, ".$1");
  return setting(rule.address, inline === "" ? name : `${inline}.${name}`, value);
}

/** The rules of one direction leave the group and stand beside it. */
export function movedOut(group: SecurityGroup, direction: Direction): readonly Edit[] {
  const inline = group[direction].filter(({ address, attribute }) => address === group.address && attribute !== "");
  const bodies = inline.flatMap(({ protocol, fromPort, toPort, cidrs, ipv6Cidrs, groupIds, prefixListIds }) => {
    const ports = isAll(known(protocol)) ? {} : { from_port: known(fromPort), to_port: known(toPort) };
    return [
      ...cidrs.items.map((it) => ({ cidr_ipv4: it })), ...ipv6Cidrs.items.map((it) => ({ cidr_ipv6: it })),
      ...groupIds.items.map((it) => ({ referenced_security_group_id: it })), ...prefixListIds.items.map((it) => ({ prefix_list_id: it })),
    ].map((peer) => ({ security_group_id: reference(group), ip_protocol: known(protocol), ...ports, ...peer }));
  });
  return [
    setting(group.address, direction, undefined),
    ...bodies.map((body, index): Edit => ({ add: standaloneType(direction), name: `moved_${direction}_${index}`, body, like: group.address })),
  ];
}

function standaloneType(direction: Direction): string {
  return `aws_vpc_security_group_${direction}_rule`;
}

/** Its id as an expression, or as a state has it. */
function reference({ id, address }: SecurityGroup): string {
  return known(id) ?? `\${${address}.id}`;
}

function inlineBlocks(group: SecurityGroup, direction: Direction): number {
  return new Set(group[direction].filter(({ address }) => address === group.address).map(({ attribute }) => attribute)).size;
}
