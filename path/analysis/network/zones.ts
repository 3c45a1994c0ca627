import type { Balancer, Subnet, Topology } from "../../../topology/model";
import { isSymbolic, plain } from "../../../topology/symbols";
import { isUnknown, known, Unknown } from "../../../topology/value";

/* The Availability Zones that subnets are in. */

/** The zones of a load balancer's subnets. */
export interface BalancerZones {
  /** The first of its subnets in each zone that is known. */
  readonly byZone: ReadonlyMap<string, Subnet>;
  /** The first two of its subnets that are in one zone. */
  readonly pair?: readonly [Subnet, Subnet];
  /** Unknown zones of its subnets. */
  readonly open: readonly Unknown[];
  /** Ids of its subnets that are not in the file. */
  readonly elsewhere: readonly string[];
}

export function balancerZones({ byId }: Topology, { subnetIds }: Balancer): BalancerZones {
  const byZone = new Map<string, Subnet>();
  const open: Unknown[] = [];
  const elsewhere: string[] = [];
  let pair: readonly [Subnet, Subnet] | undefined;
  for (const id of subnetIds.items) {
    const subnet = byId.subnet(id);
    if (subnet === undefined) {
      elsewhere.push(id);
      continue;
    }
    const { zone, address } = subnet;
    if (zone === undefined || isUnknown(zone)) {
      open.push(zone ?? new Unknown(address, "availability_zone", "AWS chooses the Availability Zone"));
      continue;
    }
    const first = byZone.get(zone);
    if (first === undefined) byZone.set(zone, subnet);
    else pair ??= [first, subnet];
  }
  return { byZone, open, elsewhere, ...(pair !== undefined && { pair }) };
}

/** The zones that a load balancer is enabled for; none if the file leaves one of them open. */
export function enabledZones(topology: Topology, balancer: Balancer): readonly string[] {
  if (balancer.subnetIds.open !== undefined) return [];
  const { byZone, open, elsewhere } = balancerZones(topology, balancer);
  return open.length > 0 || elsewhere.length > 0 ? [] : [...byZone.keys()];
}

/** Whether a subnet is in none of the zones; `zones` is not empty. */
export function isOutside({ zone, address }: Subnet, zones: readonly string[]): boolean | Unknown {
  if (isUnknown(zone) || zone === undefined)
    return zone ?? new Unknown(address, "availability_zone", "AWS chooses the Availability Zone");
  if (zones.includes(zone)) return false;
  if (kindOfZone(zones[0] ?? "") === kindOfZone(zone)) return true;
  const why = `the file does not say whether ${plain(zone)} is one of the load balancer's Availability Zones`;
  return new Unknown(address, "availability_zone", why);
}

/** Zones of one kind differ if their texts differ; a list index, a name and an id can be the same zone. */
export function kindOfZone(zone: string): string {
  const [, list = ""] = /^\$\{(.*)(?:\.\d+|\[\d+\])\}$/.exec(zone) ?? [];
  if (list !== "") return list;
  return isSymbolic(zone) ? zone : /^[a-z]+\d-az\d+$/.test(zone) ? "id" : "name";
}

/** A subnet's zone in a report. */
export function zoneInWords({ zone }: Subnet): string {
  return plain(known(zone) ?? "an unknown zone").replace(/\.(\d+)$/, "[$1]");
}
