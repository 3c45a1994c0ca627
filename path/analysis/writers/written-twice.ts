import type { Topology } from "../../../topology/model";
import { isMade } from "./coming";

/* Two resources of one file that write what AWS has only once. */

/**
 * Which of two that write the same AWS refuses: the one that this apply makes, of two such the later one. A parent is
 * made before what stands beside it.
 * @param parent the address of what both are part of, where one of them can stand in it
 */
export function refusedOf<T extends { readonly address: string }>(
  topology: Topology,
  [later, earlier]: readonly [T, T],
  parent?: string,
): T | undefined {
  const beside = [later, earlier].filter(({ address }) => address !== parent);
  return (
    beside.find(({ address }) => isMade(topology, address)) ??
    (parent !== undefined && isMade(topology, parent) ? later : undefined)
  );
}

/** Each item whose key an earlier one has, with the first of those. */
export function repeated<T>(items: readonly T[], keyOf: (item: T) => string | undefined): (readonly [T, T])[] {
  const seen = new Map<string, T>();
  return items.flatMap((item): (readonly [T, T])[] => {
    const key = keyOf(item);
    const earlier = key === undefined ? undefined : seen.get(key);
    if (key !== undefined && earlier === undefined) seen.set(key, item);
    return earlier === undefined ? [] : [[item, earlier]];
  });
}
