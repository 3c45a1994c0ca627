import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { Command, CommanderError } from "commander";
import { NO_SDK_WARNING } from "../machine/aws-sdk";
import { SetupError, UsageError, WorkFailed } from "../machine/errors";
import { writeFile } from "../machine/files/write-file";
import { systemRefusal } from "../machine/system-refusals";
import { printable, printableLines } from "../machine/text/printable";
import { version } from "../package.json";
import { TimeIsUp } from "../path/deadline";
import type { Verdict } from "../path/report";
import { erase } from "./terminal";

process.env[NO_SDK_WARNING] ??= "true";

/** The exit codes that commands share. */
export const EXIT = {
  ok: 0,
  /** The path is broken, or the work failed. */
  broken: 1,
  /** Invalid usage or unreadable input. */
  usage: 2,
  /** Nothing is broken, but something cannot be determined. */
  unknown: 3,
  /** Internal error. */
  internal: 70,
} as const;

/** For codes of one and two digits. */
const EXIT_CODE_WIDTH = 4;

/** The exit code for a verdict. */
export const EXIT_OF: Readonly<Record<Verdict, number>> = {
  ok: EXIT.ok,
  broken: EXIT.broken,
  unknown: EXIT.unknown,
};

/**
 * A command of alb-web: it has the version of the package, its help lists the exit codes, and its errors go to standard
 * error.
 * @param codes "0 …, 1 …"; a text that begins with no code is printed as it is
 */
export function newCommand(
  name: string,
  description: string,
  codes = "0 ok, 1 broken or failed, 2 invalid usage, 3 unknown: nothing is broken, but something cannot be " +
    "determined, 70 internal error",
): Command {
  // commander's messages repeat what was given on the command line.
  const output = { outputError: (text: string) => say(text.trimEnd()), writeOut: writeHelp };
  return new Command(name)
    .description(description)
    .version(version)
    .addHelpText("after", `\n${/^\d/.test(codes) ? exitCodesText(codes) : codes}`)
    .configureOutput(output)
    .exitOverride();
}

/** A line for each code of "0 …, 1 …". */
function exitCodesText(codes: string): string {
  const lines = codes
    .split(/, (?=\d+ )/)
    .map((line) => line.replace(/^\d+ /, (code) => `  ${code.trim().padEnd(EXIT_CODE_WIDTH)}`));
  return ["Exit codes:", ...lines].join("\n");
}

/** Adds examples to a command's help; each is a comment and a command line. */
export function withExamples(command: Command, examples: Readonly<Record<string, string>>): Command {
  const lines = Object.entries(examples).flatMap(([comment, line]) => [`  # ${comment}`, `  ${line}`]);
  return command.addHelpText("after", ["\nExamples:", ...lines].join("\n"));
}

/** A closed pipe, such as to head, is not an error; a full disk is. */
function writeHelp(text: string): void {
  if (process.stdout.listenerCount("error") === 0)
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") return;
      say(`Cannot write the help to standard output: ${error.message}`);
      process.exit(EXIT.broken);
    });
  process.stdout.write(text);
}

/** The same, with an option that writes the result to a file. */
export function withOut(command: Command): Command {
  return command.option("--out <file>", "write the result to a file instead of standard output");
}

/**
 * Aborts on Ctrl-C and on signals that end the process.
 * @param left the state after that, such as "nothing is left running"
 */
export function abortedByPerson(left: string): AbortSignal {
  const stopping = new AbortController();
  const interrupt = (name: NodeJS.Signals) => stopping.abort(new WorkFailed(`Interrupted by ${name}; ${left}.`));
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt).on("SIGHUP", interrupt);
  return stopping.signal;
}

/**
 * Runs a command line and sets the exit code; the only place where errors become codes.
 * @param usage the code of invalid usage, if 2 has another meaning
 */
export async function runCommand(run: () => Promise<unknown>, usage: () => number = () => EXIT.usage): Promise<void> {
  try {
    await run();
  } catch (error) {
    const code = exitCodeOf(error);
    process.exitCode = code === EXIT.usage ? usage() : code;
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof TimeIsUp) {
    say(error.message);
    return EXIT.unknown;
  }
  if (error instanceof UsageError || error instanceof WorkFailed || error instanceof SetupError) {
    say(error.message);
    return error instanceof UsageError ? EXIT.usage : EXIT.broken;
  }
  const refusal = systemRefusal(error);
  if (refusal !== undefined) {
    say(refusal);
    return EXIT.broken;
  }
  say(`Internal error in alb-web. Please report it:\n${error instanceof Error ? error.stack : String(error)}`);
  return EXIT.internal;
}

/**
 * Checks before the work begins that its result can be written.
 * @throws {UsageError} if the file cannot be written
 */
export async function throwIfNotWritable(out: string | undefined): Promise<void> {
  if (out === undefined) return;
  const isNew = !existsSync(out);
  await writeFile(out, "", { flag: "a" }).catch((error: Error) => {
    throw new UsageError(`--out: cannot write ${out}: ${error.message}`);
  });
  if (isNew) await rm(out);
}

/** A full commit id, as git and GitHub write it. */
export const COMMIT = /^[0-9a-f]{40}$/;

/** @throws {UsageError} if an argument is not a commit id, as it becomes part of an object key */
export function throwIfNoCommit(argument: string, commit: string): void {
  if (!COMMIT.test(commit))
    throw new UsageError(`${argument} must be a full commit id of 40 hexadecimal digits (got ${commit})`);
}

// If standard error is closed, the work continues and sets its exit code.
if (process.stderr.listenerCount("error") === 0) process.stderr.on("error", () => undefined);

/**
 * Writes lines for a person to standard error. Text from others is made printable here, in `writeResult` and in
 * steps.ts.
 */
export function say(text: string): void {
  erase();
  process.stderr.write(`${printableLines(text)}\n`);
}

/** Writes the result to standard output, or to the file that `--out` names. */
export async function writeResult(text: string, out?: string): Promise<void> {
  await write(printableLines(text), out);
}

/**
 * Writes a workflow command: an annotation that GitHub shows above the run. Text from others must not become a command
 * of its own.
 */
export async function writeNotice(title: string, text: string, kind: "notice" | "warning" = "notice"): Promise<void> {
  await write(`::${kind} title=${title}::${printable(text).replace(/%/g, "%25")}`);
}

async function write(text: string, out?: string): Promise<void> {
  const result = text.endsWith("\n") ? text : `${text}\n`;
  if (out !== undefined) return writeFile(out, result);
  erase();
  await new Promise<void>((resolve, reject) => {
    // A closed pipe, or a full disk.
    const fail = (error: Error) =>
      reject(new WorkFailed(`Cannot write the result to standard output: ${error.message}`, { cause: error }));
    process.stdout.once("error", fail).write(result, (error) => {
      if (error) return fail(error);
      process.stdout.off("error", fail);
      resolve();
    });
  });
}

/**
 * Writes a report. Its exit code is already set, so a closed pipe, such as to head, does not change it.
 * @param page may have colors, so its text from others was made printable when the page was made
 */
export async function writeReport(page: string, out?: string): Promise<void> {
  await write(page, out).catch((error: Error) => {
    if ((error.cause as NodeJS.ErrnoException | undefined)?.code !== "EPIPE") throw error;
  });
}
