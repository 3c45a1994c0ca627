import { addTo } from "../../../topology/lists";
import type { Gateway, RouteTable, Subnet, Topology } from "../../../topology/model";
import { type Attr, known } from "../../../topology/value";
import { once } from "../once";

/** The parts of a network by VPC, table and subnet; created once for a topology. */
export interface NetworkIndex {
  readonly subnetsOf: (vpcId: Attr<string>) => readonly Subnet[];
  readonly tablesOf: (vpcId: Attr<string>) => readonly RouteTable[];
  readonly gatewaysOf: (vpcId: Attr<string>) => readonly Gateway[];
  /** Gateway endpoints by the tables that they are in. */
  readonly endpointsOf: (tableId: Attr<string>) => readonly Gateway[];
  /** Whether a subnet is associated with the table. */
  readonly isAssociated: (table: RouteTable) => boolean;
  /** How many single instances and NAT gateways the file creates in a subnet. */
  readonly membersOf: (subnetId: Attr<string>) => number;
}

export const networkIndex = once(makeIndex);

function makeIndex({ subnets, routeTables, gateways, servers }: Topology): NetworkIndex {
  const members = new Map<string, number>();
  const inSubnets = [
    ...servers.filter(({ kind }) => kind === "instance").flatMap(({ subnetIds }) => subnetIds.items),
    ...gateways.flatMap(({ subnetId }) => known(subnetId) ?? []),
  ];
  for (const id of inSubnets) members.set(id, (members.get(id) ?? 0) + 1);
  const associated = new Set(
    subnets.flatMap(({ routeTable, isAssociated }) => (isAssociated ? [known(routeTable)] : [])),
  );
  return {
    subnetsOf: groups(subnets, ({ vpcId }) => [vpcId]),
    tablesOf: groups(routeTables, ({ vpcId }) => [vpcId]),
    gatewaysOf: groups(gateways, ({ vpcId }) => [vpcId]),
    endpointsOf: groups(
      gateways.filter(({ kind }) => kind === "endpoint"),
      ({ routeTableIds }) => routeTableIds.items,
    ),
    isAssociated: (table) => associated.has(table),
    membersOf: (id) => members.get(known(id) ?? "") ?? 0,
  };
}

function groups<T>(
  parts: readonly T[],
  keysOf: (part: T) => readonly Attr<string>[],
): (key: Attr<string>) => readonly T[] {
  const byKey = new Map<string, T[]>();
  for (const part of parts) {
    for (const key of keysOf(part)) {
      const text = known(key);
      if (text === undefined) continue;
      addTo(byKey, text, part);
    }
  }
  return (key) => byKey.get(known(key) ?? "") ?? [];
}
