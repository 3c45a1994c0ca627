import type { Command } from "commander";
import { abortedByPerson, writeResult } from "../command";
import { initialize, openStack } from "../project/project";
import { applySavedPlan, savedPlan, throwIfPlanOfOther } from "../project/saved-plan";
import { newTerraformCommand } from "../project/terraform-command";
import { stepsUntil } from "../steps";

/** The command line of `alb-web apply`. */
export function commandLine(): Command {
  return newTerraformCommand(
    "apply",
    "Applies exactly the plan that npx alb-web plan saved: what was reviewed, or nothing.",
    "0 applied, 1 failed, 2 invalid usage, 70 internal error",
  )
    .argument("<stack>", "the stack whose plan, plans/<stack>.tfplan, is applied")
    .action(apply);
}

async function apply(stackId: string): Promise<void> {
  const signal = abortedByPerson("terraform saved the changes made so far in the state");
  const file = savedPlan(stackId);
  const step = stepsUntil(signal);
  const opened = await step("synthesize main.ts", async ({ report }) => {
    const stack = await openStack(stackId, signal, report);
    await throwIfPlanOfOther(stack, file);
    return stack;
  });
  await step("terraform init", () => initialize(opened));
  const result = await step(`apply the plan of ${stackId}`, async ({ report, rename }) => {
    const done = await applySavedPlan(opened, file, report);
    rename(`${stackId}: ${done}`);
    return done;
  });
  const outputs = await opened.terraform.run(["output", "-no-color"]);
  await writeResult(`${stackId}: ${result}\n\n${outputs.stdout.trim()}`);
}
