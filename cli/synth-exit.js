/*
 * Loaded before main.ts (cdktf.json): how a synth ends. What is refused is printed as it stands, without Node's source
 * frame, stack and version; every other error as Node prints it. Files beside each stack's own are put right.
 */
const { copyFileSync, existsSync, readFileSync, rmSync, statSync } = require("node:fs");
const { join, resolve } = require("node:path");

/** constructs/props/refusals.ts; their messages name everything that there is to correct. */
const REFUSALS = ["InvalidPropsError", "BrokenPathError"];
const LOCK_FILE = ".terraform.lock.hcl";
const committed = resolve(LOCK_FILE);

process.on("uncaughtExceptionMonitor", (error) => {
  if (!REFUSALS.includes(error?.name)) return;
  console.error(require("../machine/text/printable").printableLines(error.message));
  process.exit(1);
});

process.on("exit", (code) => {
  const out = resolve(process.env.CDKTF_OUTDIR ?? "cdktf.out");
  const manifest = join(out, "manifest.json");
  if (code !== 0 || !existsSync(manifest)) return;
  for (const { workingDirectory, synthesizedStackPath } of Object.values(
    JSON.parse(readFileSync(manifest, "utf8")).stacks,
  )) {
    removeOtherSyntax(join(out, workingDirectory), join(out, synthesizedStackPath));
    if (existsSync(committed)) placeLock(join(out, workingDirectory, LOCK_FILE));
  }
});

/**
 * cdktf leaves what an earlier synth wrote in the other syntax (`--hcl`), and terraform would read both:
 * `Duplicate required providers configuration`.
 */
function removeOtherSyntax(folder, written) {
  const others = written.endsWith(".json")
    ? [written.slice(0, -".json".length), join(folder, "metadata.json")]
    : [`${written}.json`];
  for (const other of others) rmSync(other, { force: true });
}

/**
 * cdktf.out is not committed, so the lock file's committed home is the project's folder, and every stack gets a copy
 * beside its JSON. With it, a stack's folder alone is enough for a run elsewhere.
 */
function placeLock(copy) {
  // terraform adds to the copy what it learns about other providers and this platform; that stays until ours is
  // changed.
  if (!existsSync(copy) || statSync(copy).mtimeMs < statSync(committed).mtimeMs) copyFileSync(committed, copy);
}
