import { readdirSync } from "node:fs";
import { join } from "node:path";
import { RULES } from "../../path/rules/all";
import type { Mutant, RuleMutant } from "./mutant";

/** Files of a hop's folder, such as `P33-target-port-closed.ts`, by the rule. */
const filesOf = (hop: string): Map<string, string> =>
  new Map(
    readdirSync(join(__dirname, hop)).map((name) => [name.slice(0, name.indexOf("-")), join(__dirname, hop, name)]),
  );

/** All errors that the tests put into correct stacks, rule by rule: those of P33 are in `target/P33-….ts`. */
export const MUTANTS: readonly Mutant[] = RULES.flatMap(({ id, hop }) => {
  const file = filesOf(hop).get(id);
  if (file === undefined) return [];
  const { [id]: mutants = [] } = require(file) as Record<string, readonly RuleMutant[]>;
  return mutants.map((it): Mutant => ({ rule: id, ...it }));
});

/**
 * What the sample of the mutants must contain: each rule in each form of a file, each base, each type of resource with an
 * error, each reason why a form cannot contain one.
 */
export function kindsOf({ rule, base, at, cannot = {} }: Mutant): string[] {
  const forms = (["plan", "state"] as const).map((form) =>
    cannot[form] === undefined ? `${rule} in a ${form}` : `not in a ${form}: ${cannot[form]}`,
  );
  return [...forms, rule, `base ${base}`, `type ${at.type}`];
}
