import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { GROWING, growingPlan, type Kind } from "../__tests__/support/growing-plans";
import { Deadline } from "../path/deadline";
import { review } from "../path/review/review";
import { trace } from "../path/trace/trace";
import { type Cost, line, Meter } from "./meter";

/*
 * npm run bench:growth: what a trace and a review cost where one site has many of a kind, such as 2,000 certificates on
 * one load balancer. First whole processes, as a person starts them; then, within this process, what one of 1,000 costs
 * to one of 250.
 */

const MOST = 2_000;
const [FEW, MANY] = [250, 1_000];
/** Of the CPU time of a whole process; after ten seconds a trace or a review ends as unknown. */
const MAX_SECONDS = { trace: 5, review: 8 } as const;
const MAX_MEGABYTES = 400;
/** What is quadratic makes 4. */
const MAX_GROWTH = 1.3;
const RUNS = 4;
/** A machine that is busy only adds to what was measured; what is quadratic is so each time. */
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

/** So that what was fast looked at everything. */
function whole(stdout: string): void {
  if ("stopped" in (JSON.parse(stdout) as object)) throw new Error("it ran out of time");
}

function wholeProcess(command: Command, kind: Kind): Cost {
  const file = join(meter.folder, "plan.json");
  writeFileSync(file, JSON.stringify(growingPlan(kind, MOST)));
  return meter.cost(["cli/alb-web.js", command, file, "--format", "json"], whole, WHOLE);
}

/**
 * What one of many costs, to one of few; the least of several runs, as other programs and the collection of garbage
 * only add.
 */
function growthOf(command: Command, kind: Kind): number {
  const [few, many] = [growingPlan(kind, FEW), growingPlan(kind, MANY)];
  // Warms up.
  COMMANDS[command](many);
  const costs = { few: Infinity, many: Infinity };
  for (let run = 0; run < RUNS; run += 1) {
    // As much work for both.
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
