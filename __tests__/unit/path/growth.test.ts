import { Deadline } from "../../../path/deadline";
import { review } from "../../../path/review/review";
import { trace } from "../../../path/trace/trace";
import { GROWING, growingPlan } from "../../support/growing-plans";
import { stepsForEachPair, stepsOf } from "../../support/steps";

/*
 * What a trace and a review cost grows with the number of certificates, instances and rules, and not with its square.
 * Counted, not timed.
 */

const FEW = 10;
/** A path lists this many of the certificates that may be for any name, and no more. */
const LISTED = 20;
/** One loop in a loop makes 1, or half of that where it stops at what it finds. */
const LIMIT = 0.3;
/**
 * What lists all others for each has some ten characters for each pair; numbers of two digits instead of one are above
 * nothing.
 */
const LIMIT_OF_CHARACTERS = 3;

const RUNS: Readonly<Record<string, (plan: unknown) => unknown>> = {
  // However slow the machine is.
  trace: (plan) => trace(plan, { deadline: new Deadline(() => 0) }),
  review: (plan) => review(plan, new Deadline(() => 0)),
};

describe.each(Object.entries(RUNS))("a %s", (_, run) => {
  test.each(GROWING)("compares no pair of %s, and reports none", (kind) => {
    const first = kind === "certificates of other files" ? LISTED : FEW;
    const characters = new Map<number, number>();
    const steps = stepsForEachPair((count) => {
      const plan = growingPlan(kind, count);
      let report: unknown;
      const counted = stepsOf(() => (report = run(plan)));
      characters.set(count, JSON.stringify(report).length);
      return counted;
    }, first);
    expect(steps).toBeLessThan(LIMIT);
    expect(stepsForEachPair((count) => characters.get(count) ?? NaN, first)).toBeLessThan(LIMIT_OF_CHARACTERS);
  });
});

test.each<[cost: string, least: number, most: number, run: (all: readonly number[]) => unknown]>([
  ["a method in a method", 0.99, 1.01, (all) => all.map((it) => all.some((other) => other < 0 && it < 0))],
  [
    "a loop in a loop",
    0.99,
    1.01,
    (all) => {
      for (const it of all) for (const other of all) if (other < it - 1e9) return;
    },
  ],
  [
    "a set made for each",
    0.99,
    1.01,
    (all) => {
      for (const it of all) new Set(all).has(it);
    },
  ],
  [
    "a search that stops",
    0.4,
    0.6,
    (all) => {
      for (const it of all) all.find((other) => other === it);
    },
  ],
  ["one method after the other", 0, 0, (all) => all.map((it) => it + 1).filter((it) => it > 0)],
])("steps of %s are counted", (_, least, most, run) => {
  const found = stepsForEachPair(
    (count) => stepsOf(() => run(Array.from({ length: count }, (__, index) => index))),
    FEW,
  );
  expect(found).toBeGreaterThanOrEqual(least);
  expect(found).toBeLessThanOrEqual(most);
});
