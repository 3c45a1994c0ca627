import { spawn } from "node:child_process";
import { FamilyWatch, type RunningProcess } from "./processes";

export interface CommandRun {
  readonly pid: number;
  /** What it wrote to standard error so far. */
  errors(): string;
  /** Resolves once standard error holds the text; rejects if the command ends before. */
  says(text: string | RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<EndedCommand>;
}

export interface EndedCommand {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** Command lines of all processes that it had. */
  readonly family: readonly string[];
  readonly leftOver: readonly RunningProcess[];
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

const POLL_MS = 50;

/** Starts a command line as a terminal would: in a process group of its own, which Ctrl-C reaches as a whole. */
export function start(
  command: string,
  args: readonly string[],
  { cwd, env = process.env }: CommandOptions,
): CommandRun {
  const began = Date.now();
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const watch = new FamilyWatch(child.pid ?? 0);
  let stdout = "";
  let stderr = "";
  let isOver = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<EndedCommand>((resolve, reject) => {
    child.once("error", reject);
    // Not "close": a process that was left over would hold the pipes open.
    child.once("exit", (code) => {
      isOver = true;
      setTimeout(
        () =>
          resolve({
            code,
            stdout,
            stderr,
            seconds: (Date.now() - began) / 1000,
            family: watch.commands,
            leftOver: watch.leftOver(),
          }),
        POLL_MS,
      );
    });
  });
  const says = async (text: string | RegExp): Promise<RegExpExecArray> => {
    const pattern = typeof text === "string" ? new RegExp(text) : text;
    for (;;) {
      const match = pattern.exec(stderr);
      if (match !== null) return match;
      if (isOver) throw new Error(`the command ended without printing ${pattern}; its output:\n${stderr}`);
      await new Promise((wake) => setTimeout(wake, POLL_MS));
    }
  };
  return { pid: child.pid ?? 0, errors: () => stderr, says, ended };
}
