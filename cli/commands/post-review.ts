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

/** Part of a comment that nobody sees, so it must not end that. */
const NAME = /^[\w ./-]{0,60}$/;

/** The command line of `alb-web post-review`. */
export function commandLine(): Command {
  // action.yml's inputs, all of them given and some of them empty.
  return newCommand(
    "post-review",
    "Reviews plans in a job of GitHub Actions: in its summary, and in one comment on its pull request.",
    "0 good, 1 failed, or an effect at or above --fail-on, 2 wrong usage or unreadable file, 3 not finished " +
      "within 10 seconds of CPU time, 70 internal error",
  )
    .requiredOption("--plans <paths>", "JSON plans, a path on each line")
    .option("--fail-on <effect>", "as `review` has it; empty for never", "")
    .option("--comment <boolean>", "true or false: whether the pull request gets a comment", "true")
    .option("--name <name>", "tells several reviews of one pull request apart", "")
    .option(
      "--author <login>",
      "whose comment is updated: the user that GITHUB_TOKEN stands for",
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
    throw new UsageError(
      "plan: got nothing; allowed is the path of a JSON plan, or several, each on a line of its own",
    );
  if (!["true", "false"].includes(comment)) throw new UsageError(`comment: got ${comment}; allowed is true or false`);
  if (!NAME.test(name))
    throw new UsageError(
      `name: got ${JSON.stringify(name)}; allowed are at most 60 letters, digits, blanks and _ . / -`,
    );
  const gate = gateOf(failOn === "" ? undefined : failOn, "fail-on");
  const signal = abortedByPerson("at most the comment was written");
  const reviews = await reviewsOf(files);
  const effect = worstEffect(reviews.map(({ review }) => review.report.effect));
  const page = reviewsAsMarkdown(reviews);
  await addToSummary(page, process.env);
  await setOutput("effect", effect, process.env);
  const told =
    comment === "true"
      ? await tell(
          page,
          reviews.some(({ review }) => isNews(review)),
          name,
          author,
          signal,
        )
      : "no comment, as comment is false";
  await writeResult([`effect: ${effect}`, ...(told === undefined ? [] : [told])].join("\n"));
  if (told === undefined)
    await writeNotice(
      "No comment",
      "The token of a pull request from a fork may not comment; the review is in the job's summary.",
    );
  if (gate === undefined) return;
  for (const warning of passedUnknown(reviews, gate)) await writeNotice("Unknown effect", warning, "warning");
  if (isAsBad(effect, gate)) process.exitCode = EXIT.broken;
}

/** @returns what became of the comment; nothing if the token of a fork's pull request may not comment */
async function tell(
  page: string,
  isNewsworthy: boolean,
  name: string,
  author: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const pullRequest = await pullRequestOfJob(process.env);
  if (pullRequest === undefined)
    return "no comment, as the job was not started for a pull request; the review is in the job's summary";
  const marker = name === "" ? "<!-- alb-web review -->" : `<!-- alb-web review: ${name} -->`;
  const of = [
    ...(name === "" ? [] : [`\`${name}\``]),
    ...(pullRequest.commit === undefined ? [] : [`commit ${pullRequest.commit}`]),
  ].join(", ");
  const body = [marker, page.trimEnd(), ...(of === "" ? [] : ["", `Review of ${of}`])].join("\n");
  const comment = { pullRequest: pullRequest.number, marker, author, body, isNews: isNewsworthy };
  return postComment(GitHub.of(process.env, signal), comment).catch((error: unknown) => {
    // Nobody who sent it from a fork can do anything about that.
    if (!pullRequest.isFromFork || !isForbidden(error)) throw error;
    return undefined;
  });
}
