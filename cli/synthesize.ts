import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { StackJson } from "../rehearsal/stack-files";
import { UsageError } from "./command";

/** A synthesized stack. */
export interface SynthesizedStack {
  readonly id: string;
  /** Its `cdk.tf.json`, as text: what is deployed. */
  readonly text: string;
  readonly json: StackJson;
}

/**
 * Runs the app of `cdktf.json` as cdktf-cli does, but into a folder of its own, so that `cdktf.out` stays as it is.
 * @throws {UsageError} with the app's own words, if it does not synthesize
 */
export async function synthesize(projectFolder: string, outFolder: string): Promise<SynthesizedStack[]> {
  const config = JSON.parse(await readFile(join(projectFolder, "cdktf.json"), "utf8")) as { app: string; context?: object };
  const { code, stderr } = await runApp(config.app, projectFolder, {
    ...process.env, CDKTF_OUTDIR: outFolder, CDKTF_CONTEXT_JSON: JSON.stringify(config.context ?? {}),
  });
  if (code !== 0) throw new UsageError(`The program does not synthesize (${config.app}):\n${withoutNodesFrame(stderr)}`);
  const manifest = JSON.parse(await readFile(join(outFolder, "manifest.json"), "utf8")) as { stacks: Record<string, { synthesizedStackPath: string }> };
  return Promise.all(
    Object.entries(manifest.stacks).map(async ([id, { synthesizedStackPath }]) => {
      const text = await readFile(join(outFolder, synthesizedStackPath), "utf8");
      return { id, text, json: JSON.parse(text) as StackJson };
    }),
  );
}

/** cdktf.json holds a shell command line. */
function runApp(app: string, folder: string, env: NodeJS.ProcessEnv): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(app, { cwd: folder, env, shell: true, stdio: ["ignore", "ignore", "pipe"] });
    const chunks: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stderr: Buffer.concat(chunks).toString() }));
  });
}

/** Node shows where an error was thrown; for faults in props only what they are is of use. */
function withoutNodesFrame(stderr: string): string {
  const faults = stderr.indexOf("InvalidPropsError: ");
  return (faults < 0 ? stderr : stderr.slice(faults + "InvalidPropsError: ".length)).replace(/\n+Node\.js v[\d.]+\s*$/, "").trimEnd();
}
