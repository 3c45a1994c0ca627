import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findTools } from "../cli/project/project";
import { synthesize } from "../cli/project/synthesize";
import { dropMissingCliConfiguration } from "../machine/setup/cli-configuration";
import { findEmulatorPython } from "../machine/setup/emulator-python";
import { terraformEnvironment } from "../rehearsal/environment";
import { LocalAws } from "../rehearsal/local-aws";
import { OVERRIDE_FILE, overrideFor } from "../rehearsal/override";
import { seedsFor } from "../rehearsal/seed-for";

/*
 * npm run bench:rehearsal: compares `npm run rehearse` with plain terraform apply, plan and destroy of the same JSON on
 * a running local AWS. Takes about five minutes.
 */

const PROJECT = resolve(__dirname, "..");
const CACHE = join(PROJECT, ".rehearsal");
const MAX_MORE_SEC = 20;

const folder = mkdtempSync(join(tmpdir(), "alb-web-bench-"));
void compare().finally(() => rmSync(folder, { recursive: true, force: true }));

async function compare(): Promise<void> {
  const plain = await plainTerraform();
  const rehearsed = seconds(() => must(process.execPath, ["cli/alb-web.js", "rehearse"], PROJECT, process.env));
  const more = rehearsed - plain;
  console.log(`terraform apply, plan, destroy  ${plain.toFixed(1)} s`);
  console.log(`npm run rehearse                ${rehearsed.toFixed(1)} s`);
  console.log(`more                            ${more.toFixed(1)} s (at most ${MAX_MORE_SEC})`);
  process.exitCode = more <= MAX_MORE_SEC ? 0 : 1;
}

async function plainTerraform(): Promise<number> {
  dropMissingCliConfiguration(process.env, console.error);
  const {
    binary: { command },
    provider: { configurationFile },
  } = await findTools({ onProgress: () => undefined });
  const localAws = await LocalAws.start({
    python: await findEmulatorPython({
      cacheDir: CACHE,
      env: process.env,
      requirementsFile: join(PROJECT, "rehearsal", "requirements.txt"),
    }),
  });
  try {
    const stacks = await synthesize(PROJECT, join(folder, "synthesized"));
    const [stack] = stacks;
    if (stack === undefined) throw new Error("main.ts has no stack");
    for (const seed of seedsFor(stacks)) await localAws.seed(seed);
    const work = join(folder, stack.id);
    mkdirSync(work);
    writeFileSync(join(work, "cdk.tf.json"), stack.text);
    writeFileSync(join(work, OVERRIDE_FILE), JSON.stringify(overrideFor(stack.id, stack.json)));
    const env = await terraformEnvironment(CACHE, localAws.endpoint, configurationFile);
    must(command, ["init", "-input=false"], work, env);
    return seconds(() =>
      [["apply", "-auto-approve"], ["plan"], ["destroy", "-auto-approve"]].forEach((args) =>
        must(command, [...args, "-input=false"], work, env),
      ),
    );
  } finally {
    await localAws.stop();
  }
}

function seconds(work: () => void): number {
  const started = Date.now();
  work();
  return (Date.now() - started) / 1000;
}

function must(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
}
