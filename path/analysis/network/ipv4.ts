import { Netmask } from "netmask";
import { RESERVED_RANGES } from "../../../topology/reserved-ranges";
import { type Attr, known } from "../../../topology/value";

/** IPv4 addresses from the first to the last, both included, as numbers. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** Ranges that were already parsed. */
const read = new Map<string, readonly Range[]>();

export const EVERY_ADDRESS: Range = { first: 0, last: 2 ** 32 - 1 };

/** Ranges that are never on the internet. */
const NOT_PUBLIC: readonly Range[] = RESERVED_RANGES.flatMap(rangesOf);

/** The addresses of a CIDR, or the one address; none if it is neither, or IPv6. */
export function rangesOf(cidr: string): readonly Range[] {
  const found = read.get(cidr);
  if (found !== undefined) return found;
  // Enough for the texts of one file, and no leak in a long-lived process.
  if (read.size > 10_000) read.clear();
  const ranges = parsed(cidr);
  read.set(cidr, ranges);
  return ranges;
}

function parsed(cidr: string): readonly Range[] {
  // The package accepts more than AWS does, such as a part of an address.
  if (!/^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/.test(cidr)) return [];
  try {
    const { netLong, size } = new Netmask(cidr);
    return [{ first: netLong, last: netLong + size - 1 }];
  } catch {
    return [];
  }
}

/** The range of a CIDR and those of all CIDRs around it, from the narrowest. */
export function enclosing({ first, last }: Range): readonly Range[] {
  const all: Range[] = [];
  for (let size = last - first + 1; size <= 2 ** 32; size *= 2) {
    const from = Math.floor(first / size) * size;
    all.push({ first: from, last: from + size - 1 });
  }
  return all;
}

/** The part of the range that is in none of the others. */
export function without(range: Range, others: readonly Range[]): readonly Range[] {
  const rest: Range[] = [];
  let { first } = range;
  for (const other of [...others].sort((a, b) => a.first - b.first)) {
    if (other.last < first || other.first > range.last) continue;
    if (other.first > first) rest.push({ first, last: other.first - 1 });
    first = other.last + 1;
  }
  return first > range.last ? rest : [...rest, { first, last: range.last }];
}

/** The same addresses in ranges that do not touch, from the lowest up. */
export function merged(ranges: readonly Range[]): readonly Range[] {
  const all: { first: number; last: number }[] = [];
  for (const { first, last } of [...ranges].sort((a, b) => a.first - b.first)) {
    const before = all.at(-1);
    if (before !== undefined && first <= before.last + 1) before.last = Math.max(before.last, last);
    else all.push({ first, last });
  }
  return all;
}

/** The first of some merged ranges that ends at this address or above it. */
export function nextOf(sorted: readonly Range[], address: number): Range | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.last ?? 0) < address) low = middle + 1;
    else high = middle;
  }
  return sorted[low];
}

export function covers(ranges: readonly Range[], range: Range): boolean {
  return without(range, ranges).length === 0;
}

export function overlaps(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether any of the addresses can be one on the internet. */
export function holdsPublic(range: Range): boolean {
  return !covers(NOT_PUBLIC, range);
}

/** Whether the ranges cover every address on the internet. */
export function coversInternet(ranges: readonly Range[]): boolean {
  return covers([...ranges, ...NOT_PUBLIC], EVERY_ADDRESS);
}

/** The length of a CIDR's prefix. */
export function prefixOf(cidr: Attr<string>): number | undefined {
  const text = known(cidr) ?? "";
  if (rangesOf(text).length === 0) return undefined;
  return Number(text.split("/")[1] ?? 32);
}

/** The smallest subnet that AWS allows for a load balancer. */
export const SMALLEST_PREFIX = 27;
