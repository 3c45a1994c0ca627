/*
 * Which cases of a large matrix run. `npm run test:exhaustive` runs all of them; otherwise the fewest run that together have every
 * feature of the whole matrix. What the features are, each matrix says; which cases these are is the same at every run.
 */

/** Set by jest.exhaustive.config.js. */
export const IS_EXHAUSTIVE = process.env.ALB_WEB_TESTS === "exhaustive";

/** The cases to run, in their order. */
export function sampled<T>(cases: readonly T[], featuresOf: (one: T) => readonly string[]): T[] {
  return IS_EXHAUSTIVE ? [...cases] : sampleOf(cases, featuresOf);
}

/** Takes the case with the most features that no case taken so far has, until none is missing; of equals the first. */
export function sampleOf<T>(cases: readonly T[], featuresOf: (one: T) => readonly string[]): T[] {
  const features = cases.map((one) => new Set(featuresOf(one)));
  const missing = new Set(features.flatMap((its) => [...its]));
  const taken = new Set<number>();
  while (missing.size > 0) {
    const news = features.map((its) => [...its].filter((it) => missing.has(it)).length);
    const best = news.indexOf(Math.max(...news));
    taken.add(best);
    for (const it of features[best] ?? []) missing.delete(it);
  }
  return cases.filter((_, index) => taken.has(index));
}
