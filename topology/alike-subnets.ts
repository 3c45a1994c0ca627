import type { Balancer } from "./model";
import type { Subnet } from "./network-model";
import { type Attr, known, type Listed, Unknown } from "./value";

/*
 * Chooses one of several subnets if the file does not say which is meant and it makes no difference, as with
 * `element(aws_subnet.public[*].id, 0)`.
 */

/** The first candidate, if requests take the same route through all candidates; otherwise it stays open. */
export function oneOfAlike(
  id: Attr<string>,
  subnetOf: (id: string) => Subnet | undefined,
  balancers: readonly Pick<Balancer, "subnetIds">[],
): Attr<string> {
  if (!(id instanceof Unknown) || id.among === undefined) return id;
  const subnets = id.among.map(subnetOf);
  const [first] = subnets;
  if (first === undefined || !subnets.every((it) => it !== undefined && isAlike(it, first))) return id;
  const zones = subnets.map((it) => known(it?.zone));
  const isEverywhere = balancers.every(({ subnetIds }) => {
    const own = new Set(subnetIds.items.map((it) => known(subnetOf(it)?.zone)));
    return zones.every((zone) => zone !== undefined && own.has(zone));
  });
  return isEverywhere ? first.id : id;
}

function isAlike(a: Subnet, b: Subnet): boolean {
  // The network ACLs of subnets from data sources are assumed to allow all traffic.
  const isAclKnown = !(a.networkAcl instanceof Unknown) || (a.isData && b.isData);
  return (
    a.vpcId === b.vpcId &&
    a.routeTable === b.routeTable &&
    a.networkAcl === b.networkAcl &&
    a.mapPublicIp === b.mapPublicIp &&
    !(a.routeTable instanceof Unknown) &&
    isAclKnown
  );
}

/** The same for a list with one of several subnets. */
export function listOfAlike(
  list: Listed<string>,
  ...rest: [Parameters<typeof oneOfAlike>[1], Parameters<typeof oneOfAlike>[2]]
): Listed<string> {
  const one = list.items.length === 0 ? oneOfAlike(list.open, ...rest) : undefined;
  return typeof one === "string" ? { items: [one] } : list;
}
