import type { Command } from "commander";
import { UsageError, WorkFailed } from "../../machine/errors";
import { command, word } from "../../machine/text/pasteable";
import type { SynthesizedStack } from "../../rehearsal/stack-files";
import { abortedByPerson, COMMIT, newCommand, throwIfNoCommit, writeResult } from "../command";
import { GitHub, type PullRequest } from "../github/github";
import { synthesizeProject } from "../project/project";
import { throwIfPlaceholder } from "../project/state-buckets";
import { ARTIFACT, MAX_ARTIFACT_BYTES, recordsIn } from "../records/artifact";
import {
  isRefusal,
  KeptRecords,
  notDeployed,
  type Planned,
  placeOf,
  type RecordPlace,
  refusal,
} from "../records/kept-records";
import type { PlannedRecord } from "../records/plan-record";

interface KeepArguments {
  readonly commit: string;
  readonly headBranch: string;
  readonly branch: string;
  readonly pullRequests: string;
  readonly run: string;
  readonly started: string;
}

/** As GitHub's event tells the pull requests of a run. */
type OfEvent = readonly { readonly number?: unknown; readonly base?: { readonly sha?: unknown } }[];

/** The command line of `alb-web keep-plan`. */
export function commandLine(): Command {
  return newCommand(
    "keep-plan",
    "Keeps the records of a pull request's plans in the state buckets of their stacks, until it is merged.",
    "0 good, 1 failed, 2 wrong usage, 70 internal error",
  )
    .requiredOption("--commit <id>", "the commit that was planned")
    .requiredOption("--head-branch <name>", "the branch that it is on")
    .requiredOption("--branch <name>", "the branch whose merges are deployed; plans for others are not kept")
    .requiredOption("--pull-requests <json>", "the pull requests of the run, as GitHub's event tells them")
    .requiredOption(
      "--run <id>",
      "the workflow run that uploaded the records; they are deleted from GitHub, kept or refused",
    )
    .requiredOption("--started <time>", "when GitHub created that run, such as 2026-11-30T12:00:00Z")
    .action(keepPlans);
}

async function keepPlans({ commit, headBranch, branch, pullRequests, run, started }: KeepArguments): Promise<void> {
  throwIfNoCommit("--commit", commit);
  if (!/^\d{1,15}$/.test(run)) throw new UsageError(`--run: got ${run}; allowed is a run's number`);
  if (Number.isNaN(Date.parse(started)))
    throw new UsageError(`--started: got ${started}; allowed is a time, such as 2026-11-30T12:00:00Z`);
  const ofEvent = parsedEvent(pullRequests);
  const signal = abortedByPerson("some of the records may be kept already; run it again");
  const github = GitHub.of(process.env, signal);
  const asked = { commit, headBranch, branch, run: Number(run), started: Date.parse(started) };
  const kept = await keep(asked, ofEvent, github, signal).catch(async (error: unknown) => {
    // What fails for another reason can be tried again, by running this job again.
    if (isRefusal(error)) await github.deleteArtifacts(asked.run, ARTIFACT);
    throw error;
  });
  // What a pull request's own code uploaded stays nowhere.
  await github.deleteArtifacts(asked.run, ARTIFACT);
  await writeResult(kept.join("\n"));
}

interface Run {
  readonly commit: string;
  readonly headBranch: string;
  readonly branch: string;
  readonly run: number;
  /** In milliseconds. */
  readonly started: number;
}

async function keep(planned: Run, ofEvent: OfEvent, github: GitHub, signal: AbortSignal): Promise<string[]> {
  const artifact = await github.artifact(planned.run, ARTIFACT, MAX_ARTIFACT_BYTES);
  if (artifact === undefined)
    return [`no plan kept: run ${planned.run} left no records, as nothing was planned or the plan failed`];
  const pullRequest = pullRequestOf(await github.pullRequestsFrom(planned.headBranch), planned);
  if (pullRequest === undefined)
    return [`no plan kept: no pull request ends with ${planned.commit} any more, as it was pushed to again, or closed`];
  const base = ofEvent.find(({ number }) => number === pullRequest.number)?.base?.sha ?? pullRequest.base.sha;
  if (typeof base !== "string" || !COMMIT.test(base))
    throw new WorkFailed(
      `GitHub does not say which commit pull request #${pullRequest.number} was planned against, so no plan ` +
        "was kept; run this job again.",
    );
  return keepAll({ pullRequest: pullRequest.number, base, head: planned.commit }, recordsIn(artifact), signal);
}

/**
 * The pull request whose run it was; one that is merged counts, as somebody may have been quick.
 *
 * The branch that a pull request is for brings its own workflow file, so what a run for another branch uploaded says
 * nothing of this one. A run does not tell for which branch it was, so there must be no other pull request that it can
 * have been for.
 * @throws {WorkFailed} if there is
 */
function pullRequestOf(ofBranch: readonly PullRequest[], { commit, branch, started }: Run): PullRequest | undefined {
  const ofCommit = ofBranch.filter(({ head }) => head.sha === commit);
  const onto = ofCommit.filter(
    ({ base, state, merged_at }) => base.ref === branch && (state === "open" || merged_at !== null),
  );
  const found = onto.sort((one, { number }) => one.number - number).at(-1);
  const wasThere = ({ closed_at: closed }: PullRequest) => closed === null || Date.parse(closed) >= started;
  const other =
    ofCommit.find(({ base }) => base.ref !== branch) ??
    ofBranch.find((it) => found !== undefined && it.number !== found.number && wasThere(it));
  if (other === undefined) return found;
  const whose = other.head.sha === commit ? `Commit ${commit} is also that of` : `Commit ${commit} is on the branch of`;
  const also =
    `${whose} pull request #${other.number} onto ` +
    `${other.base.ref}${other.state === "open" ? "" : ", which was closed"}`;
  throw refusal(
    `${also}, so nobody can tell which one was planned, and no plan was kept; ` +
      `${other.state === "open" ? `close #${other.number}, and ` : ""}push another commit, which may be empty: ` +
      `git commit --allow-empty -m "Plan again".`,
  );
}

/** @returns what became of each stack's record */
async function keepAll(planned: Planned, records: readonly PlannedRecord[], signal: AbortSignal): Promise<string[]> {
  const stacks = await synthesizeProject(signal);
  throwIfPlaceholder(stacks);
  // All places are known before the first record is kept.
  const placed = records.map((record) => ({ record, place: placeFor(record.stack, stacks) }));
  const kept: string[] = [];
  for (const { record, place } of placed) {
    if (place !== undefined) await new KeptRecords(place, signal).keep(planned, record);
    kept.push(
      place === undefined
        ? notDeployed(record.stack)
        : `${record.stack}: ${changesIn(record)}, kept in ${place.bucket}`,
    );
  }
  return kept;
}

function changesIn({ resources, outputs }: PlannedRecord): string {
  return Object.keys(resources).length + Object.keys(outputs).length > 0 ? "changes" : "no changes";
}

/**
 * A stack that only the pull request has goes where all others are; main.ts of the pull request is not asked.
 * @returns nothing for a stack whose state is not in S3
 */
function placeFor(stackId: string, stacks: readonly SynthesizedStack[]): RecordPlace | undefined {
  const known = stacks.find(({ id }) => id === stackId);
  if (known !== undefined) return placeOf(known);
  const places = stacks.map(placeOf).filter((place) => place !== undefined);
  const [place, ...others] = places.filter(
    ({ bucket }, index) => places.findIndex((it) => it.bucket === bucket) === index,
  );
  if (place !== undefined && others.length === 0) return place;
  throw refusal(
    `${stackId} is not in main.ts of this branch, whose stacks have ` +
      `${others.length + (place === undefined ? 0 : 1)} state buckets; the plan of a new stack can be kept only ` +
      "where all share one. " +
      `Deploy ${stackId} by hand first: ${command`npx alb-web plan ${word.stack(stackId)}`}, ` +
      `${command`npx alb-web apply ${word.stack(stackId)}`}`,
  );
}

function parsedEvent(text: string): OfEvent {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.every((it) => typeof it === "object" && it !== null)) return value as OfEvent;
  } catch {
    // The same as what is no list.
  }
  throw new UsageError("--pull-requests: allowed is a list, such as toJSON(github.event.workflow_run.pull_requests)");
}
