import type { Command } from "commander";
import { UsageError } from "../../machine/errors";
import { STANDARD_INPUT } from "../../machine/files/read-json";
import { printableJson } from "../../machine/text/printable";
import { EXIT, newCommand, say, throwIfNotWritable, withOut, writeReport } from "../command";
import { GATES, gateOf, isAsBad, passedUnknown } from "../reviewing/gate";
import { reviewsAsMarkdown } from "../reviewing/markdown";
import type { NamedReview } from "../reviewing/named-review";
import { reviewsOf } from "../reviewing/reviewed";

interface Options {
  readonly format: string;
  readonly out?: string;
  readonly failOn?: string;
}

/** Reviews one plan or several; fails only with `--fail-on`. */
export function commandLine(): Command {
  return withOut(
    newCommand(
      "review",
      "Reports what a plan does to the path of a request, before it is applied.",
      "0 reviewed, 1 effect at or above --fail-on, 2 invalid usage or unreadable file, 3 not finished within 10 " +
        "seconds of CPU time, 70 internal error",
    ),
  )
    .argument("<plan...>", "plans from `terraform show -json tfplan`; - reads standard input")
    .option("--format <format>", "markdown or json", "markdown")
    .option("--fail-on <effect>", `exit with 1 if any plan's effect is this or worse: ${GATES.join(", ")}`)
    .action(reviewFiles);
}

async function reviewFiles(files: readonly string[], { format, out, failOn }: Options): Promise<void> {
  if (!["markdown", "json"].includes(format)) throw new UsageError(`--format must be markdown or json (got ${format})`);
  const gate = gateOf(failOn, "--fail-on");
  if (files.filter((file) => file === STANDARD_INPUT).length > 1)
    throw new UsageError("- can be given only once, as it reads standard input; pass the other plans as files");
  await throwIfNotWritable(out);
  const reviews = await reviewsOf(files);
  if (gate !== undefined) {
    if (reviews.some(({ review: { report } }) => isAsBad(report.effect, gate))) process.exitCode = EXIT.broken;
    for (const warning of passedUnknown(reviews, gate)) say(`warning: ${warning}`);
  }
  await writeReport(format === "json" ? asJson(reviews) : reviewsAsMarkdown(reviews), out);
}

/** A list, also for one plan; each entry has its file name. */
function asJson(reviews: readonly NamedReview[]): string {
  return printableJson(reviews.map(({ name, review: { report } }) => ({ plan: name, ...report })));
}
