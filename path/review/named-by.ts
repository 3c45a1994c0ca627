import type { Change } from "../../topology/changes";
import { type Json, listOf, own } from "../../topology/json";
import { addTo } from "../../topology/lists";
import { isRuleBeside } from "../../topology/permissions";
import { once } from "../analysis/once";
import { goesFirst, type World } from "./world";

/* What names a security group, a subnet or a VPC today: AWS destroys none of them as long as something has it. */

export interface NamedBy {
  /** By a security group's id. */
  readonly groups: ReadonlyMap<string, readonly Change[]>;
  /** By a subnet's id: what is in it. */
  readonly subnets: ReadonlyMap<string, readonly Change[]>;
  /** By a VPC's id: what it cannot be destroyed with. */
  readonly vpcs: ReadonlyMap<string, readonly Change[]>;
}

/** These only name groups for what they will make. */
const TEMPLATES = /^aws_(launch_template|launch_configuration)$/;
/** These stay in a subnet until they are told to leave it. */
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
/** AWS destroys no VPC that still has one of these. */
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

/** Who still has a security group when it is to be destroyed; its own rules go before it does. */
export function holdersOfGroup(id: string, going: Change, world: World): string[] {
  const holders = (namedBy(world).groups.get(id) ?? []).filter(
    (it) => it !== going && !(isRuleBeside(it.type) && own(it.before, "security_group_id") === id),
  );
  return staying(holders, going);
}

/** What is still in a subnet when it is to be destroyed. */
export function holdersOfSubnet(id: string, going: Change, world: World): string[] {
  return goesFirst(going) ? staying(namedBy(world).subnets.get(id) ?? [], going) : [];
}

/**
 * Those that are there when the other one is to go. Of a pure destruction terraform changes those first that name it.
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
