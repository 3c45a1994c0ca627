import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import { WorkFailed } from "../../machine/errors";
import { TemporaryFolder } from "../../machine/files/temporary-folder";
import { printable } from "../../machine/text/printable";
import { abortedByPerson, throwIfNoCommit, writeResult } from "../command";
import { GitHub, type PullRequest } from "../github/github";
import { initialize, openStacks, type StackFolder } from "../project/project";
import { applySavedPlan } from "../project/saved-plan";
import { newTerraformCommand } from "../project/terraform-command";
import { differences } from "../records/differences";
import { KeptRecords, notDeployed, placeOf } from "../records/kept-records";
import { type ComparedPlan, recordOf } from "../records/of-plan";
import type { KeptRecord } from "../records/plan-record";
import { type Step, stepsUntil } from "../steps";

/** A stack with a reviewed plan. */
interface Reviewed {
  readonly opened: StackFolder;
  readonly kept: KeptRecords;
  readonly record: KeptRecord;
  /** Whether an earlier run began to apply it. */
  readonly isContinued: boolean;
  /** The plan that is made here. */
  readonly file: string;
}

interface Deployment {
  /** The commit of the merge. */
  readonly commit: string;
  /** The branch that it was pushed to; a pull request into another branch was reviewed for that one. */
  readonly branch: string;
  readonly github: GitHub;
  /** For plans, while they are applied. */
  readonly temporary: TemporaryFolder;
  readonly signal: AbortSignal;
}

/** The file that selects terraform's workspace, and so its state. */
const WORKSPACE = join(".terraform", "environment");
/** GitHub may take a moment to link a commit to its pull request. */
const ASK_AGAIN_AFTER_MS = [1_000, 2_000, 4_000];
/** The workflow Keep plan starts when a pull request passes, and some are merged at once. */
const KEPT_WITHIN_MS = 5 * 60_000;
const LOOK_AGAIN_AFTER_MS = 5_000;
/** A longer list is of no use; the plan of a new pull request shows the rest. */
const MOST_DIFFERENCES = 100;

/** The command line of `alb-web deploy-merged`. */
export function commandLine(): Command {
  return newTerraformCommand(
    "deploy-merged",
    "Plans a merged pull request again, and applies the new plan only if it does what was reviewed.",
    "0 ok, 1 refused or failed, 2 invalid usage, 70 internal error",
  )
    .argument("<commit>", "the commit of the merge")
    .requiredOption("--branch <name>", "the branch that it was pushed to")
    .action(deploy);
}

async function deploy(commit: string, { branch }: { readonly branch: string }): Promise<void> {
  throwIfNoCommit("<commit>", commit);
  const signal = abortedByPerson("terraform saved the changes made so far in the state");
  const github = GitHub.of(process.env, signal);
  const temporary = await TemporaryFolder.make("plans");
  try {
    await writeResult((await deployIn({ commit, branch, github, temporary, signal })).join("\n"));
  } finally {
    await temporary.remove();
  }
}

/** @returns the result for each stack */
async function deployIn(deployment: Deployment): Promise<string[]> {
  const { commit, branch, github, temporary, signal } = deployment;
  const step = stepsUntil(signal);
  const pullRequest = await step("find the pull request", async ({ rename }) => {
    const merged = await mergedBy(deployment);
    if ((process.env.GITHUB_RUN_ATTEMPT ?? "1") !== "1") await throwIfOvertaken(commit, branch, github);
    rename(`pull request #${merged.number}, reviewed at ${merged.head.sha}`);
    return merged;
  });
  const fetched = await step("fetch what was reviewed", async ({ report, rename }) => {
    const stacks = await openStacks({ signal, onProgress: report });
    const records: Fetched[] = [];
    for (const opened of stacks) records.push(await fetchRecord(opened, pullRequest, { temporary, signal, report }));
    rename(`reviewed: ${idsOf(records.filter(isReviewed)) || "nothing left to apply"}`);
    return records;
  });
  const planned = await step("plan again, and compare", (it) => planAll(fetched.filter(isReviewed), pullRequest, it));
  const changing = planned.filter(({ hasChanges }) => hasChanges);
  const applied = await step("apply", async (whole) => {
    const done: string[] = [];
    for (const { reviewed } of changing) done.push(await applyReviewed(reviewed, whole));
    return done;
  });
  return [
    ...fetched.filter((it) => typeof it === "string"),
    ...planned.filter(({ hasChanges }) => !hasChanges).map(({ reviewed }) => `${reviewed.opened.stack.id}: no changes`),
    ...applied,
  ];
}

function idsOf(reviewed: readonly Reviewed[]): string {
  return reviewed.map(({ opened }) => opened.stack.id).join(", ");
}

/** The reviewed plan of a stack; or the reason why there is nothing to do, as a line of the result. */
type Fetched = Reviewed | string;

function isReviewed(fetched: Fetched): fetched is Reviewed {
  return typeof fetched !== "string";
}

interface Fetching {
  readonly temporary: TemporaryFolder;
  readonly signal: AbortSignal;
  readonly report: (text: string) => void;
}

async function fetchRecord(
  opened: StackFolder,
  pullRequest: PullRequest,
  { temporary, signal, report }: Fetching,
): Promise<Fetched> {
  const { id } = opened.stack;
  const place = placeOf(opened.stack);
  if (place === undefined) return notDeployed(id);
  const kept = new KeptRecords(place, signal);
  const planned = { pullRequest: pullRequest.number, head: pullRequest.head.sha };
  const record = await awaited(
    () => kept.fetch(planned, id),
    Date.parse(pullRequest.merged_at ?? "") + KEPT_WITHIN_MS,
    () => report(`${id}: waiting for the workflow Keep plan`),
    signal,
  );
  if (record === undefined) {
    throw new WorkFailed(
      `No plan of ${id} is stored for commit ${planned.head} of pull request #${planned.pullRequest} ` +
        `(${kept.addressOf(planned)}), so nothing was changed. If the workflow "Keep plan" is still running (see ` +
        "Actions), run this job again when it has finished. If the pull request had no plan, open another pull " +
        "request and merge that.",
    );
  }
  const progress = await kept.progress(planned, id);
  if (progress === "applied") return `${id}: already applied`;
  return {
    opened: { ...opened, terraform: opened.terraform.holding(temporary) },
    kept,
    record,
    isContinued: progress === "started",
    file: join(temporary.path, `${id}.tfplan`),
  };
}

async function awaited<T>(
  ask: () => Promise<T | undefined>,
  until: number,
  onWait: () => void,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || !(Date.now() < until)) return answer;
    onWait();
    await pause(LOOK_AGAIN_AFTER_MS, undefined, { signal });
  }
}

/**
 * A run can be rerun for a month. Its commit would undo what was merged since.
 * @throws {WorkFailed} if the branch has newer commits
 */
async function throwIfOvertaken(commit: string, branch: string, github: GitHub): Promise<void> {
  const tip = await github.tipOf(branch);
  if (tip === commit) return;
  throw new WorkFailed(
    `${branch} has moved on to ${tip}, and deploying an earlier commit again could undo later changes, so nothing ` +
      "was changed. To deploy what is not deployed yet, open a pull request; an empty commit is enough: git commit " +
      '--allow-empty -m "Deploy"',
  );
}

interface Planned {
  readonly reviewed: Reviewed;
  readonly hasChanges: boolean;
  /** How it differs from the reviewed plan. */
  readonly differences: readonly string[];
}

/**
 * Plans all stacks and compares them, before the first one is applied.
 * @throws {WorkFailed} if one of them does not do what was reviewed
 */
async function planAll(
  all: readonly Reviewed[],
  pullRequest: PullRequest,
  { report, rename }: Step,
): Promise<Planned[]> {
  const planned: Planned[] = [];
  for (const reviewed of all) {
    report(reviewed.opened.stack.id);
    planned.push(await planAgain(reviewed));
  }
  const found = planned.flatMap(({ reviewed: { opened }, differences }) =>
    differences.map((difference) => `${opened.stack.id}: ${difference}`),
  );
  if (found.length > 0) throw other(found, pullRequest);
  const changing = planned.filter(({ hasChanges }) => hasChanges).map(({ reviewed }) => reviewed);
  rename(`as reviewed; with changes: ${idsOf(changing) || "none"}`);
  return planned;
}

/** Plans a stack of the merged program with the permissions of this job. */
async function planAgain(reviewed: Reviewed): Promise<Planned> {
  const { opened, kept, record, isContinued, file } = reviewed;
  const { stack, terraform } = opened;
  await throwIfMoreThanTheProgram(opened);
  await initialize(opened);
  const { hasChanges } = await terraform.run([
    "plan",
    "-input=false",
    "-no-color",
    "-detailed-exitcode",
    `-out=${file}`,
  ]);
  const { stdout } = await terraform.run(["show", "-json", "-no-color", file]);
  const now = recordOf(stack, JSON.parse(stdout) as ComparedPlan, await kept.key());
  return { reviewed, hasChanges, differences: differences(record, now, isContinued) };
}

/**
 * terraform reads every configuration file in the folder, such as one that was committed there.
 * @throws {WorkFailed} if there is one that `main.ts` did not write
 */
async function throwIfMoreThanTheProgram({ stack, folder }: StackFolder): Promise<void> {
  const file = (await readdir(folder)).find(
    (name) => name !== "cdk.tf.json" && /\.(tf|tofu)(\.json)?$|\.tfvars(\.json)?$/.test(name),
  );
  const other = file ?? (existsSync(join(folder, WORKSPACE)) ? WORKSPACE : undefined);
  if (other === undefined) return;
  throw new WorkFailed(
    `The folder of ${stack.id} must contain only configuration that main.ts writes (got ${JSON.stringify(other)}, ` +
      "which terraform would read), so nothing was changed; delete it from the repository.",
  );
}

function applyReviewed({ opened, kept, file, record }: Reviewed, { step }: Step): Promise<string> {
  const { id } = opened.stack;
  return step(id, async ({ report, rename }) => {
    await kept.note("started", record);
    const result = `${id}: ${await applySavedPlan(opened, file, report)}`;
    await kept.note("applied", record);
    rename(result);
    return result;
  });
}

function other(found: readonly string[], pullRequest: PullRequest): WorkFailed {
  const shown = found.slice(0, MOST_DIFFERENCES).map((it) => `- ${printable(it)}`);
  const rest = found.length > shown.length ? [`- and ${found.length - shown.length} more`] : [];
  return new WorkFailed(
    [
      `The new plan differs from the plan that was reviewed in pull request #${pullRequest.number}, so nothing was ` +
        "changed in any stack:",
      ...shown,
      ...rest,
      "To deploy, open another pull request, have its plan reviewed, and merge it. Its commit may be empty: git " +
        'commit --allow-empty -m "Plan again"',
    ].join("\n"),
  );
}

async function mergedBy({ commit, branch, github, signal }: Omit<Deployment, "temporary">): Promise<PullRequest> {
  for (const wait of [0, ...ASK_AGAIN_AFTER_MS]) {
    await pause(wait, undefined, { signal });
    const merged = (await github.pullRequestsOf(commit)).find(
      (it) => it.merged_at !== null && it.merge_commit_sha === commit && it.base.ref === branch,
    );
    if (merged === undefined) continue;
    const from = merged.head.repo?.full_name;
    if (from === undefined || from === github.repository) return merged;
    throw new WorkFailed(
      `Pull request #${merged.number} came from the fork ${from}, and pull requests from forks get no plan, so ` +
        `nothing was changed. To deploy its changes, open a pull request from a branch of ${github.repository}; an ` +
        "empty commit is enough.",
    );
  }
  throw new WorkFailed(
    `Commit ${commit} did not come from a pull request into ${branch}, so it has no reviewed plan and nothing was ` +
      "changed. To deploy it, open a pull request; an empty commit is enough: " +
      'git commit --allow-empty -m "Deploy"',
  );
}
