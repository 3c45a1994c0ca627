import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { writeFile } from "../../machine/files/write-file";
import type { LocalAws } from "../../rehearsal/local-aws";
import type { Rehearsal } from "../../rehearsal/rehearsal-run";

/* The sites that stay served with --keep, each by a process that ends with the local AWS. */

/** As long as the first start of the local AWS may take. */
const READY_WITHIN_MS = 60_000;

/**
 * Serves the state of each stack that has a site, and lets the processes run on.
 * @param folder where the states are written; it is not needed afterwards
 * @returns comment lines for a shell: what is served and where, or why it is not
 */
export async function keepSites(rehearsals: readonly Rehearsal[], localAws: LocalAws, folder: string): Promise<string> {
  const lines = await Promise.all(
    rehearsals.map(async (rehearsal) => {
      const state = rehearsal.appliedState;
      if (state === undefined) return [];
      const file = join(folder, `${rehearsal.stack}.served.json`);
      await writeFile(file, JSON.stringify(state), { mode: 0o600 });
      return linesOf(rehearsal.stack, await keepSite(rehearsal.stack, file, localAws.pid));
    }),
  );
  return lines.flat().join("\n");
}

/** The line that the process prints when the site is ready. */
export interface Ready {
  /** What `alb-web serve` prints. */
  readonly text: string;
}

/** A running process, or why it ended. */
type Kept = (Ready & { readonly pid: number }) | { readonly error: string };

function keepSite(stack: string, file: string, localAwsPid: number): Promise<Kept> {
  const program = [join(__dirname, "..", "typescript.js"), join(__dirname, "serve-kept.ts")] as const;
  const child = spawn(process.execPath, ["-r", ...program, `stack ${stack}`, file, String(localAwsPid)], {
    stdio: ["ignore", "pipe", "pipe"],
    // A separate session, so that Ctrl-C in the terminal does not stop it.
    detached: true,
  });
  return new Promise((resolve) => {
    let output = "";
    let errors = "";
    const end = (kept: Kept) => {
      clearTimeout(timer);
      letGo(child);
      resolve(kept);
    };
    const fail = (error: string) => {
      child.kill("SIGKILL");
      end({ error });
    };
    const timer = setTimeout(() => fail(`it was not ready within ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS);
    child.once("error", (error) => fail(error.message));
    child.once("close", () => fail(errors.trim() || "its process ended"));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      errors += chunk;
    });
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      if (output.endsWith("\n")) end({ pid: child.pid ?? 0, ...(JSON.parse(output) as Ready) });
    });
  });
}

/** The process continues without this one, which can then end. */
function letGo(child: ChildProcess): void {
  child.removeAllListeners("close");
  child.unref();
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function linesOf(stack: string, kept: Kept): string[] {
  if ("error" in kept) return [`# The site of ${stack} is not served: ${kept.error}`];
  const text = kept.text.trim().replace(" Ctrl-C stops it.", "");
  return [
    `# The site of ${stack} as it was applied, which stays served until the local AWS stops:`,
    ...text.split("\n").map((line) => (line === "" ? "#" : `#   ${line}`)),
    "# To stop only the site:",
    `#   kill ${kept.pid}`,
  ];
}
