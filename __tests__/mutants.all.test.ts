import type { TraceReport } from "../path/report";
import { rowOf } from "../path/rows";
import { trace } from "../path/trace";
import type { LocalAws } from "../rehearsal/local-aws";
import { seedsFor } from "../rehearsal/seed-for";
import { MUTANTS } from "./mutants/all";
import { BASES, baseStack, mutantStack } from "./mutants/bases";
import { inWords, misses, opensIn } from "./mutants/judge";
import type { SynthesizedJson } from "./mutants/mutant";
import { planAll, withOwnNames, type Planned } from "./support/planned";
import { startLocalAws } from "./support/rehearsal-room";

/*
 * Every fault again, in the plan that terraform really makes of the stack and in the state that it really leaves on the local AWS: it is
 * found there as in the synthesized stack. All are modules of one root, so that all share the provider's start and the balancers' wait.
 */

const BY_AWS = /\brefuses?\b/;

const keyOf = (index: number): string => `m${index}`;
const keyOfBase = (index: number): string => `b${index}`;

let localAws: LocalAws | undefined;
let planned: Record<string, Planned> = {};

beforeAll(async () => {
  const roots: Record<string, SynthesizedJson> = {};
  BASES.forEach((base, index) => { roots[keyOfBase(index)] = withOwnNames(baseStack(base), keyOfBase(index)); });
  MUTANTS.forEach((mutant, index) => { roots[keyOf(index)] = withOwnNames(mutantStack(mutant), keyOf(index)); });
  localAws = await startLocalAws();
  for (const seed of seedsFor(Object.entries(roots).map(([id, json]) => ({ id, json: json as never })))) await localAws.seed(seed);
  planned = await planAll(roots, { localAws, apply: true });
}, 1_200_000);

afterAll(() => localAws?.stop());

function plannedOf(key: string): Planned {
  const found = planned[key];
  if (found === undefined) throw new Error(`nothing was planned for ${key}`);
  return found;
}

describe.each(BASES.map((base, index) => [base, keyOfBase(index)] as const))("the correct stack %s", (_, key) => {
  test.each(["plan", "state"] as const)("is ok in its %s, without any error", (form) => {
    const { refused, ...documents } = plannedOf(key);
    expect(refused ?? "").toBe("");
    const report: TraceReport = trace(documents[form]);
    expect(inWords(report.findings.filter(({ severity }) => severity === "error"))).toBe("");
    expect(`${report.verdict}${opensIn(report)}`).toBe("ok");
  });
});

describe.each(MUTANTS.map((mutant, index) => [mutant.row, mutant.name, mutant, keyOf(index)] as const))("%s: %s", (row, _, mutant, key) => {
  test("is found in the plan, or cannot be in one", () => {
    const { plan, refused } = plannedOf(key);
    const reason = mutant.cannot?.plan;
    if (reason === undefined) {
      expect({ refused: plan === undefined ? refused : "", misses: plan === undefined ? [] : misses(mutant, trace(plan)) }).toEqual({ refused: "", misses: [] });
    } else if (plan !== undefined) {
      expect(misses(mutant, trace(plan))).not.toEqual([]);
    }
  });

  test("is found in the state, or cannot be in one", () => {
    const { plan, state, refused } = plannedOf(key);
    const reason = mutant.cannot?.state;
    if (reason === undefined) {
      expect({ refused: state === undefined ? refused : "", misses: state === undefined ? [] : misses(mutant, trace(state)) }).toEqual({ refused: "", misses: [] });
    } else if (BY_AWS.test(reason)) {
      expect(rowOf(row).certainty).toContain("apply");
      // The local AWS takes more than AWS does; what it took is looked at.
      if (state !== undefined) expect(misses(mutant, trace(state))).toEqual([]);
      else expect(plan === undefined && mutant.cannot?.plan === undefined ? refused : "").toBe("");
    } else if (state !== undefined) {
      expect(misses(mutant, trace(state))).not.toEqual([]);
    }
  });
});
