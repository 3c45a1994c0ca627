/* Texts that several rules share. */

/** For findings that no prop of this project can cause. */
export const BY_NO_PROP = "no prop causes this; remove the override or the resource you added";

/** For findings of listener rules. */
export const BY_NO_RULE_PROP =
  "no prop causes this, because the stack adds no listener rules; change the override or the rule you added";

/** For a fix that Terraform cannot apply in place. */
export function replacing(address: string): string {
  return `If ${address} already exists, this replaces it; review the plan before you apply it.`;
}

/** The affected part, such as "1 of 2 servers"; empty if all are affected. */
export function shareOf(hit: number, all: number, of: string): { share?: string } {
  return hit < all ? { share: `${hit} of ${all} ${of}` } : {};
}

/** Joins several shares. */
export function joinedShares(shares: readonly { readonly share?: string }[], between = ", "): { share?: string } {
  const parts = shares.flatMap(({ share }) => share ?? []);
  return parts.length === 0 ? {} : { share: parts.join(between) };
}

/** The first few of several texts, and how many more there are. */
export function few(all: readonly string[]): string {
  return all.length <= 3 ? all.join(", ") : `${all.slice(0, 3).join(", ")} and ${all.length - 3} more`;
}
