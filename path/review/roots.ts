import type { Told } from "./because";
import { EFFECTS } from "./review-report";

/**
 * The causes that a request notices, without those that only follow another one, which stands among them and is no
 * better.
 */
export function rootsOf(causes: readonly Told[]): Told[] {
  const noticed = causes.filter(({ effect }) => effect !== "none");
  const ranks = new Map(noticed.map(({ address, effect }) => [address, EFFECTS.indexOf(effect)]));
  return noticed.filter(({ follows = [], effect }) =>
    follows.every((address) => (ranks.get(address) ?? -1) < EFFECTS.indexOf(effect)),
  );
}
