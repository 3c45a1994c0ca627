import { abortedByPerson, newCommand, runCommand, throwIfNoCommit, UsageError, WorkFailed, writeResult } from "./command";
import { GitHub, type PullRequest } from "./github/github";
import { KeptPlans, notDeployed, placeOf, type PlanPlace } from "./github/kept-plans";
import { plansFromPullRequest } from "./github/plan-artifact";
import { command, word } from "./pasteable";
import { synthesizeProject } from "./project";
import { throwIfPlaceholder } from "./state-buckets";
import type { SynthesizedStack } from "./synthesize";

interface KeepArguments {
  readonly commit: string;
  readonly branch: string;
  readonly from: string;
  readonly run: string;
}

/** The name that pull-request.yml uploads the plans under. */
const ARTIFACT = "plans";

void runCommand(async () => {
  const command = newCommand("keep-plan", "Keeps the plans of a pull request in the state buckets of their stacks, until it is merged.", "0 good, 1 failed, 2 wrong usage, 70 internal error")
    .requiredOption("--commit <id>", "the commit that was planned")
    .requiredOption("--branch <name>", "the branch whose merges are deployed; plans for others are not kept")
    .requiredOption("--from <folder>", "where the pull request's plans are")
    .requiredOption("--run <id>", "the workflow run that uploaded them; its plans are deleted from GitHub, kept or not")
    .action(keepPlans);
  await command.parseAsync();
});

async function keepPlans({ commit, branch, from, run }: KeepArguments): Promise<void> {
  throwIfNoCommit("--commit", commit);
  if (!/^\d{1,15}$/.test(run)) throw new UsageError(`--run: got ${run}; allowed is a run's number`);
  const signal = abortedByPerson("some of the plans may be kept already; run it again");
  const github = GitHub.of(process.env, signal);
  try {
    const isAwaited = isToBeMerged(await github.pullRequestsOf(commit), commit, branch);
    const kept = isAwaited ? await keepAll(commit, from, signal) : [`no plan kept: no pull request ends with ${commit} any more, as it was pushed to again, or closed`];
    await writeResult(kept.join("\n"));
  } finally {
    // They can hold secrets, and who can read the repository can read them there.
    await github.deleteArtifacts(Number(run), ARTIFACT);
  }
}

/**
 * Whether a pull request ends with the commit; one that is merged counts, as somebody may have been quick.
 * @throws {WorkFailed} if one of them is for another branch: what such a merge does is another thing, and only one plan of each stack is kept for a commit
 */
function isToBeMerged(pullRequests: readonly PullRequest[], commit: string, branch: string): boolean {
  const ofCommit = pullRequests.filter(({ head, state, merged_at }) => head.sha === commit && (state === "open" || merged_at !== null));
  const other = ofCommit.find(({ base }) => base.ref !== branch);
  if (other === undefined) return ofCommit.length > 0;
  throw new WorkFailed(
    `Commit ${commit} is also that of pull request #${other.number} onto ${other.base.ref}, and only what is merged into ${branch} is deployed, so no plan was kept; close #${other.number}, and push another ` +
      'commit, which may be empty: git commit --allow-empty -m "Plan again".',
  );
}

/** @returns what became of each stack's plan */
async function keepAll(commit: string, from: string, signal: AbortSignal): Promise<string[]> {
  const plans = await plansFromPullRequest(from);
  const stacks = await synthesizeProject(signal);
  throwIfPlaceholder(stacks);
  // All places are known before the first plan is kept.
  const placed = plans.map((it) => ({ ...it, place: placeFor(it.stack, stacks) }));
  const kept: string[] = [];
  for (const { stack, plan, place } of placed) {
    if (place !== undefined) await new KeptPlans(place, signal).keep(commit, stack, plan);
    kept.push(place === undefined ? notDeployed(stack) : `${stack}: ${plan === null ? "no changes" : "changes"}, kept in ${place.bucket}`);
  }
  return kept;
}

/**
 * A stack that only the pull request has goes where all others are; main.ts of the pull request is not asked.
 * @returns nothing for a stack whose state is not in S3
 */
function placeFor(stackId: string, stacks: readonly SynthesizedStack[]): PlanPlace | undefined {
  const known = stacks.find(({ id }) => id === stackId);
  if (known !== undefined) return placeOf(known);
  const places = stacks.map(placeOf).filter((place) => place !== undefined);
  const [place, ...others] = places.filter(({ bucket }, index) => places.findIndex((it) => it.bucket === bucket) === index);
  if (place !== undefined && others.length === 0) return place;
  throw new WorkFailed(
    `${stackId} is not in main.ts of this branch, whose stacks have ${others.length + (place === undefined ? 0 : 1)} state buckets; the plan of a new stack can be kept only where all share one. ` +
      `Deploy ${stackId} by hand first: ${command`npm run plan -- ${word.stack(stackId)}`}, ${command`npm run apply -- ${word.stack(stackId)}`}`,
  );
}
