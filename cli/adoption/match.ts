import { type Adoption, type Ambiguity, attributeOf, type Found, type Planned, valueAt } from "./model";

/** What AWS holds for one address of the plan. */
export interface Offer {
  readonly planned: Planned;
  readonly candidates: readonly Found[];
  /**
   * Whether they stand where the address's own would stand, so that a stranger is in its way; else strangers do not
   * matter.
   */
  readonly inPlace: boolean;
}

export interface Matches {
  readonly adoptions: readonly Adoption[];
  readonly ambiguities: readonly Ambiguity[];
}

/**
 * Whether something may be what an address of the plan stands for: everything that both sides know agrees.
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
 * Gives an address what fits it if that is one thing alone, which fits no other address; else it is listed.
 * @param chosen ids that a person has decided on, by address
 */
export function match(offers: readonly Offer[], chosen: ReadonlyMap<string, string> = new Map()): Matches {
  const sound = offers.map(soundOnes);
  const adoptions: Adoption[] = [];
  const ambiguities: Ambiguity[] = [];
  for (const { planned, candidates } of sound) {
    const { address } = planned;
    const choice = candidates.find(({ id }) => id === chosen.get(address));
    const fitting = candidates.filter((found) => fits(planned, found));
    const [only] = fitting;
    if (choice !== undefined) adoptions.push({ address, found: choice });
    else if (fitting.length > 1) ambiguities.push({ address, candidates: fitting, why: `${fitting.length} fit` });
    else if (only === undefined)
      ambiguities.push(
        ...(candidates.length === 0 ? [] : [{ address, candidates, why: "there already, but not as planned" }]),
      );
    else if (isClaimedTwice(only, planned, sound))
      ambiguities.push({ address, candidates: [only], why: "fits another address too" });
    else adoptions.push({ address, found: only });
  }
  return { adoptions, ambiguities };
}

function soundOnes({ planned, candidates, inPlace }: Offer): Offer {
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
