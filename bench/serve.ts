import { readFileSync, writeFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import autocannon from "autocannon";
import { largePlan } from "./many-sites";
import { line, Meter } from "./meter";
import { type Ready, Serving, type Usage } from "./serving";
import { percentile, steadyLoad } from "./steady-load";

/*
 * npm run bench:serve: how long `alb-web serve` takes until a site answers, how many requests a second it carries
 * through TLS to NGINX, and how much time it adds to a request. Takes about two minutes. Every part needs NGINX.
 */

/** The resources of a plan, and the seconds within which it is served. */
const READY = [
  { resources: 300, maxSeconds: 1 },
  { resources: 10_000, maxSeconds: 2 },
];
const RUNS = 5;
const MIN_PER_SECOND = 3_000;
const CONNECTIONS = 50;
const LOAD_SEC = 8;
/** A busy machine can only slow it. */
const ATTEMPTS = 3;
const RATE = 200;
const MAX_ADDED_MS = 10;
/** Direct and served requests in turns, so that a busy machine slows both. */
const SLICES = 10;
const SLICE_SEC = 2;

const meter = new Meter();
void measure().finally(() => meter.close());

async function measure(): Promise<void> {
  const isReady: boolean[] = [];
  for (const { resources, maxSeconds } of READY) isReady.push(await readiness(resources, maxSeconds));
  const serving = await Serving.start(planOf(READY[0]?.resources ?? NaN), meter.folder);
  const carries = await throughput(serving).catch(failed);
  const adds = await latency(serving).catch(failed);
  await serving.end();
  console.log(
    `load of the machine: ${loadavg()
      .map((it) => it.toFixed(1))
      .join(", ")} on ${cpus().length} cores`,
  );
  process.exitCode = [...isReady, carries, adds].every(Boolean) ? 0 : 1;
}

function failed(error: unknown): boolean {
  console.error(error);
  return false;
}

function planOf(resources: number): string {
  const file = join(meter.folder, `plan-${resources}.json`);
  writeFileSync(file, JSON.stringify(largePlan(resources).plan));
  return file;
}

/** The median of the starts; the first one warms the disk's cache, creates the local authority and does not count. */
async function readiness(resources: number, maxSeconds: number): Promise<boolean> {
  const file = planOf(resources);
  const { sites } = largePlan(resources);
  const runs: { readonly seconds: number; readonly usage: Usage }[] = [];
  for (let run = 0; run <= RUNS; run += 1) {
    const serving = await Serving.start(file, meter.folder);
    const usage = await serving.usage();
    expectSites(serving.ready, sites);
    await serving.end();
    if (run > 0) runs.push({ seconds: serving.seconds, usage });
  }
  const middle = (of: (run: (typeof runs)[number]) => number) => percentile(runs.map(of), 0.5);
  const seconds = middle((it) => it.seconds);
  console.log(line([`ready: ${resources} resources (at most ${maxSeconds} s)`, `${seconds.toFixed(2)} s`]));
  console.log(line(["  fastest", `${Math.min(...runs.map((it) => it.seconds)).toFixed(2)} s`]));
  console.log(line(["  CPU time", `${middle(({ usage }) => usage.cpuSeconds).toFixed(2)} s`]));
  console.log(line(["  peak memory", `${middle(({ usage }) => usage.megabytes).toFixed(0)} MB`]));
  return seconds <= maxSeconds;
}

/** Ensures that all of the plan is served. */
function expectSites({ urls, listeners }: Ready, sites: number): void {
  const names = new Set(urls.filter(({ url }) => url.startsWith("https:")).map(({ url }) => new URL(url).hostname));
  if (names.size !== sites || listeners.length !== 2 * sites)
    throw new Error(`expected ${sites} names and ${2 * sites} listeners, got ${names.size} and ${listeners.length}`);
}

/** The site that is asked, and one of the NGINX behind it. */
function siteOf({ urls, targets }: Ready) {
  const site = urls.find(({ url }) => url.startsWith("https:"));
  // The first target is one of the first site.
  const nginx = targets.find(({ kind }) => kind === "nginx");
  if (site === undefined || nginx?.listens == null) throw new Error("the plan is not served by NGINX");
  const { hostname } = new URL(site.url);
  return { hostname, port: Number(site.connect.split(":")[1]), direct: Number(nginx.listens.split(":")[1]) };
}

async function throughput(serving: Serving): Promise<boolean> {
  const { hostname, port } = siteOf(serving.ready);
  let [best, perCpuSecond] = [0, 0];
  for (let attempt = 0; attempt < ATTEMPTS && best < MIN_PER_SECOND; attempt += 1) {
    const before = await serving.usage();
    const { requests, non2xx, errors } = await autocannon({
      url: `https://127.0.0.1:${port}/`,
      connections: CONNECTIONS,
      duration: LOAD_SEC,
      headers: { host: hostname },
      servername: hostname,
      tlsOptions: { ca: readFileSync(serving.ready.ca) },
    });
    const { cpuSeconds } = await serving.usage();
    if (non2xx > 0 || errors > 0) throw new Error(`${non2xx} responses without a 200, ${errors} errors`);
    best = Math.max(best, requests.average);
    perCpuSecond = Math.max(perCpuSecond, requests.total / (cpuSeconds - before.cpuSeconds));
  }
  console.log(line([`requests a second through TLS (at least ${MIN_PER_SECOND})`, best.toFixed(0)]));
  console.log(line(["  for each second of its CPU time", perCpuSecond.toFixed(0)]));
  return best >= MIN_PER_SECOND;
}

async function latency(serving: Serving): Promise<boolean> {
  const { hostname, port, direct } = siteOf(serving.ready);
  const headers = { host: hostname };
  const tls = { ca: readFileSync(serving.ready.ca, "utf8"), servername: hostname };
  const asked = {
    direct: () => ({ host: "127.0.0.1", port: direct, headers, agent: new HttpAgent({ keepAlive: true }) }),
    served: () => ({ host: "127.0.0.1", port, headers, agent: new HttpsAgent({ keepAlive: true }), ...tls }),
  };
  const times: Record<keyof typeof asked, number[]> = { direct: [], served: [] };
  for (let slice = 0; slice < SLICES; slice += 1)
    for (const side of ["direct", "served"] as const)
      times[side].push(...(await steadyLoad({ isTls: side === "served", options: asked[side]() }, RATE, SLICE_SEC)));
  const added = (part: number) => percentile(times.served, part) - percentile(times.direct, part);
  const row = (part: number) =>
    [percentile(times.direct, part), percentile(times.served, part), added(part)].map((it) => `${it.toFixed(1)} ms`);
  console.log(line([`${RATE} requests a second`, "direct", "served", "added"]));
  console.log(line(["  median", ...row(0.5)]));
  console.log(line([`  99th percentile (at most ${MAX_ADDED_MS} ms added)`, ...row(0.99)]));
  return added(0.99) <= MAX_ADDED_MS;
}
