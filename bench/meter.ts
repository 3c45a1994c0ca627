import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/* The cost of a whole process, as a person starts it. */

export const PROJECT = resolve(__dirname, "..");

export interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

/** Starts node, and makes each process record its resource usage. */
export class Meter {
  readonly folder = mkdtempSync(join(tmpdir(), "alb-web-bench-"));
  private readonly script = join(this.folder, "meter.js");
  private readonly result = join(this.folder, "cost");

  constructor() {
    writeFileSync(
      this.script,
      `process.on("exit", () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); ` +
        `require("fs").writeFileSync(${JSON.stringify(this.result)}, JSON.stringify({ megabytes: maxRSS / 1024, ` +
        "cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 })); });",
    );
  }

  /**
   * @param look throws if the output is not that of the work to be measured
   * @param expected the exit codes of a valid run
   */
  cost(
    args: readonly string[],
    look: (stdout: string) => void = () => undefined,
    expected: readonly (number | null)[] = [0],
  ): Cost {
    const started = process.hrtime.bigint();
    const { status, stdout, stderr } = spawnSync(process.execPath, ["-r", this.script, ...args], {
      cwd: PROJECT,
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    if (!expected.includes(status))
      throw new Error(`node ${args.join(" ")} ended with ${status}:\n${stdout.slice(0, 2_000)}${stderr}`);
    look(stdout);
    return { seconds, ...(JSON.parse(readFileSync(this.result, "utf8")) as Omit<Cost, "seconds">) };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The input of a measurement: a plan of each size, and a check of the output. */
export interface Sized {
  readonly plan: { readonly resource_changes: readonly unknown[] };
  /** Throws if the output is not that of the work to be measured. */
  readonly look: (stdout: string) => void;
}

export interface Limits {
  readonly seconds: number;
  readonly megabytes: number;
  /** The maximum cost of one more resource in the largest plan, relative to a smaller plan. */
  readonly growth: number;
}

const SIZES = [1_000, 3_000, 10_000];
const RUNS = 5;

/**
 * Measures a command on plans of three sizes, minus the cost of an empty node and compared with JSON.parse of the same
 * file, and prints the results.
 * @returns whether all limits are met
 */
export function measure(script: string, sized: (size: number) => Sized, limits: Limits): boolean {
  const meter = new Meter();
  try {
    const results = SIZES.map((size) => costsOf(meter, script, sized(size)));
    return printed(results, script, limits);
  } finally {
    meter.close();
  }
}

interface Result {
  readonly resources: number;
  readonly megabytesOfPlan: number;
  readonly parse: number;
  readonly seconds: number;
  readonly cpu: number;
  readonly peak: number;
}

function costsOf(meter: Meter, command: string, { plan, look }: Sized): Result {
  const file = join(meter.folder, "plan.json");
  writeFileSync(file, JSON.stringify(plan));
  const rows: { empty: Cost; parse: Cost; run: Cost }[] = [];
  for (let run = 0; run <= RUNS; run += 1) {
    // In turns, so that a busy machine slows all equally. The first run warms the disk's cache and does not count.
    const row = {
      empty: meter.cost(["-e", ""]),
      parse: meter.cost(["-e", "JSON.parse(require('fs').readFileSync(process.argv[1], 'utf8'))", file]),
      run: meter.cost(["cli/alb-web.js", command, file, "--format", "json"], look),
    };
    if (run > 0) rows.push(row);
  }
  const middle = (of: (row: (typeof rows)[number]) => number) => median(rows.map(of));
  return {
    resources: plan.resource_changes.length,
    megabytesOfPlan: readFileSync(file).length / 1e6,
    parse: middle(({ parse, empty }) => parse.seconds - empty.seconds),
    seconds: middle(({ run, empty }) => run.seconds - empty.seconds),
    cpu: middle(({ run, empty }) => run.cpuSeconds - empty.cpuSeconds),
    peak: middle(({ run }) => run.megabytes),
  };
}

function printed(results: readonly Result[], script: string, limits: Limits): boolean {
  print([
    ["resources", "plan", "JSON.parse", script, "peak memory"],
    ...results.map(({ resources, megabytesOfPlan, parse, seconds, peak }) => [
      String(resources),
      `${megabytesOfPlan.toFixed(1)} MB`,
      `${parse.toFixed(2)} s`,
      `${seconds.toFixed(2)} s`,
      `${peak.toFixed(0)} MB`,
    ]),
  ]);
  // In CPU time, which other programs affect least; between two sizes, so that loading the program does not count.
  const perResource = results
    .slice(1)
    .map((it, index) => (it.cpu - (results[index]?.cpu ?? NaN)) / (it.resources - (results[index]?.resources ?? NaN)));
  const growth = (perResource.at(-1) ?? NaN) / (perResource[0] ?? NaN);
  const { seconds = NaN, peak = NaN, parse = NaN } = results.at(-1) ?? {};
  print([
    ["seconds for the largest, without an empty node", `${seconds.toFixed(2)} (less than ${limits.seconds})`],
    ["relative to JSON.parse", (seconds / parse).toFixed(1)],
    ["peak memory", `${peak.toFixed(0)} MB (less than ${limits.megabytes})`],
    ["one more resource of the largest, relative to smaller", `${growth.toFixed(2)} (at most ${limits.growth})`],
  ]);
  return seconds < limits.seconds && peak < limits.megabytes && growth <= limits.growth;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function print(rows: readonly (readonly string[])[]): void {
  for (const row of rows) console.log(line(row));
  console.log();
}

/** A row of a table. */
export function line(cells: readonly string[]): string {
  return cells.map((cell, index) => (index === 0 ? cell.padEnd(58) : cell.padStart(16))).join("");
}
