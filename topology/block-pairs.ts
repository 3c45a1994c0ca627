import { isObject, listOf, own } from "./json";

/*
 * Matches each block of a plan's values to its block of the configuration: Terraform sorts sets of blocks, so their
 * positions differ.
 */

/** Above this number, only positions are compared. */
const MAX_BLOCKS = 200;
/** A known value of the block differs from its configuration. */
const IS_ANOTHER = 1_000;

/** For each item its block of the configuration; nothing if their numbers differ. */
export function blocksFor(
  blocks: readonly unknown[],
  known: readonly unknown[],
  open: readonly unknown[],
): readonly unknown[] {
  const count = Math.max(known.length, open.length);
  const items = Array.from({ length: count }, (_, index) => index);
  if (blocks.length !== count) return items.map(() => undefined);
  if (count < 2 || count > MAX_BLOCKS) return blocks;
  const costs = items.map((item) => blocks.map((block) => costOf(block, known[item], open[item])));
  if (items.every((item) => costs[item]?.[item] === 0)) return blocks;
  // Items that fit only one block choose first.
  const choices = (item: number) => costs[item]?.filter((cost) => cost === 0).length || count;
  const left = new Set(items);
  const found: unknown[] = [];
  for (const item of [...items].sort((a, b) => choices(a) - choices(b))) {
    const best = [...left].reduce((a, b) => ((costs[item]?.[b] ?? 0) < (costs[item]?.[a] ?? 0) ? b : a));
    left.delete(best);
    found[item] = blocks[best];
  }
  return found;
}

/** How badly a block fits this item; 0 for no contradiction. */
function costOf(block: unknown, known: unknown, open: unknown): number {
  if (!isObject(block)) return 0;
  let cost = 0;
  for (const [name, expression] of Object.entries(block)) {
    if (
      !isObject(expression) ||
      !Object.hasOwn(expression, "constant_value") ||
      listOf(own(expression, "references")).length > 0
    )
      continue;
    if (own(open, name) === true || !isSame(own(known, name), expression.constant_value)) cost += IS_ANOTHER;
  }
  // An argument that a block omits is usually known to be null.
  for (const [name, it] of Object.entries(isObject(open) ? open : {}))
    if (it === true && !Object.hasOwn(block, name)) cost += 1;
  return cost;
}

/** Terraform converts numbers and strings to the argument's type. */
function isSame(value: unknown, constant: unknown): boolean {
  if (isObject(value) || isObject(constant)) return true;
  if (Array.isArray(value) && Array.isArray(constant))
    return (
      value.length === constant.length &&
      JSON.stringify(value.map(String).sort()) === JSON.stringify(constant.map(String).sort())
    );
  return String(value ?? "") === String(constant ?? "");
}
