import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { UsageError, WorkFailed } from "../../machine/errors";
import { TemporaryFolder } from "../../machine/files/temporary-folder";
import { throwIfDevOverrides } from "../../machine/setup/cli-configuration";
import { findEmulatorPython } from "../../machine/setup/emulator-python";
import { REGISTRIES } from "../../machine/setup/provider-copies";
import { printableJson } from "../../machine/text/printable";
import { type Verdict, worst } from "../../path/report";
import { forgetAws, localAwsEnvironment, terraformEnvironment } from "../../rehearsal/environment";
import { LocalAws, type Quotas } from "../../rehearsal/local-aws";
import { leftOutOf } from "../../rehearsal/providers";
import { NEW_ACCOUNT, quotaOf } from "../../rehearsal/quotas";
import { keptShellLines, nextSteps, resultsAsTable } from "../../rehearsal/report";
import { Rehearsal, type Stage as RehearsalStage } from "../../rehearsal/run";
import { seedsFor } from "../../rehearsal/seed-for";
import type { SynthesizedStack } from "../../rehearsal/stack-files";
import { abortedByPerson, EXIT, say, throwIfNotWritable, withOut, writeResult } from "../command";
import { quiet, showProgress, type Task, taskList } from "../progress";
import { CACHE, chosenStacks, findTools, PROJECT, standingAlone, type Tools } from "../project/project";
import { withPlaceholder } from "../project/state-buckets";
import { synthesize } from "../project/synthesize";
import { newTerraformCommand } from "../project/terraform-command";

/** Each takes one core now and then and about 1 GB; most of its time is waiting. */
const SIDE_BY_SIDE = 4;
/** A kept local AWS that nobody asks anything ends by itself. */
const KEPT_IDLE_SEC = 8 * 60 * 60;

const EXIT_OF: Readonly<Record<Verdict, number>> = { ok: EXIT.good, broken: EXIT.broken, unknown: EXIT.unknown };

interface Options extends Quotas {
  readonly keep?: boolean;
  readonly format: string;
  readonly out?: string;
}

/** What the stages hand on to each other. */
interface Stage {
  stacks: SynthesizedStack[];
  tools?: Tools;
  localAws?: LocalAws;
  rehearsals: Rehearsal[];
  failures: string[];
  /** An error of our own in one stack's rehearsal; the others go on. */
  fault?: unknown;
}

/** The command line of `alb-web rehearse`. */
export function commandLine(): Command {
  return withOut(
    newTerraformCommand(
      "rehearse",
      "Builds the stacks of main.ts on a local AWS, checks every step of the walkthrough, and takes them down.",
    ),
  )
    .argument("[stack]", "one stack only (default: all stacks, side by side)")
    .option("--keep", "leave the local AWS running, empty but for what an account would hold, and print how to use it")
    .option(
      "--vcpus <number>",
      "the account's quota of vCPUs for running On-Demand standard instances",
      quotaOf,
      NEW_ACCOUNT.vcpus,
    )
    .option("--addresses <number>", "the account's quota of Elastic IP addresses", quotaOf, NEW_ACCOUNT.addresses)
    .option("--format <format>", "text or json", "text")
    .action(rehearse);
}

async function rehearse(stackId: string | undefined, options: Options): Promise<void> {
  if (!["text", "json"].includes(options.format))
    throw new UsageError(`--format: got ${options.format}; allowed is text or json`);
  await throwIfNotWritable(options.out);
  const temporary = await TemporaryFolder.make("rehearsal");
  const signal = abortedByPerson("nothing is left running");
  const stage: Stage = { stacks: [], rehearsals: [], failures: [] };
  try {
    say(`Rehearsing in process ${process.pid}; stop it with Ctrl-C or kill ${process.pid}.`);
    await taskList(tasksFor(stackId, options, temporary, signal), stage, signal);
    await report(stage, options);
    if (stage.fault !== undefined) throw stage.fault;
  } finally {
    if (options.keep !== true || process.exitCode === undefined) await stage.localAws?.stop();
    await temporary.remove();
  }
}

function tasksFor(
  stackId: string | undefined,
  { keep = false, vcpus, addresses }: Options,
  inUse: TemporaryFolder,
  signal: AbortSignal,
): Task<Stage>[] {
  const { path: folder } = inUse;
  return [
    {
      title: "synthesize main.ts",
      task: async (stage, task) => {
        stage.stacks = standingAlone(
          chosenStacks(await synthesize(PROJECT, join(folder, "synthesized"), signal), stackId),
        );
        leaveOut(stage.stacks, keep);
        task.title = `synthesized: ${stage.stacks.map(({ id }) => id).join(", ")}`;
      },
    },
    {
      title: "find terraform",
      task: async (stage, task) => {
        stage.tools = await findTools({ signal, onProgress: (text) => (task.output = text) });
        throwIfDevOverrides(process.env, stage.tools.binary.product);
        task.title = stage.tools.inWords;
      },
    },
    {
      title: "start the local AWS",
      task: async (stage, task) => {
        const requirementsFile = join(PROJECT, "rehearsal", "requirements.txt");
        const python = await findEmulatorPython({
          cacheDir: CACHE,
          env: process.env,
          requirementsFile,
          signal,
          onProgress: (text) => (task.output = text),
        });
        forgetAws();
        stage.localAws = await LocalAws.start({ python });
        for (const seed of seedsFor(stage.stacks)) await stage.localAws.seed(seed);
        await stage.localAws.setQuotas({ vcpus, addresses });
        task.title = `local AWS at ${stage.localAws.endpoint}`;
      },
    },
    {
      title: "terraform init",
      task: async (stage, task) => {
        const localAws = started(stage);
        const { binary, provider } = found(stage);
        // A provider that is killed leaves its socket behind; here it goes with the folder.
        const temporary = { TMPDIR: folder, TMP: folder, TEMP: folder };
        const env = {
          ...(await terraformEnvironment(CACHE, localAws.endpoint, provider.configurationFile)),
          ...temporary,
        };
        const lock = await lockFor(found(stage));
        for (const stack of stage.stacks) {
          const rehearsal = new Rehearsal({
            stack,
            localAws,
            terraform: binary.command,
            env,
            lock,
            folder: join(folder, "stacks", stack.id),
            quotas: { vcpus, addresses },
            inUse,
            signal,
          });
          stage.rehearsals.push(rehearsal);
          await rehearsal.init((text) => (task.output = text));
        }
      },
    },
    {
      title: "rehearse",
      task: (stage, task) =>
        task.newListr(
          stage.rehearsals.map((rehearsal) => stackTask(rehearsal, signal)),
          { concurrent: SIDE_BY_SIDE, exitOnError: false },
        ),
    },
  ];
}

/**
 * Says which settings of the stacks' AWS providers are left out of the rehearsed copies.
 * @throws {UsageError} if the local AWS is kept for cdktf, which would use them
 */
function leaveOut(stacks: readonly SynthesizedStack[], keep: boolean): void {
  for (const { id, json } of stacks) {
    const names = leftOutOf(json);
    if (names.length === 0) continue;
    if (keep)
      throw new UsageError(
        `--keep: ${id} sets ${names.join(", ")} on its AWS provider, with which cdktf could reach AWS instead ` +
          "of the local AWS; remove it, or rehearse without --keep",
      );
    say(`${id}: the rehearsal leaves out what the AWS provider is told of ${names.join(", ")}.`);
  }
}

/**
 * The lock file's text for a stack's copy. OpenTofu's own registry has builds of its own, which terraform's checksums
 * do not know.
 */
async function lockFor({ binary: { product }, provider: { configurationFile } }: Tools): Promise<string | undefined> {
  if (product === "opentofu" && configurationFile === undefined) return undefined;
  const text = await readFile(join(PROJECT, ".terraform.lock.hcl"), "utf8");
  return product === "terraform" ? text : text.replaceAll(REGISTRIES.terraform, REGISTRIES.opentofu);
}

function stackTask(rehearsal: Rehearsal, signal: AbortSignal): Task<Stage> {
  const stages = rehearsal.stages().map((stage) => stageTask(`${rehearsal.stack}: ${stage.title}`, stage, signal));
  return quiet({
    title: rehearsal.stack,
    task: (_, task) => task.newListr(stages, { concurrent: false, exitOnError: true }),
  });
}

function stageTask(title: string, { run }: RehearsalStage, signal: AbortSignal): Task<Stage> {
  return quiet({
    title,
    task: async (stage, task) => {
      const said = await run((text) => showProgress(task, title, text)).catch((error: unknown) => {
        signal.throwIfAborted();
        if (error instanceof WorkFailed) stage.failures.push(error.message);
        else stage.fault ??= error;
        throw new Error("failed");
      });
      task.title = `${title}: ${said}`;
    },
  });
}

async function report(stage: Stage, options: Options): Promise<void> {
  const results = stage.rehearsals.map((rehearsal) => rehearsal.result());
  for (const failure of stage.failures) say(failure);
  const localAws = started(stage);
  const kept =
    options.keep === true
      ? keptShellLines(
          await keptEnvironment(stage),
          localAws.pid,
          withPlaceholder(stage.stacks).map(({ id }) => id),
        )
      : "";
  if (options.format === "json") {
    if (kept !== "") say(kept.trimEnd());
    await writeResult(printableJson(results.length === 1 ? results[0] : results), options.out);
  } else {
    await writeResult(`${resultsAsTable(results)}\n${kept}`, options.out);
  }
  for (const line of nextSteps(results, stage.stacks, options.keep === true)) say(line);
  // Only now: a local AWS whose process nobody was told must not live on.
  if (options.keep === true) await keep(localAws);
  process.exitCode = EXIT_OF[worst(results.map(({ verdict }) => verdict))];
}

async function keep(localAws: LocalAws): Promise<void> {
  // cdktf destroy shall work as far as it does on AWS once a stack is disposable.
  await localAws.enforceDeletionProtection(false);
  await localAws.detach(KEPT_IDLE_SEC);
}

async function keptEnvironment(stage: Stage): Promise<Record<string, string>> {
  const { binary, provider } = found(stage);
  return localAwsEnvironment(CACHE, started(stage).endpoint, binary.command, provider.configurationFile);
}

function found({ tools }: Stage): Tools {
  if (tools === undefined) throw new Error("terraform was not looked for");
  return tools;
}

function started({ localAws }: Stage): LocalAws {
  if (localAws === undefined) throw new Error("the local AWS was not started");
  return localAws;
}
