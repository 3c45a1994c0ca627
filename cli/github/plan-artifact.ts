import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { WorkFailed } from "../command";
import { hasChanges, summaryOf } from "./plan-summary";

/** A stack's plan as the pull request's workflow left it. */
export interface PlanOfPullRequest {
  readonly stack: string;
  /** Null if it changes nothing. */
  readonly plan: Buffer | null;
}

/** As WebStack allows it; it becomes part of an object's key. */
const FILE = /^(?!\.+\.[a-z]+$)([\w.-]{1,128})\.(tfplan|json)$/;
/** More stacks or larger plans than any program here has; who wants to fill the disk meets it first. */
const MAX_FILES = 400;
const MAX_BYTES = 50 * 1024 * 1024;

/**
 * Reads what a pull request's workflow uploaded. Its author decided what is in there, so nothing in it is believed but
 * that these are the bytes of a plan.
 * @throws {WorkFailed} if anything else is in there
 */
export async function plansFromPullRequest(folder: string): Promise<PlanOfPullRequest[]> {
  const names = await readdir(folder).catch(() => []);
  if (names.length === 0) throw new WorkFailed(`There are no plans in ${folder}; the pull request's workflow uploads them.`);
  if (names.length > MAX_FILES) throw refused(`${names.length} files`, `at most ${MAX_FILES}`);
  const files = new Map<string, Buffer>();
  for (const name of names) {
    if (!FILE.test(name)) throw refused(`a file called ${JSON.stringify(name)}`, "<stack>.tfplan and <stack>.json only");
    const { size, ...entry } = await lstat(join(folder, name)).then((it) => ({ size: it.size, isFile: it.isFile() }));
    if (!entry.isFile) throw refused(`${name}, which is no file`, "files only");
    if (size > MAX_BYTES) throw refused(`${name} of ${size} bytes`, `at most ${MAX_BYTES}`);
    files.set(name, await readFile(join(folder, name)));
  }
  const stacks = [...new Set(names.map((name) => FILE.exec(name)?.[1] ?? ""))].sort();
  return stacks.map((stack) => ({ stack, plan: planOf(stack, files) }));
}

function planOf(stack: string, files: ReadonlyMap<string, Buffer>): Buffer | null {
  const [plan, json] = [files.get(`${stack}.tfplan`), files.get(`${stack}.json`)];
  if (plan === undefined || json === undefined) throw refused(`one of ${stack}.tfplan and ${stack}.json alone`, "both for each stack");
  try {
    return hasChanges(summaryOf(json.toString())) ? plan : null;
  } catch (error) {
    throw refused(`${stack}.json that cannot be read (${(error as Error).message})`, "what terraform show -json writes");
  }
}

function refused(got: string, allowed: string): WorkFailed {
  return new WorkFailed(`The plans of the pull request hold ${got}; allowed is ${allowed}, so none of them was kept.`);
}
