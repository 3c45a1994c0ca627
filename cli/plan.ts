import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { review } from "../path/review/review";
import { dropSettledBlocks } from "./adoption/import-blocks";
import { abortedByPerson, EXIT, runCommand, WorkFailed } from "./command";
import { quiet, taskList, type Task } from "./progress";
import { initialize, openStacks, planFile, PLANS, type PlanKind, type StackFolder } from "./project";
import { reviewsAsMarkdown } from "./reviewing/markdown";
import type { Terraform } from "./terraform";
import { newTerraformCommand } from "./terraform-environment";

const KINDS: readonly PlanKind[] = ["tfplan", "json", "txt", "md"];
/** As terraform's `plan -detailed-exitcode` has it; every fault is 1 here. */
const HAS_CHANGES = 2;
/** For files that can hold secrets. */
const OWNER_ONLY = 0o600;

interface Stage {
  stacks: StackFolder[];
  changed: string[];
}

void runCommand(async () => {
  const command = newTerraformCommand("plan", "Plans the stacks of main.ts against AWS and their own state, and keeps each plan in plans/.", "0 no changes, 2 changes, 1 error, 70 our own fault")
    .argument("[stack]", "one stack only; all of them if left away")
    .action(plan);
  await command.parseAsync();
}, EXIT.broken);

async function plan(stackId: string | undefined): Promise<void> {
  const signal = abortedByPerson("nothing was changed");
  const stage = await taskList<Stage>(tasksFor(stackId, signal), { stacks: [], changed: [] }, signal);
  for (const { stack } of stage.stacks) {
    process.stdout.write(`${stack.id}: ${stage.changed.includes(stack.id) ? "changes" : "no changes"}, ${shown(planFile(stack.id, "txt"))}, ${shown(planFile(stack.id, "md"))}\n`);
  }
  process.stderr.write("The .tfplan and .json files can hold secrets in clear, such as user data and outputs; only the .txt and the .md are made to be shown.\n");
  process.exitCode = stage.changed.length > 0 ? HAS_CHANGES : EXIT.good;
}

function tasksFor(stackId: string | undefined, signal: AbortSignal): Task<Stage>[] {
  return [
    {
      title: "synthesize main.ts",
      task: async (stage, task) => {
        stage.stacks = await openStacks({ stackId, signal, onProgress: (text) => (task.output = text) });
        task.title = `synthesized: ${stage.stacks.map(({ stack }) => stack.id).join(", ")}`;
      },
    },
    {
      title: "plan",
      // One after the other: they may share a provider that is fetched now.
      task: (stage, task) => task.newListr(stage.stacks.map(planTask), { concurrent: false, exitOnError: true }),
    },
  ];
}

function planTask(opened: StackFolder): Task<Stage> {
  const { stack } = opened;
  return quiet({
    title: stack.id,
    task: async (stage, task) => {
      // An older plan must not be taken for this one, however this one ends.
      await removePlan(stack.id);
      task.output = "terraform init";
      await initialize(opened);
      await dropSettledBlocks(opened);
      task.output = "terraform plan";
      const hasChanges = await writePlan(opened).catch(async (error: unknown) => {
        await removePlan(stack.id);
        throw error;
      });
      if (hasChanges) stage.changed.push(stack.id);
      task.title = `${stack.id}: ${hasChanges ? "changes" : "no changes"}`;
    },
  });
}

async function writePlan({ stack, terraform }: StackFolder): Promise<boolean> {
  const file = planFile(stack.id, "tfplan");
  await mkdir(PLANS, { recursive: true });
  const { hasChanges, stdout: log } = await terraform.run(["plan", "-input=false", "-no-color", "-detailed-exitcode", `-out=${file}`]);
  await chmod(file, OWNER_ONLY);
  const json = await terraform.run(["show", "-json", file]);
  const text = await inWords(terraform, file, log);
  await writeFile(planFile(stack.id, "json"), `${json.stdout}\n`, { mode: OWNER_ONLY });
  await writeFile(planFile(stack.id, "txt"), `${text.trim()}\n`);
  await writeFile(planFile(stack.id, "md"), reviewPage(stack.id, json.stdout));
  return hasChanges;
}

/** A fault of ours in there keeps nobody from planning. */
function reviewPage(stackId: string, json: string): string {
  try {
    return reviewsAsMarkdown([{ name: stackId, review: review(JSON.parse(json)) }]);
  } catch (error) {
    process.stderr.write(`${stackId}: the plan could not be reviewed, which is a fault of alb-web itself, please report it: ${(error as Error).stack}\n`);
    return `The plan of \`${stackId}\` could not be reviewed, which is a fault of alb-web itself; look at \`plans/${stackId}.txt\`.\n`;
  }
}

/** Servers that speak Terraform Cloud's API need not be able to show a plan; what its run printed says the same, secrets left out. */
async function inWords(terraform: Terraform, file: string, log: string): Promise<string> {
  try {
    return (await terraform.run(["show", "-no-color", file])).stdout;
  } catch (error) {
    const lacksIt = error instanceof WorkFailed && /couldn't\s+read\s+plan\s+data/.test(error.message);
    if (!lacksIt) throw error;
    return stripVTControlCharacters(log);
  }
}

async function removePlan(stackId: string): Promise<void> {
  for (const kind of KINDS) await rm(planFile(stackId, kind), { force: true });
}

function shown(file: string): string {
  return relative(process.cwd(), file);
}
