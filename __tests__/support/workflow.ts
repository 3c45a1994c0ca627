import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { PROJECT } from "./project";
import type { Ended, ProjectRoom } from "./project-room";

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
}

export interface Job {
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly name: string;
  readonly on: Readonly<
    Record<
      string,
      {
        readonly branches?: readonly string[];
        readonly workflows?: readonly string[];
        readonly types?: readonly string[];
      } | null
    >
  >;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

export const WORKFLOWS = join(PROJECT, ".github", "workflows");

/** All workflow files, by name. */
export function workflows(): Readonly<Record<string, Workflow>> {
  return Object.fromEntries(
    readdirSync(WORKFLOWS).map((name) => [name, parse(readFileSync(join(WORKFLOWS, name), "utf8")) as Workflow]),
  );
}

export function jobOf(file: string, id: string): Job {
  const job = workflows()[file]?.jobs[id];
  if (job === undefined) throw new Error(`${file} has no job ${id}`);
  return job;
}

/** What a test provides: the values of expressions, the store of artifacts. */
export interface Runner {
  readonly room: ProjectRoom;
  /** Values such as "github.sha"; an expression without one is an error. */
  readonly expressions: Readonly<Record<string, string>>;
  /** A folder for each artifact. */
  readonly artifacts: string;
  /** What every step's environment has besides. */
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a job's own lines in the checkout, as GitHub does: with `bash -e`, up to the first that fails. */
export async function runJob(job: Job, runner: Runner): Promise<Ended> {
  let last: Ended = { code: 0, stdout: "", stderr: "" };
  for (const { uses, run, env = {}, with: inputs = {} } of job.steps) {
    if (uses !== undefined) useAction(uses.replace(/@.*/, ""), valuesOf(inputs, runner), runner);
    // The checkout has the modules already.
    if (run === undefined || run.startsWith("npm ci")) continue;
    const own = { ...runner.env, ...valuesOf(job.env ?? {}, runner), ...valuesOf(env, runner) };
    last = await runner.room.shell('bash -e -c "$STEP"', { ...own, STEP: run });
    if (last.code !== 0) return last;
  }
  return last;
}

/** What the actions in use do, as far as the next steps see it. */
function useAction(action: string, inputs: Readonly<Record<string, string>>, { room, artifacts }: Runner): void {
  switch (action) {
    case "actions/checkout":
    case "actions/setup-node":
    case "aws-actions/configure-aws-credentials":
      return;
    case "actions/upload-artifact":
      return upload(room.folder, join(artifacts, inputs.name ?? ""), (inputs.path ?? "").trim().split(/\s+/));
    default:
      throw new Error(`no stand-in for ${action}`);
  }
}

/** Patterns such as `plans/*.json`, of one folder, which becomes the artifact's root. */
function upload(checkout: string, artifact: string, patterns: readonly string[]): void {
  mkdirSync(artifact, { recursive: true });
  for (const pattern of patterns) {
    const [, folder, end] = /^(\w+)\/\*(\.\w+)$/.exec(pattern) ?? [];
    if (folder === undefined || end === undefined) throw new Error(`no stand-in for the pattern ${pattern}`);
    for (const name of readdirSync(join(checkout, folder)))
      if (name.endsWith(end)) cpSync(join(checkout, folder, name), join(artifact, name));
  }
}

/** Texts with the values of the expressions in them. */
export function valuesOf(
  texts: Readonly<Record<string, string | number | boolean>>,
  { expressions }: Pick<Runner, "expressions">,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      String(text).replace(/\$\{\{\s*(.+?)\s*\}\}/g, (_, expression: string) => {
        const value = expressions[expression];
        if (value === undefined) throw new Error(`${name}: no value for ${expression}`);
        return value;
      }),
    ]),
  );
}
