import { type Attr, Unknown } from "./value";

/** Adds an item to the list of a key, which is created if needed. */
export function addTo<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

/** Parts by an id, without those whose id is unknown. */
export function grouped<T>(items: readonly T[], idOf: (item: T) => Attr<string>): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const id = idOf(item);
    if (typeof id !== "string") continue;
    addTo(found, id, item);
  }
  return found;
}

/** The unknown id of an item that may belong to any part. */
export function strayAmong<T>(items: readonly T[], idOf: (item: T) => Attr<string>): Unknown | undefined {
  return items.map(idOf).find((it) => it instanceof Unknown);
}
