import type { Topology } from "../../../topology/model";
import { once } from "../once";

const balancerGroupIds = once(
  ({ balancers }: Topology): ReadonlySet<string> =>
    new Set(balancers.flatMap(({ securityGroupIds }) => securityGroupIds.items)),
);

/** The hop of a security group's rules: the listener for the load balancer's group, the target for any other. */
export function hopOfRulesIn(id: unknown, topology: Topology): "listener" | "target" {
  return typeof id === "string" && balancerGroupIds(topology).has(id) ? "listener" : "target";
}
