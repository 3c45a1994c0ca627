import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { UsageError, WorkFailed } from "../../machine/errors";
import { endOnAbort } from "../../machine/processes/end-on-abort";
import { refusalIn } from "../../machine/system-refusals";
import type { StackJson, SynthesizedStack } from "../../rehearsal/stack-files";

/** A program that takes longer to end is killed. */
const END_WITHIN_MS = 20_000;

/**
 * Runs the app of `cdktf.json` like cdktf-cli, but with its own output folder, so that `cdktf.out` stays as it is.
 * @param signal ends the app
 * @throws {UsageError} with the app's error output, if the synth fails
 * @throws {WorkFailed} if the operating system denies writing, or reading a required file
 */
export async function synthesize(
  projectFolder: string,
  outFolder: string,
  signal?: AbortSignal,
): Promise<SynthesizedStack[]> {
  const { app, context = {} } = await readCdktfJson(join(projectFolder, "cdktf.json"));
  const env = { ...process.env, CDKTF_OUTDIR: outFolder, CDKTF_CONTEXT_JSON: JSON.stringify(context) };
  const { code, stderr } = await runApp(app, projectFolder, env, signal);
  signal?.throwIfAborted();
  const refusal = code === 0 ? undefined : refusalIn(stderr, outFolder);
  if (refusal !== undefined) throw new WorkFailed(refusal);
  if (code !== 0) throw new UsageError(`The synth failed (${app}):\n${withoutFramesOfOthers(stderr)}`);
  const written = await readFile(join(outFolder, "manifest.json"), "utf8").catch(() => {
    throw new UsageError(`The program (${app}) wrote no stack; call app.synth() at its end.`);
  });
  const manifest = JSON.parse(written) as {
    stacks: Record<string, { synthesizedStackPath: string; workingDirectory: string }>;
  };
  return Promise.all(
    Object.entries(manifest.stacks).map(async ([id, { synthesizedStackPath, workingDirectory }]) => {
      const text = await readFile(join(outFolder, synthesizedStackPath), "utf8");
      return { id, folder: join(outFolder, workingDirectory), text, json: JSON.parse(text) as StackJson };
    }),
  );
}

/** The output folder of cdktf-cli: `output` in cdktf.json. */
export async function synthesizedFolder(projectFolder: string): Promise<string> {
  const { output = "cdktf.out" } = await readCdktfJson(join(projectFolder, "cdktf.json"));
  return resolve(projectFolder, output);
}

async function readCdktfJson(file: string): Promise<{ app: string; context?: object; output?: string }> {
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw new UsageError(`cdktf.json cannot be read: ${error.message}`);
  });
  const config = ((): unknown => {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new UsageError(`cdktf.json must be JSON (${(error as Error).message})`);
    }
  })();
  if (typeof config === "object" && config !== null && "app" in config && typeof config.app === "string")
    return config as { app: string };
  throw new UsageError('cdktf.json must have "app", the command that runs main.ts (got none)');
}

/** Runs the shell command of cdktf.json; processes that it starts end with it. */
function runApp(
  app: string,
  folder: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(app, {
      cwd: folder,
      env,
      shell: true,
      stdio: ["ignore", "ignore", "pipe"],
      detached: process.platform !== "win32",
    });
    const stop = endOnAbort(child.pid, signal, "SIGTERM", END_WITHIN_MS);
    const chunks: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", reject);
    child.once("close", (code) => {
      stop();
      resolve({ code, stderr: Buffer.concat(chunks).toString() });
    });
  });
}

/**
 * Errors of constructs/ are printed without frames (cli/synth-exit.js); of other errors, only the frames of the user's
 * own code are kept.
 */
function withoutFramesOfOthers(stderr: string): string {
  return stderr
    .replace(/^ +at .*(node_modules|node:|[\\/]cli[\\/]typescript\.js).*\n?/gm, "")
    .replace(/(?<!\n)\n+Node\.js v[\d.]+\s*$/, "")
    .trimEnd();
}
