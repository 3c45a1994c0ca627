import type { Balancer, RouteTable, Subnet, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { once } from "../once";
import { mayBeApplication } from "../requests/balancer-types";
import type { TracedPath } from "../requests/traced-path";
import { networkIndex } from "./network-index";
import { type Family, isPublic, isShut, type Way, wayOut } from "./ways-out";

/* Where the responses of a public load balancer go from its subnets. */

export interface WaysBack {
  readonly balancer: Balancer;
  readonly family: Family;
  /** For each subnet that is in the file. */
  readonly ways: readonly SubnetWay[];
  /** Ids of subnets that are not in the file. */
  readonly elsewhere: readonly string[];
  /** Those from which no response reaches the internet. */
  readonly shut: readonly ShutSubnet[];
}

export interface SubnetWay {
  readonly subnet: Subnet;
  readonly way: Way;
}

export interface ShutSubnet extends SubnetWay {
  /** A table with a route to the internet that was most likely meant for the subnet; its id is known. */
  readonly forgotten?: RouteTable;
}

/** By IP version; none if the load balancer is internal, or its clients are not on the internet. */
export const waysBack = once(({ balancer, topology, from }: TracedPath): readonly WaysBack[] => {
  if (
    balancer === undefined ||
    from !== "internet" ||
    !mayBeApplication(balancer) ||
    known(balancer.isInternal) === true
  )
    return [];
  return familiesOf(balancer).map((family) => {
    const { items } = balancer.subnetIds;
    const ways = items
      .flatMap((id) => topology.byId.subnet(id) ?? [])
      .map((subnet) => ({ subnet, way: wayOut(topology, subnet, family) }));
    const shut = ways.filter(({ subnet }) => isShut(topology, subnet, family));
    return {
      balancer,
      family,
      ways,
      elsewhere: items.filter((id) => topology.byId.subnet(id) === undefined),
      shut: shut.map((it): ShutSubnet => {
        const isForeign = it.way.kind === "internet-gateway";
        const forgotten = isForeign || family === "IPv6" ? undefined : forgottenTable(topology, balancer, it.subnet);
        return { ...it, ...(known(forgotten?.id) !== undefined && { forgotten }) };
      }),
    };
  });
});

function familiesOf({ ipAddressType }: Balancer): readonly Family[] {
  const type = known(ipAddressType) ?? "ipv4";
  return [
    ...(type === "dualstack-without-public-ipv4" ? [] : (["IPv4"] as const)),
    ...(type.startsWith("dualstack") ? (["IPv6"] as const) : []),
  ];
}

function forgottenTable(topology: Topology, { subnetIds }: Balancer, subnet: Subnet): RouteTable | undefined {
  if (subnet.isAssociated) return undefined;
  const index = networkIndex(topology);
  const siblings = new Set(subnetIds.items.flatMap((id) => known(topology.byId.subnet(id)?.routeTable) ?? []));
  return index.tablesOf(subnet.vpcId).find((table) => {
    const isMeant = !index.isAssociated(table) || siblings.has(table) || known(subnet.mapPublicIp) === true;
    return table !== known(subnet.routeTable) && isMeant && isPublic(topology, { ...subnet, routeTable: table });
  });
}

/** The internet gateway of a subnet's VPC. */
export function internetGatewayOf(topology: Topology, { vpcId }: Subnet): string | undefined {
  return known(
    networkIndex(topology)
      .gatewaysOf(vpcId)
      .find(({ kind }) => kind === "internet-gateway")?.id,
  );
}
