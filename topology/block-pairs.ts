import { isObject, listOf, own } from "./json";

/*
 * Which block of the configuration each block of a plan's values is: Terraform sorts those that are a set, so their
 * places differ.
 */

/** Beyond so many, places are all that is looked at. */
const MAX_BLOCKS = 200;
/** What is known of a block is another value than its configuration writes. */
const IS_ANOTHER = 1_000;

/** For each item its block of the configuration; nothing where there are more or fewer of these. */
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
  // Those that fit one block only choose first.
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

/** How little a block can have become this item; 0 if nothing speaks against it. */
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
  // What a block does not name is mostly known to be nothing.
  for (const [name, it] of Object.entries(isObject(open) ? open : {}))
    if (it === true && !Object.hasOwn(block, name)) cost += 1;
  return cost;
}

/** Terraform turns numbers and texts into what the argument's type is. */
function isSame(value: unknown, constant: unknown): boolean {
  if (isObject(value) || isObject(constant)) return true;
  if (Array.isArray(value) && Array.isArray(constant))
    return (
      value.length === constant.length &&
      JSON.stringify(value.map(String).sort()) === JSON.stringify(constant.map(String).sort())
    );
  return String(value ?? "") === String(constant ?? "");
}
