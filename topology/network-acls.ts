import * as expected from "./expected";
import type { Fields } from "./fields";
import { grouped, strayAmong } from "./lists";
import type { AclEntry, NetworkAcl, Vpc } from "./network-model";
import { partOf } from "./part";
import { protocolName } from "./protocols";
import type { Resource, Source } from "./source";
import { type Attr, known, Unknown } from "./value";

export interface NetworkAcls {
  readonly acls: readonly NetworkAcl[];
  readonly ofSubnet: ReadonlyMap<string, NetworkAcl>;
  /** What may associate any subnet with another network ACL. */
  readonly stray?: Unknown;
}

const aclOf = ({ fields }: Resource) => fields.text("network_acl_id", expected.NETWORK_ACL);

export function networkAclsOf(source: Source, vpcs: readonly Vpc[]): NetworkAcls {
  const beside = grouped(
    source.ofType("aws_network_acl_rule").filter(({ address }) => source.revoked?.has(address) !== true),
    aclOf,
  );
  const rulesOf = (id: Attr<string>) => beside.get(String(known(id))) ?? [];
  const strayRule = strayAmong(source.ofType("aws_network_acl_rule"), aclOf);
  const vpcOfAcl = new Map(vpcs.map((vpc) => [vpc.defaultNetworkAclId, vpc]));
  const resources = source.ofType("aws_network_acl", "aws_default_network_acl");
  const written = resources.map((it): NetworkAcl => {
    const acl = writtenAcl(it, rulesOf, strayRule);
    return { ...acl, vpcId: acl.vpcId ?? vpcOfAcl.get(acl.id)?.id };
  });
  const isWritten = new Set(written.map(({ id }) => id));
  const implied = vpcs
    .filter(({ defaultNetworkAclId: id }) => !isWritten.has(id) && beside.has(String(known(id))))
    .map((vpc) => defaultAclOf(vpc, rulesOf(vpc.defaultNetworkAclId)));
  const acls = [...written, ...implied];
  const stray = strayTaker(source);
  return { acls, ofSubnet: aclsOfSubnets(source, resources, acls), ...(stray !== undefined && { stray }) };
}

function writtenAcl(
  it: Resource,
  rulesOf: (id: Attr<string>) => readonly Resource[],
  strayRule: Unknown | undefined,
): NetworkAcl {
  const isDefault = it.type === "aws_default_network_acl";
  const id = isDefault
    ? it.fields.text("default_network_acl_id", { ...expected.NETWORK_ACL, attribute: "default_network_acl_id" })
    : it.identity("id");
  const entries = (direction: "ingress" | "egress") =>
    byNumber([
      ...it.fields.blocks(direction).items.map((block) => entryOf(block, "rule_no", "action")),
      ...entriesBeside(rulesOf(id), direction === "egress"),
    ]);
  const open = it.fields.blocks("ingress").open ?? it.fields.blocks("egress").open ?? strayRule;
  return {
    ...partOf(it),
    id,
    isDefault,
    vpcId: it.fields.text("vpc_id", expected.VPC),
    ingress: entries("ingress"),
    egress: entries("egress"),
    ...(open !== undefined && { open }),
  };
}

/** @param acls the network ACLs of `resources`, in the same order, followed by the implied ones */
function aclsOfSubnets(
  source: Source,
  resources: readonly Resource[],
  acls: readonly NetworkAcl[],
): ReadonlyMap<string, NetworkAcl> {
  const ofSubnet = new Map<string, NetworkAcl>();
  // The subnets of an ACL can be outdated if another one has taken them. The default ACL's are the least reliable, then
  // those of an ACL that does not set them.
  const rank = (it: Resource) => (it.type === "aws_default_network_acl" ? 0 : it.isConfigured("subnet_ids") ? 2 : 1);
  const byRank = [...resources.entries()].sort(([, a], [, b]) => rank(a) - rank(b));
  for (const [place, { fields }] of byRank)
    for (const subnet of fields.list("subnet_ids", expected.SUBNET).items)
      ofSubnet.set(subnet, acls[place] as NetworkAcl);
  const byId = new Map(acls.map((acl) => [acl.id, acl]));
  for (const it of source.ofType("aws_network_acl_association")) {
    const acl = byId.get(aclOf(it));
    const subnet = it.fields.text("subnet_id", expected.SUBNET);
    if (acl !== undefined && typeof subnet === "string") ofSubnet.set(subnet, acl);
  }
  return ofSubnet;
}

function strayTaker(source: Source): Unknown | undefined {
  const takers = source.ofType("aws_network_acl", "aws_network_acl_association");
  return strayAmong(takers, ({ fields, type }) =>
    type === "aws_network_acl"
      ? fields.list("subnet_ids", expected.SUBNET).open
      : fields.text("subnet_id", expected.SUBNET),
  );
}

/** A VPC's initial ACL, which allows all traffic, with its separate rules. */
function defaultAclOf(
  { address, region, isData, actions, id: vpcId, defaultNetworkAclId: id }: Vpc,
  rules: readonly Resource[],
): NetworkAcl {
  const everything: AclEntry = {
    address,
    attribute: "default_network_acl_id",
    number: 100,
    allow: true,
    protocol: "-1",
    cidr: "0.0.0.0/0",
    ipv6Cidr: undefined,
    fromPort: 0,
    toPort: 0,
  };
  return {
    address,
    region,
    isData,
    actions,
    id,
    isDefault: true,
    vpcId,
    ingress: byNumber([everything, ...entriesBeside(rules, false)]),
    egress: byNumber([everything, ...entriesBeside(rules, true)]),
  };
}

function entriesBeside(rules: readonly Resource[], isEgress: boolean): AclEntry[] {
  return rules
    .filter(({ fields }) => (fields.flag("egress") === true) === isEgress)
    .map(({ fields }) => entryOf(fields, "rule_number", "rule_action"));
}

function byNumber(entries: readonly AclEntry[]): AclEntry[] {
  return [...entries].sort((a, b) => (known(a.number) ?? 0) - (known(b.number) ?? 0));
}

function entryOf(fields: Fields, number: string, action: string): AclEntry {
  const decision = fields.text(action);
  const protocol = fields.text("protocol");
  return {
    address: fields.address,
    attribute: fields.path(number),
    number: fields.number(number),
    allow: decision instanceof Unknown ? decision : decision?.toLowerCase() === "allow",
    protocol: typeof protocol === "string" ? protocolName(protocol) : protocol,
    cidr: fields.text("cidr_block"),
    ipv6Cidr: fields.text("ipv6_cidr_block"),
    fromPort: fields.number("from_port"),
    toPort: fields.number("to_port"),
  };
}
