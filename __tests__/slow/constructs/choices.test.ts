import { NOT_RECORDED } from "../../../cli/bootstrap/not-recorded";
import { committedPolicy } from "../../../cli/bootstrap/policies";
import type { RehearsalResult } from "../../../rehearsal/rehearsal-run";
import type { SynthesizedStack } from "../../../rehearsal/stack-files";
import { REHEARSED } from "../../support/combinations";
import { actionsOf, byTerraform, isRead, refusedBy } from "../../support/iam-policy";
import { RehearsalRoom, runStages } from "../../support/rehearsal-room";
import { queue } from "../../support/side-by-side";
import { stackIdOf } from "../../support/stack-id";

/*
 * Every choice is built, checked, planned again and taken down, several stacks at a time in one account; each
 * combination by itself: npm run test:exhaustive.
 */

/** Each waits most of its time; more of them at once make each slower than they save. */
const SIDE_BY_SIDE = 6;
const ALL_MS = 20 * 60_000;
jest.setTimeout(ALL_MS);

const NAMES = Object.keys(REHEARSED);
const isWaiting = (name: string) => REHEARSED[name]?.hostedZone?.delegated === false;

let room: RehearsalRoom;
let synthesized: Promise<SynthesizedStack[]>;
let results: Map<string, Promise<RehearsalResult>>;

beforeAll(async () => {
  room = await RehearsalRoom.open();
  synthesized = room.synthesize("choices").then(async (stacks) => {
    await room.seed(stacks);
    return stacks;
  });
  synthesized.catch(() => undefined);
  results = rehearseAll(NAMES.map(stackIdOf));
});

afterAll(async () => {
  await Promise.allSettled(results?.values() ?? []);
  await room?.close();
});

test("every combination is a stack of its own", async () => {
  expect((await synthesized).map(({ id }) => id).sort()).toEqual(NAMES.map(stackIdOf).sort());
  expect(new Set(NAMES.map(stackIdOf)).size).toBe(NAMES.length);
});

test.each(NAMES.filter((name) => !isWaiting(name)))(
  "%s: built in parallel with the others, ok in every step, planned again without a change, and taken down",
  async (name) => {
    const { steps, verdict } = await resultOf(name);
    expect(steps.filter((step) => step.verdict !== "ok")).toEqual([]);
    expect(verdict).toBe("ok");
    expect(steps.find(({ id }) => id === "5.7")?.observed).toMatch(/^(\d+) added, second plan empty, \1 destroyed$/);
  },
);

test.each(NAMES.filter(isWaiting))("%s: has its zone, and one row for the site, which is unknown", async (name) => {
  const { steps, verdict } = await resultOf(name);
  expect(steps.map((step) => [step.id, step.verdict])).toEqual([
    ["0b", "ok"],
    ["5.7", "ok"],
    ["site", "unknown"],
  ]);
  expect(verdict).toBe("unknown");
});

test("the roles may do what all of this called, and no more than that and what the table says", async () => {
  await Promise.allSettled(results.values());
  const calls = await room.localAws.calls();
  expect(refusedBy("deploy", calls)).toEqual([]);
  expect(
    refusedBy(
      "plan",
      calls.filter(({ action }) => isRead(action)),
    ),
  ).toEqual([]);
  const called = new Set(byTerraform(calls).map(({ action }) => action));
  const allowed = (["plan", "deploy"] as const).flatMap((kind) => actionsOf(committedPolicy(kind)));
  expect(allowed.filter((action) => !called.has(action) && NOT_RECORDED[action] === undefined)).toEqual([]);
  expect(Object.keys(NOT_RECORDED).filter((action) => called.has(action))).toEqual([]);
});

function resultOf(name: string): Promise<RehearsalResult> {
  return results.get(stackIdOf(name)) ?? Promise.reject(new Error(`${name} was not rehearsed`));
}

/** Begins them in order, so many at a time. */
function rehearseAll(ids: readonly string[]): Map<string, Promise<RehearsalResult>> {
  const begin = queue(SIDE_BY_SIDE);
  const results = new Map(ids.map((id) => [id, begin(() => rehearse(id))]));
  for (const result of results.values()) result.catch(() => undefined); // reported by the test that awaits it
  return results;
}

async function rehearse(id: string): Promise<RehearsalResult> {
  const stack = (await synthesized).find((each) => each.id === id);
  if (stack === undefined) throw new Error(`there is no stack ${id}`);
  const rehearsal = await room.init(stack);
  await runStages(rehearsal, "destroy");
  return rehearsal.result();
}
