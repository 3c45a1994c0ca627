import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { GROWING, growingPlan, type Kind } from "../__tests__/support/growing-plans";
import { Deadline } from "../path/deadline";
import { review } from "../path/review/review";
import { trace } from "../path/trace/trace";
import { type Cost, line, Meter } from "./meter";

/*
 * npm run bench:growth: the cost of a trace and a review if a site has many resources of a kind, such as 2,000
 * certificates on one load balancer. First for whole processes, as a person starts them; then, within this process, the
 * cost per item of 1,000 relative to 250.
 */

const MOST = 2_000;
const [FEW, MANY] = [250, 1_000];
/** Limits of a whole process's CPU time. A trace or a review ends as unknown after ten seconds. */
const MAX_SECONDS = { trace: 5, review: 8 } as const;
const MAX_MEGABYTES = 400;
/** Quadratic growth would be 4. */
const MAX_GROWTH = 1.3;
const RUNS = 4;
/** A busy machine can only increase a measurement; quadratic growth appears in every attempt. */
const ATTEMPTS = 3;
/** Exit codes: ok, broken or unknown. */
const WHOLE = [0, 1, 3];

type Command = keyof typeof MAX_SECONDS;
const COMMANDS: Readonly<Record<Command, (plan: unknown) => unknown>> = {
  trace: (plan) => trace(plan, { deadline: new Deadline(() => 0) }),
  review: (plan) => review(plan, new Deadline(() => 0)),
};

const meter = new Meter();
try {
  process.exitCode = (Object.keys(COMMANDS) as Command[]).map(measured).every(Boolean) ? 0 : 1;
} finally {
  meter.close();
}

function measured(command: Command): boolean {
  console.log(line([`${command} of ${MOST}`, "CPU time", "peak memory", "growth per item"]));
  const kept = GROWING.map((kind) => {
    const { cpuSeconds, megabytes } = wholeProcess(command, kind);
    let growth = Infinity;
    for (let attempt = 0; attempt < ATTEMPTS && growth > MAX_GROWTH; attempt += 1)
      growth = Math.min(growth, growthOf(command, kind));
    console.log(line([kind, `${cpuSeconds.toFixed(2)} s`, `${megabytes.toFixed(0)} MB`, growth.toFixed(2)]));
    return cpuSeconds < MAX_SECONDS[command] && megabytes < MAX_MEGABYTES && growth <= MAX_GROWTH;
  });
  console.log(`${line(["limits", `${MAX_SECONDS[command]} s`, `${MAX_MEGABYTES} MB`, String(MAX_GROWTH)])}\n`);
  return kept.every(Boolean);
}

/** Ensures that the whole plan was examined. */
function whole(stdout: string): void {
  if ("stopped" in (JSON.parse(stdout) as object)) throw new Error("it ran out of time");
}

function wholeProcess(command: Command, kind: Kind): Cost {
  const file = join(meter.folder, "plan.json");
  writeFileSync(file, JSON.stringify(growingPlan(kind, MOST)));
  return meter.cost(["cli/alb-web.js", command, file, "--format", "json"], whole, WHOLE);
}

/**
 * The cost per item of many relative to few; the minimum of several runs, because other programs and garbage collection
 * only increase it.
 */
function growthOf(command: Command, kind: Kind): number {
  const [few, many] = [growingPlan(kind, FEW), growingPlan(kind, MANY)];
  // Warm-up.
  COMMANDS[command](many);
  const costs = { few: Infinity, many: Infinity };
  for (let run = 0; run < RUNS; run += 1) {
    // The same amount of work for both.
    for (let part = 0; part < MANY / FEW; part += 1)
      costs.few = Math.min(
        costs.few,
        cpuOf(() => COMMANDS[command](few)),
      );
    costs.many = Math.min(
      costs.many,
      cpuOf(() => COMMANDS[command](many)),
    );
  }
  return costs.many / MANY / (costs.few / FEW);
}

function cpuOf(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
