import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { UsageError } from "../../machine/errors";
import { TemporaryFolder } from "../../machine/files/temporary-folder";
import { printableJson } from "../../machine/text/printable";
import { worst } from "../../path/report";
import { localAwsEnvironment } from "../../rehearsal/environment";
import type { LocalAws, Quotas } from "../../rehearsal/local-aws";
import { leftOutOf } from "../../rehearsal/providers";
import { NEW_ACCOUNT } from "../../rehearsal/quotas";
import { keptShellLines, nextSteps, resultsAsTable } from "../../rehearsal/rehearsal-report";
import type { Rehearsal, RehearsalResult } from "../../rehearsal/rehearsal-run";
import type { SynthesizedStack } from "../../rehearsal/stack-files";
import { UnappliedRehearsal } from "../../rehearsal/unapplied";
import { abortedByPerson, EXIT_OF, say, throwIfNotWritable, withExamples, withOut, writeResult } from "../command";
import type { Missing } from "../project/find-terraform";
import { CACHE, chosenStacks, PROJECT, standingAlone, type Tools } from "../project/project";
import { withPlaceholder } from "../project/state-buckets";
import { synthesize } from "../project/synthesize";
import { newTerraformCommand } from "../project/terraform-command";
import { keepSites } from "../rehearsing/kept-site";
import { initializeAll, type Place, preparePlace } from "../rehearsing/place";
import { type Ended, rehearseAll, type Work } from "../rehearsing/run-all";
import { serveFor } from "../rehearsing/serve-for";
import { stepsUntil } from "../steps";

/** A kept local AWS stops after this time without a request. */
const KEPT_IDLE_SEC = 8 * 60 * 60;

interface Options extends Quotas {
  readonly keep?: boolean;
  readonly format: string;
  readonly out?: string;
}

/** The command line of `alb-web rehearse`. */
export function commandLine(): Command {
  const command = withOut(
    newTerraformCommand(
      "rehearse",
      "Builds the stacks of main.ts on a local AWS, checks each step of the walkthrough, sends requests to the sites " +
        "on this machine, and destroys them. No AWS account is needed.",
    ),
  )
    .argument("[stack]", "one stack only (default: all stacks, in parallel)")
    .option(
      "--keep",
      "keep the local AWS running, with only what an account would already have, and the sites served; print how to " +
        "use them",
    )
    .option(
      "--vcpus <number>",
      "vCPU quota of the account for running On-Demand standard instances",
      quotaOf,
      NEW_ACCOUNT.vcpus,
    )
    .option("--addresses <number>", "quota of the account for Elastic IP addresses", quotaOf, NEW_ACCOUNT.addresses)
    .option("--format <format>", "text or json", "text")
    .action(rehearse);
  return withExamples(command, {
    "All stacks of main.ts": "npx alb-web rehearse",
    "One stack; keep the local AWS running": "npx alb-web rehearse web --keep",
  });
}

async function rehearse(stackId: string | undefined, options: Options): Promise<void> {
  if (!["text", "json"].includes(options.format))
    throw new UsageError(`--format must be text or json (got ${options.format})`);
  await throwIfNotWritable(options.out);
  const temporary = await TemporaryFolder.make("rehearsal");
  const signal = abortedByPerson("nothing is left running");
  let localAws: LocalAws | undefined;
  try {
    say(`Rehearsing in process ${process.pid}; stop it with Ctrl-C or kill ${process.pid}.`);
    const step = stepsUntil(signal);
    const work = { step, signal };
    const folder = join(temporary.path, "synthesized");
    const stacks = await synthesizeInto(folder, stackId, options.keep === true, work);
    const place = await preparePlace(stacks, options, work);
    if ("missing" in place) return await rehearseUnapplied(stacks, place, options, { ...work, folder: temporary.path });
    localAws = place.localAws;
    const rehearsals = await initializeAll(place, options, temporary, work);
    const ended = await rehearseAll(rehearsals, work);
    await report(rehearsals, ended, { ...place, folder: temporary.path }, options);
    if (ended.error !== undefined) throw ended.error;
  } finally {
    if (options.keep !== true || process.exitCode === undefined) await localAws?.stop();
    await temporary.remove();
  }
}

function synthesizeInto(
  folder: string,
  stackId: string | undefined,
  keep: boolean,
  { step, signal }: Work,
): Promise<SynthesizedStack[]> {
  return step("synthesize main.ts", async ({ rename }) => {
    const stacks = standingAlone(chosenStacks(await synthesize(PROJECT, folder, signal), stackId));
    leaveOut(stacks, keep);
    rename(`synthesized: ${stacks.map(({ id }) => id).join(", ")}`);
    return stacks;
  });
}

/**
 * Reports which settings of the stacks' AWS providers are omitted from the rehearsed copies.
 * @throws {UsageError} if the local AWS is kept for cdktf, which would use these settings
 */
function leaveOut(stacks: readonly SynthesizedStack[], keep: boolean): void {
  for (const { id, json } of stacks) {
    const names = leftOutOf(json);
    if (names.length === 0) continue;
    if (keep)
      throw new UsageError(
        `--keep must not be used if a stack sets ${names.join(", ")} on its AWS provider (got ${id}): cdktf could ` +
          "reach AWS instead of the local AWS; remove the setting, or rehearse without --keep",
      );
    say(`${id}: the rehearsal omits these settings of the AWS provider: ${names.join(", ")}.`);
  }
}

/** Traces the synthesized stacks and sends them requests; the first line says what is left out. */
async function rehearseUnapplied(
  stacks: readonly SynthesizedStack[],
  { missing, advice }: Missing,
  options: Options,
  work: Work & { readonly folder: string },
): Promise<void> {
  const why = `${missing} is not available`;
  const servedWith = { authorityFolder: join(work.folder, "authority") };
  const rehearsals = stacks.map(
    (stack) => new UnappliedRehearsal({ stack, why, serve: serveFor(`stack ${stack.id}`, servedWith) }),
  );
  const { failures, error } = await rehearseAll(rehearsals, work);
  for (const failure of failures) say(failure);
  const first =
    `Nothing was applied: the rehearsal left out plan, apply, second plan and destroy` +
    `${options.keep === true ? ", and keeps no local AWS" : ""}, because ${advice}`;
  const results = rehearsals.map((it) => it.result());
  await writeResults(results, { before: first }, options);
  process.exitCode = exitCodeOf(results);
  if (error !== undefined) throw error;
}

async function report(
  rehearsals: readonly Rehearsal[],
  { failures }: Ended,
  { stacks, tools, localAws, folder }: Place & { readonly folder: string },
  options: Options,
): Promise<void> {
  const results = rehearsals.map((rehearsal) => rehearsal.result());
  for (const failure of failures) say(failure);
  const waiting = withPlaceholder(stacks).map(({ id }) => id);
  const after =
    options.keep === true
      ? keptShellLines(await keptEnvironment(tools, localAws), localAws.pid, waiting) +
        (await keepSites(rehearsals, localAws, folder))
      : "";
  await writeResults(results, { after }, options);
  for (const line of nextSteps(results, stacks, options.keep === true)) say(line);
  // Only now: a local AWS must not keep running unless its process id was printed.
  if (options.keep === true) await keep(localAws);
  process.exitCode = exitCodeOf(results);
}

/** The tables, with lines before and after them; with JSON, these lines go to standard error. */
async function writeResults(
  results: readonly RehearsalResult[],
  { before = "", after = "" }: { readonly before?: string; readonly after?: string },
  { format, out }: Options,
): Promise<void> {
  if (format === "json") {
    for (const lines of [before, after]) if (lines !== "") say(lines.trimEnd());
    await writeResult(printableJson(results), out);
  } else {
    await writeResult(`${before === "" ? "" : `${before}\n\n`}${resultsAsTable(results)}\n${after}`, out);
  }
}

function exitCodeOf(results: readonly RehearsalResult[]): number {
  return EXIT_OF[worst(results.map(({ verdict }) => verdict))];
}

async function keep(localAws: LocalAws): Promise<void> {
  // cdktf destroy must work as it does on AWS for a disposable stack.
  await localAws.enforceDeletionProtection(false);
  await localAws.detach(KEPT_IDLE_SEC);
}

function keptEnvironment({ binary, provider }: Tools, localAws: LocalAws): Promise<Record<string, string>> {
  return localAwsEnvironment(CACHE, localAws.endpoint, binary.command, provider.configurationFile);
}

/** Parses the number of an option. */
export function quotaOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Must be a whole number.");
  return Number(text);
}
