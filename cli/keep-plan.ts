import { abortedByPerson, newCommand, runCommand, UsageError, WorkFailed, writeResult } from "./command";
import { GitHub } from "./github/github";
import { KeptPlans, placeOf, type PlanPlace } from "./github/kept-plans";
import { plansFromPullRequest } from "./github/plan-artifact";
import { PROJECT } from "./project";
import { synthesize, synthesizedFolder, type SynthesizedStack } from "./synthesize";

interface KeepArguments {
  readonly commit: string;
  readonly from: string;
  readonly run?: string;
}

/** The name that pull-request.yml uploads the plans under. */
const ARTIFACT = "plans";

void runCommand(async () => {
  const command = newCommand("keep-plan", "Keeps the plans of a pull request in the state buckets of their stacks, until it is merged.", "0 good, 1 failed, 2 wrong usage, 70 our own fault")
    .requiredOption("--commit <id>", "the commit that was planned")
    .requiredOption("--from <folder>", "where the pull request's plans are")
    .option("--run <id>", "the workflow run that uploaded them; its plans are deleted from GitHub once they are kept")
    .action(keepPlans);
  await command.parseAsync();
});

async function keepPlans({ commit, from, run }: KeepArguments): Promise<void> {
  if (!/^[0-9a-f]{40}$/.test(commit)) throw new UsageError(`--commit: got ${commit}; allowed is a whole commit id of 40 digits`);
  if (run !== undefined && !/^\d{1,15}$/.test(run)) throw new UsageError(`--run: got ${run}; allowed is a run's number`);
  const signal = abortedByPerson("some of the plans may be kept already; run it again");
  const github = run === undefined ? undefined : GitHub.of(process.env, signal);
  const plans = await plansFromPullRequest(from);
  const stacks = await synthesize(PROJECT, await synthesizedFolder(PROJECT), signal);
  const kept: string[] = [];
  for (const { stack, plan } of plans) {
    const place = placeFor(stack, stacks);
    await new KeptPlans(place, signal).keep(commit, stack, plan);
    kept.push(`${stack}: ${plan === null ? "no changes" : "changes"}, kept in ${place.bucket}`);
  }
  await writeResult(kept.join("\n"));
  if (run !== undefined) await github?.deleteArtifacts(Number(run), ARTIFACT);
}

/** A stack that only the pull request has goes where all others are; main.ts of the pull request is not asked. */
function placeFor(stackId: string, stacks: readonly SynthesizedStack[]): PlanPlace {
  const known = stacks.find(({ id }) => id === stackId);
  const places = (known === undefined ? stacks : [known]).map(placeOf).filter((place) => place !== undefined);
  const [place, ...others] = places.filter(({ bucket }, index) => places.findIndex((it) => it.bucket === bucket) === index);
  if (place !== undefined && others.length === 0) return place;
  if (known !== undefined) throw new WorkFailed(`${stackId} does not keep its state in S3; plans are kept in state buckets only, so give it backend: { s3: { bucket } }, or deploy it by hand.`);
  throw new WorkFailed(
    `${stackId} is not in main.ts of this branch, whose stacks have ${others.length + (place === undefined ? 0 : 1)} state buckets; the plan of a new stack can be kept only where all share one. ` +
      `Deploy ${stackId} by hand first: npm run plan -- ${stackId}, npm run apply -- ${stackId}`,
  );
}
