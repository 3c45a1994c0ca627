import type { Change } from "../../../topology/changes";
import { own } from "../../../topology/json";
import type { Subnet } from "../../../topology/model";
import { type EffectRule, report } from "../because";
import { hopOfSubnets, isGone } from "../world";

/* Routes and network ACL rules. */

/** A replaced network ACL rule; while it is missing, packets of existing connections are dropped as well. */
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
  return report(change, world, {
    hop: "listener",
    effect: "brief",
    then: "packets that need it are dropped until the new rule is created",
    avoid: "add the new rule first, and remove the old one in a separate apply",
    phrase: "while a network ACL rule is replaced",
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
  // The trace of the plan reports whether traffic still passes.
  if (change.doing !== "replace")
    return report(change, world, {
      hop,
      effect: "none",
      attribute: change.differing.find((it) => it !== "tags"),
      then: "",
    });
  return report(
    change,
    world,
    hop === "listener"
      ? {
          hop,
          effect: "brief",
          then: "responses of the load balancer have no route until the new one is created",
          phrase: "while a route is replaced",
        }
      : {
          hop,
          effect: "none",
          then: "the targets have no outbound route until the new one is created; requests to them do not use it",
        },
  );
};

/** Whether a subnet uses the changed resource for routing. */
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
