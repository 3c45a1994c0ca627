import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";

/*
 * npm run bench: the cost of synthesis. First the program as cdktf.json runs it, compared with the same program bundled
 * into one file, in turns so that a busy machine slows both; then programs of 1 to 1,000 sites, each in its own
 * process.
 */

const PROJECT = resolve(__dirname, "..");
const RUNS = 9;
const MAX_LOADER_RATIO = 2;
const SITES = [1, 10, 100, 1000];
const MAX_GROWTH = 1.2;
/** Small programs run more often, because their differences are as small as the noise. */
const RUNS_FOR: Readonly<Record<number, number>> = { 1: 7, 10: 7, 100: 3, 1000: 1 };

const folder = mkdtempSync(join(tmpdir(), "alb-web-bench-"));
try {
  process.exitCode = [compareLoaders(), compareSizes()].every(Boolean) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function compareLoaders(): boolean {
  const [command = "", ...args] = (
    JSON.parse(readFileSync(join(PROJECT, "cdktf.json"), "utf8")) as { app: string }
  ).app.split(" ");
  const bundle = join(folder, "bundle.js");
  buildSync({
    entryPoints: [join(PROJECT, "main.ts")],
    bundle: true,
    platform: "node",
    outfile: bundle,
    logLevel: "error",
  });
  const app: number[] = [];
  const bundled: number[] = [];
  for (let run = 0; run <= RUNS; run += 1) {
    // The first run warms the disk's cache and does not count.
    const pair = [timed(command, args).seconds, timed(process.execPath, [bundle]).seconds] as const;
    if (run === 0) continue;
    app.push(pair[0]);
    bundled.push(pair[1]);
  }
  const ratio = median(app.map((seconds, run) => seconds / (bundled[run] ?? 1)));
  print([
    ["cdktf.json's app", `${median(app).toFixed(2)} s`],
    ["the same, bundled into one file", `${median(bundled).toFixed(2)} s`],
    ["ratio", `${ratio.toFixed(2)} (at most ${MAX_LOADER_RATIO})`],
  ]);
  return ratio <= MAX_LOADER_RATIO;
}

function compareSizes(): boolean {
  const runs = SITES.map(sitesRun);
  // The cost of one more site, between this size and the previous one, in CPU time, which other programs affect least.
  const costs = runs.slice(1).map((run, index) => marginalMs(run, runs[index] ?? run));
  print([
    ["sites", "seconds", "memory", "one more site"],
    ...runs.map(({ sites, seconds, megabytes }, index) => [
      String(sites),
      seconds.toFixed(2),
      `${megabytes.toFixed(0)} MB`,
      index === 0 ? "" : `${(costs[index - 1] ?? NaN).toFixed(1)} ms`,
    ]),
  ]);
  const growth = (costs.at(-1) ?? NaN) / (costs[0] ?? NaN);
  print([
    [`one more site at ${SITES.at(-1)}, relative to ${SITES[1]}`, `${growth.toFixed(2)} (at most ${MAX_GROWTH})`],
  ]);
  return growth <= MAX_GROWTH;
}

function marginalMs(run: SitesRun, before: SitesRun): number {
  return ((run.cpuSeconds - before.cpuSeconds) / (run.sites - before.sites)) * 1000;
}

interface SitesRun {
  readonly sites: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

function sitesRun(sites: number): SitesRun {
  const program = join(folder, `sites-${sites}.ts`);
  writeFileSync(
    program,
    `
    import { App } from "${join(PROJECT, "node_modules", "cdktf")}";
    import { WebStack } from "${join(PROJECT, "constructs", "web-stack")}";
    const app = new App();
    for (let site = 0; site < ${sites}; site += 1) {
      const domainName = "www" + site + ".example.com";
      new WebStack(app, "site-" + site, { domainName, backend: "local" });
    }
    app.synth();
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    console.log(JSON.stringify({ megabytes: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }));
  `,
  );
  const runs = Array.from({ length: RUNS_FOR[sites] ?? 1 }, () =>
    timed(process.execPath, ["-r", "./cli/typescript.js", program]),
  );
  const results = runs.map(({ seconds, stdout }) => ({
    sites,
    seconds,
    ...(JSON.parse(stdout) as { megabytes: number; cpuSeconds: number }),
  }));
  return (
    [...results].sort((a, b) => a.cpuSeconds - b.cpuSeconds)[Math.floor(results.length / 2)] ?? {
      sites,
      seconds: NaN,
      cpuSeconds: NaN,
      megabytes: NaN,
    }
  );
}

function timed(command: string, args: readonly string[]): { seconds: number; stdout: string } {
  const out = join(folder, "out");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  const started = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: PROJECT,
    env: { ...process.env, CDKTF_OUTDIR: out },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stderr}`);
  return { seconds, stdout };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function print(rows: readonly (readonly string[])[]): void {
  for (const row of rows)
    console.log(row.map((cell, index) => (index === 0 ? cell.padEnd(42) : cell.padStart(16))).join(""));
  console.log();
}
