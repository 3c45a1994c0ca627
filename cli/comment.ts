import { appendFile, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { review } from "../path/review/review";
import { abortedByPerson, newCommand, runCommand, throwIfNoCommit, UsageError, writeResult } from "./command";
import { commentBody, MARKER, type PlannedStack } from "./github/comment-body";
import { GitHub } from "./github/github";
import { placeOf } from "./github/kept-plans";
import { hasChanges, summaryOf } from "./github/plan-summary";
import { PLANS, synthesizeProject } from "./project";

/** GitHub refuses a longer summary of a job's step. */
const SUMMARY_LIMIT = 1_000_000;

interface CommentArguments {
  readonly pullRequest: string;
  readonly commit: string;
  readonly author: string;
}

void runCommand(async () => {
  const command = newCommand("comment", "Tells the plans in plans/ in one comment on a pull request, which is updated from then on.", "0 good, 1 failed, 2 wrong usage, 70 our own fault")
    .requiredOption("--pull-request <number>", "the pull request")
    .requiredOption("--commit <id>", "the commit that was planned")
    .option("--author <login>", "whose comment is updated: the user that GITHUB_TOKEN stands for", "github-actions[bot]")
    .action(comment);
  await command.parseAsync();
});

async function comment({ pullRequest, commit, author }: CommentArguments): Promise<void> {
  const number = Number(pullRequest);
  if (!Number.isInteger(number) || number < 1) throw new UsageError(`--pull-request: got ${pullRequest}; allowed is its number, such as 12`);
  throwIfNoCommit("--commit", commit);
  const signal = abortedByPerson("at most the comment was written");
  const github = GitHub.of(process.env, signal);
  const synthesized = await synthesizeProject(signal);
  const stacks = await plansIn(PLANS, new Set(synthesized.filter((stack) => placeOf(stack) !== undefined).map(({ id }) => id)));
  const wholeAt = runUrl(process.env, github.repository);
  const body = commentBody({ commit, stacks, wholeAt });
  await addToSummary(commentBody({ commit, stacks, wholeAt, limit: SUMMARY_LIMIT }));
  await writeResult(await post(github, number, author, body, stacks.some(({ summary }) => hasChanges(summary))));
}

/** Where nothing changes nobody is disturbed, unless there is a comment that says otherwise. */
async function post(github: GitHub, number: number, author: string, body: string, isNews: boolean): Promise<string> {
  const ours = (await github.comments(number)).find((it) => it.user?.login === author && it.body?.startsWith(MARKER));
  if (ours !== undefined) return `updated: ${(await github.updateComment(ours.id, body)).html_url}`;
  if (!isNews) return "no changes, no comment";
  return `commented: ${(await github.createComment(number, body)).html_url}`;
}

async function plansIn(folder: string, deployed: ReadonlySet<string>): Promise<PlannedStack[]> {
  const names = await readdir(folder).catch(() => []);
  const ids = names.filter((name) => name.endsWith(".json")).map((name) => basename(name, ".json")).sort();
  if (ids.length === 0) throw new UsageError("There are no plans in plans/; make them with npm run plan.");
  return Promise.all(ids.map(async (id) => {
    const [json, text] = await Promise.all(["json", "txt"].map((kind) => readFile(join(folder, `${id}.${kind}`), "utf8")));
    return { id, summary: summaryOf(json ?? ""), text: (text ?? "").trim(), isDeployed: deployed.has(id), review: review(JSON.parse(json ?? "")) };
  })).catch((error: Error) => {
    throw new UsageError(`The plans in plans/ cannot be read: ${error.message}; make them again with npm run plan.`);
  });
}

function runUrl({ GITHUB_SERVER_URL = "https://github.com", GITHUB_RUN_ID = "" }: NodeJS.ProcessEnv, repository: string): string {
  return `${GITHUB_SERVER_URL}/${repository}/actions/runs/${GITHUB_RUN_ID}`;
}

/** The page of the workflow's run; it has room for plans that the comment has none for. */
async function addToSummary(text: string): Promise<void> {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (file) await appendFile(file, `${text}\n`);
}
