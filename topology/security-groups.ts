import * as expected from "./expected";
import type { Fields } from "./fields";
import { grouped } from "./lists";
import type { SecurityGroup, SecurityRule, Vpc } from "./network-model";
import { partOf } from "./part";
import { plainGroup } from "./permissions";
import { protocolName } from "./protocols";
import type { Resource, Source } from "./source";
import { type Attr, known, type Listed, Unknown } from "./value";

type Direction = "ingress" | "egress";

interface Standalone {
  readonly direction: Direction;
  readonly groupId: Attr<string>;
  readonly rule: SecurityRule;
}

export function securityGroupsOf(source: Source, vpcs: readonly Vpc[]): SecurityGroup[] {
  const rulesBeside = standaloneRules(source);
  const standalone = grouped(rulesBeside, (it) => it.groupId);
  // A rule with an unknown group may belong to any group.
  const strayOf = (direction: Direction) =>
    rulesBeside.map((it) => (it.direction === direction ? it.groupId : undefined)).find((it) => it instanceof Unknown);
  const stray = { ingress: strayOf("ingress"), egress: strayOf("egress") };
  const vpcById = new Map(vpcs.map((vpc) => [vpc.id, vpc]));
  const theDefault = vpcs.find((vpc) => vpc.isDefault)?.id;
  const written = source
    .ofType("aws_security_group", "aws_default_security_group", "data.aws_security_group")
    .map((it): SecurityGroup => {
      const isDefault = it.type === "aws_default_security_group";
      const vpcId = it.fields.text("vpc_id", expected.VPC) ?? (it.isData ? undefined : theDefault);
      const id = isDefault ? (vpcById.get(vpcId)?.defaultSecurityGroupId ?? it.identity("id")) : it.identity("id");
      const beside = standalone.get(String(known(id))) ?? [];
      const open = it.isData ? new Unknown(it.address, "id", "its rules are not in the file") : undefined;
      const inline = (direction: Direction) => it.fields.blocks(direction);
      const rules = (direction: Direction) => [
        ...inline(direction).items.map((block) => ruleOf(block, block.path("").replace(/\.$/, ""), id)),
        ...beside
          .filter((one) => one.direction === direction && source.revoked?.has(one.rule.address) !== true)
          .map(({ rule }) => rule),
      ];
      const [openIngress, openEgress] = DIRECTIONS.map((it) => open ?? inline(it).open ?? stray[it]);
      return {
        ...partOf(it),
        id,
        vpcId,
        isDefault,
        name: it.fields.text("name"),
        ingress: rules("ingress"),
        egress: rules("egress"),
        ...(openIngress !== undefined && { openIngress }),
        ...(openEgress !== undefined && { openEgress }),
        hasInline: inlineOf(it, source),
        standalone: beside.map(({ rule, direction }) => ({ address: rule.address, direction })),
      };
    });
  const ids = new Set(written.map(({ id }) => id));
  return [
    ...written,
    ...vpcs
      .filter(({ defaultSecurityGroupId }) => !ids.has(defaultSecurityGroupId))
      .map((vpc) => untouchedDefault(vpc, standalone.get(String(known(vpc.defaultSecurityGroupId))) ?? [])),
  ];
}

const DIRECTIONS = ["ingress", "egress"] as const;

function inlineOf(group: Resource, { kind }: Source): SecurityGroup["hasInline"] {
  const isInline = (direction: Direction) => kind !== "state" && isWritten(group, direction);
  return { ingress: isInline("ingress"), egress: isInline("egress") };
}

/** A plan of an existing group shows what AWS has; only the configuration shows which rules are inline. */
function isWritten(resource: Resource, direction: Direction): boolean {
  return (
    resource.isConfigured(direction) ||
    (resource.actions.length === 1 &&
      resource.actions[0] === "create" &&
      resource.fields.blocks(direction).items.length > 0)
  );
}

/** The default group as AWS creates it: all traffic between its members, and all outbound traffic. */
function untouchedDefault(vpc: Vpc, beside: readonly Standalone[]): SecurityGroup {
  const rule = (groupIds: readonly string[], cidrs: readonly string[]): SecurityRule => ({
    address: vpc.address,
    attribute: "default_security_group_id",
    protocol: "-1",
    fromPort: 0,
    toPort: 0,
    cidrs: { items: cidrs },
    ipv6Cidrs: { items: [] },
    groupIds: { items: groupIds },
    prefixListIds: { items: [] },
  });
  const id = vpc.defaultSecurityGroupId;
  const open =
    vpc.isData || vpc.isDefault
      ? new Unknown(vpc.address, "default_security_group_id", "its rules are not in the file")
      : undefined;
  return {
    address: vpc.address,
    region: vpc.region,
    isData: vpc.isData,
    actions: vpc.actions,
    id,
    vpcId: vpc.id,
    name: "default",
    isDefault: true,
    ingress: [
      rule(typeof id === "string" ? [id] : [], []),
      ...beside.filter((it) => it.direction === "ingress").map((it) => it.rule),
    ],
    egress: [rule([], ["0.0.0.0/0"]), ...beside.filter((it) => it.direction === "egress").map((it) => it.rule)],
    ...(open !== undefined && { openIngress: open, openEgress: open }),
    hasInline: { ingress: false, egress: false },
    standalone: beside.map((it) => ({ address: it.rule.address, direction: it.direction })),
  };
}

function standaloneRules(source: Source): Standalone[] {
  const classic = source.ofType("aws_security_group_rule").map(({ fields }): Standalone => {
    const groupId = fields.text("security_group_id", expected.SECURITY_GROUP);
    return {
      direction: fields.text("type") === "egress" ? "egress" : "ingress",
      groupId,
      rule: ruleOf(fields, "", groupId),
    };
  });
  const single = (["ingress", "egress"] as const).flatMap((direction) =>
    source.ofType(`aws_vpc_security_group_${direction}_rule`).map(
      ({ fields }): Standalone => ({
        direction,
        groupId: fields.text("security_group_id", expected.SECURITY_GROUP),
        rule: singleRuleOf(fields),
      }),
    ),
  );
  return [...classic, ...single];
}

/** A rule as blocks and `aws_security_group_rule` write it. */
function ruleOf(fields: Fields, attribute: string, own: Attr<string>): SecurityRule {
  const groups = fields.list("security_groups", expected.SECURITY_GROUP);
  const source = fields.text("source_security_group_id", expected.SECURITY_GROUP);
  const self = fields.flag("self");
  const open = groups.open ?? (source instanceof Unknown ? source : self instanceof Unknown ? self : undefined);
  return {
    address: fields.address,
    attribute,
    ...portsOf(fields, "protocol"),
    cidrs: fields.list("cidr_blocks"),
    ipv6Cidrs: fields.list("ipv6_cidr_blocks"),
    prefixListIds: fields.list("prefix_list_ids"),
    groupIds: {
      items: [
        ...groups.items.map(plainGroup),
        ...(typeof source === "string" ? [plainGroup(source)] : []),
        ...(self === true && typeof own === "string" ? [own] : []),
      ],
      ...(open !== undefined && { open }),
    },
  };
}

/** `aws_vpc_security_group_ingress_rule` and its egress counterpart have one source each. */
function singleRuleOf(fields: Fields): SecurityRule {
  const one = (name: string, kind?: typeof expected.SECURITY_GROUP): Listed<string> => {
    const value = fields.text(name, kind);
    return value instanceof Unknown ? { items: [], open: value } : { items: value === undefined ? [] : [value] };
  };
  const groups = one("referenced_security_group_id", expected.SECURITY_GROUP);
  return {
    address: fields.address,
    attribute: "",
    ...portsOf(fields, "ip_protocol"),
    cidrs: one("cidr_ipv4"),
    ipv6Cidrs: one("cidr_ipv6"),
    prefixListIds: one("prefix_list_id"),
    groupIds: { ...groups, items: groups.items.map(plainGroup) },
  };
}

function portsOf(fields: Fields, name: string): Pick<SecurityRule, "protocol" | "fromPort" | "toPort"> {
  const protocol = fields.text(name);
  return {
    protocol: typeof protocol === "string" ? protocolName(protocol) : protocol,
    fromPort: fields.number("from_port"),
    toPort: fields.number("to_port"),
  };
}
