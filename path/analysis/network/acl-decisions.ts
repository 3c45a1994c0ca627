import type { AclEntry } from "../../../topology/model";
import { isUnknown, known, Unknown } from "../../../topology/value";
import { EVERY_ADDRESS, overlaps, type Range, rangesOf } from "./ipv4";
import { isAll, isTcp } from "./security-rules";

/** TCP packets: from or to these addresses, to these ports. */
export interface Packets {
  readonly addresses: Range;
  readonly ports: Range;
}

/** Packets that are denied, by an entry or because no entry allows them. */
interface Denied extends Packets {
  readonly by?: AclEntry;
}

export interface Decision {
  readonly denied: readonly Denied[];
  /** An unknown value in the entries, if it could change what passes. */
  readonly open?: Unknown;
}

/** AWS allows at most 40 entries in each direction; a hostile file may have more. */
const MOST_ENTRIES = 200;

/** What happens to packets: the matching entry with the lowest number decides; all others are denied. */
export function decide(entries: readonly AclEntry[], packets: Packets): Decision {
  let left: readonly Packets[] = [packets];
  const denied: Denied[] = [];
  let mayDeny: Unknown | undefined;
  let mayAllow: Unknown | undefined;
  for (const entry of entries.slice(0, MOST_ENTRIES)) {
    const area = areaOf(entry);
    if (area === undefined) continue;
    if (area.open !== undefined) {
      if (!left.some((it) => meet(it, area))) continue;
      if (known(entry.allow) === true) mayAllow ??= area.open;
      else mayDeny ??= area.open;
      continue;
    }
    const rest: Packets[] = [];
    for (const one of left) {
      if (!meet(one, area)) {
        rest.push(one);
        continue;
      }
      if (known(entry.allow) === false) denied.push({ ...common(one, area), by: entry });
      rest.push(...outside(one, area));
    }
    left = rest;
  }
  const all = [...denied, ...left];
  const open = mayDeny ?? (all.length > 0 ? mayAllow : undefined);
  return { denied: all, ...(open !== undefined && { open }) };
}

/** Whether an entry would allow any of these packets. */
export function allowsAny(entry: AclEntry, packets: Packets): boolean {
  const area = areaOf(entry);
  return area !== undefined && area.open === undefined && known(entry.allow) === true && meet(area, packets);
}

/** What an entry matches, or may match; nothing if it does not match TCP over IPv4. */
function areaOf({
  number,
  allow,
  protocol,
  cidr: written,
  fromPort,
  toPort,
  address,
}: AclEntry): (Packets & { readonly open?: Unknown }) | undefined {
  if (written === undefined) return undefined;
  const isExpression = typeof written === "string" && written.includes("${");
  const cidr = isExpression
    ? new Unknown(address, "cidr_block", `the file does not contain the value of ${written}`)
    : written;
  const [addresses] = isUnknown(cidr) ? [EVERY_ADDRESS] : rangesOf(cidr);
  if (addresses === undefined) return undefined;
  const every: Range = { first: 0, last: 65535 };
  if (isUnknown(protocol)) return { addresses, ports: every, open: protocol };
  if (!isAll(protocol) && !isTcp(protocol)) return undefined;
  const isWhole = isAll(protocol) || fromPort === undefined || toPort === undefined;
  const ports = isWhole ? every : { first: known(fromPort) ?? 0, last: known(toPort) ?? 65535 };
  const open = [number, allow, cidr, ...(isWhole ? [] : [fromPort, toPort])].find(isUnknown);
  return { addresses, ports, ...(open !== undefined && { open }) };
}

function meet(a: Packets, b: Packets): boolean {
  return overlaps(a.addresses, b.addresses) && overlaps(a.ports, b.ports);
}

function common(a: Packets, b: Packets): Packets {
  const cut = (one: Range, other: Range): Range => ({
    first: Math.max(one.first, other.first),
    last: Math.min(one.last, other.last),
  });
  return { addresses: cut(a.addresses, b.addresses), ports: cut(a.ports, b.ports) };
}

/** The packets outside the area, which overlaps them. */
function outside({ addresses, ports }: Packets, area: Packets): readonly Packets[] {
  const inner = common({ addresses, ports }, area);
  return [
    { addresses: { first: addresses.first, last: inner.addresses.first - 1 }, ports },
    { addresses: { first: inner.addresses.last + 1, last: addresses.last }, ports },
    { addresses: inner.addresses, ports: { first: ports.first, last: inner.ports.first - 1 } },
    { addresses: inner.addresses, ports: { first: inner.ports.last + 1, last: ports.last } },
  ].filter((it) => it.addresses.first <= it.addresses.last && it.ports.first <= it.ports.last);
}
