import type { Topology } from "../../../topology/model";
import { once } from "../once";

const balancerGroupIds = once(
  ({ balancers }: Topology): ReadonlySet<string> =>
    new Set(balancers.flatMap(({ securityGroupIds }) => securityGroupIds.items)),
);

/** At which hop a rule of a security group is missed: the load balancer's at the listener, any other at the targets. */
export function hopOfRulesIn(id: unknown, topology: Topology): "listener" | "target" {
  return typeof id === "string" && balancerGroupIds(topology).has(id) ? "listener" : "target";
}
