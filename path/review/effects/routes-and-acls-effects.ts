import type { Change } from "../../../topology/changes";
import { own } from "../../../topology/json";
import type { Subnet } from "../../../topology/model";
import { type EffectRule, tell } from "../because";
import { hopOfSubnets, isGone } from "../world";

/* Routes and entries of network ACLs. */

/**
 * An entry of a network ACL that is away for a moment; without it packets of standing connections are dropped as well.
 */
export const aclRuleRule: EffectRule = (change, world) => {
  if (
    change.type !== "aws_network_acl_rule" ||
    change.doing !== "replace" ||
    change.isCreatedFirst ||
    own(change.before, "rule_action") !== "allow"
  )
    return [];
  const acl = own(change.before, "network_acl_id");
  const subnets = (world.before?.subnets ?? []).filter(
    ({ networkAcl }) => typeof networkAcl === "object" && "egress" in networkAcl && networkAcl.id === acl,
  );
  const ids = new Set<unknown>(subnets.map(({ id }) => id));
  if (hopOfSubnets((id) => ids.has(id), world) === null) return [];
  return tell(change, world, {
    hop: "listener",
    effect: "brief",
    then: "for the moment in between, packets that need it are dropped",
    avoid: "add the new entry first, and take the old one away in an apply of its own",
    phrase: "while an entry of a network ACL is replaced",
  });
};

export const routeRule: EffectRule = (change, world) => {
  if (
    !/^aws_(route|route_table|route_table_association|internet_gateway)$/.test(change.type) ||
    !(isGone(change) || change.doing === "update")
  )
    return [];
  const touched = new Set<unknown>(
    (world.before?.subnets ?? []).filter((it) => isTouched(it, change)).map(({ id }) => id),
  );
  const hop = hopOfSubnets((id) => touched.has(id), world);
  if (hop === null) return [];
  // Whether anything still gets through then, the trace of what is planned tells.
  if (change.doing !== "replace")
    return tell(change, world, {
      hop,
      effect: "none",
      attribute: change.differing.find((it) => it !== "tags"),
      then: "",
    });
  return tell(
    change,
    world,
    hop === "listener"
      ? {
          hop,
          effect: "brief",
          then: "for the moment in between, the load balancer's answers find no way out",
          phrase: "while a route is replaced",
        }
      : {
          hop,
          effect: "none",
          then: "for the moment in between, the targets cannot fetch anything; requests to them are not routed by it",
        },
  );
};

/** Whether packets of a subnet go by what changes. */
function isTouched({ id, vpcId, routeTable }: Subnet, { type, before }: Change): boolean {
  if (type === "aws_internet_gateway") return vpcId !== undefined && vpcId === own(before, "vpc_id");
  if (type === "aws_route_table_association") return id === own(before, "subnet_id");
  return (
    typeof routeTable === "object" &&
    "routes" in routeTable &&
    routeTable.id !== undefined &&
    (routeTable.id === own(before, "route_table_id") || routeTable.id === own(before, "id"))
  );
}
