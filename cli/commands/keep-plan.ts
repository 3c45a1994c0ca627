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

/** The pull requests of a run, as in GitHub's event. */
type OfEvent = readonly { readonly number?: unknown; readonly base?: { readonly sha?: unknown } }[];

/** The command line of `alb-web keep-plan`. */
export function commandLine(): Command {
  return newCommand(
    "keep-plan",
    "Stores the records of a pull request's plans in the state buckets of their stacks until it is merged.",
    "0 ok, 1 failed, 2 invalid usage, 70 internal error",
  )
    .requiredOption("--commit <id>", "the commit that was planned")
    .requiredOption("--head-branch <name>", "the branch of that commit")
    .requiredOption("--branch <name>", "the branch whose merges are deployed; plans for other branches are not stored")
    .requiredOption("--pull-requests <json>", "the pull requests of the run, as in the workflow_run event")
    .requiredOption(
      "--run <id>",
      "id of the workflow run that uploaded the records; the upload is then deleted, whether stored or refused",
    )
    .requiredOption("--started <time>", "time at which GitHub created that run, such as 2026-11-30T12:00:00Z")
    .action(keepPlans);
}

async function keepPlans({ commit, headBranch, branch, pullRequests, run, started }: KeepArguments): Promise<void> {
  throwIfNoCommit("--commit", commit);
  if (!/^\d{1,15}$/.test(run)) throw new UsageError(`--run must be the number of a workflow run (got ${run})`);
  if (Number.isNaN(Date.parse(started)))
    throw new UsageError(`--started must be a time, such as 2026-11-30T12:00:00Z (got ${started})`);
  const ofEvent = parsedEvent(pullRequests);
  const signal = abortedByPerson("some records may already be stored; run it again");
  const github = GitHub.of(process.env, signal);
  const asked = { commit, headBranch, branch, run: Number(run), started: Date.parse(started) };
  const kept = await keep(asked, ofEvent, github, signal).catch(async (error: unknown) => {
    // Other failures can be retried by running this job again.
    if (isRefusal(error)) await github.deleteArtifacts(asked.run, ARTIFACT);
    throw error;
  });
  // The upload of a pull request's own code is always deleted.
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
    return [`no plan stored: run ${planned.run} uploaded no records, because it planned nothing or the plan failed`];
  const pullRequest = pullRequestOf(await github.pullRequestsFrom(planned.headBranch), planned);
  if (pullRequest === undefined)
    return [
      `no plan stored: no pull request has ${planned.commit} as its head any more; it has newer commits or was closed`,
    ];
  const base = ofEvent.find(({ number }) => number === pullRequest.number)?.base?.sha ?? pullRequest.base.sha;
  if (typeof base !== "string" || !COMMIT.test(base))
    throw new WorkFailed(
      `GitHub does not report the base commit that pull request #${pullRequest.number} was planned against, so no ` +
        "plan was stored; run this job again.",
    );
  return keepAll({ pullRequest: pullRequest.number, base, head: planned.commit }, recordsIn(artifact), signal);
}

/**
 * The pull request of the run; it may already be merged.
 *
 * A pull request runs the workflow file of its target branch, so the upload of a run for another target does not count
 * for this one. A run does not report its target branch, so it must belong to exactly one pull request.
 * @throws {WorkFailed} if it could belong to another one
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
  const whose = other.head.sha === commit ? "is also the head of" : "is on the branch of";
  const also =
    `Commit ${commit} ${whose} pull request #${other.number} into ` +
    `${other.base.ref}${other.state === "open" ? "" : ", which was closed"}`;
  throw refusal(
    `${also}. It cannot be determined which of the two was planned, so no plan was stored; ` +
      `${other.state === "open" ? `close #${other.number}, and ` : ""}push another commit, which may be empty: ` +
      `git commit --allow-empty -m "Plan again".`,
  );
}

/** @returns the result for each stack's record */
async function keepAll(planned: Planned, records: readonly PlannedRecord[], signal: AbortSignal): Promise<string[]> {
  const stacks = await synthesizeProject(signal);
  throwIfPlaceholder(stacks);
  // All places are determined before the first record is stored.
  const placed = records.map((record) => ({ record, place: placeFor(record.stack, stacks) }));
  const kept: string[] = [];
  for (const { record, place } of placed) {
    if (place !== undefined) await new KeptRecords(place, signal).keep(planned, record);
    kept.push(
      place === undefined
        ? notDeployed(record.stack)
        : `${record.stack}: ${changesIn(record)}, stored in ${place.bucket}`,
    );
  }
  return kept;
}

function changesIn({ resources, outputs }: PlannedRecord): string {
  return Object.keys(resources).length + Object.keys(outputs).length > 0 ? "changes" : "no changes";
}

/**
 * A stack that exists only in the pull request uses the bucket of all others; main.ts of the pull request is not read.
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
      `${others.length + (place === undefined ? 0 : 1)} state buckets; the plan of a new stack can be stored only ` +
      "if all stacks share one bucket. " +
      `Deploy ${stackId} by hand first: ${command`npx alb-web plan ${word.stack(stackId)}`}, ` +
      `${command`npx alb-web apply ${word.stack(stackId)}`}`,
  );
}

function parsedEvent(text: string): OfEvent {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.every((it) => typeof it === "object" && it !== null)) return value as OfEvent;
  } catch {
    // The same as a value that is not a list.
  }
  throw new UsageError("--pull-requests must be a JSON list, such as toJSON(github.event.workflow_run.pull_requests)");
}
