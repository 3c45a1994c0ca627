import { isObject, isOnly, listOf, objectOf, own, textOf } from "./json";
import { makerOf, text } from "./made-elsewhere";
import { keysIn, SHOWN } from "./shown-attributes";
import { typeOf } from "./source";

/**
 * Addresses of unchanged resources whose rules or routes a parent removes in this plan: once its configuration has such
 * blocks, an update revokes all others.
 */
export function revokedBeside(changes: readonly unknown[]): ReadonlySet<string> {
  const gone = new Map<string, Set<string>>();
  for (const item of changes) {
    const [change, type] = [own(item, "change"), typeOf(textOf(own(item, "type")) ?? "")];
    const [before, after] = [own(change, "before"), own(change, "after")];
    if (
      own(item, "mode") === "data" ||
      !Object.hasOwn(SHOWN, type) ||
      !isOnly(listOf(own(change, "actions")), "update") ||
      !isObject(before) ||
      !isObject(after)
    )
      continue;
    for (const { attribute, place, by = "id", isRead = false, less } of SHOWN[type] ?? []) {
      if (!isRead || !Array.isArray(own(after, attribute))) continue;
      const left = keysIn(less, own(after, attribute), before);
      const taken = [...keysIn(less, own(before, attribute), before)].filter((key) => !left.has(key));
      if (taken.length > 0) gone.set(`${place} ${text(before, by)}`, new Set(taken));
    }
  }
  if (gone.size === 0) return new Set();
  return new Set(
    changes.flatMap((item) => {
      const actions = listOf(own(own(item, "change"), "actions"));
      const made =
        isOnly(actions, "no-op") || isOnly(actions, "update")
          ? (makerOf(item)?.(objectOf(own(own(item, "change"), "after"))) ?? [])
          : [];
      return made.length > 0 && made.every(([place, parent, key]) => gone.get(`${place} ${parent}`)?.has(key) === true)
        ? [textOf(own(item, "address")) ?? ""]
        : [];
    }),
  );
}
