import type { SecurityGroup, Topology } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";
import { once } from "../once";

/* Whether two security groups can refer to each other. */

/** Whether they are certainly in two VPCs. */
export function areInDifferentVpcs({ byId }: Topology, a: SecurityGroup, b: SecurityGroup): boolean {
  if (isUnknown(a.vpcId) || isUnknown(b.vpcId) || a.vpcId === b.vpcId) return false;
  const [one, other] = [byId.vpc(a.vpcId), byId.vpc(b.vpcId)];
  // Without an id a group is in the region's default VPC.
  if (a.vpcId === undefined || b.vpcId === undefined)
    return [one, other].some((it) => it !== undefined && !it.isData && !it.isDefault);
  if (one?.isData === false && other?.isData === false) return true;
  return [a.vpcId, b.vpcId].every((id) => /^vpc-/.test(id));
}

/** Whether the VPC of one of them has a route to something that may be a peering or a transit gateway. */
export function mayBePeered(topology: Topology, groups: readonly SecurityGroup[]): boolean {
  const routed = routedElsewhere(topology);
  return groups.some(({ vpcId }) => routed.has(known(vpcId) ?? ""));
}

const routedElsewhere = once(({ routeTables }: Topology): ReadonlySet<string> => {
  const leading = routeTables.filter(({ routes }) =>
    routes.some(({ target }) => target !== undefined && (isUnknown(target) || target.kind === "other")),
  );
  return new Set(leading.map(({ vpcId }) => known(vpcId) ?? ""));
});
