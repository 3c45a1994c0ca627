/*
 * What a computation costs without a clock: how many elements of arrays, sets and maps it looks at. The same wherever
 * it runs.
 */

const METHODS = [
  "every",
  "filter",
  "find",
  "findIndex",
  "findLast",
  "flatMap",
  "forEach",
  "includes",
  "indexOf",
  "join",
  "map",
  "reduce",
  "slice",
  "some",
  "sort",
] as const;
const ITERATORS: readonly { next: () => IteratorResult<unknown> }[] = [
  [][Symbol.iterator](),
  new Set<unknown>()[Symbol.iterator](),
  new Map<unknown, unknown>()[Symbol.iterator](),
].map((it) => Object.getPrototypeOf(it) as { next: () => IteratorResult<unknown> });
/** These call a function for each element that they look at, and may stop early. */
const STOPPING: ReadonlySet<string> = new Set(["every", "find", "findIndex", "findLast", "some"]);

type Method = (this: readonly unknown[], ...args: unknown[]) => unknown;

/** How many elements were looked at. */
export function stepsOf(run: () => unknown): number {
  let steps = 0;
  const arrays = Array.prototype as unknown as Record<string, Method>;
  const originals = METHODS.map((name) => [name, arrays[name] as Method] as const);
  const nexts = ITERATORS.map((it) => [it, it.next] as const);
  for (const [name, original] of originals) {
    arrays[name] = function (this: readonly unknown[], ...args: unknown[]): unknown {
      const [call, ...others] = args;
      if (!STOPPING.has(name) || typeof call !== "function") {
        const result = original.apply(this, args);
        steps += name === "slice" ? (result as readonly unknown[]).length : this.length;
        return result;
      }
      return original.call(
        this,
        (...given: unknown[]) => (steps++, Reflect.apply(call, undefined, given) as unknown),
        others[0],
      );
    };
  }
  for (const [iterator, next] of nexts)
    iterator.next = function (this: unknown): IteratorResult<unknown> {
      return (steps++, next.call(this as typeof iterator));
    };
  try {
    run();
    return steps;
  } finally {
    for (const [name, original] of originals) arrays[name] = original;
    for (const [iterator, next] of nexts) iterator.next = next;
  }
}

/** How many steps of a cost are made for each pair: 0 where it is linear, 1 where each looks at all. */
export function stepsForEachPair(cost: (count: number) => number, first: number): number {
  // What is read once may be known from then on.
  cost(4 * first);
  const [few, more, many] = [cost(first), cost(2 * first), cost(4 * first)];
  return (many - 3 * more + 2 * few) / (6 * first ** 2);
}
