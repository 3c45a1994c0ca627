import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Command } from "commander";
import { WorkFailed } from "../../machine/errors";
import { writeFile } from "../../machine/files/write-file";
import type { Terraform } from "../../machine/terraform/terraform";
import { deployOf } from "../../machine/text/pasteable";
import { printableLines } from "../../machine/text/printable";
import { TimeIsUp } from "../../path/deadline";
import { review } from "../../path/review/review";
import { dropSettledBlocks } from "../adoption/import-blocks";
import { abortedByPerson, EXIT, say, withExamples, writeResult } from "../command";
import { asSentence } from "../printing/escape";
import { initialize, openStacks, PLANS, type PlanKind, planFile, type StackFolder } from "../project/project";
import { newTerraformCommand } from "../project/terraform-command";
import { reviewsAsMarkdown } from "../reviewing/markdown";
import { type Step, stepsUntil } from "../steps";
import { RunWatch } from "../terraform-cloud/run-watch";

const KINDS: readonly PlanKind[] = ["tfplan", "json", "txt", "md"];
/** As in terraform's `plan -detailed-exitcode`; every error is 1 here. */
const HAS_CHANGES = 2;
/** For files that can hold secrets. */
const OWNER_ONLY = 0o600;

/** What is missing of a stack's plan because the server that runs it lacks a feature. */
interface Lack {
  readonly hasReview: boolean;
  readonly text: string;
}

/** 2 means that there are changes. */
export const usageExit = EXIT.broken;

/** The command line of `alb-web plan`. */
export function commandLine(): Command {
  const command = newTerraformCommand(
    "plan",
    "Plans the stacks of main.ts against AWS and their state, and saves each plan in plans/: for terraform " +
      "(.tfplan), as JSON, as text, and as a review (.md).",
    "0 no changes, 1 error, 2 changes, 70 internal error",
  )
    .argument("[stack]", "one stack only (default: all stacks)")
    .action(plan);
  return withExamples(command, {
    "Plan all stacks": "npx alb-web plan",
    "Plan one stack": "npx alb-web plan web",
  });
}

async function plan(stackId: string | undefined): Promise<void> {
  const signal = abortedByPerson("nothing was changed");
  const step = stepsUntil(signal);
  const stacks = await step("synthesize main.ts", async ({ report, rename }) => {
    const opened = await openStacks({ stackId, signal, onProgress: report });
    rename(`synthesized: ${opened.map(({ stack }) => stack.id).join(", ")}`);
    return opened;
  });
  const plans = await step("plan", async (whole) => {
    const made: StackPlan[] = [];
    // In sequence: the stacks may share a provider that is downloaded now.
    for (const opened of stacks) made.push(await whole.step(opened.stack.id, (it) => planStack(opened, it)));
    return made;
  });
  await report(plans);
}

/** Reports the result for each stack, and sets the exit code. */
async function report(plans: readonly StackPlan[]): Promise<void> {
  for (const { stackId, hasChanges } of plans) {
    const files = (["txt", "md"] as const).map((kind) => planFile(stackId, kind)).filter((file) => existsSync(file));
    await writeResult([`${stackId}: ${hasChanges ? "changes" : "no changes"}`, ...files.map(shown)].join(", "));
  }
  const lacking = plans.flatMap(({ lacks }) => lacks ?? []);
  for (const { text } of lacking) say(text);
  say(
    "The .tfplan and .json files can contain secrets in clear text, such as user data and outputs; only the .txt and " +
      ".md files are meant to be shared.",
  );
  process.exitCode = lacking.some(({ hasReview }) => !hasReview)
    ? EXIT.broken
    : plans.some(({ hasChanges }) => hasChanges)
      ? HAS_CHANGES
      : EXIT.ok;
}

/** A stack, and its plan. */
interface StackPlan extends Planned {
  readonly stackId: string;
}

async function planStack(opened: StackFolder, { report, rename }: Step): Promise<StackPlan> {
  const stackId = opened.stack.id;
  // An older plan must not be mistaken for this one, even if this one fails.
  await removePlan(stackId);
  report("terraform init");
  await initialize(opened);
  await dropSettledBlocks(opened);
  report("terraform plan");
  const watch = new RunWatch(process.env, report);
  const planned = await writePlan(opened, watch).catch(async (error: unknown) => {
    await removePlan(stackId);
    await endRun(watch);
    throw error;
  });
  rename(`${stackId}: ${planned.hasChanges ? "changes" : "no changes"}`);
  return { stackId, ...planned };
}

interface Planned {
  readonly hasChanges: boolean;
  /** What could not be saved of the plan, and why. */
  readonly lacks?: Lack;
}

async function writePlan({ stack, terraform }: StackFolder, watch: RunWatch): Promise<Planned> {
  // terraform continues if this process is killed, and a plan without its review must not be applied.
  const file = unfinishedPlan(stack.id);
  await mkdir(PLANS, { recursive: true });
  await writeFile(file, "", { mode: OWNER_ONLY });
  const { hasChanges, stdout: log } = await terraform.run(
    ["plan", "-input=false", "-no-color", "-detailed-exitcode", `-out=${file}`],
    undefined,
    (line) => watch.read(line),
  );
  const json = await terraform.run(["show", "-json", "-no-color", file]).catch((error: unknown) => {
    if (isRefusedToShow(error)) return undefined;
    throw error;
  });
  if (json === undefined) return { hasChanges, lacks: await keepWithoutServer(stack.id, watch, log) };
  const text = await inWords(terraform, file, log);
  await keep(stack.id, json.stdout, text);
  await rename(file, planFile(stack.id, "tfplan"));
  return { hasChanges };
}

async function keep(stackId: string, json: string, text: string): Promise<void> {
  await writeFile(planFile(stackId, "json"), `${json}\n`, { mode: OWNER_ONLY });
  await writeFile(planFile(stackId, "txt"), `${printableLines(text.trim())}\n`);
  await writeFile(planFile(stackId, "md"), reviewPage(stackId, json));
}

/**
 * Servers with Terraform Cloud's API need not include the plan in the response for its run; terraform then treats the
 * plan as unfinished.
 */
function isRefusedToShow(error: unknown): boolean {
  return error instanceof WorkFailed && /can't\s+display\s+a\s+cloud\s+plan/.test(error.message);
}

/**
 * Saves what can be read of a plan that terraform cannot read again, and ends its run, which could not be reviewed and
 * applied.
 */
async function keepWithoutServer(stackId: string, watch: RunWatch, log: string): Promise<Lack> {
  const { hostname = "the server", id = "" } = watch.address ?? {};
  const json = await readFromServer(watch);
  await removePlan(stackId);
  const text = stripVTControlCharacters(log);
  if (json instanceof WorkFailed) await writeFile(planFile(stackId, "txt"), `${printableLines(text.trim())}\n`);
  else await keep(stackId, json, text);
  const status = await endRun(watch);
  const kept =
    json instanceof WorkFailed
      ? `Only the log of the run was saved, as text (${json.message}): there is no JSON, no review, and no plan for ` +
        "npx alb-web apply."
      : "JSON, text and review were saved; there is no plan for npx alb-web apply.";
  const ended = status === undefined ? [] : [`Run ${id} is ${status.replace(/_/g, " ")}.`];
  const why =
    `${stackId}: ${hostname} cannot show a saved plan: its response to GET /runs/${id}?include=plan lacks the plan ` +
    `("can't display a cloud plan that is currently …").`;
  return {
    hasReview: !(json instanceof WorkFailed),
    text: [why, kept, ...ended, `To deploy: ${deployOf([stackId])}`].join(" "),
  };
}

/** The plan's JSON, or why the server does not return it. */
async function readFromServer(watch: RunWatch): Promise<string | WorkFailed> {
  try {
    const run = await watch.run();
    return run === undefined ? noToken(watch) : await run.planJson();
  } catch (error) {
    if (error instanceof WorkFailed) return error;
    throw error;
  }
}

function noToken({ address }: RunWatch): WorkFailed {
  return new WorkFailed(`no token found for ${address?.hostname}`);
}

/**
 * A run that will not be applied would hold its workspace, and the next plan would wait for it.
 * @returns the run's last status; nothing if there is no run, or it could not be ended, which is then reported on
 * standard error
 */
async function endRun(watch: RunWatch): Promise<string | undefined> {
  const { address } = watch;
  if (address === undefined) return undefined;
  try {
    const run = await watch.run();
    if (run === undefined) throw noToken(watch);
    return await run.end();
  } catch (error) {
    if (!(error instanceof WorkFailed)) throw error;
    say(
      `Run ${address.id} could not be ended (${error.message}) and may hold the workspace ` +
        `${address.organization}/${address.workspace}; cancel or discard it on its page: ${address.link}`,
    );
    return undefined;
  }
}

/** An internal error in the review does not keep the plan from being saved. */
function reviewPage(stackId: string, json: string): string {
  try {
    return reviewsAsMarkdown([{ name: stackId, review: review(JSON.parse(json)) }]);
  } catch (error) {
    if (error instanceof TimeIsUp)
      return (
        `The plan of \`${stackId}\` could not be reviewed: ${asSentence(error.message)} See ` +
        `\`plans/${stackId}.txt\`.\n`
      );
    say(
      `${stackId}: the plan could not be reviewed. Internal error in alb-web. Please report it:\n` +
        `${(error as Error).stack}`,
    );
    return (
      `The plan of \`${stackId}\` could not be reviewed: internal error in alb-web. See ` +
      `\`plans/${stackId}.txt\`.\n`
    );
  }
}

/**
 * Servers with Terraform Cloud's API need not be able to show a plan; the log of its run has the same text, without
 * secrets.
 */
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
  for (const file of [unfinishedPlan(stackId), ...KINDS.map((kind) => planFile(stackId, kind))])
    await rm(file, { force: true });
}

function unfinishedPlan(stackId: string): string {
  return `${planFile(stackId, "tfplan")}.unfinished`;
}

function shown(file: string): string {
  return relative(process.cwd(), file);
}
