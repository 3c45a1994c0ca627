import type { Command } from "commander";
import { UsageError } from "../../machine/errors";
import { readJson, shownName } from "../../machine/files/read-json";
import { printableJson } from "../../machine/text/printable";
import type { TraceReport } from "../../path/report";
import { acceptedIn, withAccepted } from "../../path/trace/accept";
import { type TraceOptions, trace } from "../../path/trace/trace";
import { UnreadableFile } from "../../topology/unreadable-file";
import { EXIT_OF, newCommand, say, throwIfNotWritable, withOut, writeReport } from "../command";
import { blocksIn } from "../tracing/blocks-in-source";
import { reportAsMarkdown } from "../tracing/markdown";
import { reportAsSarif } from "../tracing/sarif";
import { withoutScripts } from "../tracing/scripts";
import { reportAsText } from "../tracing/text";

interface Options {
  readonly url?: string;
  readonly format: string;
  readonly out?: string;
  readonly source?: string;
}

const FORMATS = ["text", "json", "markdown", "sarif"];

/** Traces one file; the exit code is that of the verdict. */
export function commandLine(): Command {
  return withOut(
    newCommand(
      "trace",
      "Reports hop by hop whether a request reaches a target, and what prevents it.",
      "0 ok, 1 broken, 2 invalid usage or unreadable file, 3 unknown only, 70 internal error",
    ),
  )
    .argument(
      "<file>",
      "a plan or state from `terraform show -json`, or a synthesized cdk.tf.json; - reads standard input",
    )
    .option(
      "--url <url>",
      "trace only this URL, such as https://www.example.com/shop; default: every public record that resolves to a " +
        "load balancer",
    )
    .option("--format <format>", "text, json, markdown or sarif", "text")
    .option(
      "--source <folder>",
      "with --format sarif: the folder of the configuration, so that findings refer to its lines",
    )
    .action(traceFile);
}

async function traceFile(file: string, { url, format, out, source }: Options): Promise<void> {
  if (!FORMATS.includes(format)) throw new UsageError(`--format must be text, json, markdown or sarif (got ${format})`);
  if (source !== undefined && format !== "sarif") throw new UsageError("--source requires --format sarif");
  const placeOf = source === undefined ? undefined : placesIn(source);
  const options: TraceOptions = { url: url === undefined ? undefined : urlOf(url) };
  await throwIfNotWritable(out);
  const report = reportOf(file, await readJson(file), options);
  process.exitCode = EXIT_OF[report.verdict];
  if (format === "sarif") {
    if (source !== undefined) sayNotFound(report, source, placeOf);
    return writeReport(printableJson(reportAsSarif(report, placeOf)), out);
  }
  await writeReport(rendered(report, file, format, out), out);
}

/** Findings without a line are reported on standard error. */
function sayNotFound({ findings }: TraceReport, folder: string, placeOf?: ReturnType<typeof blocksIn>): void {
  const left = findings.filter(({ address }) => placeOf?.(address) === undefined).length;
  if (left > 0)
    say(
      `${left} of ${findings.length} findings have no line: ${folder} has no block, or several, for their resources.`,
    );
}

/** @throws {UsageError} if the folder cannot be read */
function placesIn(folder: string): ReturnType<typeof blocksIn> {
  try {
    return blocksIn(folder);
  } catch (error) {
    throw new UsageError(`--source: cannot read ${folder}: ${(error as Error).message}`);
  }
}

/** @throws {UsageError} if the JSON is not Terraform's */
function reportOf(file: string, document: unknown, options: TraceOptions): TraceReport {
  try {
    return withoutScripts(withAccepted(trace(document, options), acceptedIn(document)));
  } catch (error) {
    throw error instanceof UnreadableFile ? new UsageError(`${shownName(file)}: ${error.message}`) : error;
  }
}

function rendered(report: TraceReport, file: string, format: string, out: string | undefined): string {
  const source = shownName(file);
  if (format === "json") return printableJson(report);
  if (format === "markdown") return reportAsMarkdown(report, { source });
  const { isTTY, columns } = process.stdout;
  const isTerminal = out === undefined && isTTY === true;
  // hasColors respects NO_COLOR and terminals without colors.
  return reportAsText(report, {
    source,
    columns: isTerminal ? columns : undefined,
    hasColour: isTerminal && process.stdout.hasColors(),
  });
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.hostname === "") {
    throw new UsageError(
      `--url must be a complete URL with http or https, such as https://www.example.com/shop (got ${text})`,
    );
  }
  return url;
}
