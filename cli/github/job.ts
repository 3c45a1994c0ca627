import { readFile } from "node:fs/promises";
import { WorkFailed } from "../../machine/errors";
import { writeFile } from "../../machine/files/write-file";

/* The event and the outputs of a GitHub Actions job, in files that the environment names. */

/** GitHub rejects a longer summary of a step. */
export const SUMMARY_LIMIT = 1_000_000;

/** The pull request that the job runs for. */
export interface PullRequestOfJob {
  readonly number: number;
  /** The head commit; absent in the event of a comment. */
  readonly commit?: string;
  /** If so, the token of the job has only read permissions. */
  readonly isFromFork: boolean;
}

/** The parts of the job's event that are read here. */
interface Event {
  readonly pull_request?: {
    readonly number: number;
    readonly head: { readonly sha: string; readonly repo: { readonly full_name: string } | null };
  };
  readonly issue?: { readonly number: number; readonly pull_request?: object };
}

/** @returns nothing if the job does not run for a pull request */
export async function pullRequestOfJob({
  GITHUB_EVENT_PATH,
  GITHUB_REPOSITORY,
}: NodeJS.ProcessEnv): Promise<PullRequestOfJob | undefined> {
  if (!GITHUB_EVENT_PATH) return undefined;
  const { pull_request, issue } = JSON.parse(await readFile(GITHUB_EVENT_PATH, "utf8")) as Event;
  // A deleted fork counts as a fork.
  if (pull_request !== undefined)
    return {
      number: pull_request.number,
      commit: pull_request.head.sha,
      isFromFork: pull_request.head.repo?.full_name !== GITHUB_REPOSITORY,
    };
  return issue?.pull_request === undefined ? undefined : { number: issue.number, isFromFork: false };
}

/** Adds to the page of the workflow run, which has more room than a comment. */
export async function addToSummary(text: string, { GITHUB_STEP_SUMMARY }: NodeJS.ProcessEnv): Promise<void> {
  if (GITHUB_STEP_SUMMARY) await append("GITHUB_STEP_SUMMARY", GITHUB_STEP_SUMMARY, text);
}

/** Sets an output of the step. @param value one line */
export async function setOutput(name: string, value: string, { GITHUB_OUTPUT }: NodeJS.ProcessEnv): Promise<void> {
  if (GITHUB_OUTPUT) await append("GITHUB_OUTPUT", GITHUB_OUTPUT, `${name}=${value}`);
}

async function append(variable: string, file: string, text: string): Promise<void> {
  await writeFile(file, `${text}\n`, { flag: "a" }).catch((error: NodeJS.ErrnoException) => {
    if (!["ENOENT", "ENOTDIR", "EISDIR"].includes(error.code ?? "")) throw error;
    throw new WorkFailed(`${variable} must name a file that can be written (${error.message})`);
  });
}
