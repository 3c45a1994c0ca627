import type { Balancer, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";

/* In which VPC a balancer and its targets are. */

/** The VPC of the first of a balancer's subnets of which that is known. */
export function vpcOf({ byId }: Topology, balancer: Balancer | undefined): string | undefined {
  return balancer?.subnetIds.items.map((id) => known(byId.subnet(id)?.vpcId)).find((it) => it !== undefined);
}

/** Two VPCs for certain: both are made by the file, or both have an id of AWS's. */
export function areDistinctVpcs({ byId }: Topology, a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined || a === b) return false;
  const isId = (text: string) => /^vpc-[0-9a-f]+$/.test(text);
  if (isId(a) && isId(b)) return true;
  return [a, b].every((it) => byId.vpc(it)?.isData === false);
}
