import type { Aws } from "./aws";
import { fits } from "./match";
import { type Adoption, type Ambiguity, type Found, type Planned, shortened, valueAt } from "./model";
import { foundRule, rulesIn } from "./within-parent";

/** A resource with the owner's tags that has no address in the plan. */
export interface LeftOver {
  readonly found: Found;
  /** How it relates to the plan. */
  readonly remark: string;
  /** The address that could adopt it, if the state's own resource at that address were removed from the state. */
  readonly successorOf?: string;
}

/** Found resources that were not adopted. */
export interface Rest {
  readonly leftOver: readonly LeftOver[];
  /** Resources that belong to an ambiguous one, and are decided with it. */
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
  if (twin === undefined) return { remark: "matches nothing in the plan" };
  const id = valueAt(twin.values, "id");
  if (typeof id === "string") return { remark: `duplicate of ${twin.address}, which is ${shortened(id)}` };
  return { remark: `duplicate of ${twin.address}, which the plan replaces`, successorOf: twin.address };
}

/**
 * Rules in the stack's security groups that are neither in the state nor in the plan: from an interrupted edit that was
 * reverted, or the default rule that allows all outbound traffic of a new security group. terraform removes the default
 * rule right after it creates the group, and may have been killed in between.
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
      return strays.map((rule) => ({ found: foundRule(aws, rule), remark: `in ${address}, but not in the plan` }));
    }),
  );
  return rules.flat();
}
