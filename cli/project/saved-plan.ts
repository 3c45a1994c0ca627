import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { strFromU8, type Unzipped } from "fflate";
import { UsageError, WorkFailed } from "../../machine/errors";
import { UnpacksToMore, unzipWithin } from "../../machine/files/unzip";
import { progressTo } from "../../machine/terraform/apply-progress";
import { command, word } from "../../machine/text/pasteable";
import { ADOPTED_FILE, readBlocks } from "../adoption/import-blocks";
import { planFile, type StackFolder } from "./project";

/** The folder in a saved plan of terraform and OpenTofu that has all files of the configuration. */
const CONFIGURATION = "tfconfig/";
const PROGRAM = "tfconfig/m-/cdk.tf.json";
const ADOPTED = `tfconfig/m-/${ADOPTED_FILE}`;
/** Far more than the plan of 10,000 resources, and still within the memory of a small machine. */
const MAX_UNPACKED = 512 * 1024 * 1024;
/** Lists the folders of modules; without files of other modules in the plan, only the root module exists. */
const MODULES = "tfconfig/modules.json";

/**
 * The file to which `npx alb-web plan` saved a stack's plan.
 * @throws {UsageError} if there is none
 */
export function savedPlan(stackId: string): string {
  const file = planFile(stackId, "tfplan");
  if (existsSync(file)) return file;
  throw new UsageError(
    `plans/ has no plan of ${stackId}; create it with ${command`npx alb-web plan ${word.stack(stackId)}`}, review ` +
      `plans/${stackId}.txt, then apply it.`,
  );
}

/**
 * A saved plan contains all files of its configuration, and terraform would apply those, whatever main.ts now contains.
 * So they must be exactly the files of the stack, including those that `npx alb-web adopt` wrote.
 * @throws {WorkFailed} if it was created from a different program, contains other files, or is not a plan
 */
export async function throwIfPlanOfOther({ stack, folder }: StackFolder, file: string): Promise<void> {
  const bytes = await readFile(file);
  // Terraform Cloud stores the plan and its configuration; the file only has the id of the run.
  if (!isBookmark(bytes))
    throwIfOther(stack.id, entriesOf(stack.id, bytes), { [PROGRAM]: stack.text, [ADOPTED]: await readBlocks(folder) });
}

function throwIfOther(stackId: string, entries: Unzipped, own: Readonly<Record<string, string | undefined>>): void {
  if (textOf(entries[PROGRAM]) !== own[PROGRAM])
    throw refused(stackId, "was created from a different program: main.ts, or code that it uses, has changed since");
  const names = Object.keys(entries).filter((name) => name.startsWith(CONFIGURATION) && name !== MODULES);
  const other = names.find((name) => textOf(entries[name]) !== own[name]);
  if (other === undefined) return;
  const allowed =
    ADOPTED in own
      ? `cdk.tf.json as main.ts writes it, and the current ${ADOPTED_FILE} next to it`
      : "only cdk.tf.json as main.ts writes it";
  throw refused(stackId, `must contain ${allowed} (got ${JSON.stringify(other.slice(CONFIGURATION.length))})`);
}

function refused(stackId: string, why: string): WorkFailed {
  return new WorkFailed(
    `The plan of ${stackId} ${why}. It was not applied and nothing was changed; plan again ` +
      `(${command`npx alb-web plan ${word.stack(stackId)}`}) and have the new plan reviewed.`,
  );
}

/**
 * Applies exactly this plan; the stack must be initialized.
 * @returns the result, such as "2 added, 0 changed, 0 destroyed"
 * @throws {WorkFailed} if the state has changed since the plan, or terraform fails
 */
export async function applySavedPlan(
  { terraform }: StackFolder,
  file: string,
  report: (text: string) => void,
): Promise<string> {
  // A run in Terraform Cloud reports its progress as text only.
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
 * The files of a plan; none if it is not a plan.
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
