import type { Site } from "../site";
import { ANYONE, distinct, unless, type Finding } from "./finding";

export function vpcHasZones({ targetGroup, balancer, subnets }: Site): Finding {
  const zones = distinct(subnets.map(({ AvailabilityZone }) => AvailabilityZone));
  const vpcId = targetGroup?.VpcId ?? balancer?.VpcId;
  return {
    faults: [...unless(vpcId !== undefined, "no VPC"), ...unless(zones.length >= 2, `subnets in ${zones.length} zone(s): ${zones.join(", ") || "none"}`)],
    observed: `${vpcId}: ${subnets.length} subnets in ${zones.join(", ")}`,
  };
}

export function balancerCoversZones({ balancer, routeTables, subnets, instances }: Site): Finding {
  const zones = distinct((balancer?.AvailabilityZones ?? []).map(({ ZoneName }) => ZoneName));
  const unrouted = (balancer?.AvailabilityZones ?? []).filter(({ SubnetId }) => !leadsToInternet(routeTables, SubnetId));
  const zoneOf = (subnetId: string | undefined) => subnets.find(({ SubnetId }) => SubnetId === subnetId)?.AvailabilityZone;
  const outside = instances.filter(({ SubnetId }) => !zones.includes(zoneOf(SubnetId) ?? ""));
  return {
    faults: [
      ...unless(zones.length >= 2, `it covers ${zones.length} zone(s)`),
      ...unrouted.map(({ SubnetId }) => `${SubnetId} has no route to an internet gateway`),
      ...outside.map(({ InstanceId }) => `${InstanceId} is in a zone that the load balancer does not cover`),
    ],
    observed: `${zones.join(", ")}, each with a route to the internet`,
  };
}

export function leadsToInternet(tables: Site["routeTables"], subnetId: string | undefined): boolean {
  const own = tables.find(({ Associations = [] }) => Associations.some((it) => it.SubnetId === subnetId));
  const table = own ?? tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main === true));
  return table?.Routes?.some((route) => route.DestinationCidrBlock === ANYONE && route.GatewayId?.startsWith("igw-") === true) ?? false;
}
