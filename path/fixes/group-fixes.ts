import type { SecurityGroup, SecurityRule } from "../../topology/model";
import { known } from "../../topology/value";
import { argument, attributeOf, type Direction, isAll, type Source } from "../analysis/network/security-rules";
import type { Edit } from "../report";
import { setting } from "./fix";

/* How to open a port in a security group, with inline or separate rules, as it has them. */

/** Rules for TCP to these ports. */
export function opening(
  group: SecurityGroup,
  direction: Direction,
  wanted: readonly { readonly port: number; readonly source: Source }[],
  word: string,
): readonly Edit[] {
  const names = new Set<string>();
  return wanted.map(({ port, source }, index): Edit => {
    const ports = { from_port: port, to_port: port };
    if (group.hasInline[direction]) {
      const peer =
        "group" in source
          ? { security_groups: [source.group] }
          : { [source.cidr.includes(":") ? "ipv6_cidr_blocks" : "cidr_blocks"]: [source.cidr] };
      return setting(group.address, `${direction}.${inlineBlocks(group, direction) + index}`, {
        ...ports,
        protocol: "tcp",
        ...peer,
      });
    }
    const peer =
      "group" in source
        ? { referenced_security_group_id: source.group }
        : { [source.cidr.includes(":") ? "cidr_ipv6" : "cidr_ipv4"]: source.cidr };
    const name = names.has(`${word}_${port}`) ? `${word}_${port}_${index}` : `${word}_${port}`;
    names.add(name);
    return {
      add: standaloneType(direction),
      name,
      body: { security_group_id: reference(group), ...ports, ip_protocol: "tcp", ...peer },
      like: group.address,
    };
  });
}

/** The same rule, with these security groups as its only source. */
export function renamed(rule: SecurityRule, groupIds: readonly string[]): readonly Edit[] {
  const groups = argument(rule, "groups");
  return [
    ...(rule.cidrs.items.length > 0 ? [ruleSetting(rule, argument(rule, "cidrs"), undefined)] : []),
    ruleSetting(rule, groups, groups === "security_groups" ? groupIds : groupIds[0]),
  ];
}

/** Removes the rule, inline or separate. */
export function takenAway(rule: SecurityRule): readonly Edit[] {
  if (rule.attribute === "") return [{ remove: rule.address }];
  const [, direction = "", place = "0"] = /^(\w+)(?:\[(\d+)\])?/.exec(rule.attribute) ?? [];
  return [{ set: rule.address, path: [direction, Number(place)], value: undefined }];
}

/** Sets an argument of an inline or separate rule: `ingress.0.from_port` of a group, or `from_port`. */
export function ruleSetting(rule: SecurityRule, name: string, value: unknown): Edit {
  return setting(rule.address, attributeOf(rule, name).replace(/\[(\d+)\]/g, ".$1"), value);
}

/** Moves the inline rules of one direction to separate resources. */
export function movedOut(group: SecurityGroup, direction: Direction): readonly Edit[] {
  const inline = group[direction].filter(({ address, attribute }) => address === group.address && attribute !== "");
  const bodies = inline.flatMap(({ protocol, fromPort, toPort, cidrs, ipv6Cidrs, groupIds, prefixListIds }) => {
    const ports = isAll(known(protocol)) ? {} : { from_port: known(fromPort), to_port: known(toPort) };
    return [
      ...cidrs.items.map((it) => ({ cidr_ipv4: it })),
      ...ipv6Cidrs.items.map((it) => ({ cidr_ipv6: it })),
      ...groupIds.items.map((it) => ({ referenced_security_group_id: it })),
      ...prefixListIds.items.map((it) => ({ prefix_list_id: it })),
    ].map((peer) => ({ security_group_id: reference(group), ip_protocol: known(protocol), ...ports, ...peer }));
  });
  return [
    setting(group.address, direction, undefined),
    ...bodies.map(
      (body, index): Edit => ({
        add: standaloneType(direction),
        name: `moved_${direction}_${index}`,
        body,
        like: group.address,
      }),
    ),
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
  return new Set(group[direction].filter(({ address }) => address === group.address).map(({ attribute }) => attribute))
    .size;
}
