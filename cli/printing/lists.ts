import { addTo } from "../../topology/lists";

/* Lists that may be long, and of which many say the same. */

const MAX_NAMED = 5;

/** The first few of a list. */
export function firstOf(texts: readonly string[]): string {
  const left = texts.length - MAX_NAMED;
  return left > 0 ? `${texts.slice(0, MAX_NAMED).join(", ")} and ${left} more` : texts.join(", ");
}

/** What is alike by a key, in the order in which each first appears. */
export function groupsBy<T>(items: readonly T[], keyOf: (item: T) => readonly unknown[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = JSON.stringify(keyOf(item));
    addTo(groups, key, item);
  }
  return [...groups.values()];
}
