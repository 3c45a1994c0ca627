import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PROJECT } from "./meter";

/* A running `alb-web serve`, measured from outside. */

/** What its line on standard output says, as far as the benchmark needs it. */
export interface Ready {
  readonly urls: readonly { readonly url: string; readonly connect: string }[];
  readonly listeners: readonly unknown[];
  readonly ca: string;
  readonly targets: readonly { readonly address: string; readonly kind: string; readonly listens: string | null }[];
}

export interface Usage {
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

/** Answers each message with what the process has used, and keeps no process alive. */
const METER =
  'process.on("message", () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); ' +
  "process.send({ megabytes: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }); }); " +
  "process.channel.unref();";

export class Serving {
  private constructor(
    private readonly child: ChildProcess,
    readonly ready: Ready,
    /** From the start of the process to its line on standard output. */
    readonly seconds: number,
  ) {}

  /** @param folder for files of this run; the local certificate authority is there too, not the user's own */
  static async start(file: string, folder: string): Promise<Serving> {
    const meter = join(folder, "serving-meter.js");
    writeFileSync(meter, METER);
    const started = process.hrtime.bigint();
    const child = spawn(process.execPath, ["-r", meter, "cli/alb-web.js", "serve", file, "--format", "json"], {
      cwd: PROJECT,
      stdio: ["ignore", "pipe", "inherit", "ipc"],
      env: { ...process.env, XDG_DATA_HOME: join(folder, "data") },
    });
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`serve ended with ${code}`)));
    const [line] = (await Promise.race([once(lines, "line"), ended])) as [string];
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    ended.catch(() => undefined);
    return new Serving(child, JSON.parse(line) as Ready, seconds);
  }

  async usage(): Promise<Usage> {
    const answered = once(this.child, "message");
    this.child.send("usage");
    const [usage] = (await answered) as [Usage];
    return usage;
  }

  async end(): Promise<void> {
    const exited = once(this.child, "exit");
    this.child.kill("SIGINT");
    const [code] = (await exited) as [number | null];
    if (code !== 0) throw new Error(`serve ended with ${code} after Ctrl-C`);
  }
}
