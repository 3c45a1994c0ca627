import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { progressTo } from "./apply-progress";
import { UsageError, WorkFailed } from "./command";
import { PROJECT, type StackFolder } from "./project";

/** What terraform keeps within a saved plan: the configuration, and the state that it was made for. */
const CONFIGURATION = "tfconfig/m-/cdk.tf.json";
const STATE = "tfstate";

/**
 * The file that `npm run plan` keeps a stack's plan in.
 * @throws {UsageError} if there is none
 */
export function savedPlan(stackId: string): string {
  const file = join(PROJECT, "plans", `${stackId}.tfplan`);
  if (existsSync(file)) return file;
  throw new UsageError(`There is no plan of ${stackId} in plans/; make one with npm run plan -- ${stackId}, look at plans/${stackId}.txt, and apply it then.`);
}

/**
 * A saved plan carries the program that it was made from, and terraform would run that one, whatever main.ts says by now.
 * @throws {WorkFailed} if it was made from another program than the stack's, or is no plan
 */
export async function throwIfPlanOfOther({ stack }: StackFolder, file: string): Promise<void> {
  const bytes = await readFile(file);
  // With Terraform Cloud the plan stays there, with its configuration; the file only names the run.
  if (isBookmark(bytes)) return;
  if (entryOf(bytes, CONFIGURATION) === stack.text) return;
  throw new WorkFailed(
    `The plan of ${stack.id} was made from another program than this one (main.ts, or what it uses, has changed since), so it was not applied and nothing was changed; ` +
      `plan again (npm run plan -- ${stack.id}) and have the new plan reviewed.`,
  );
}

/**
 * Whether the state is another one than the plan was made for. terraform looks at that too, but only once it applies; of
 * several plans, some would be applied by then. The stack must be initialized.
 */
export async function hasStateMoved({ terraform }: StackFolder, file: string): Promise<boolean> {
  const bytes = await readFile(file);
  if (isBookmark(bytes)) return false;
  const { stdout } = await terraform.run(["state", "pull"]);
  return versionOf(entryOf(bytes, STATE)) !== versionOf(stdout);
}

/**
 * Applies exactly this plan; the stack must be initialized.
 * @returns what terraform did, such as "2 added, 0 changed, 0 destroyed"
 * @throws {WorkFailed} if the state has moved since it was made, and whatever terraform fails with
 */
export async function applySavedPlan({ terraform }: StackFolder, file: string, report: (text: string) => void): Promise<string> {
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

function entryOf(plan: Buffer, name: string): string | undefined {
  try {
    const found = unzipSync(plan, { filter: (entry) => entry.name === name })[name];
    return found === undefined ? undefined : strFromU8(found);
  } catch {
    return undefined;
  }
}

/** A state's lineage and serial; where there is none yet, what terraform begins with. */
function versionOf(state: string | undefined): string {
  const { lineage = "", serial = 0 } = JSON.parse(state?.trim() || "{}") as { lineage?: string; serial?: number };
  return serial === 0 ? "none" : `${lineage} ${serial}`;
}
