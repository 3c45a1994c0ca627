import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { WorkFailed } from "../errors";
import type { HeldLock } from "../files/lock";
import { endOnAbort, groupIsGone } from "../processes/end-on-abort";
import { FollowedOutput } from "../processes/followed-output";
import { systemRefusal } from "../system-refusals";
import { knownError } from "./errors/terraform-errors";

/** The exit code of `plan -detailed-exitcode` if there are changes, which is not an error. */
const HAS_CHANGES = 2;

/** Commands that print events with `-json`. Others print one document, which can be large. */
const WITH_EVENTS = ["init", "plan", "apply", "destroy"];

/** One line of terraform's `-json` output, with the properties that are read here. */
export interface TerraformEvent {
  readonly type?: string;
  readonly "@level"?: string;
  readonly "@message"?: string;
  readonly diagnostic?: {
    readonly severity: string;
    readonly summary: string;
    readonly detail?: string;
    readonly address?: string;
  };
  readonly hook?: {
    readonly action?: string;
    readonly resource?: { readonly addr?: string; readonly resource_type?: string };
    readonly elapsed_seconds?: number;
  };
  readonly change?: { readonly resource?: { readonly addr?: string } };
  readonly changes?: {
    readonly add: number;
    readonly change: number;
    readonly remove: number;
    readonly operation: string;
  };
}

export interface TerraformOptions {
  /** The binary. */
  readonly command: string;
  /** The folder that holds the configuration. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Interrupts terraform. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds that an interrupted terraform has to store its state before it is killed.
   * @default - no limit, because it may change real resources
   */
  readonly graceMs?: number;
  /**
   * Descriptors that terraform keeps open until it ends: their locks stay held even if this process is killed earlier.
   * @default - none
   */
  readonly holds?: readonly number[];
}

export interface TerraformResult {
  readonly stdout: string;
  readonly hasChanges: boolean;
  readonly events: readonly TerraformEvent[];
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it could not write more output. */
  readonly refusal?: Error;
}

/** The one place that starts terraform. */
export class Terraform {
  constructor(private readonly options: TerraformOptions) {}

  /** The same terraform, which holds a lock until it ends, even if this process ends earlier. */
  holding({ descriptor }: HeldLock): Terraform {
    return new Terraform({ ...this.options, holds: [...(this.options.holds ?? []), descriptor] });
  }

  /**
   * @param args the command line, such as `["plan", "-json"]`
   * @param onEvent called for each line of `-json` output
   * @param onLine called for each line of any output, without colors
   * @throws {WorkFailed} with one sentence for a known error, otherwise with the command and terraform's output; the
   * output is the cause in both cases
   */
  async run(
    args: readonly string[],
    onEvent: (event: TerraformEvent) => void = () => undefined,
    onLine: (line: string) => void = () => undefined,
  ): Promise<TerraformResult> {
    this.options.signal?.throwIfAborted();
    const events: TerraformEvent[] = [];
    const hasEvents = args.includes("-json") && WITH_EVENTS.includes(args[0] ?? "");
    const { code, stdout, stderr, refusal } = await this.spawn([...args], (line) => {
      onLine(stripVTControlCharacters(line));
      const event = hasEvents ? eventOf(line) : undefined;
      if (event === undefined) return;
      events.push(event);
      onEvent(event);
    });
    this.options.signal?.throwIfAborted();
    const hasChanges = code === HAS_CHANGES && args.includes("-detailed-exitcode");
    if (code !== 0 && !hasChanges) {
      const said = saidBy(events, stdout, stderr);
      throw new WorkFailed(
        knownError(said, this.options.folder) ??
          systemRefusal(refusal) ??
          `terraform ${args.join(" ")} failed (exit code ${code})\n${said}`,
        { cause: said },
      );
    }
    // The exit code was 0 although it could not write its output.
    if (refusal !== undefined) throw refusal;
    return { stdout, hasChanges, events };
  }

  private spawn(args: string[], onLine: (line: string) => void): Promise<Ended> {
    const { command, folder, env, signal, graceMs, holds = [] } = this.options;
    return new Promise((resolve, reject) => {
      const [stdout, stderr] = [new FollowedOutput(onLine), new FollowedOutput()];
      // A separate process group: only this process passes Ctrl-C on to it, once, and its provider ends with it.
      const child = spawn(command, args, {
        cwd: folder,
        env,
        stdio: ["ignore", stdout.fd, stderr.fd, ...holds],
        detached: process.platform !== "win32",
      });
      // After one interrupt, it stores its state, releases the lock and ends its provider.
      const stop = endOnAbort(child.pid, signal, "SIGINT", graceMs);
      const ended = () => {
        stop();
        const [out, errors] = [stdout.end(), stderr.end()];
        return { stdout: out.text, stderr: errors.text, refusal: out.refusal ?? errors.refusal };
      };
      child.once("error", (error) => {
        ended();
        reject(new WorkFailed(`terraform cannot be run: ${error.message}`));
      });
      child.once("exit", (code) => {
        // Processes that were killed with it may take a moment to end.
        const group = signal?.aborted === true ? groupIsGone(child.pid) : Promise.resolve();
        void group.then(() => resolve({ code, ...ended() }));
      });
    });
  }
}

function eventOf(line: string): TerraformEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as TerraformEvent;
  } catch {
    return undefined;
  }
}

/** Errors in terraform's own words, from events or from text. */
function saidBy(events: readonly TerraformEvent[], stdout: string, stderr: string): string {
  const errors = events.flatMap(({ diagnostic }) =>
    diagnostic?.severity === "error"
      ? [["Error", diagnostic.address, diagnostic.summary, diagnostic.detail].filter(Boolean).join(": ")]
      : [],
  );
  return errors.length > 0 ? errors.join("\n") : stripVTControlCharacters(stderr.trim() || stdout.trim());
}
