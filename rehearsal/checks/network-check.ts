import type { Site } from "../site";
import { ANYONE, type CheckResult, distinct, rulesOf, unless } from "./check-result";

export function vpcHasZones({ targetGroup, balancer, subnets }: Site): CheckResult {
  const zones = distinct(subnets.map(({ AvailabilityZone }) => AvailabilityZone));
  const vpcId = targetGroup?.VpcId ?? balancer?.VpcId;
  return {
    problems: [
      ...unless(vpcId !== undefined, "no VPC"),
      ...unless(zones.length >= 2, `subnets in ${zones.length} zone(s): ${zones.join(", ") || "none"}`),
    ],
    observed: `${vpcId}: ${subnets.length} subnets in ${zones.join(", ")}`,
  };
}

export function balancerCoversZones({ balancer, routeTables, subnets, instances }: Site): CheckResult {
  const zones = distinct((balancer?.AvailabilityZones ?? []).map(({ ZoneName }) => ZoneName));
  const unrouted = (balancer?.AvailabilityZones ?? []).filter(
    ({ SubnetId }) => !leadsToInternet(routeTables, SubnetId),
  );
  const zoneOf = (subnetId: string | undefined) =>
    subnets.find(({ SubnetId }) => SubnetId === subnetId)?.AvailabilityZone;
  const outside = instances.filter(({ SubnetId }) => !zones.includes(zoneOf(SubnetId) ?? ""));
  return {
    problems: [
      ...unless(zones.length >= 2, `it is enabled in ${zones.length} zone(s)`),
      ...unrouted.map(({ SubnetId }) => `${SubnetId} has no route to an internet gateway`),
      ...outside.map(({ InstanceId }) => `${InstanceId} is in a zone that is not enabled for the load balancer`),
    ],
    observed: `${zones.join(", ")}, each with a route to the internet`,
  };
}

function leadsToInternet(tables: Site["routeTables"], subnetId: string | undefined): boolean {
  return wayOut(tables, subnetId)?.GatewayId?.startsWith("igw-") === true;
}

function routeTableOf(tables: Site["routeTables"], subnetId: string | undefined) {
  const own = tables.find(({ Associations = [] }) => Associations.some((it) => it.SubnetId === subnetId));
  return own ?? tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main === true));
}

function wayOut(tables: Site["routeTables"], subnetId: string | undefined) {
  return routeTableOf(tables, subnetId)?.Routes?.find((route) => route.DestinationCidrBlock === ANYONE);
}

/** Why an instance cannot download NGINX's packages, which are in S3; empty if it can. */
export function fetchProblems(
  site: Site,
  { InstanceId, SubnetId, PublicIpAddress, SecurityGroups = [] }: Site["instances"][number],
): string[] {
  const route = wayOut(site.routeTables, SubnetId);
  const reachesInternet =
    route?.NatGatewayId !== undefined ||
    (route?.GatewayId?.startsWith("igw-") === true && PublicIpAddress !== undefined);
  const table = routeTableOf(site.routeTables, SubnetId)?.RouteTableId ?? "none";
  const reachesS3 = site.endpoints.some(
    ({ ServiceName = "", RouteTableIds = [] }) => ServiceName.endsWith(".s3") && RouteTableIds.includes(table),
  );
  const outbound = SecurityGroups.flatMap(({ GroupId }) => rulesOf(site, GroupId, "out")).filter(coversHttps);
  const toAnyone = outbound.some(({ CidrIpv4 }) => CidrIpv4 === ANYONE);
  const toS3 = toAnyone || outbound.some(({ PrefixListId = "" }) => site.s3PrefixListIds.includes(PrefixListId));
  if (!reachesInternet && !reachesS3)
    return [`${InstanceId} cannot download NGINX: its subnet has no route to the internet or S3`];
  return unless(
    (reachesS3 && toS3) || (reachesInternet && toAnyone),
    `${InstanceId} cannot download NGINX: its security groups do not allow outbound traffic on port 443 to ` +
      [...(reachesS3 ? ["S3"] : []), ...(reachesInternet ? ["the internet"] : [])].join(" or "),
  );
}

function coversHttps({ IpProtocol, FromPort = 0, ToPort = 65535 }: Site["rules"][number]): boolean {
  return IpProtocol === "-1" || (IpProtocol === "tcp" && FromPort <= 443 && 443 <= ToPort);
}
