import { distance } from "fastest-levenshtein";

/** The `count` candidates with the smallest distance from the given text, closest first. */
export function closest(written: string, candidates: readonly string[], count: number): string[] {
  return ranked(written, candidates)
    .slice(0, count)
    .map(({ name }) => name);
}

/** The candidate that was most likely meant; `undefined` if none is similar. */
export function meant(written: string, candidates: readonly string[]): string | undefined {
  const isPart = (name: string) => written.length > 2 && name.toLowerCase().includes(written.toLowerCase());
  // Two swapped letters are two steps.
  const isNear = (name: string, steps: number) =>
    steps <= Math.max(written.length > 4 ? 2 : 1, Math.max(name.length, written.length) / 3);
  const [best] = ranked(written, candidates).filter(({ name, steps }) => isPart(name) || isNear(name, steps));
  return best?.name;
}

function ranked(written: string, candidates: readonly string[]): { name: string; steps: number }[] {
  const steps = (name: string) => distance(written.slice(0, 100).toLowerCase(), name.toLowerCase());
  return candidates.map((name) => ({ name, steps: steps(name) })).sort((a, b) => a.steps - b.steps);
}
