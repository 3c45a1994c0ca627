import { addTo } from "../../../topology/lists";
import type { Balancer, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";

/* The VPCs of a load balancer and its targets. */

/** The first known VPC of a load balancer's subnets. */
export function vpcOf({ byId }: Topology, balancer: Balancer | undefined): string | undefined {
  return balancer?.subnetIds.items.map((id) => known(byId.subnet(id)?.vpcId)).find((it) => it !== undefined);
}

/** Two VPCs for certain: the file creates both, or both have an AWS id. */
export function areDistinctVpcs({ byId }: Topology, a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined || a === b) return false;
  const isId = (text: string) => /^vpc-[0-9a-f]+$/.test(text);
  if (isId(a) && isId(b)) return true;
  return [a, b].every((it) => byId.vpc(it)?.isData === false);
}

/** Load balancers by the VPCs that their subnets are in; by `undefined` those whose VPC is unknown. */
export function balancersByVpc(
  balancers: readonly Balancer[],
  { byId }: Topology,
): ReadonlyMap<string | undefined, readonly Balancer[]> {
  const near = new Map<string | undefined, Balancer[]>();
  for (const balancer of balancers)
    for (const vpc of new Set(balancer.subnetIds.items.map((id) => known(byId.subnet(id)?.vpcId))))
      addTo(near, vpc, balancer);
  return near;
}
