import { readFile } from "node:fs/promises";
import { writeFile } from "../../machine/files/write-file";

/* What a job of GitHub Actions knows, and how its steps answer; all of it in files that the environment names. */

/** GitHub refuses a longer summary of a job's step. */
export const SUMMARY_LIMIT = 1_000_000;

/** What the job was started for. */
export interface PullRequestOfJob {
  readonly number: number;
  /** The commit that it ends with; a comment on a pull request does not say. */
  readonly commit?: string;
  /** Its job's token may do no more than read. */
  readonly isFromFork: boolean;
}

/** The event that started the job, as far as it is read here. */
interface Event {
  readonly pull_request?: {
    readonly number: number;
    readonly head: { readonly sha: string; readonly repo: { readonly full_name: string } | null };
  };
  readonly issue?: { readonly number: number; readonly pull_request?: object };
}

/** Nothing where the job was started for something else. */
export async function pullRequestOfJob({
  GITHUB_EVENT_PATH,
  GITHUB_REPOSITORY,
}: NodeJS.ProcessEnv): Promise<PullRequestOfJob | undefined> {
  if (!GITHUB_EVENT_PATH) return undefined;
  const { pull_request, issue } = JSON.parse(await readFile(GITHUB_EVENT_PATH, "utf8")) as Event;
  // A fork that is deleted is none of ours either.
  if (pull_request !== undefined)
    return {
      number: pull_request.number,
      commit: pull_request.head.sha,
      isFromFork: pull_request.head.repo?.full_name !== GITHUB_REPOSITORY,
    };
  return issue?.pull_request === undefined ? undefined : { number: issue.number, isFromFork: false };
}

/** The page of the workflow's run; it has room for what a comment has none for. */
export async function addToSummary(text: string, { GITHUB_STEP_SUMMARY }: NodeJS.ProcessEnv): Promise<void> {
  if (GITHUB_STEP_SUMMARY) await writeFile(GITHUB_STEP_SUMMARY, `${text}\n`, { flag: "a" });
}

/** An output of the step. @param value one line */
export async function setOutput(name: string, value: string, { GITHUB_OUTPUT }: NodeJS.ProcessEnv): Promise<void> {
  if (GITHUB_OUTPUT) await writeFile(GITHUB_OUTPUT, `${name}=${value}\n`, { flag: "a" });
}
