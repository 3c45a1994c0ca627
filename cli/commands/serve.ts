import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { UsageError, WorkFailed } from "../../machine/errors";
import { readJson, STANDARD_INPUT, shownName } from "../../machine/files/read-json";
import { sweepTemporaryFolders, TemporaryFolder } from "../../machine/files/temporary-folder";
import { UnreadableFile } from "../../topology/unreadable-file";
import { newCommand, withExamples, writeResult } from "../command";
import { CACHE, chosenStacks, PROJECT } from "../project/project";
import { synthesize } from "../project/synthesize";
import { requestLog } from "../serve/request-log";
import { CLIENT, CLOCK, serveDocument } from "../serve/serve";
import { servedAsJson, servedAsText } from "../serve/served-output";

interface Options {
  readonly target?: string;
  readonly client: string;
  readonly clock: number;
  readonly format: string;
}

const FASTEST = 1_000;

/** The command line of `alb-web serve`. */
export function commandLine(): Command {
  const command = newCommand(
    "serve",
    "Serves the site of a stack, plan or state on this machine, as AWS would: DNS, TLS, listeners, rules, health " +
      "checks and targets. No AWS account is needed, and everything listens on loopback only.",
    "0 stopped by Ctrl-C, 1 failed, 2 invalid usage or unreadable file, 70 internal error",
  )
    .argument(
      "[stack-or-file]",
      "a stack of main.ts; or a plan or state from `terraform show -json`, or a cdk.tf.json; - reads standard input " +
        "(default: the stack of main.ts, if there is only one)",
    )
    .option(
      "--target <url>",
      "your own application, such as http://127.0.0.1:3000, at the port that NGINX proxies to, or in NGINX's place",
    )
    .option("--client <address>", "the IP address of the client", addressOf, CLIENT)
    .option("--clock <number>", "how many times faster than on AWS health checks and timeouts run", clockOf, CLOCK)
    .option("--format <format>", "text, or json: one line on standard output when the site is ready", "text")
    .action(serve);
  return withExamples(command, {
    "The stack of main.ts": "npx alb-web serve",
    "Any plan": "npx alb-web serve plan.json",
    "With your own application as the target": "npx alb-web serve --target http://127.0.0.1:3000",
  });
}

async function serve(source: string | undefined, { target, client, clock, format }: Options): Promise<void> {
  if (!["text", "json"].includes(format)) throw new UsageError(`--format must be text or json (got ${format})`);
  const file = await fileOf(source);
  // Not before: reading a file cannot be interrupted, and Ctrl-C is to end it.
  const stopped = stopSignal();
  const swept = sweepTemporaryFolders();
  const { document, name } = file ?? (await stackOf(source, stopped));
  const log = requestLog();
  const served = await serveDocument(document, {
    source: name,
    client,
    clock,
    cacheDir: CACHE,
    env: process.env,
    ...(target !== undefined && { target }),
  }).catch((error: unknown) => {
    if (stopped.aborted) return undefined;
    throw error instanceof UnreadableFile ? new UsageError(`${name}: ${error.message}`) : error;
  });
  if (served === undefined) return;
  if (format === "text") served.onRequest(log.add);
  try {
    await writeResult(format === "json" ? servedAsJson(served) : servedAsText(served));
    await untilAborted(stopped);
  } finally {
    log.close();
    await Promise.all([served.close(), swept]);
  }
}

/** Ctrl-C is the usual end. A second one ends the process at once. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => stopping.abort());
  return stopping.signal;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

interface Source {
  readonly document: unknown;
  /** As a person sees it. */
  readonly name: string;
}

/** Nothing if it names a stack: there is no such file, and the name is that of no file. */
async function fileOf(source: string | undefined): Promise<Source | undefined> {
  return source !== undefined && (source === STANDARD_INPUT || existsSync(source) || /[./\\]/.test(source))
    ? { document: await readJson(source), name: shownName(source) }
    : undefined;
}

async function stackOf(source: string | undefined, signal: AbortSignal): Promise<Source> {
  if (!existsSync(join(PROJECT, "cdktf.json")))
    throw new UsageError(`<stack-or-file> must be a file (got ${source ?? "none"}): this program has no main.ts`);
  const temporary = await TemporaryFolder.make("serve");
  try {
    const stacks = chosenStacks(await synthesize(PROJECT, temporary.path, signal), source);
    const [stack, ...others] = stacks;
    if (stack === undefined || others.length > 0)
      throw new UsageError(
        `<stack-or-file> must be one of the stacks of main.ts: ${stacks.map(({ id }) => id).join(", ")} (got none)`,
      );
    return { document: stack.json, name: `stack ${stack.id}` };
  } catch (error) {
    throw signal.aborted ? new WorkFailed("Interrupted; nothing is left running.") : error;
  } finally {
    await temporary.remove();
  }
}

function addressOf(text: string): string {
  if (isIP(text) === 0) throw new InvalidArgumentError("Must be an IP address, such as 203.0.113.10 or 2001:db8::10.");
  return text;
}

function clockOf(text: string): number {
  const number = Number(text);
  if (!/^\d{1,4}$/.test(text) || number < 1 || number > FASTEST)
    throw new InvalidArgumentError(`Must be a whole number from 1 to ${FASTEST}.`);
  return number;
}
