import { type Adoption, type Ambiguity, attributeOf, type Found, type Planned, valueAt } from "./model";

/** The resources on AWS for one address of the plan. */
export interface Offer {
  readonly planned: Planned;
  readonly candidates: readonly Found[];
  /**
   * Whether a candidate occupies the place of the planned resource, so that a different one blocks it; otherwise
   * candidates that do not match are ignored.
   */
  readonly inPlace: boolean;
}

export interface Matches {
  readonly adoptions: readonly Adoption[];
  readonly ambiguities: readonly Ambiguity[];
}

/**
 * Whether a found resource can be the planned one: all values that are known on both sides agree.
 * @param butFor attributes that need not agree
 */
export function fits(planned: Planned, found: Found, butFor: readonly string[] = []): boolean {
  return (
    planned.type === found.type &&
    Object.entries(found.values).every(([path, value]) => {
      if (value === undefined || butFor.includes(path) || planned.unknown.has(attributeOf(path))) return true;
      return agree(valueAt(planned.values, path) ?? null, value);
    })
  );
}

/**
 * Adopts a resource if it is the only match of an address and matches no other address; otherwise it is ambiguous.
 * @param chosen ids that a person has chosen, by address
 */
export function match(offers: readonly Offer[], chosen: ReadonlyMap<string, string> = new Map()): Matches {
  const usable = offers.map(usableOnes);
  const adoptions: Adoption[] = [];
  const ambiguities: Ambiguity[] = [];
  for (const { planned, candidates } of usable) {
    const { address } = planned;
    const choice = candidates.find(({ id }) => id === chosen.get(address));
    const fitting = candidates.filter((found) => fits(planned, found));
    const [only] = fitting;
    if (choice !== undefined) adoptions.push({ address, found: choice });
    else if (fitting.length > 1)
      ambiguities.push({ address, candidates: fitting, why: `${fitting.length} resources match` });
    else if (only === undefined)
      ambiguities.push(
        ...(candidates.length === 0 ? [] : [{ address, candidates, why: "exists, but not as planned" }]),
      );
    else if (isClaimedTwice(only, planned, usable))
      ambiguities.push({ address, candidates: [only], why: "also matches another address" });
    else adoptions.push({ address, found: only });
  }
  return { adoptions, ambiguities };
}

function usableOnes({ planned, candidates, inPlace }: Offer): Offer {
  return {
    planned,
    inPlace,
    candidates: candidates.filter((found) => found.unusable === undefined && (inPlace || fits(planned, found))),
  };
}

function isClaimedTwice(found: Found, by: Planned, offers: readonly Offer[]): boolean {
  return offers.some(({ planned, candidates }) => planned !== by && candidates.includes(found) && fits(planned, found));
}

function agree(planned: unknown, found: unknown): boolean {
  if (Array.isArray(found)) return Array.isArray(planned) && planned.some((value) => found.includes(value));
  return planned === found;
}
