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

/** The exit codes of every command. */
export const EXIT = {
  good: 0,
  /** The path is broken, or the work failed. */
  broken: 1,
  /** Wrong usage or unreadable input. */
  usage: 2,
  /** Nothing broken, but something that nobody could find out. */
  unknown: 3,
  /** Our own fault. */
  internal: 70,
} as const;

/** How a command ends that answers with a verdict. */
export const EXIT_OF: Readonly<Record<Verdict, number>> = {
  ok: EXIT.good,
  broken: EXIT.broken,
  unknown: EXIT.unknown,
};

/**
 * A command as all of ours are: its version is the package's, its help names the exit codes, and errors go to standard
 * error.
 */
export function newCommand(
  name: string,
  description: string,
  codes = "0 good, 1 broken or failed, 2 wrong usage, 3 unknown only, 70 internal error",
): Command {
  // Its own sentences about a command line repeat what was given.
  const output = { outputError: (text: string) => say(text.trimEnd()), writeOut: writeHelp };
  return new Command(name)
    .description(description)
    .version(version)
    .addHelpText("after", `\nExit codes: ${codes}`)
    .configureOutput(output)
    .exitOverride();
}

/** A reader that has seen enough, such as head, is no fault; a disk that is full is. */
function writeHelp(text: string): void {
  if (process.stdout.listenerCount("error") === 0)
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") return;
      say(`The help cannot be written to standard output: ${error.message}`);
      process.exit(EXIT.broken);
    });
  process.stdout.write(text);
}

/** The same, with a result that can go to a file. */
export function withOut(command: Command): Command {
  return command.option("--out <file>", "write the result to a file instead of standard output");
}

/**
 * Aborts when the person presses Ctrl-C or the process is told to end.
 * @param left what holds then, such as "nothing is left running"
 */
export function abortedByPerson(left: string): AbortSignal {
  const stopping = new AbortController();
  const interrupt = (name: NodeJS.Signals) => stopping.abort(new WorkFailed(`Interrupted by ${name}; ${left}.`));
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt).on("SIGHUP", interrupt);
  return stopping.signal;
}

/**
 * Runs a command line and sets the exit code; the one place where errors become codes.
 * @param usage the code of wrong usage, where 2 has another meaning
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
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.good : EXIT.usage;
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
 * Asks before the work begins whether its result can be kept.
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

/** A whole commit id, as git and GitHub write it. */
export const COMMIT = /^[0-9a-f]{40}$/;

/** @throws {UsageError} if an argument is no commit, which becomes part of an object's key */
export function throwIfNoCommit(argument: string, commit: string): void {
  if (!COMMIT.test(commit))
    throw new UsageError(`${argument}: got ${commit}; allowed is a whole commit id of 40 digits`);
}

// Where nobody can be told anything any more, the work goes on and has its exit code.
if (process.stderr.listenerCount("error") === 0) process.stderr.on("error", () => undefined);

/**
 * Lines for a person, on standard error. Here, in `writeResult` and in steps.ts is where what others wrote becomes
 * harmless.
 */
export function say(text: string): void {
  erase();
  process.stderr.write(`${printableLines(text)}\n`);
}

/** The result alone goes to standard output, or to the file that `--out` names. */
export async function writeResult(text: string, out?: string): Promise<void> {
  await write(printableLines(text), out);
}

/**
 * A command to the runner of a workflow, which must not be one of somebody else's making: a line that GitHub shows
 * above the run.
 */
export async function writeNotice(title: string, text: string, kind: "notice" | "warning" = "notice"): Promise<void> {
  await write(`::${kind} title=${title}::${printable(text).replace(/%/g, "%25")}`);
}

async function write(text: string, out?: string): Promise<void> {
  const result = text.endsWith("\n") ? text : `${text}\n`;
  if (out !== undefined) return writeFile(out, result);
  erase();
  await new Promise<void>((resolve, reject) => {
    // A reader that has gone away, or a full disk.
    const fail = (error: Error) =>
      reject(new WorkFailed(`The result cannot be written to standard output: ${error.message}`, { cause: error }));
    process.stdout.once("error", fail).write(result, (error) => {
      if (error) return fail(error);
      process.stdout.off("error", fail);
      resolve();
    });
  });
}

/**
 * A report, whose exit code stands already: a reader that has seen enough, such as head, changes no verdict.
 * @param page may have colours of ours, so what others wrote was made printable where the page was made
 */
export async function writeReport(page: string, out?: string): Promise<void> {
  await write(page, out).catch((error: Error) => {
    if ((error.cause as NodeJS.ErrnoException | undefined)?.code !== "EPIPE") throw error;
  });
}
