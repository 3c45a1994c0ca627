import type { PhrasedCause } from "./because";
import { EFFECTS } from "./review-report";

/**
 * The causes that affect requests, without those that only result from another one of them with the same or a worse
 * effect.
 */
export function rootsOf(causes: readonly PhrasedCause[]): PhrasedCause[] {
  const noticed = causes.filter(({ effect }) => effect !== "none");
  const ranks = new Map(noticed.map(({ address, effect }) => [address, EFFECTS.indexOf(effect)]));
  return noticed.filter(({ follows = [], effect }) =>
    follows.every((address) => (ranks.get(address) ?? -1) < EFFECTS.indexOf(effect)),
  );
}
