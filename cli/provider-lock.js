// Loaded before main.ts (cdktf.json): cdktf.out is not committed, so the lock file's committed home is the project's folder,
// and every stack gets a copy beside its JSON. With it, a stack's folder alone is enough for a run elsewhere.
const { copyFileSync, existsSync, readFileSync, statSync } = require("node:fs");
const { join, resolve } = require("node:path");

const LOCK_FILE = ".terraform.lock.hcl";
const committed = resolve(LOCK_FILE);

process.on("exit", (code) => {
  const out = resolve(process.env.CDKTF_OUTDIR ?? "cdktf.out");
  const manifest = join(out, "manifest.json");
  if (code !== 0 || !existsSync(committed) || !existsSync(manifest)) return;
  for (const { workingDirectory } of Object.values(JSON.parse(readFileSync(manifest, "utf8")).stacks)) {
    const copy = join(out, workingDirectory, LOCK_FILE);
    // terraform adds to the copy what it learns about other providers and this platform; that stays until ours is changed.
    if (!existsSync(copy) || statSync(copy).mtimeMs < statSync(committed).mtimeMs) copyFileSync(committed, copy);
  }
});
