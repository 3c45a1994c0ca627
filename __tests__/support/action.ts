import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { PROJECT } from "./project";
import type { Ended } from "./project-room";
import { type Step, valuesOf } from "./workflow";

export interface Action {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly required?: boolean; readonly default?: string }>
  >;
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export const ACTION_FILE = join(PROJECT, "action.yml");

export function action(): Action {
  return parse(readFileSync(ACTION_FILE, "utf8")) as Action;
}

/** A job that uses the action. */
export interface ActionJob {
  /** Where the action's repository is checked out. */
  readonly actionPath: string;
  /** The person's own checkout. */
  readonly workspace: string;
  readonly token: string;
  /** What the job was started by, as GitHub hands it over. */
  readonly event: object;
  readonly env: Readonly<Record<string, string>>;
}

export interface ActionEnded extends Ended {
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** Runs the action's own lines as GitHub does, up to the first that fails. */
export async function runAction(inputs: Readonly<Record<string, string>>, job: ActionJob): Promise<ActionEnded> {
  const { actionPath, workspace, token, event, env } = job;
  const temp = mkdtempSync(join(tmpdir(), "alb-web-action-"));
  const [summary, outputs, eventFile] = ["summary.md", "outputs", "event.json"].map((name) => join(temp, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(summary, "");
  writeFileSync(eventFile, JSON.stringify(event));
  const { inputs: declared, outputs: promised, runs } = action();
  const given = Object.fromEntries(
    Object.entries(declared).map(([name, { default: usual = "" }]) => [
      `inputs.${name}`,
      inputs[name] ?? usual.replace("${{ github.token }}", token),
    ]),
  );
  const expressions: Record<string, string> = { ...given };
  let last: Ended = { code: 0, stdout: "", stderr: "" };
  try {
    for (const { id = "", if: condition, run, env: own = {} } of runs.steps) {
      if (condition !== undefined && !holds(condition, expressions)) continue;
      if (run === undefined) throw new Error("no stand-in for an action that is used");
      // The checkout has the modules already, and would be left without those of its tests.
      if (actionPath === PROJECT && run.includes("npm ci")) continue;
      writeFileSync(outputs, "");
      const always = {
        GITHUB_ACTION_PATH: actionPath,
        GITHUB_OUTPUT: outputs,
        GITHUB_STEP_SUMMARY: summary,
        GITHUB_EVENT_PATH: eventFile,
      };
      last = await bash(run, workspace, {
        PATH: process.env.PATH ?? "",
        HOME: process.env.HOME ?? "",
        ...env,
        ...always,
        ...valuesOf(own, { expressions }),
      });
      for (const [, name = "", value = ""] of readFileSync(outputs, "utf8").matchAll(/^([\w-]+)=(.*)$/gm))
        expressions[`steps.${id}.outputs.${name}`] = value;
      if (last.code !== 0) break;
    }
    return {
      ...last,
      summary: readFileSync(summary, "utf8"),
      outputs: valuesOf(Object.fromEntries(Object.entries(promised).map(([name, { value }]) => [name, value])), {
        expressions: withNothing(expressions),
      }),
    };
  } finally {
    rmSync(temp, { recursive: true });
  }
}

/** The condition in use. */
function holds(condition: string, expressions: Readonly<Record<string, string>>): boolean {
  const [, name, value] = /^([\w.-]+) != '([^']*)'$/.exec(condition) ?? [];
  if (name === undefined) throw new Error(`no stand-in for the condition ${condition}`);
  return expressions[name] !== value;
}

/** As on GitHub, an unset value is empty. */
function withNothing(expressions: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return new Proxy(expressions, { get: (all, name: string) => all[name] ?? "" });
}

function bash(script: string, cwd: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      "bash",
      ["--noprofile", "--norc", "-eo", "pipefail", "-c", script],
      { cwd, env },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : null, stdout, stderr });
      },
    );
  });
}
