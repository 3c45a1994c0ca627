import { mkdir, readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../../machine/errors";
import { writeFile } from "../../machine/files/write-file";
import type { SynthesizedStack } from "../../rehearsal/stack-files";
import { abortedByPerson, newCommand, writeResult } from "../command";
import { PROJECT, planFile, synthesizeProject } from "../project/project";
import { throwIfPlaceholder } from "../project/state-buckets";
import { KeptRecords, notDeployed, placeOf } from "../records/kept-records";
import { type ComparedPlan, recordOf } from "../records/of-plan";

/** Where the records are written; ignored by git. */
const RECORDS = join(PROJECT, "records");

/** The command line of `alb-web record`. */
export function commandLine(): Command {
  return newCommand(
    "record",
    "Writes a record of what each plan in plans/ does to records/, with values as digests. After the merge, the new " +
      "plan is compared with the record.",
    "0 ok, 1 failed, 2 invalid usage, 70 internal error",
  ).action(record);
}

async function record(): Promise<void> {
  const signal = abortedByPerson("no record was written");
  const stacks = await synthesizeProject(signal);
  throwIfPlaceholder(stacks);
  await rm(RECORDS, { recursive: true, force: true });
  await mkdir(RECORDS, { recursive: true });
  for (const stack of stacks) await writeResult(await recordStack(stack, signal));
}

async function recordStack(stack: SynthesizedStack, signal: AbortSignal): Promise<string> {
  const place = placeOf(stack);
  if (place === undefined) return notDeployed(stack.id);
  const text = await readFile(planFile(stack.id, "json"), "utf8").catch(() => {
    throw new UsageError(`plans/ has no plan of ${stack.id}; create the plans with npx alb-web plan.`);
  });
  const written = recordOf(stack, planIn(text, stack.id), await new KeptRecords(place, signal).key());
  const file = join(RECORDS, `${stack.id}.json`);
  await writeFile(file, `${JSON.stringify(written, null, 2)}\n`);
  return `${stack.id}: ${relative(PROJECT, file)}`;
}

function planIn(text: string, id: string): ComparedPlan {
  try {
    return JSON.parse(text) as ComparedPlan;
  } catch {
    throw new UsageError(
      `plans/${id}.json must be a plan as JSON (got invalid JSON); create it again with npx alb-web plan.`,
    );
  }
}
