import type { LocalAws } from "../../../rehearsal/local-aws";
import { seededAccount } from "../../support/crash-room";
import { problemsOf, type Recovery, recover, sideBySide } from "../../support/crash-run";

/*
 * `npm run test:crash`: a first apply is killed at twenty moments; five of them are in
 * __tests__/slow/cli/crash.test.ts.
 */

/** Seconds after the first resource was begun, from then to just before the last one is done. */
const MOMENTS = [0.2, 0.7, 1.5, 2.5, 4, 5.5, 7, 9, 11.5, 14, 18, 21, 24, 30, 37, 44, 52, 61, 68, 75];
/** They mostly wait, and each takes about five minutes. */
const AT_ONCE = 4;
/** Before this, terraform has stored no state. */
const STATE_AFTER_SEC = 15;

jest.setTimeout(60 * 60_000);

let seeded: LocalAws;
let recoveries: Promise<Recovery>[] = [];

beforeAll(async () => {
  seeded = await seededAccount();
  recoveries = sideBySide(
    MOMENTS.map((seconds) => () => recover({ seeded, seconds })),
    AT_ONCE,
  );
});

afterAll(async () => {
  await Promise.allSettled(recoveries);
  await seeded.stop();
});

test.each(MOMENTS.map((seconds, index) => ({ seconds, index })))(
  "killed after $seconds s, adopted and deployed, the site is complete, nothing exists twice, and destroy " +
    "leaves nothing",
  async ({ index }) => {
    expect(problemsOf(await (recoveries[index] as Promise<Recovery>))).toEqual([]);
  },
);

test("a network that no state knows was left while terraform had stored none, and adopted", async () => {
  const early = (await Promise.all(recoveries)).filter((_, index) => (MOMENTS[index] ?? 0) < STATE_AFTER_SEC);
  // In the first moments there may be nothing yet.
  const withNetwork = early.filter(({ orphans }) => orphans.aws_vpc === 1);
  expect(withNetwork.length).toBeGreaterThan(5);
  for (const { adopted } of withNetwork) expect(adopted).toBeGreaterThan(0);
});
