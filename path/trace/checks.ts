import type { Finding } from "../report";
import { docsOf, RULES } from "../rules/all";
import { CHECKS_AFTER_RULES, CHECKS_BEFORE_RULES, type OpenCheck } from "../rules/open/all";
import { type Check, type Fault, type Rule, severityOf } from "../rules/rule";

/** One check of a trace, and what is said of it where there was no time to end it. */
export interface Checking<C> {
  readonly check: C;
  /** Absent: it only says what is left open. */
  readonly rule?: Rule;
  /** Such as "the rule P33". */
  readonly where: string;
}

export const PATH_CHECKS = checksOf("path");
export const TARGET_CHECKS = checksOf("targets");
export const FILE_CHECKS = checksOf("file");

function checksOf<K extends keyof Check>(kind: K): readonly Checking<NonNullable<Check[K]>>[] {
  type One = NonNullable<Check[K]>;
  const opening = (checks: readonly OpenCheck[]): Checking<One>[] =>
    checks.flatMap(({ [kind]: check, where }) => (check === undefined ? [] : [{ check, where }]));
  return [
    ...opening(CHECKS_BEFORE_RULES),
    ...RULES.flatMap((rule): Checking<One>[] => {
      const check = rule.check[kind];
      return check === undefined ? [] : [{ check, rule, where: `the rule ${rule.id}` }];
    }),
    ...opening(CHECKS_AFTER_RULES),
  ];
}

/** A fault with what its rule says of it. */
export function findingOf(fault: Fault, rule: Rule | undefined): Finding {
  if (rule === undefined) throw new Error(`no rule says that it found ${fault.observed}`);
  const { address, attribute, observed, required, symptom, share, fix } = fault;
  return {
    id: rule.id,
    severity: fault.severity ?? severityOf(rule),
    hop: fault.hop ?? rule.hop,
    address,
    attribute,
    observed,
    required,
    symptom,
    ...(share !== undefined && { share }),
    fix,
    docs: docsOf(rule.id),
  };
}
