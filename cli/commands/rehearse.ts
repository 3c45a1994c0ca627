import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { UsageError, WorkFailed } from "../../machine/errors";
import { TemporaryFolder } from "../../machine/files/temporary-folder";
import { findEmulatorPython } from "../../machine/setup/emulator-python";
import { REGISTRIES } from "../../machine/setup/provider-copies";
import { printableJson } from "../../machine/text/printable";
import { worst } from "../../path/report";
import { forgetAws, localAwsEnvironment, terraformEnvironment } from "../../rehearsal/environment";
import { LocalAws, type Quotas } from "../../rehearsal/local-aws";
import { leftOutOf } from "../../rehearsal/providers";
import { NEW_ACCOUNT } from "../../rehearsal/quotas";
import { keptShellLines, nextSteps, resultsAsTable } from "../../rehearsal/rehearsal-report";
import { Rehearsal } from "../../rehearsal/rehearsal-run";
import { seedsFor } from "../../rehearsal/seed-for";
import type { SynthesizedStack } from "../../rehearsal/stack-files";
import { abortedByPerson, EXIT_OF, say, throwIfNotWritable, withExamples, withOut, writeResult } from "../command";
import { findTerraform } from "../project/find-terraform";
import { CACHE, chosenStacks, PROJECT, standingAlone, type Tools } from "../project/project";
import { withPlaceholder } from "../project/state-buckets";
import { synthesize } from "../project/synthesize";
import { newTerraformCommand } from "../project/terraform-command";
import { type Step, type Steps, stepsUntil } from "../steps";

/** Each uses about 1 GB, and one core from time to time; most of its time is waiting. */
const SIDE_BY_SIDE = 4;
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
      "Builds the stacks of main.ts on a local AWS, checks each step of the walkthrough, and destroys them. No AWS " +
        "account is needed.",
    ),
  )
    .argument("[stack]", "one stack only (default: all stacks, in parallel)")
    .option(
      "--keep",
      "keep the local AWS running, with only what an account would already have, and print how to use it",
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
    const tools = await findTerraform(step, signal);
    localAws = await startLocalAws(stacks, options, work);
    const place = { stacks, tools, localAws };
    const rehearsals = await initializeAll(place, options, temporary, work);
    const ended = await rehearseAll(rehearsals, work);
    await report(rehearsals, ended, place, options);
    if (ended.error !== undefined) throw ended.error;
  } finally {
    if (options.keep !== true || process.exitCode === undefined) await localAws?.stop();
    await temporary.remove();
  }
}

interface Work {
  readonly step: Steps;
  readonly signal: AbortSignal;
}

/** The stacks, and the tools to rehearse them with. */
interface Place {
  readonly stacks: SynthesizedStack[];
  readonly tools: Tools;
  readonly localAws: LocalAws;
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

function startLocalAws(
  stacks: readonly SynthesizedStack[],
  { vcpus, addresses }: Quotas,
  { step, signal }: Work,
): Promise<LocalAws> {
  return step("start the local AWS", async ({ report, rename }) => {
    const requirementsFile = join(PROJECT, "rehearsal", "requirements.txt");
    const python = await findEmulatorPython({
      cacheDir: CACHE,
      env: process.env,
      requirementsFile,
      signal,
      onProgress: report,
    });
    forgetAws();
    const localAws = await LocalAws.start({ python });
    try {
      for (const seed of seedsFor(stacks)) await localAws.seed(seed);
      await localAws.setQuotas({ vcpus, addresses });
      signal.throwIfAborted();
    } catch (error) {
      await localAws.stop();
      throw error;
    }
    rename(`local AWS at ${localAws.endpoint}`);
    return localAws;
  });
}

function initializeAll(
  { stacks, tools, localAws }: Place,
  { vcpus, addresses }: Quotas,
  inUse: TemporaryFolder,
  { step, signal }: Work,
): Promise<Rehearsal[]> {
  const { path: folder } = inUse;
  return step("terraform init", async ({ report }) => {
    // A killed provider leaves its socket behind; here it is removed with the folder.
    const temporary = { TMPDIR: folder, TMP: folder, TEMP: folder };
    const env = {
      ...(await terraformEnvironment(CACHE, localAws.endpoint, tools.provider.configurationFile)),
      ...temporary,
    };
    const lock = await lockFor(tools);
    const rehearsals: Rehearsal[] = [];
    for (const stack of stacks) {
      const rehearsal = new Rehearsal({
        stack,
        localAws,
        terraform: tools.binary.command,
        env,
        lock,
        folder: join(folder, "stacks", stack.id),
        quotas: { vcpus, addresses },
        inUse,
        signal,
      });
      rehearsals.push(rehearsal);
      await rehearsal.init(report);
    }
    return rehearsals;
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

/**
 * The lock file's text for a stack's copy. OpenTofu's registry has its own builds, whose checksums are not in the lock
 * file.
 */
async function lockFor({ binary: { product }, provider: { configurationFile } }: Tools): Promise<string | undefined> {
  if (product === "opentofu" && configurationFile === undefined) return undefined;
  const text = await readFile(join(PROJECT, ".terraform.lock.hcl"), "utf8");
  return product === "terraform" ? text : text.replaceAll(REGISTRIES.terraform, REGISTRIES.opentofu);
}

/** Errors that ended rehearsals early. */
interface Ended {
  readonly failures: string[];
  /** An internal error in one stack's rehearsal; the others continue. */
  error?: unknown;
}

/** Rehearses the stacks in parallel; if one fails, the others continue. */
function rehearseAll(rehearsals: readonly Rehearsal[], { step, signal }: Work): Promise<Ended> {
  return step("rehearse", async (whole) => {
    const ended: Ended = { failures: [] };
    const waiting = [...rehearsals];
    const next = async (): Promise<void> => {
      for (let rehearsal = waiting.shift(); rehearsal !== undefined; rehearsal = waiting.shift())
        await rehearseOne(rehearsal, whole).catch((error: unknown) => {
          // On an interrupt, this one waits for the others, whose terraform must still store its state.
          if (signal.aborted) return;
          if (error instanceof WorkFailed) ended.failures.push(error.message);
          else ended.error ??= error;
        });
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, next));
    return ended;
  });
}

function rehearseOne(rehearsal: Rehearsal, { step }: Step): Promise<void> {
  return step(rehearsal.stack, async (whole) => {
    for (const { title, run } of rehearsal.stages())
      await whole.step(`${rehearsal.stack}: ${title}`, async ({ report, rename }) =>
        rename(`${rehearsal.stack}: ${title}: ${await run(report)}`),
      );
  });
}

async function report(
  rehearsals: readonly Rehearsal[],
  { failures }: Ended,
  { stacks, tools, localAws }: Place,
  options: Options,
): Promise<void> {
  const results = rehearsals.map((rehearsal) => rehearsal.result());
  for (const failure of failures) say(failure);
  const kept =
    options.keep === true
      ? keptShellLines(
          await keptEnvironment(tools, localAws),
          localAws.pid,
          withPlaceholder(stacks).map(({ id }) => id),
        )
      : "";
  if (options.format === "json") {
    if (kept !== "") say(kept.trimEnd());
    await writeResult(printableJson(results), options.out);
  } else {
    await writeResult(`${resultsAsTable(results)}\n${kept}`, options.out);
  }
  for (const line of nextSteps(results, stacks, options.keep === true)) say(line);
  // Only now: a local AWS must not keep running unless its process id was printed.
  if (options.keep === true) await keep(localAws);
  process.exitCode = EXIT_OF[worst(results.map(({ verdict }) => verdict))];
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
