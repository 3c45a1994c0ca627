import type { Command } from "commander";
import { UsageError } from "../../machine/errors";
import { adoptStack } from "../adoption/adopt-stack";
import { adoptionReport, needsPerson } from "../adoption/adoption-report";
import { abortedByPerson, EXIT, writeResult } from "../command";
import { initialize, openStack } from "../project/project";
import { newTerraformCommand } from "../project/terraform-command";
import { stepsUntil } from "../steps";

interface Options {
  readonly use: ReadonlyMap<string, string>;
}

const DESCRIPTION =
  "Finds what a deploy that was killed left on AWS: what AWS holds for a stack and its state does not know. Writes " +
  "import blocks for it beside the stack's JSON, so that the next deploy takes it over, and shows the plan. Nothing " +
  "is changed on AWS or in the state, nothing is deleted, and what is ambiguous is listed, never guessed.";

const CODES =
  "0 nothing to adopt, or all of it adopted, 1 failed, 2 wrong usage, 3 something is ambiguous, left over or " +
  "unknown, 70 internal error";

/** The command line of `alb-web adopt`. */
export function commandLine(): Command {
  return newTerraformCommand("adopt", DESCRIPTION, CODES)
    .argument("<stack>", "the stack of main.ts")
    .option(
      "--use <address=id>",
      "what an ambiguous address stands for; can be given several times",
      choice,
      new Map<string, string>(),
    )
    .action(adopt);
}

async function adopt(stackId: string, { use }: Options): Promise<void> {
  const signal = abortedByPerson("nothing was changed, and the import blocks are as they were");
  const step = stepsUntil(signal);
  const opened = await step("synthesize main.ts", ({ report }) => openStack(stackId, signal, report));
  await step("terraform init", () => initialize(opened));
  const result = await step("find what the state does not know", ({ report }) =>
    adoptStack({ opened, chosen: use, onProgress: report }),
  );
  await writeResult(adoptionReport(result));
  process.exitCode = needsPerson(result) ? EXIT.unknown : EXIT.good;
}

/** `--use aws_vpc.network=vpc-0123`; an id may hold an equals sign, an address does not. */
function choice(text: string, before: ReadonlyMap<string, string>): Map<string, string> {
  const [, address, id] = /^([\w.-]+)=(\S+)$/.exec(text) ?? [];
  if (address === undefined || id === undefined)
    throw new UsageError(`--use: got ${text}; give ADDRESS=ID, such as aws_vpc.network=vpc-0123456789abcdef0`);
  if (before.has(address)) throw new UsageError(`--use: ${address} is given twice; choose one id`);
  return new Map(before).set(address, id);
}
