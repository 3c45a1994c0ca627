import type { TraceReport } from "../../../path/report";
import { ruleOf } from "../../../path/rules/all";
import { trace } from "../../../path/trace/trace";
import type { LocalAws } from "../../../rehearsal/local-aws";
import { seedsFor } from "../../../rehearsal/seed-for";
import { kindsOf, MUTANTS } from "../../mutants/all";
import { BASES, baseStack, mutantStack } from "../../mutants/bases";
import { inWords, misses, opensIn } from "../../mutants/judge";
import type { SynthesizedJson } from "../../mutants/mutant";
import { type Planned, planAll, withOwnNames } from "../../support/planned";
import { startLocalAws } from "../../support/rehearsal-room";
import { sampled } from "../../support/sample";

/*
 * Mistakes of every rule again (all of them: npm run test:exhaustive), in the plan that terraform really makes of the
 * stack and in the state that it really leaves on the local AWS: each is found there as in the synthesized stack. Many
 * are modules of one root, so that they share the provider's start and the load balancers' wait.
 */

/** As many as this are applied by one terraform: its work for each resource grows with the number of all. */
const SHARDS = 2;

/** What terraform has to do for it. */
const resourcesOf = (mutant: (typeof MUTANTS)[number]): number =>
  Object.values(mutantStack(mutant).resource).reduce((sum, named) => sum + Object.keys(named).length, 0);
const RUN = sampled(MUTANTS, kindsOf, resourcesOf);

const keyOf = (index: number): string => `m${index}`;
const keyOfBase = (index: number): string => `b${index}`;

const running: LocalAws[] = [];
let planned: Record<string, Planned> = {};

beforeAll(async () => {
  const bases = BASES.map((base, index) => [keyOfBase(index), baseStack(base)] as const);
  const mutants = RUN.map((mutant, index) => [keyOf(index), mutantStack(mutant), mutant] as const);
  // What no state can hold is not applied.
  const applied = [...bases, ...mutants.filter(([, , { cannot }]) => cannot?.state === undefined)];
  const shards = Array.from({ length: SHARDS }, (_, shard) =>
    plannedIn(
      applied.filter((__, index) => index % SHARDS === shard),
      true,
    ),
  );
  const all = await Promise.all([
    ...shards,
    plannedIn(
      mutants.filter(([, , { cannot }]) => cannot?.state !== undefined),
      false,
    ),
  ]);
  planned = Object.assign({}, ...all) as Record<string, Planned>;
}, 1_800_000);

afterAll(() => Promise.all(running.map((it) => it.stop())));

async function plannedIn(
  stacks: readonly (readonly [key: string, stack: SynthesizedJson, ...rest: unknown[]])[],
  apply: boolean,
): Promise<Record<string, Planned>> {
  const roots = Object.fromEntries(stacks.map(([key, stack]) => [key, withOwnNames(stack, key)]));
  const localAws = await startLocalAws();
  running.push(localAws);
  for (const seed of seedsFor(Object.entries(roots).map(([id, json]) => ({ id, json: json as never }))))
    await localAws.seed(seed);
  return planAll(roots, { localAws, apply });
}

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

const named = RUN.map((mutant, index) => [mutant.rule, mutant.name, mutant, keyOf(index)] as const);

describe.each(named)("%s: %s", (rule, _, mutant, key) => {
  const { plan: whyNoPlan, state: whyNoState } = mutant.cannot ?? {};

  test(whyNoPlan === undefined ? "is found in the plan" : `is not in a plan: ${whyNoPlan}`, () => {
    const { plan, refused } = plannedOf(key);
    if (whyNoPlan === undefined)
      expect({
        refused: plan === undefined ? refused : "",
        misses: plan === undefined ? [] : misses(mutant, trace(plan)),
      }).toEqual({ refused: "", misses: [] });
    else if (plan !== undefined) expect(misses(mutant, trace(plan))).not.toEqual([]);
  });

  if (whyNoState === undefined) {
    test("is found in the state", () => {
      const { state, refused } = plannedOf(key);
      expect({
        refused: state === undefined ? refused : "",
        misses: state === undefined ? [] : misses(mutant, trace(state)),
      }).toEqual({ refused: "", misses: [] });
    });
  } else if (/\brefuses?\b/.test(whyNoState)) {
    test(`is in no state, and its rule says that AWS refuses it: ${whyNoState}`, () =>
      expect(ruleOf(rule).certainty).toContain("apply"));
  }
});
