import { type Command, Option } from "commander";
import { UsageError } from "../../machine/errors";
import { adoptStack } from "../adoption/adopt-stack";
import { adoptionReport, needsPerson } from "../adoption/adoption-report";
import { abortedByPerson, EXIT, withExamples, writeResult } from "../command";
import { initialize, openStack } from "../project/project";
import { newTerraformCommand } from "../project/terraform-command";
import { stepsUntil } from "../steps";

interface Options {
  readonly use: ReadonlyMap<string, string>;
}

const DESCRIPTION =
  "Finds resources of a stack that exist on AWS but not in its state, such as after an interrupted deploy. Writes " +
  "import blocks next to the stack's JSON, so that the next deploy imports them, and shows the plan. Changes nothing " +
  "on AWS or in the state and deletes nothing. Ambiguous resources are listed, not adopted.";

const CODES =
  "0 nothing to adopt, or everything adopted, 1 failed, 2 invalid usage, 3 something is ambiguous, left over, " +
  "interrupted or unknown, 70 internal error";

/** The command line of `alb-web adopt`. */
export function commandLine(): Command {
  const command = newTerraformCommand("adopt", DESCRIPTION, CODES)
    .argument("<stack>", "the stack of main.ts")
    .addOption(
      new Option("--use <address=id>", "resolve an ambiguous address: the id of its resource; can be repeated")
        .argParser(choice)
        .default(new Map<string, string>(), "none"),
    )
    .action(adopt);
  return withExamples(command, {
    "After an interrupted deploy of the stack web": "npx alb-web adopt web",
    "Choose one of several VPCs": "npx alb-web adopt web --use aws_vpc.network=vpc-0123456789abcdef0",
  });
}

async function adopt(stackId: string, { use }: Options): Promise<void> {
  const signal = abortedByPerson("nothing was changed, and the import blocks are as before");
  const step = stepsUntil(signal);
  const opened = await step("synthesize main.ts", ({ report }) => openStack(stackId, signal, report));
  await step("terraform init", () => initialize(opened));
  const result = await step("find resources that are not in the state", ({ report }) =>
    adoptStack({ opened, chosen: use, onProgress: report }),
  );
  await writeResult(adoptionReport(result));
  process.exitCode = needsPerson(result) ? EXIT.unknown : EXIT.ok;
}

/** `--use aws_vpc.network=vpc-0123`; an id may hold an equals sign, an address does not. */
function choice(text: string, before: ReadonlyMap<string, string>): Map<string, string> {
  const [, address, id] = /^([\w.-]+)=(\S+)$/.exec(text) ?? [];
  if (address === undefined || id === undefined)
    throw new UsageError(`--use must be ADDRESS=ID, such as aws_vpc.network=vpc-0123456789abcdef0 (got ${text})`);
  if (before.has(address)) throw new UsageError(`--use must name each address once (got ${address} twice)`);
  return new Map(before).set(address, id);
}
