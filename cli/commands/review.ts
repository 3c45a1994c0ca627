import type { Command } from "commander";
import { UsageError } from "../../machine/errors";
import { PLAN, readJson, STANDARD_INPUT, shownName } from "../../machine/files/read-json";
import { printableJson } from "../../machine/text/printable";
import { TimeIsUp } from "../../path/deadline";
import { EFFECTS, type Effect, type Review } from "../../path/review/report";
import { review } from "../../path/review/review";
import { UnreadableFile } from "../../topology/unreadable-file";
import { EXIT, newCommand, say, throwIfNotWritable, withOut, writeReport } from "../command";
import { type NamedReview, reviewsAsMarkdown } from "../reviewing/markdown";

interface Options {
  readonly format: string;
  readonly out?: string;
  readonly failOn?: string;
}

/** What `--fail-on` takes: all that a request can notice. */
const GATES = EFFECTS.slice(1);

/** Reviews one plan or several; it fails only where it is asked to. */
export function commandLine(): Command {
  return withOut(
    newCommand(
      "review",
      "Says what a plan does to the path of a request, before it is applied.",
      "0 reviewed, 1 effect at or above --fail-on, 2 wrong usage or unreadable file, 3 not finished within 10 " +
        "seconds of CPU time, 70 internal error",
    ),
  )
    .argument("<plan...>", "what `terraform show -json tfplan` writes; - reads standard input")
    .option("--format <format>", "markdown or json", "markdown")
    .option("--fail-on <effect>", `exit with 1 if any plan's effect is this or worse: ${GATES.join(", ")}`)
    .action(reviewFiles);
}

async function reviewFiles(files: readonly string[], { format, out, failOn }: Options): Promise<void> {
  if (!["markdown", "json"].includes(format))
    throw new UsageError(`--format: got ${format}; allowed is markdown or json`);
  const gate = gateOf(failOn, "--fail-on");
  if (files.filter((file) => file === STANDARD_INPUT).length > 1)
    throw new UsageError("- stands for standard input, which can be read once; give the other plans as files");
  await throwIfNotWritable(out);
  const reviews = await reviewsOf(files);
  if (gate !== undefined) {
    if (reviews.some(({ review: { report } }) => isAsBad(report.effect, gate))) process.exitCode = EXIT.broken;
    for (const warning of passedUnknown(reviews, gate)) say(`warning: ${warning}`);
  }
  await writeReport(format === "json" ? asJson(reviews) : reviewsAsMarkdown(reviews), out);
}

/**
 * @param option what it is called where it was given
 * @throws {UsageError} if it is no effect that a request can notice
 */
export function gateOf(failOn: string | undefined, option: string): Effect | undefined {
  const gate = GATES.find((it) => it === failOn);
  if (failOn !== undefined && gate === undefined)
    throw new UsageError(`${option}: got ${failOn}; allowed is ${GATES.join(", ")}`);
  return gate;
}

/**
 * Reviews plans, each by the name of its file.
 * @throws {UsageError} if one of the files is no plan
 * @throws {TimeIsUp} if one of them takes too long
 */
export async function reviewsOf(files: readonly string[]): Promise<NamedReview[]> {
  const reviews: NamedReview[] = [];
  // One after the other, as each can be large.
  for (const file of files) reviews.push({ name: shownName(file), review: reviewOf(file, await readJson(file, PLAN)) });
  return reviews;
}

/** @throws {UsageError} if the JSON is no plan */
function reviewOf(file: string, document: unknown): Review {
  try {
    return review(document);
  } catch (error) {
    if (error instanceof TimeIsUp) throw new TimeIsUp(`${shownName(file)}: ${error.message}`);
    throw error instanceof UnreadableFile ? new UsageError(`${shownName(file)}: ${error.message}`) : error;
  }
}

/** What a gate lets pass although nobody knows its effect, a sentence for each plan. */
export function passedUnknown(reviews: readonly NamedReview[], gate: Effect): string[] {
  return reviews
    .filter(({ review: { report } }) => report.effect === "unknown" && !isAsBad(report.effect, gate))
    .map(
      ({ name, review: { report } }) =>
        `${name}: the effect is unknown, which --fail-on ${gate} does not stop. ${report.summary}`,
    );
}

/** Whether an effect is a gate's, or worse. */
export function isAsBad(effect: Effect, gate: Effect): boolean {
  return EFFECTS.indexOf(effect) >= EFFECTS.indexOf(gate);
}

/** Of several plans a list, in which each names its file. */
function asJson(reviews: readonly NamedReview[]): string {
  const [only] = reviews;
  const value =
    reviews.length === 1
      ? only?.review.report
      : reviews.map(({ name, review: { report } }) => ({ plan: name, ...report }));
  return printableJson(value);
}
