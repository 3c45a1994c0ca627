import type { SecurityRule, Subnet, Topology, Vpc } from "../../../topology/model";
import { missing, plain } from "../../../topology/symbols";
import type { Attr, Listed } from "../../../topology/value";
import { isUnknown, known, Unknown } from "../../../topology/value";
import { EVERY_ADDRESS, merged, nextOf, type Range, rangesOf } from "./ipv4";
import { rangesIn } from "./security-rules";

/* The other side of a security group rule, and its addresses. */

/** A part of the other side, such as one subnet of the load balancer. */
export interface Place {
  /** Its IPv4 addresses or, if not `isExact`, ranges that contain them. */
  readonly ranges: readonly Range[];
  readonly isExact: boolean;
  /** Why it is not exact. */
  readonly why: Unknown;
}

/** The other side: at least one place. */
export interface Peer {
  readonly groupIds: Listed<string>;
  readonly places: readonly Place[];
}

export function subnetPlace(topology: Topology, subnet: Subnet): Place {
  const { cidr, vpcId, address } = subnet;
  const ranges = rangesOf(known(cidr) ?? "");
  if (ranges.length > 0) return { ranges, isExact: true, why: new Unknown(address, "cidr_block", "") };
  const vpc = vpcRanges(topology.byId.vpc(vpcId));
  const why = isUnknown(cidr)
    ? cidr
    : new Unknown(address, "cidr_block", "the addresses of the subnet are not in the file");
  return { ranges: vpc.length > 0 ? vpc : [EVERY_ADDRESS], isExact: false, why };
}

/** Subnets by their ids; those that are not in the file can have any address. */
export function placesOf(
  topology: Topology,
  ids: Listed<string>,
  owner: { readonly address: string; readonly attribute: string },
): readonly Place[] {
  const vague = (why: Unknown): Place => ({ ranges: [EVERY_ADDRESS], isExact: false, why });
  const places = ids.items.map((id) => {
    const subnet = topology.byId.subnet(id);
    return subnet === undefined
      ? vague(new Unknown(owner.address, owner.attribute, missing(`the addresses of ${plain(id)}`, id, "are")))
      : subnetPlace(topology, subnet);
  });
  if (ids.open !== undefined) return [...places, vague(ids.open)];
  return places.length > 0
    ? places
    : [vague(new Unknown(owner.address, owner.attribute, "the file contains no subnet for it"))];
}

/** The addresses of a VPC if all are known. */
export function vpcRanges(vpc: Vpc | undefined): readonly Range[] {
  return vpc === undefined || vpc.cidrs.open !== undefined ? [] : vpc.cidrs.items.flatMap(rangesOf);
}

/** The VPC of the first subnet that is in the file. */
export function vpcIdOf(topology: Topology, subnetIds: Listed<string>): Attr<string> {
  for (const id of subnetIds.items) {
    const subnet = topology.byId.subnet(id);
    if (subnet !== undefined) return subnet.vpcId;
  }
  return undefined;
}

/** Whether a rule references one of the peer's groups. */
export function namesGroup({ groupIds }: SecurityRule, peer: Peer): boolean {
  return groupIds.items.some((id) => peer.groupIds.items.includes(id));
}

/** Whether a rule, its ports and protocol apart, is for the peer or a part of it. */
export function isMeantFor(rule: SecurityRule, peer: Peer): boolean {
  return namesGroup(rule, peer) || peer.places.some((it) => isTouched(it, merged(rangesIn([rule]))));
}

/**
 * Whether any address of a place is among these.
 * @param by merged ranges
 */
export function isTouched({ ranges }: Place, by: readonly Range[]): boolean {
  return ranges.some(({ first, last }) => (nextOf(by, first)?.first ?? Infinity) <= last);
}
