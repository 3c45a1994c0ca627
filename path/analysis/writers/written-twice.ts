import type { Topology } from "../../../topology/model";
import { isMade } from "./coming";

/* Two resources of one file that write the same unique thing on AWS. */

/**
 * Which of two resources that write the same thing AWS refuses: the one that this apply creates or, if it creates both,
 * the later one. A parent is created before its separate resources.
 * @param parent the address of the parent of both, if one of them can be inline
 */
export function refusedOf<T extends { readonly address: string }>(
  topology: Topology,
  [later, earlier]: readonly [T, T],
  parent?: string,
): T | undefined {
  const nextTo = [later, earlier].filter(({ address }) => address !== parent);
  return (
    nextTo.find(({ address }) => isMade(topology, address)) ??
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
