import type { Command } from "commander";
import { abortedByPerson, writeResult } from "../command";
import { type Task, taskList } from "../progress";
import { initialize, openStacks, type StackFolder } from "../project/project";
import { applySavedPlan, savedPlan, throwIfPlanOfOther } from "../project/saved-plan";
import { newTerraformCommand } from "../project/terraform-command";

interface Stage {
  opened?: StackFolder;
  result?: string;
}

/** The command line of `alb-web apply`. */
export function commandLine(): Command {
  return newTerraformCommand(
    "apply",
    "Applies exactly the plan that npx alb-web plan made: what was reviewed, or nothing.",
    "0 applied, 1 failed, 2 wrong usage, 70 internal error",
  )
    .argument("<stack>", "whose plan, plans/<stack>.tfplan")
    .action(apply);
}

async function apply(stackId: string): Promise<void> {
  const signal = abortedByPerson("terraform stored in the state what it had done by then");
  const file = savedPlan(stackId);
  const { opened, result } = await taskList<Stage>(tasksFor(stackId, file, signal), {}, signal);
  const outputs = await opened?.terraform.run(["output", "-no-color"]);
  await writeResult(`${stackId}: ${result}\n\n${outputs?.stdout.trim()}`);
}

function tasksFor(stackId: string, file: string, signal: AbortSignal): Task<Stage>[] {
  return [
    {
      title: "synthesize main.ts",
      task: async (stage, task) => {
        const [opened] = await openStacks({ stackId, signal, onProgress: (text) => (task.output = text) });
        if (opened !== undefined) await throwIfPlanOfOther(opened, file);
        stage.opened = opened;
      },
    },
    { title: "terraform init", task: ({ opened }) => opened && initialize(opened) },
    {
      title: `apply the plan of ${stackId}`,
      task: async (stage, task) => {
        stage.result = stage.opened && (await applySavedPlan(stage.opened, file, (text) => (task.output = text)));
        task.title = `${stackId}: ${stage.result}`;
      },
    },
  ];
}
