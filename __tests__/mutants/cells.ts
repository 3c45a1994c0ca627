import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { RULES } from "../../path/rules/all";
import { MUTANTS } from "./all";
import { findsErrors } from "./judge";
import type { Form, Mutant } from "./mutant";

/*
 * The table of what each form of a file can contain: `node -r ./cli/typescript.js __tests__/mutants/cells.ts` regenerates
 * it, and a test compares it.
 */

export const FORMS: readonly Form[] = ["synthesized", "plan", "state"];
export const CELLS_FILE = join(__dirname, "cells.md");

/** Mutants of a rule that a form can contain. */
export function holding(rule: string, form: Form): Mutant[] {
  return MUTANTS.filter((it) => it.rule === rule && it.cannot?.[form] === undefined);
}

/** Why a form contains none of a rule's mutants; the reasons are those of the mutants. */
export function reasons(rule: string, form: Form): string[] {
  return [
    ...new Set(
      MUTANTS.flatMap((it) => (it.rule === rule && it.cannot?.[form] !== undefined ? [it.cannot[form] as string] : [])),
    ),
  ];
}

export function cellsText(): string {
  const kindOf = (id: string) => (findsErrors(id) ? "error" : "warning");
  const cell = (id: string, form: Form) =>
    [...(holding(id, form).length > 0 ? [`${holding(id, form).length}`] : []), ...reasons(id, form)]
      .join("; ")
      .replace(/\|/g, "\\|");
  return [
    "# What each form of a file can contain",
    "",
    "Each rule, and how many different mutants of it the tests find in a synthesized " +
      "`cdk.tf.json`, in a real plan and in a",
    "real state. If a form cannot contain a mutant, the cell says why. Rules of warnings need no second mutant; " +
      "Terraform itself",
    "refuses those of P58 and P59. Written by `cells.ts`; a test compares it.",
    "",
    "| Rule | What | Severity | Synthesized | Plan | State |",
    "|---|---|---|---|---|---|",
    ...RULES.map(
      ({ id, title, certainty }) =>
        `| ${id} | ${title} | ${certainty[0] === "plan" ? "-" : kindOf(id)} | ` +
        `${FORMS.map((form) => cell(id, form) || "-").join(" | ")} |`,
    ),
    "",
  ].join("\n");
}

if (require.main === module) writeFileSync(CELLS_FILE, cellsText());
