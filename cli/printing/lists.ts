import { addTo } from "../../topology/lists";

/* Long lists, and lists with many equal items. */

const MAX_NAMED = 5;

/** The first items of a list, and the number of the others. */
export function firstOf(texts: readonly string[]): string {
  const left = texts.length - MAX_NAMED;
  return left > 0 ? `${texts.slice(0, MAX_NAMED).join(", ")} and ${left} more` : texts.join(", ");
}

/** Items grouped by a key, in the order of first appearance. */
export function groupsBy<T>(items: readonly T[], keyOf: (item: T) => readonly unknown[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = JSON.stringify(keyOf(item));
    addTo(groups, key, item);
  }
  return [...groups.values()];
}
