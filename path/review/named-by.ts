import type { Change } from "../../topology/changes";
import { type Json, listOf, own } from "../../topology/json";
import { addTo } from "../../topology/lists";
import { isRuleBeside } from "../../topology/permissions";
import { once } from "../analysis/once";
import { goesFirst, type World } from "./world";

/* What uses a security group, a subnet or a VPC: AWS does not delete any of them while something uses it. */

export interface NamedBy {
  /** By security group ID. */
  readonly groups: ReadonlyMap<string, readonly Change[]>;
  /** By subnet ID: what is in it. */
  readonly subnets: ReadonlyMap<string, readonly Change[]>;
  /** By VPC ID: what prevents its deletion. */
  readonly vpcs: ReadonlyMap<string, readonly Change[]>;
}

/** These refer to security groups only for the instances that they will create. */
const TEMPLATES = /^aws_(launch_template|launch_configuration)$/;
/** These stay in a subnet until they are changed or destroyed. */
const TENANTS = new Set([
  "aws_lb",
  "aws_autoscaling_group",
  "aws_vpc_endpoint",
  "aws_db_subnet_group",
  "aws_lambda_function",
  "aws_ecs_service",
  "aws_eks_cluster",
  "aws_efs_mount_target",
  "aws_nat_gateway",
  "aws_instance",
  "aws_network_interface",
]);
/** AWS does not delete a VPC that still has one of these. */
const IN_VPC = /^aws_(subnet|security_group|internet_gateway|route_table|network_acl|vpc_endpoint|lb|nat_gateway)$/;

export const namedBy = once((world: World): NamedBy => {
  const found = {
    groups: new Map<string, Change[]>(),
    subnets: new Map<string, Change[]>(),
    vpcs: new Map<string, Change[]>(),
  };
  const note = (map: Map<string, Change[]>, ids: Iterable<unknown>, change: Change): void => {
    for (const id of new Set(ids)) if (typeof id === "string") addTo(map, id, change);
  };
  for (const change of world.changes) {
    if (change.isData || change.before === undefined || TEMPLATES.test(change.type)) continue;
    const before = world.standing(change);
    note(found.groups, groupsIn(change.type, before), change);
    if (IN_VPC.test(change.type)) note(found.vpcs, [own(before, "vpc_id")], change);
    if (TENANTS.has(change.type)) note(found.subnets, subnetsIn(before), change);
  }
  return found;
});

/** Resources that still use a security group when it is destroyed; its own rules are destroyed before it. */
export function holdersOfGroup(id: string, going: Change, world: World): string[] {
  const holders = (namedBy(world).groups.get(id) ?? []).filter(
    (it) => it !== going && !(isRuleBeside(it.type) && own(it.before, "security_group_id") === id),
  );
  return staying(holders, going);
}

/** Resources that are still in a subnet when it is destroyed. */
export function holdersOfSubnet(id: string, going: Change, world: World): string[] {
  return goesFirst(going) ? staying(namedBy(world).subnets.get(id) ?? [], going) : [];
}

/**
 * The holders that still exist when the other resource is destroyed. Before a destroy without replacement, Terraform
 * first changes the resources that refer to it.
 */
function staying(holders: readonly Change[], going: Change): string[] {
  return holders
    .filter((it) => !goesFirst(it) && (going.doing === "replace" || it.doing === "none"))
    .map(({ address }) => address);
}

function groupsIn(type: string, before: Json): unknown[] {
  if (isRuleBeside(type)) return [own(before, "source_security_group_id"), own(before, "referenced_security_group_id")];
  const inline =
    type === "aws_security_group"
      ? ["ingress", "egress"].flatMap((name) => inBlocks(before, name, "security_groups"))
      : [];
  const blocks = BLOCKS.flatMap((name) => [
    ...inBlocks(before, name, "security_groups"),
    ...inBlocks(before, name, "security_group_ids"),
  ]);
  return [
    ...["security_groups", "vpc_security_group_ids", "security_group_ids"].flatMap((name) => listOf(own(before, name))),
    ...inline,
    ...blocks,
  ];
}

function subnetsIn(before: Json): unknown[] {
  const lists = ["subnets", "subnet_ids", "vpc_zone_identifier"].flatMap((name) => listOf(own(before, name)));
  return [
    own(before, "subnet_id"),
    ...lists,
    ...BLOCKS.flatMap((name) => [...inBlocks(before, name, "subnets"), ...inBlocks(before, name, "subnet_ids")]),
  ];
}

const BLOCKS = ["network_configuration", "vpc_config", "network_interface"];

function inBlocks(values: Json, block: string, list: string): readonly unknown[] {
  return listOf(own(values, block)).flatMap((it) => listOf(own(it, list)));
}
