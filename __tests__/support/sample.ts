/*
 * Which cases of a large matrix run. `npm run test:exhaustive` runs all of them; otherwise the fewest run that together
 * have every feature of the whole matrix. What the features are, each matrix says; which cases these are is the same at
 * every run.
 */

/** Set by jest.exhaustive.config.js. */
export const IS_EXHAUSTIVE = process.env.ALB_WEB_TESTS === "exhaustive";

type FeaturesOf<T> = (one: T) => readonly string[];
type CostOf<T> = (one: T) => number;

/** The cases to run, in their order. */
export function sampled<T>(cases: readonly T[], featuresOf: FeaturesOf<T>, costOf?: CostOf<T>): T[] {
  return IS_EXHAUSTIVE ? [...cases] : sampleOf(cases, featuresOf, costOf);
}

/**
 * Takes the case with the most features that no case taken so far has, until none is missing; of equals the cheapest,
 * and of those the first.
 */
export function sampleOf<T>(cases: readonly T[], featuresOf: FeaturesOf<T>, costOf: CostOf<T> = () => 0): T[] {
  const candidates = cases
    .map((one) => ({ one, features: [...new Set(featuresOf(one))], cost: costOf(one) }))
    .sort((a, b) => a.cost - b.cost);
  const missing = new Set(candidates.flatMap(({ features }) => features));
  const taken = new Set<T>();
  while (missing.size > 0) {
    const news = candidates.map(({ features }) => features.filter((it) => missing.has(it)).length);
    const best = candidates[news.indexOf(Math.max(...news))];
    if (best === undefined) break;
    taken.add(best.one);
    for (const it of best.features) missing.delete(it);
  }
  return cases.filter((one) => taken.has(one));
}
