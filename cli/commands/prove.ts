import type { Command } from "commander";
import { UsageError, WorkFailed } from "../../machine/errors";
import { writeFile } from "../../machine/files/write-file";
import { printableJson } from "../../machine/text/printable";
import { resultsAsTable } from "../../rehearsal/rehearsal-report";
import { dataOf, literalText, regionOf } from "../../rehearsal/stack-files";
import { EXIT, EXIT_OF, say, throwIfNotWritable, withOut, writeResult } from "../command";
import { findTerraform } from "../project/find-terraform";
import type { Tools } from "../project/project";
import { newTerraformCommand } from "../project/terraform-command";
import { type Account, lookAt, whoseAccount } from "../proving/account";
import { costInWords } from "../proving/cost";
import { ProvingFolder } from "../proving/folder";
import { Interruptions } from "../proving/interruptions";
import { domainOf, typesIn } from "../proving/left";
import { fileNameOf, rowOf } from "../proving/proof-record";
import { ProvingRun } from "../proving/proving-run";
import { ask, canAsk, isYes } from "../proving/question";
import { type Step, stepsUntil } from "../steps";

interface Options {
  readonly domain?: string;
  readonly region: string;
  readonly yes?: boolean;
  readonly resume?: string;
  readonly out?: string;
}

/** What is known before anything is created. */
interface Ready {
  readonly folder: ProvingFolder;
  readonly tools: Tools;
  readonly account: Account;
  readonly domain: string;
  readonly zone: string;
}

const CODES =
  "0 every step is ok, 1 a step is broken, or it failed or was interrupted, 2 wrong usage, refused, or not " +
  "answered with yes: nothing was created, 3 some steps are unknown, 70 internal error";
const DESCRIPTION =
  "Deploys a site of its own to AWS, with the AWS credentials of the environment, checks each step of the " +
  "walkthrough, measures how long everything takes, and takes the site down again. " +
  "It asks before it creates anything. Its record, which names neither account nor domain, can be added to " +
  "docs/prove.md.";

/** The command line of `alb-web prove`. */
export function commandLine(): Command {
  const command = withOut(newTerraformCommand("prove", DESCRIPTION, CODES))
    .option(
      "--domain <name>",
      "a host name that is not in use, such as prove.example.com; the zone of its registrable domain must be " +
        "in the account",
    )
    .option("--region <region>", "where to build it", "us-east-1")
    .option("--yes", "do not ask; required where there is no terminal")
    .option("--resume <folder>", "take down what an earlier run has left")
    .action(prove);
  const out = command.options.find(({ long }) => long === "--out");
  if (out !== undefined) out.description = "where to write the record (default: prove-<date>.json)";
  return command;
}

async function prove(options: Options): Promise<void> {
  const { domain, resume, out } = options;
  if (resume !== undefined && (domain !== undefined || out !== undefined))
    throw new UsageError("--resume must be given alone; it takes down what was left, and writes no record");
  if (resume !== undefined) return takeDownLeft(resume);
  if (domain === undefined) throw new UsageError("--domain must be given, such as --domain prove.example.com");
  if (options.yes !== true && !canAsk())
    throw new UsageError("--yes must be given where there is no terminal to ask on. Nothing was created.");
  await throwIfNotWritable(out);
  const interruptions = new Interruptions().listen();
  const ready = await madeReady(domain, options, interruptions.first);
  const run = new ProvingRun({ ...ready, interruptions });
  const failure = await build(run, ready, interruptions);
  await takeDown(run, ready, interruptions.second, interruptions.first);
  if (interruptions.first.aborted)
    throw new WorkFailed(`${(interruptions.first.reason as Error).message}. ${downInWords(run)}`);
  await report(run, out);
  if (failure !== undefined && !(failure instanceof WorkFailed)) throw failure;
}

/** Everything that can be found out, and the question; without a yes, nothing of it stays. */
async function madeReady(domain: string, { region, yes = false }: Options, signal: AbortSignal): Promise<Ready> {
  const step = stepsUntil(signal);
  let made: ProvingFolder | undefined;
  try {
    const folder = await step("synthesize", async ({ rename }) => {
      made = await ProvingFolder.make(domain, region, signal);
      rename(`synthesized: ${made.id}`);
      return made;
    });
    const zone = zoneOf(folder);
    const tools = await findTerraform(step, signal);
    const account = await step("look at the account", async ({ rename }) => {
      const found = await lookAt(domain, zone, region);
      rename(`account ${found.number}: has the zone of ${domain}, and no record of that name`);
      return found;
    });
    const count = Object.values(folder.json.resource ?? {}).reduce((sum, each) => sum + Object.keys(each).length, 0);
    say(
      `Account ${account.number}, region ${region}${account.isAws ? "" : ", on a stand-in for AWS"}: ${count} ` +
        `resources for https://${domain}/ are created, checked and destroyed, in about 15 minutes.`,
    );
    say(costInWords());
    if (account.warning !== undefined) say(account.warning);
    const answer = yes ? "yes" : await ask('Create them? Type "yes"; anything else creates nothing.', signal);
    if (!isYes(answer)) throw new UsageError("Not answered with yes. Nothing was created.");
    return { folder, tools, account, domain, zone };
  } catch (error) {
    await made?.remove();
    throw signal.aborted ? new WorkFailed(`${(signal.reason as Error).message}. Nothing was created.`) : error;
  }
}

/** @returns why it was not completed; nothing if it was. What was created stands in any case. */
async function build(run: ProvingRun, { folder, tools }: Ready, { first }: Interruptions): Promise<unknown> {
  say(
    [
      "If this process is killed, take down what it has created with one of these:",
      ...folder.takeDownLines(tools.binary.command).map((line) => `  ${line}`),
    ].join("\n"),
  );
  try {
    const step = stepsUntil(first);
    for (const { title, run: work } of run.stages()) await step(title, (it) => named(title, it, work(it.report)));
    return undefined;
  } catch (error) {
    if (!run.hasBegun) {
      await folder.remove();
      throw first.aborted ? new WorkFailed(`${(first.reason as Error).message}. Nothing was created.`) : error;
    }
    say(
      first.aborted
        ? `${(first.reason as Error).message}. What was created is taken down now; Ctrl-C again stops that and ` +
            "shows what is left."
        : `${(error as Error).message}\nWhat was created is taken down now.`,
    );
    return error;
  }
}

/**
 * Takes the site down, and removes its folder once nothing is left.
 * @param once when it aborts, that is noted; `signal` stops the work
 */
async function takeDown(
  run: ProvingRun,
  { folder, tools }: Pick<Ready, "folder" | "tools">,
  signal: AbortSignal,
  once?: AbortSignal,
): Promise<void> {
  try {
    const step = stepsUntil(signal);
    for (const { title, run: work } of run.lastStages(signal))
      await step(title, (it) =>
        named(
          title,
          it,
          noting(once, it, () => work(it.report)),
        ),
      );
  } catch (error) {
    const words = [
      await standing(run, folder, tools),
      "Take it down with one of these:",
      ...folder.takeDownLines(tools.binary.command).map((line) => `  ${line}`),
    ];
    if (error instanceof WorkFailed)
      throw new WorkFailed([`${error.message.replace(/\.?$/, ".")}`, ...words].join("\n"));
    say(words.join("\n"));
    throw error;
  }
  const { left = [] } = run;
  if (left.length === 0) return folder.remove();
  say(
    [
      `AWS still holds what the state of ${folder.id} does not know. Look at it, and delete it by hand:`,
      ...left.map(({ line }) => `  ${line}`),
      `Then: ${folder.takeDownLines(tools.binary.command)[0]}`,
    ].join("\n"),
  );
}

/** What of the site still stands, by its state. */
async function standing(run: ProvingRun, folder: ProvingFolder, tools: Tools): Promise<string> {
  if (run.isDown) return "The site is down, but AWS was not asked to the end whether anything is left.";
  const listed = await folder
    .terraform(tools)
    .run(["state", "list"])
    .catch(() => undefined);
  const types = (listed?.stdout ?? "")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("data."))
    .map((address) => address.split(".")[0] ?? address);
  return types.length === 0
    ? "What was created may still stand."
    : `Of ${folder.id} these still stand, and cost money: ${typesIn(types)}.`;
}

/** Work whose result stands behind the step's title. */
async function named(title: string, { rename }: Step, work: Promise<string>): Promise<void> {
  rename(`${title}: ${await work}`);
}

/** Says of work that it goes on, if it is interrupted once. */
async function noting<T>(once: AbortSignal | undefined, { report }: Step, work: () => Promise<T>): Promise<T> {
  const note = () => report("goes on; Ctrl-C again stops it and shows what is left");
  if (once?.aborted === false) once.addEventListener("abort", note, { once: true });
  try {
    return await work();
  } finally {
    once?.removeEventListener("abort", note);
  }
}

/** The steps and the row on standard output, the record in its file. */
async function report(run: ProvingRun, out: string | undefined): Promise<void> {
  const [result, record] = [run.result(), await run.record()];
  const file = out ?? fileNameOf(record);
  await writeFile(file, `${printableJson(record)}\n`);
  await writeResult(`${resultsAsTable([result])}\n\n${rowOf(record)}`);
  const next = record.on_aws
    ? "To add it to what was seen on AWS, see docs/prove.md."
    : "It is not of AWS itself; do not add it to docs/prove.md.";
  say(`The record is in ${file}. ${next}`);
  process.exitCode = EXIT_OF[result.verdict];
}

async function takeDownLeft(path: string): Promise<void> {
  const folder = await ProvingFolder.open(path);
  const interruptions = new Interruptions().listen();
  const { first } = interruptions;
  const step = stepsUntil(first);
  const tools = await findTerraform(step, first);
  const account = await step("look at the account", () => whoseAccount(regionOf(folder.json)));
  await step("terraform init", () => folder.terraform(tools, first).run(["init", "-input=false", "-no-color"]));
  const run = new ProvingRun({ folder, tools, account, domain: domainOf(folder), zone: zoneOf(folder), interruptions });
  await takeDown(run, { folder, tools }, first);
  await writeResult(`${folder.id}: ${downInWords(run)}`);
  process.exitCode = run.left === undefined ? EXIT.unknown : run.left.length > 0 ? EXIT.broken : EXIT.good;
}

function downInWords({ left }: ProvingRun): string {
  if (left === undefined)
    return "Everything that the state knew is taken down; AWS did not say whether anything else is left.";
  return left.length === 0
    ? "Everything that was created is taken down."
    : `Not everything is taken down: ${typesIn(left.map(({ type }) => type))}.`;
}

/** The zone that the stack looks up. */
function zoneOf({ json }: ProvingFolder): string {
  return dataOf(json, "aws_route53_zone").map(({ arguments: { name } }) => literalText(name) ?? "")[0] ?? "";
}
