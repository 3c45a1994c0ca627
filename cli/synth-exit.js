/*
 * Loaded before main.ts (cdktf.json): the end of a synth. The errors in REFUSALS are printed without Node's source
 * frame, stack and version; every other error is printed as Node prints it. It also updates the other files in each
 * stack's folder.
 */
const { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync } = require("node:fs");
const { join, relative, resolve } = require("node:path");

/** constructs/props/refusals.ts; their messages list everything to correct. */
const REFUSALS = ["InvalidPropsError", "BrokenPathError"];
const LOCK_FILE = ".terraform.lock.hcl";
const committed = resolve(LOCK_FILE);

process.on("uncaughtExceptionMonitor", (error) => {
  const message = REFUSALS.includes(error?.name) ? error.message : (withoutTerraform(error) ?? syntaxError(error));
  if (message === undefined) return;
  console.error(require("../machine/text/printable").printableLines(message));
  process.exit(1);
});

/** cdktf runs `terraform version` at synth, and reports its absence with a stack trace of its own. */
function withoutTerraform(error) {
  if (!/Could not determine version of /.test(error?.message)) return undefined;
  const command = process.env.TERRAFORM_BINARY_NAME || "terraform";
  const downloaded = (existsSync(".rehearsal") ? readdirSync(".rehearsal") : []).find((name) =>
    /^terraform-[\d.]+$/.test(name),
  );
  return (
    `cdktf needs Terraform 1.10 or later on PATH (\`${command} version\` failed). ` +
    (downloaded === undefined
      ? "Install it: https://developer.hashicorp.com/terraform/install"
      : `Use the one of the rehearsal: export PATH="$PWD/.rehearsal/${downloaded}:$PATH"`)
  );
}

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

/** A mistake in the program's TypeScript, which sucrase reports with the stack of its parser. */
function syntaxError(error) {
  const [, file, what, line, column] = /^Error transforming (.+): (.+) \((\d+):(\d+)\)$/.exec(error?.message) ?? [];
  return file === undefined ? undefined : `${relative(process.cwd(), file)}:${line}:${column}: ${what}`;
}

/**
 * cdktf keeps the files of an earlier synth in the other syntax (`--hcl`), and terraform would read both:
 * `Duplicate required providers configuration`.
 */
function removeOtherSyntax(folder, written) {
  const others = written.endsWith(".json")
    ? [written.slice(0, -".json".length), join(folder, "metadata.json")]
    : [`${written}.json`];
  for (const other of others) rmSync(other, { force: true });
}

/**
 * cdktf.out is not committed, so the lock file is committed in the project's folder, and every stack gets a copy next
 * to its JSON. With the copy, the stack's folder is enough for a run elsewhere.
 */
function placeLock(copy) {
  // terraform adds other providers and the checksums of this platform to the copy; these stay until the committed file
  // changes.
  if (!existsSync(copy) || statSync(copy).mtimeMs < statSync(committed).mtimeMs) copyFileSync(committed, copy);
}
