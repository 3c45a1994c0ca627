import { Netmask } from "netmask";
import type { Subnet, Topology, Vpc } from "../../topology/model";
import { known } from "../../topology/value";
import { analyse } from "../analysis/analysis";
import { overlaps, rangesOf } from "../analysis/network/ipv4";

/** The most blocks to try; a /16 VPC has 4,096 of the smallest that a load balancer accepts. */
const MAX_TRIES = 4_096;

/**
 * A free CIDR block of a VPC.
 * @param prefix its length, such as 24
 * @param except a subnet whose block counts as free, because the subnet moves
 */
export function freeRange(topology: Topology, vpc: Vpc, prefix: number, except?: Subnet): string | undefined {
  const taken = analyse(topology)
    .network.subnetsOf(vpc.id)
    .filter((it) => it !== except)
    .flatMap(({ cidr }) => rangesOf(known(cidr) ?? ""))
    .sort((a, b) => a.first - b.first);
  for (const cidr of vpc.cidrs.items) {
    const [whole] = rangesOf(cidr);
    if (whole === undefined) continue;
    let at = 0;
    let block: Netmask | undefined = blockOf(new Netmask(cidr).base, Math.max(prefix, new Netmask(cidr).bitmask));
    for (let tries = 0; block !== undefined && tries < MAX_TRIES; tries++) {
      const [range] = rangesOf(block.toString());
      if (range === undefined || range.last > whole.last) break;
      while ((taken[at]?.last ?? Infinity) < range.first) at++;
      const next = taken[at];
      if (next === undefined || !overlaps(next, range)) return block.toString();
      block = block.next() as Netmask | undefined;
    }
  }
  return undefined;
}

function blockOf(base: string, prefix: number): Netmask {
  return new Netmask(`${base}/${prefix}`);
}

/** The last part of an address as a name for a new resource, distinct for each instance of a block. */
export function nameFrom(address: string): string {
  const [, name = "added", key = ""] = /(?<![\w-])([A-Za-z_][\w-]*)(?:\[([^\]]*)\])?$/.exec(address) ?? [];
  return [name, key.replace(/[^\w-]/g, "")]
    .filter((it) => it !== "")
    .join("_")
    .slice(0, 60);
}
