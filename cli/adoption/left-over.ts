import type { Aws } from "./aws";
import { foundRule, rulesIn } from "./beside-parent";
import { fits } from "./match";
import { type Adoption, type Ambiguity, type Found, type Planned, shortened, valueAt } from "./model";

/** Something that carries the owner's tags and has no place in the plan. */
export interface LeftOver {
  readonly found: Found;
  /** What it is beside or in. */
  readonly remark: string;
  /** The address that it could take over, were the state to let go of what it has there. */
  readonly successorOf?: string;
}

/** What was found and given to nobody. */
export interface Rest {
  readonly leftOver: readonly LeftOver[];
  /** What belongs to something ambiguous, and is decided with it. */
  readonly undecided: readonly Found[];
}

const PARENTS = ["vpc_id", "subnet_id", "allocation_id", "role", "subnets"];

/** @param stillWanted addresses that the last plan would create */
export function restOf(
  unused: readonly Found[],
  stillWanted: readonly Planned[],
  standing: readonly Planned[],
  ambiguities: readonly Ambiguity[],
): Rest {
  const listed = new Set(ambiguities.flatMap(({ candidates }) => candidates.map(({ id }) => id)));
  const others = unused.filter(({ id }) => !listed.has(id));
  const isUndecided = (found: Found) =>
    ambiguities.length > 0 && found.unusable === undefined && stillWanted.some((planned) => fits(planned, found));
  return {
    undecided: others.filter(isUndecided),
    leftOver: others.filter((found) => !isUndecided(found)).map((found) => ({ found, ...remarkOn(found, standing) })),
  };
}

function remarkOn(found: Found, standing: readonly Planned[]): Omit<LeftOver, "found"> {
  if (found.unusable !== undefined) return { remark: found.unusable };
  const twin = standing.find((planned) => fits(planned, found, PARENTS));
  if (twin === undefined) return { remark: "fits nothing in the plan" };
  const id = valueAt(twin.values, "id");
  if (typeof id === "string") return { remark: `beside ${twin.address}, which is ${shortened(id)}` };
  return { remark: `beside ${twin.address}, which the plan replaces`, successorOf: twin.address };
}

/**
 * Rules in the stack's groups that neither the state nor the plan has: of an edit that was killed and taken back, or
 * the one by which AWS lets a new group send everything. terraform takes that away as the next step, and may not have
 * got to it.
 */
export async function strayRules(
  aws: Aws,
  standing: readonly Planned[],
  adoptions: readonly Adoption[],
  knownIds: ReadonlySet<string>,
): Promise<LeftOver[]> {
  const adopted = new Set(adoptions.map(({ found }) => found.id));
  const groups = standing.filter(({ type, values }) => type === "aws_security_group" && typeof values.id === "string");
  const rules = await Promise.all(
    groups.map(async ({ address, values }) => {
      const strays = (await rulesIn(aws, String(values.id))).filter(
        ({ SecurityGroupRuleId = "" }) => !adopted.has(SecurityGroupRuleId) && !knownIds.has(SecurityGroupRuleId),
      );
      return strays.map((rule) => ({ found: foundRule(aws, rule), remark: `in ${address}, and not in the plan` }));
    }),
  );
  return rules.flat();
}
