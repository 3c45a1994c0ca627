import type { Command } from "commander";
import { UsageError } from "../../machine/errors";
import { worstEffect } from "../../path/review/review-report";
import { abortedByPerson, EXIT, newCommand, writeNotice, writeResult } from "../command";
import { GitHub, isForbidden } from "../github/github";
import { addToSummary, pullRequestOfJob, setOutput } from "../github/job";
import { postComment } from "../github/sticky-comment";
import { gateOf, isAsBad, passedUnknown } from "../reviewing/gate";
import { reviewsAsMarkdown } from "../reviewing/markdown";
import { isNews } from "../reviewing/named-review";
import { reviewsOf } from "../reviewing/reviewed";

interface PostArguments {
  readonly plans: string;
  readonly failOn: string;
  readonly comment: string;
  readonly name: string;
  readonly author: string;
}

/** Part of a hidden comment, so it must not close that. */
const NAME = /^[\w ./-]{0,60}$/;

/** The command line of `alb-web post-review`. */
export function commandLine(): Command {
  // The inputs of action.yml; all are passed, and some are empty.
  return newCommand(
    "post-review",
    "Reviews plans in a GitHub Actions job: in the job summary, and in one comment on the pull request.",
    "0 reviewed, 1 failed, or an effect at or above --fail-on, 2 invalid usage or unreadable file, 3 not finished " +
      "within 10 seconds of CPU time, 70 internal error",
  )
    .requiredOption("--plans <paths>", "paths of plans as JSON, one per line")
    .option("--fail-on <effect>", "as in `alb-web review`; empty: never fail", "")
    .option("--comment <boolean>", "true or false: whether to comment on the pull request", "true")
    .option("--name <name>", "distinguishes several reviews of one pull request; each has its own comment", "")
    .option(
      "--author <login>",
      "login of the user that GITHUB_TOKEN belongs to; only comments by this user are updated",
      "github-actions[bot]",
    )
    .action(postReview);
}

async function postReview({ plans, failOn, comment, name, author }: PostArguments): Promise<void> {
  const files = plans
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (files.length === 0)
    throw new UsageError("plan must be the path of a plan as JSON, or several paths, one per line (got nothing)");
  if (!["true", "false"].includes(comment)) throw new UsageError(`comment must be true or false (got ${comment})`);
  if (!NAME.test(name))
    throw new UsageError(`name must be at most 60 letters, digits, spaces and _ . / - (got ${JSON.stringify(name)})`);
  const gate = gateOf(failOn === "" ? undefined : failOn, "fail-on");
  const signal = abortedByPerson("the comment may have been written");
  const reviews = await reviewsOf(files);
  const effect = worstEffect(reviews.map(({ review }) => review.report.effect));
  const page = reviewsAsMarkdown(reviews);
  await addToSummary(page, process.env);
  await setOutput("effect", effect, process.env);
  const posted =
    comment === "true"
      ? await post(
          page,
          reviews.some(({ review }) => isNews(review)),
          name,
          author,
          signal,
        )
      : "no comment, because comment is false";
  await writeResult([`effect: ${effect}`, ...(posted === undefined ? [] : [posted])].join("\n"));
  if (posted === undefined)
    await writeNotice(
      "No comment",
      "The token of a pull request from a fork may not comment; the review is in the job summary.",
    );
  if (gate === undefined) return;
  for (const warning of passedUnknown(reviews, gate)) await writeNotice("Unknown effect", warning, "warning");
  if (isAsBad(effect, gate)) process.exitCode = EXIT.broken;
}

/** @returns what was done with the comment; nothing if the token of a fork's pull request may not comment */
async function post(
  page: string,
  isNewsworthy: boolean,
  name: string,
  author: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const pullRequest = await pullRequestOfJob(process.env);
  if (pullRequest === undefined)
    return "no comment, because the job did not run for a pull request; the review is in the job summary";
  const marker = name === "" ? "<!-- alb-web review -->" : `<!-- alb-web review: ${name} -->`;
  const of = [
    ...(name === "" ? [] : [`\`${name}\``]),
    ...(pullRequest.commit === undefined ? [] : [`commit ${pullRequest.commit}`]),
  ].join(", ");
  const body = [marker, page.trimEnd(), ...(of === "" ? [] : ["", `Review of ${of}`])].join("\n");
  const comment = { pullRequest: pullRequest.number, marker, author, body, isNews: isNewsworthy };
  return postComment(GitHub.of(process.env, signal), comment).catch((error: unknown) => {
    // The author of a fork's pull request cannot change that.
    if (!pullRequest.isFromFork || !isForbidden(error)) throw error;
    return undefined;
  });
}
