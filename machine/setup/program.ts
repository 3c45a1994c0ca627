import { execFile } from "node:child_process";

/** How a program ended: `missing` if there is no program with that name. */
export interface ProgramResult {
  readonly outcome: "ok" | "missing" | "failed";
  readonly stdout: string;
  /** Everything it printed, or why it could not be started. */
  readonly text: string;
}

/**
 * Runs a program to its end, without a shell.
 * @param timeoutMs the timeout in milliseconds; 0 means none
 * @param signal ends the program
 * @returns how it ended; never rejects
 */
export function runProgram(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  timeoutMs = 0,
  signal?: AbortSignal,
): Promise<ProgramResult> {
  const options = { env, timeout: timeoutMs, windowsHide: true, maxBuffer: 64 * 1024 * 1024 };
  return new Promise<ProgramResult>((resolve) => {
    // Throws immediately for some errors, such as ENOTDIR.
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      signal?.removeEventListener("abort", end);
      const text = `${stdout}\n${stderr}`.trim();
      if (error === null) resolve({ outcome: "ok", stdout, text });
      else if (signal?.aborted) resolve({ outcome: "failed", stdout, text: "it was interrupted" });
      else if (error.code === "ENOENT") resolve({ outcome: "missing", stdout, text: error.message });
      else if (error.killed) resolve({ outcome: "failed", stdout, text: `no answer within ${timeoutMs / 1000} s` });
      else resolve({ outcome: "failed", stdout, text: text || error.message });
    });
    // Node's own `signal` also signals a process that could not be started, whose id can be 0, which means this process
    // and its whole group.
    const end = () => child.kill();
    child.once("spawn", () => (signal?.aborted ? end() : signal?.addEventListener("abort", end, { once: true })));
  }).catch((error: Error) => ({ outcome: "failed", stdout: "", text: error.message }));
}

/** Compares versions numerically: "1.10.0" is at least "1.9.8". */
export function isAtLeast(version: string, minimum: string): boolean {
  return version.localeCompare(minimum, "en", { numeric: true }) >= 0;
}

/** The first line of a text that is not blank. */
export function firstLine(text: string): string {
  return linesOf(text)[0] ?? "it printed nothing";
}

/** The last line of a text that is not blank, in which Python and pip print the error. */
export function lastLine(text: string): string {
  return linesOf(text).at(-1) ?? "it printed nothing";
}

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
