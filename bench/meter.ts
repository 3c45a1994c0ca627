import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/* What a whole process costs, as a person starts it. */

export const PROJECT = resolve(__dirname, "..");

export interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

/** Starts node, and has each process write down what it took. */
export class Meter {
  readonly folder = mkdtempSync(join(tmpdir(), "alb-web-bench-"));
  private readonly script = join(this.folder, "meter.js");
  private readonly result = join(this.folder, "cost");

  constructor() {
    writeFileSync(this.script, `process.on("exit", () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); require("fs").writeFileSync(${JSON.stringify(this.result)}, JSON.stringify({ megabytes: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 })); });`);
  }

  /** @param look throws if what was printed is not what was to be measured */
  cost(args: readonly string[], look: (stdout: string) => void = () => undefined): Cost {
    const started = process.hrtime.bigint();
    const { status, stdout, stderr } = spawnSync(process.execPath, ["-r", this.script, ...args], { cwd: PROJECT, encoding: "utf8", maxBuffer: 1 << 28 });
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}:\n${stdout.slice(0, 2_000)}${stderr}`);
    look(stdout);
    return { seconds, ...(JSON.parse(readFileSync(this.result, "utf8")) as Omit<Cost, "seconds">) };
  }

  /** An empty node. */
  empty(): Cost {
    return this.cost(["-e", ""]);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

export function print(rows: readonly (readonly string[])[]): void {
  for (const row of rows) console.log(row.map((cell, index) => (index === 0 ? cell.padEnd(58) : cell.padStart(14))).join(""));
  console.log();
}
