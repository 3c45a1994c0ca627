import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { abortedByPerson, runCommand, throwIfNoCommit, WorkFailed, writeResult } from "./command";
import { GitHub, type PullRequest } from "./github/github";
import { KeptPlans, notDeployed, placeOf } from "./github/kept-plans";
import { quiet, taskList, type Task } from "./progress";
import { initialize, openStacks, type StackFolder } from "./project";
import { applySavedPlan, hasStateMoved, writePlanOfPullRequest } from "./saved-plan";
import { newTerraformCommand } from "./terraform-environment";

/** A stack whose plan is to be applied. */
interface Reviewed {
  readonly opened: StackFolder;
  readonly kept: KeptPlans;
  readonly file: string;
}

interface Stage {
  reviewed: Reviewed[];
  /** What became of each stack, for the result. */
  results: string[];
  pullRequest?: PullRequest;
}

interface Deployment {
  /** What the merge made. */
  readonly commit: string;
  /** Where it was pushed to; a pull request onto another branch was reviewed for that one. */
  readonly branch: string;
  readonly github: GitHub;
  /** For plans, while they are applied. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** GitHub may take a moment to know which pull request a commit came from. */
const ASK_AGAIN_AFTER_MS = [1_000, 2_000, 4_000];

void runCommand(async () => {
  const command = newTerraformCommand("deploy-merged", "Applies exactly the plans that were reviewed in the pull request that a commit came from.", "0 good, 1 refused or failed, 2 wrong usage, 70 internal error")
    .argument("<commit>", "the commit that the merge made")
    .requiredOption("--branch <name>", "the branch that it was pushed to")
    .action(deploy);
  await command.parseAsync();
});

async function deploy(commit: string, { branch }: { readonly branch: string }): Promise<void> {
  throwIfNoCommit("commit", commit);
  const signal = abortedByPerson("terraform stored in the state what it had done by then");
  const github = GitHub.of(process.env, signal);
  const folder = await mkdtemp(join(tmpdir(), "alb-web-plans-"));
  try {
    const { results } = await taskList<Stage>(tasksFor({ commit, branch, github, folder, signal }), { reviewed: [], results: [] }, signal);
    await writeResult(results.join("\n"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function tasksFor({ commit, branch, github, folder, signal }: Deployment): Task<Stage>[] {
  return [
    {
      title: "find the pull request",
      task: async (stage, task) => {
        stage.pullRequest = await mergedBy({ commit, branch, github, signal });
        task.title = `pull request #${stage.pullRequest.number}, reviewed at ${stage.pullRequest.head.sha}`;
      },
    },
    {
      title: "fetch its plans",
      // All of them are looked at before the first one is applied.
      task: async (stage, task) => {
        const stacks = await openStacks({ signal, onProgress: (text) => (task.output = text) });
        for (const opened of stacks) await fetchPlan(opened, stage, folder, signal);
        task.title = `plans with changes: ${stage.reviewed.map(({ opened }) => opened.stack.id).join(", ") || "none"}`;
      },
    },
    {
      title: "look whether a state has moved",
      task: async ({ reviewed, pullRequest }, task) => {
        for (const { opened, file } of reviewed) {
          task.output = opened.stack.id;
          await initialize(opened);
          if (await hasStateMoved(opened, file)) throw moved(opened.stack.id, pullRequest);
        }
      },
    },
    {
      title: "apply them",
      task: ({ reviewed, pullRequest }, task) => task.newListr(reviewed.map((it) => applyTask(it, pullRequest?.head.sha ?? "")), { concurrent: false, exitOnError: true }),
    },
  ];
}

async function fetchPlan(opened: StackFolder, { pullRequest, reviewed, results }: Stage, folder: string, signal: AbortSignal): Promise<void> {
  const { stack } = opened;
  const place = placeOf(stack);
  if (place === undefined) {
    results.push(notDeployed(stack.id));
    return;
  }
  const kept = new KeptPlans(place, signal);
  const { plan, isApplied } = await kept.fetch(pullRequest?.head.sha ?? "", stack.id);
  if (plan === null || isApplied) {
    results.push(`${stack.id}: ${isApplied ? "applied already" : "no changes"}`);
    return;
  }
  const file = join(folder, `${stack.id}.tfplan`);
  await writePlanOfPullRequest(opened, plan, file);
  reviewed.push({ opened, kept, file });
}

function applyTask({ opened, kept, file }: Reviewed, commit: string): Task<Stage> {
  const { id } = opened.stack;
  return quiet({
    title: id,
    task: async ({ results }, task) => {
      const result = await applySavedPlan(opened, file, (text) => (task.output = text));
      await kept.noteApplied(commit, id);
      results.push(`${id}: ${result}`);
      task.title = `${id}: ${result}`;
    },
  });
}

function moved(stackId: string, pullRequest: PullRequest | undefined): WorkFailed {
  return new WorkFailed(
    `The state of ${stackId} has moved since its plan was reviewed in pull request #${pullRequest?.number}, so nothing was changed, in no stack. ` +
      "Open another pull request, whose commit may be empty (git commit --allow-empty -m \"Plan again\"), have its plan reviewed, and merge that.",
  );
}

async function mergedBy({ commit, branch, github, signal }: Omit<Deployment, "folder">): Promise<PullRequest> {
  for (const wait of [0, ...ASK_AGAIN_AFTER_MS]) {
    await pause(wait, undefined, { signal });
    const merged = (await github.pullRequestsOf(commit)).find((it) => it.merged_at !== null && it.merge_commit_sha === commit && it.base.ref === branch);
    if (merged === undefined) continue;
    const from = merged.head.repo?.full_name;
    if (from === undefined || from === github.repository) return merged;
    throw new WorkFailed(`Pull request #${merged.number} came from the fork ${from}, and those get no plan, so nothing was changed. To deploy what it brought, open a pull request from a branch of ${github.repository}; a commit without changes will do.`);
  }
  throw new WorkFailed(
    `Commit ${commit} did not come from a pull request onto ${branch}, so no plan of it was reviewed and nothing was changed. To deploy it, open a pull request; a commit without changes will do: ` +
      'git commit --allow-empty -m "Deploy"',
  );
}
