import { addTo } from "../../topology/lists";
import { enclosing, rangesOf } from "../analysis/network/ipv4";

/*
 * The permissions of one security group, and whether they include another permission; a security group can have
 * thousands of rules.
 */

/** One permission; a single block or resource can hold several. */
export interface Permission {
  readonly direction: "ingress" | "egress";
  readonly protocol: string;
  readonly first: number;
  readonly last: number;
  readonly peer: string;
  readonly kind: "ipv4" | "ipv6" | "group" | "list";
}

/** Port ranges of one protocol and peer by their first port, each with the highest last port so far. */
interface Ports {
  readonly first: number;
  readonly highest: number;
}

/** Whether one of the permissions includes another one. */
export function holderOf(permissions: readonly Permission[]): (it: Permission) => boolean {
  const lists = new Map<string, Permission[]>();
  for (const it of permissions) {
    const key = keyOf(it, peerOf(it), it.protocol);
    addTo(lists, key, it);
  }
  const sorted = new Map<string, readonly Ports[]>();
  return (it) =>
    wider(it).some((peer) => {
      if (lists.has(keyOf(it, peer, "all"))) return true;
      const key = keyOf(it, peer, it.protocol);
      const list = lists.get(key);
      if (list === undefined) return false;
      const ports = sorted.get(key) ?? portsOf(list);
      sorted.set(key, ports);
      return holds(ports, it);
    });
}

function keyOf({ direction, kind }: Permission, peer: string, protocol: string): string {
  return JSON.stringify([direction, kind, peer, protocol]);
}

/** Different spellings of a range are one peer. */
function peerOf({ kind, peer }: Permission): string {
  const [range] = kind === "ipv4" ? rangesOf(peer) : [];
  return range === undefined ? peer : `${range.first}-${range.last}`;
}

/** All peers that include this one, itself among them. */
function wider(it: Permission): readonly string[] {
  if (it.kind === "ipv6") return [it.peer, "::/0"];
  const [range] = it.kind === "ipv4" ? rangesOf(it.peer) : [];
  return range === undefined ? [it.peer] : enclosing(range).map(({ first, last }) => `${first}-${last}`);
}

function portsOf(permissions: readonly Permission[]): readonly Ports[] {
  let highest = -Infinity;
  return [...permissions]
    .sort((a, b) => a.first - b.first)
    .map(({ first, last }) => ({ first, highest: (highest = Math.max(highest, last)) }));
}

/** Whether a range that begins at the first port or before it extends to the last port. */
function holds(ports: readonly Ports[], { first, last }: Permission): boolean {
  let [low, high] = [0, ports.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ports[middle]?.first ?? Infinity) <= first) low = middle + 1;
    else high = middle;
  }
  return (ports[low - 1]?.highest ?? -Infinity) >= last;
}
