import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { strFromU8, type Unzipped } from "fflate";
import { UsageError, WorkFailed } from "../../machine/errors";
import { UnpacksToMore, unzipWithin } from "../../machine/files/unzip";
import { progressTo } from "../../machine/terraform/apply-progress";
import { command, word } from "../../machine/text/pasteable";
import { ADOPTED_FILE, readBlocks } from "../adoption/import-blocks";
import { planFile, type StackFolder } from "./project";

/** What terraform and OpenTofu keep within a saved plan: all files of the configuration. */
const CONFIGURATION = "tfconfig/";
const PROGRAM = "tfconfig/m-/cdk.tf.json";
const ADOPTED = `tfconfig/m-/${ADOPTED_FILE}`;
/** Far more than the plan of 10,000 resources, and still what a small machine can hold. */
const MAX_UNPACKED = 512 * 1024 * 1024;
/** Names folders of modules; without files of theirs in the plan there is none but the program's own. */
const MODULES = "tfconfig/modules.json";

/**
 * The file that `npx alb-web plan` keeps a stack's plan in.
 * @throws {UsageError} if there is none
 */
export function savedPlan(stackId: string): string {
  const file = planFile(stackId, "tfplan");
  if (existsSync(file)) return file;
  throw new UsageError(
    `There is no plan of ${stackId} in plans/; make one with ` +
      `${command`npx alb-web plan ${word.stack(stackId)}`}, look at plans/${stackId}.txt, and apply it then.`,
  );
}

/**
 * A saved plan carries all files of the configuration that it was made from, and terraform would run those, whatever
 * main.ts says by now. So they must be the stack's own and no others, but for what `npx alb-web adopt` wrote beside it.
 * @throws {WorkFailed} if it was made from another program than the stack's, holds more than that, or is no plan
 */
export async function throwIfPlanOfOther({ stack, folder }: StackFolder, file: string): Promise<void> {
  const bytes = await readFile(file);
  // With Terraform Cloud the plan stays there, with its configuration; the file only names the run.
  if (!isBookmark(bytes))
    throwIfOther(stack.id, entriesOf(stack.id, bytes), { [PROGRAM]: stack.text, [ADOPTED]: await readBlocks(folder) });
}

function throwIfOther(stackId: string, entries: Unzipped, own: Readonly<Record<string, string | undefined>>): void {
  if (textOf(entries[PROGRAM]) !== own[PROGRAM])
    throw refused(stackId, "was made from another program than this one (main.ts, or what it uses, has changed since)");
  const names = Object.keys(entries).filter((name) => name.startsWith(CONFIGURATION) && name !== MODULES);
  const other = names.find((name) => textOf(entries[name]) !== own[name]);
  if (other === undefined) return;
  const allowed =
    ADOPTED in own
      ? `cdk.tf.json as main.ts makes it, and ${ADOPTED_FILE} as it lies beside that`
      : "cdk.tf.json as main.ts makes it, and nothing else";
  throw refused(
    stackId,
    `holds ${JSON.stringify(other.slice(CONFIGURATION.length))}, which is not the stack's; allowed is ${allowed}`,
  );
}

function refused(stackId: string, why: string): WorkFailed {
  return new WorkFailed(
    `The plan of ${stackId} ${why}, so it was not applied and nothing was changed; plan again ` +
      `(${command`npx alb-web plan ${word.stack(stackId)}`}) and have the new plan reviewed.`,
  );
}

/**
 * Applies exactly this plan; the stack must be initialized.
 * @returns what terraform did, such as "2 added, 0 changed, 0 destroyed"
 * @throws {WorkFailed} if the state has moved since it was made, and whatever terraform fails with
 */
export async function applySavedPlan(
  { terraform }: StackFolder,
  file: string,
  report: (text: string) => void,
): Promise<string> {
  // A run that Terraform Cloud does tells its progress as text only.
  const form = isBookmark(await readFile(file)) ? "-no-color" : "-json";
  const { events, stdout } = await terraform.run(["apply", "-input=false", form, file], progressTo(report));
  const { changes } = events.findLast(({ type }) => type === "change_summary") ?? {};
  if (changes !== undefined) return `${changes.add} added, ${changes.change} changed, ${changes.remove} destroyed`;
  return /Resources: (.*?)\.?$/m.exec(stdout)?.[1] ?? "applied";
}

function isBookmark(bytes: Buffer): boolean {
  return bytes.subarray(0, 1).toString() === "{";
}

/**
 * Nothing of what is no plan.
 * @throws {WorkFailed} if it unpacks to more than any plan
 */
function entriesOf(stackId: string, plan: Buffer): Unzipped {
  try {
    return unzipWithin(plan, MAX_UNPACKED);
  } catch (error) {
    if (error instanceof UnpacksToMore)
      throw refused(stackId, `unpacks to more than ${MAX_UNPACKED / 1024 / 1024} MiB`);
    return {};
  }
}

function textOf(entry: Uint8Array | undefined): string | undefined {
  return entry === undefined ? undefined : strFromU8(entry);
}
