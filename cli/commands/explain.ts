import type { Command } from "commander";
import { UsageError } from "../../machine/errors";
import { rulePage } from "../../path/explain/rule-page";
import { RULES } from "../../path/rules/all";
import { newCommand, writeReport } from "../command";

/** Prints a rule's page, which is docs/rules/<id>.md. */
export function commandLine(): Command {
  return newCommand(
    "explain",
    "Prints a rule's page: what it checks and why, the symptom, an example, and the fix.",
    "0 printed, 2 invalid usage, 70 internal error",
  )
    .argument("<rule>", "the id of a finding, such as P33")
    .action(explain);
}

async function explain(given: string): Promise<void> {
  const [, number] = /^p?(\d{1,3})$/i.exec(given) ?? [];
  const rule = RULES.find(({ id }) => id === `P${number?.padStart(2, "0")}`);
  if (rule === undefined)
    throw new UsageError(
      `<rule> must be an id from ${RULES[0]?.id} to ${RULES.at(-1)?.id} (got ${given}). ` +
        "docs/troubleshooting.md lists the rules by symptom.",
    );
  await writeReport(rulePage(rule.id));
}
