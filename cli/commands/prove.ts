import type { Command } from "commander";
import { UsageError, WorkFailed } from "../../machine/errors";
import { writeFile } from "../../machine/files/write-file";
import { printableJson } from "../../machine/text/printable";
import { resultsAsTable } from "../../rehearsal/rehearsal-report";
import { dataOf, literalText, regionOf } from "../../rehearsal/stack-files";
import { EXIT, EXIT_OF, say, throwIfNotWritable, withExamples, withOut, writeResult } from "../command";
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

/** Everything that is determined before anything is created. */
interface Ready {
  readonly folder: ProvingFolder;
  readonly tools: Tools;
  readonly account: Account;
  readonly domain: string;
  readonly zone: string;
}

const CODES =
  "0 every step is ok, 1 a step is broken, or prove failed or was interrupted, 2 invalid usage, refused, or not " +
  "confirmed with yes: nothing was created, 3 some steps are unknown, 70 internal error";
const DESCRIPTION =
  "Deploys a test site to AWS with the AWS credentials of the environment, checks each step of the walkthrough, " +
  "measures the time of each step, and destroys the site. It asks for confirmation before it creates anything. Its " +
  "record contains neither the account nor the domain, so it can be published: see docs/guides/prove.md.";

/** The command line of `alb-web prove`. */
export function commandLine(): Command {
  const command = withOut(newTerraformCommand("prove", DESCRIPTION, CODES))
    .option(
      "--domain <name>",
      "a host name that is not in use, such as prove.example.com; the account must have the public hosted zone of " +
        "its registrable domain",
    )
    .option("--region <region>", "AWS region to deploy to", "us-east-1")
    .option("--yes", "do not ask for confirmation; required without a terminal")
    .option("--resume <folder>", "destroy the site that an earlier run left in this folder")
    .action(prove);
  const out = command.options.find(({ long }) => long === "--out");
  if (out !== undefined) out.description = "file to write the record to (default: prove-<date>.json)";
  return withExamples(command, {
    "Deploy, check and destroy a test site": "npx alb-web prove --domain prove.example.com",
    "Destroy a site that an earlier run left": "npx alb-web prove --resume proving/prove-1a2b3c",
  });
}

async function prove(options: Options): Promise<void> {
  const { domain, resume, out } = options;
  if (resume !== undefined && (domain !== undefined || out !== undefined))
    throw new UsageError("--resume must be used without --domain and --out; it destroys the site and writes no record");
  if (resume !== undefined) return takeDownLeft(resume);
  if (domain === undefined) throw new UsageError("--domain is required, such as --domain prove.example.com");
  if (options.yes !== true && !canAsk())
    throw new UsageError("--yes is required without a terminal. Nothing was created.");
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

/** Prepares everything and asks for confirmation; without a yes, the prepared folder is removed. */
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
      rename(`account ${found.number}: has the zone of ${domain}, and no record with that name`);
      return found;
    });
    const count = Object.values(folder.json.resource ?? {}).reduce((sum, each) => sum + Object.keys(each).length, 0);
    say(
      `Account ${account.number}, region ${region}${account.isAws ? "" : ", on an emulator of AWS"}: prove creates, ` +
        `checks and destroys ${count} resources for https://${domain}/ in about 15 minutes.`,
    );
    say(costInWords());
    if (account.warning !== undefined) say(account.warning);
    const answer = yes ? "yes" : await ask('Create these resources? Only "yes" is accepted.', signal);
    if (!isYes(answer)) throw new UsageError("Not confirmed with yes. Nothing was created.");
    return { folder, tools, account, domain, zone };
  } catch (error) {
    await made?.remove();
    throw signal.aborted ? new WorkFailed(`${(signal.reason as Error).message}. Nothing was created.`) : error;
  }
}

/** @returns the error that stopped it, if any. Created resources exist in either case. */
async function build(run: ProvingRun, { folder, tools }: Ready, { first }: Interruptions): Promise<unknown> {
  say(
    [
      "If this process is killed, destroy what it created with one of these commands:",
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
        ? `${(first.reason as Error).message}. Destroying what was created; press Ctrl-C again to stop that and show ` +
            "what is left."
        : `${(error as Error).message}\nDestroying what was created.`,
    );
    return error;
  }
}

/**
 * Destroys the site, and removes its folder once nothing is left.
 * @param once its abort is only reported; `signal` stops the work
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
      await remaining(run, folder, tools),
      "Destroy it with one of these commands:",
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
      `AWS has resources of ${folder.id} that are not in its state. Check them, and delete them by hand:`,
      ...left.map(({ line }) => `  ${line}`),
      `Then: ${folder.takeDownLines(tools.binary.command)[0]}`,
    ].join("\n"),
  );
}

/** The resources of the site that still exist, by its state. */
async function remaining(run: ProvingRun, folder: ProvingFolder, tools: Tools): Promise<string> {
  if (run.isDown) return "The site is destroyed, but the check for leftover resources did not complete.";
  const listed = await folder
    .terraform(tools)
    .run(["state", "list"])
    .catch(() => undefined);
  const types = (listed?.stdout ?? "")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("data."))
    .map((address) => address.split(".")[0] ?? address);
  return types.length === 0
    ? "The created resources may still exist."
    : `These resources of ${folder.id} still exist and cost money: ${typesIn(types)}.`;
}

/** Adds the result of the work to the step's title. */
async function named(title: string, { rename }: Step, work: Promise<string>): Promise<void> {
  rename(`${title}: ${await work}`);
}

/** Reports that the work continues, if it is interrupted once. */
async function noting<T>(once: AbortSignal | undefined, { report }: Step, work: () => Promise<T>): Promise<T> {
  const note = () => report("continues; press Ctrl-C again to stop it and show what is left");
  if (once?.aborted === false) once.addEventListener("abort", note, { once: true });
  try {
    return await work();
  } finally {
    once?.removeEventListener("abort", note);
  }
}

/** Writes the steps and the row to standard output, and the record to its file. */
async function report(run: ProvingRun, out: string | undefined): Promise<void> {
  const [result, record] = [run.result(), await run.record()];
  const file = out ?? fileNameOf(record);
  await writeFile(file, `${printableJson(record)}\n`);
  await writeResult(`${resultsAsTable([result])}\n\n${rowOf(record)}`);
  const next = record.on_aws
    ? "To publish it, see docs/guides/prove.md."
    : "It was not recorded on AWS; do not add it to docs/guides/prove.md.";
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
  process.exitCode = run.left === undefined ? EXIT.unknown : run.left.length > 0 ? EXIT.broken : EXIT.ok;
}

function downInWords({ left }: ProvingRun): string {
  if (left === undefined)
    return "Everything in the state is destroyed; whether AWS has other leftover resources could not be determined.";
  return left.length === 0
    ? "Everything that was created is destroyed."
    : `Not everything is destroyed: ${typesIn(left.map(({ type }) => type))}.`;
}

/** The zone that the stack looks up. */
function zoneOf({ json }: ProvingFolder): string {
  return dataOf(json, "aws_route53_zone").map(({ arguments: { name } }) => literalText(name) ?? "")[0] ?? "";
}
