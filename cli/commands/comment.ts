import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../../machine/errors";
import { TimeIsUp } from "../../path/deadline";
import { review } from "../../path/review/review";
import type { Review } from "../../path/review/review-report";
import { abortedByPerson, newCommand, say, throwIfNoCommit, writeResult } from "../command";
import { commentBody, MARKER, type PlannedStack } from "../github/comment-body";
import { GitHub } from "../github/github";
import { addToSummary, SUMMARY_LIMIT } from "../github/job";
import { hasChanges, summaryOf } from "../github/plan-summary";
import { postComment } from "../github/sticky-comment";
import { PLANS, synthesizeProject } from "../project/project";
import { placeOf } from "../records/kept-records";

interface CommentArguments {
  readonly pullRequest: string;
  readonly commit: string;
  readonly author: string;
}

/** The command line of `alb-web comment`. */
export function commandLine(): Command {
  return newCommand(
    "comment",
    "Posts one comment with the plans in plans/ on a pull request; later runs update the comment.",
    "0 ok, 1 failed, 2 invalid usage, 70 internal error",
  )
    .requiredOption("--pull-request <number>", "number of the pull request")
    .requiredOption("--commit <id>", "the commit that was planned")
    .option(
      "--author <login>",
      "login of the user that GITHUB_TOKEN belongs to; only comments by this user are updated",
      "github-actions[bot]",
    )
    .action(comment);
}

async function comment({ pullRequest, commit, author }: CommentArguments): Promise<void> {
  const number = Number(pullRequest);
  if (!Number.isInteger(number) || number < 1)
    throw new UsageError(`--pull-request must be the number of a pull request, such as 12 (got ${pullRequest})`);
  throwIfNoCommit("--commit", commit);
  const signal = abortedByPerson("the comment may have been written");
  const github = GitHub.of(process.env, signal);
  const synthesized = await synthesizeProject(signal);
  const stacks = await plansIn(
    PLANS,
    new Set(synthesized.filter((stack) => placeOf(stack) !== undefined).map(({ id }) => id)),
  );
  const wholeAt = runUrl(process.env, github.repository);
  const body = commentBody({ commit, stacks, wholeAt });
  await addToSummary(commentBody({ commit, stacks, wholeAt, limit: SUMMARY_LIMIT }), process.env);
  await writeResult(
    await postComment(github, {
      pullRequest: number,
      marker: MARKER,
      author,
      body,
      isNews: stacks.some(({ summary }) => hasChanges(summary)),
    }),
  );
}

async function plansIn(folder: string, deployed: ReadonlySet<string>): Promise<PlannedStack[]> {
  const names = await readdir(folder).catch(() => []);
  const ids = names
    .filter((name) => name.endsWith(".json"))
    .map((name) => basename(name, ".json"))
    .sort();
  if (ids.length === 0) throw new UsageError("plans/ must contain a plan (got none); create it with npx alb-web plan.");
  return Promise.all(
    ids.map(async (id) => {
      const [json, text] = await Promise.all(
        ["json", "txt"].map((kind) => readFile(join(folder, `${id}.${kind}`), "utf8")),
      );
      const plan: unknown = JSON.parse(json ?? "");
      return {
        id,
        summary: summaryOf(plan),
        text: (text ?? "").trim(),
        isDeployed: deployed.has(id),
        review: reviewOf(id, plan),
      };
    }),
  ).catch((error: Error) => {
    throw new UsageError(
      `The plans in plans/ cannot be read: ${error.message}; create them again with npx alb-web plan.`,
    );
  });
}

/** An internal error in the review does not keep the plan from being shown. */
function reviewOf(id: string, plan: unknown): Review | undefined {
  try {
    return review(plan);
  } catch (error) {
    if (error instanceof TimeIsUp) say(`${id}: the plan could not be reviewed. ${error.message}`);
    else
      say(
        `${id}: the plan could not be reviewed. Internal error in alb-web. Please report it:\n` +
          `${(error as Error).stack}`,
      );
    return undefined;
  }
}

function runUrl(
  { GITHUB_SERVER_URL = "https://github.com", GITHUB_RUN_ID = "" }: NodeJS.ProcessEnv,
  repository: string,
): string {
  return `${GITHUB_SERVER_URL}/${repository}/actions/runs/${GITHUB_RUN_ID}`;
}
