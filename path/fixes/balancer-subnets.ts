import type { Balancer, Subnet, Topology } from "../../topology/model";
import { known } from "../../topology/value";
import { analyse } from "../analysis/analysis";
import { prefixOf, SMALLEST_PREFIX } from "../analysis/network/ipv4";
import { isPublic } from "../analysis/network/ways-out";

/* Other subnets and Availability Zones for a load balancer. */

/** Subnets of the same VPC in zones that the load balancer is not in, as public as it needs them. */
export function subnetsInOtherZones(topology: Topology, balancer: Balancer, nextTo: Subnet): readonly Subnet[] {
  const used = zonesUsed(topology, balancer);
  const isInside = known(balancer.isInternal) === true;
  return analyse(topology)
    .network.subnetsOf(nextTo.vpcId)
    .filter((it) => {
      const zone = known(it.zone);
      return (
        zone !== undefined &&
        !used.has(zone) &&
        known(it.id) !== undefined &&
        (isInside || isPublic(topology, it)) &&
        (prefixOf(it.cidr) ?? 0) <= SMALLEST_PREFIX
      );
    });
}

/** A zone that the load balancer is not in: that of another subnet, or the next letter or index. */
export function freeZone(topology: Topology, balancer: Balancer, nextTo: Subnet): string | undefined {
  const used = zonesUsed(topology, balancer);
  const other = analyse(topology)
    .network.subnetsOf(nextTo.vpcId)
    .map(({ zone }) => known(zone))
    .find((zone) => zone !== undefined && !used.has(zone));
  const zone = known(nextTo.zone) ?? "";
  const next = [0, 1, 2].map((index) =>
    zone.replace(/([a-z])$/, "abc"[index] ?? "a").replace(/\.\d+\}$/, `.${index}}`),
  );
  return (other ?? next.find((it) => !used.has(it)))?.replace(/\.(\d+)\}$/, "[$1]}");
}

function zonesUsed({ byId }: Topology, { subnetIds }: Balancer): ReadonlySet<string | undefined> {
  return new Set(subnetIds.items.map((id) => known(byId.subnet(id)?.zone)));
}

/** For each of these a public one in the same zone that the load balancer has not yet; nothing if one has no such. */
export function publicSubnetsInstead(
  topology: Topology,
  { subnetIds }: Balancer,
  bad: readonly Subnet[],
): readonly string[] | undefined {
  const instead = new Map<string, string>();
  for (const { id, zone, vpcId } of bad) {
    const name = known(zone);
    const other = analyse(topology)
      .network.subnetsOf(vpcId)
      .find(
        (it) =>
          name !== undefined &&
          known(it.zone) === name &&
          !subnetIds.items.includes(known(it.id) ?? "") &&
          isPublic(topology, it),
      );
    const [from, to] = [known(id), known(other?.id)];
    if (from === undefined || to === undefined) return undefined;
    instead.set(from, to);
  }
  return subnetIds.items.map((id) => instead.get(id) ?? id);
}
