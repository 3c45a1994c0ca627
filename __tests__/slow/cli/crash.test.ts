import type { LocalAws } from "../../../rehearsal/local-aws";
import { seededAccount } from "../../support/crash-room";
import { problemsOf, type Recovery, recover, sideBySide } from "../../support/crash-run";
import { IS_EXHAUSTIVE } from "../../support/sample";

/*
 * A first apply that was killed, and the way back; more moments with npm run test:exhaustive, and twenty in
 * crash.twenty.ts (npm run test:crash).
 */

/** Seconds after the first resource was begun. terraform stores its state every 20 s. */
const MOMENTS = IS_EXHAUSTIVE ? [5, 9, 16, 38, 74] : [9, 38, 74];
/** One of them is completed by cdktf-cli. */
const WITH_CDKTF = IS_EXHAUSTIVE ? 16 : 9;
/** Before this, terraform has stored no state. */
const STATE_AFTER_SEC = 18;

jest.setTimeout(20 * 60_000);

let seeded: LocalAws;
let recoveries: Promise<Recovery>[] = [];

beforeAll(async () => {
  seeded = await seededAccount();
  // They mostly wait.
  recoveries = sideBySide(
    MOMENTS.map((seconds) => () => recover({ seeded, seconds, withCdktf: seconds === WITH_CDKTF })),
    MOMENTS.length,
  );
});

afterAll(async () => {
  await Promise.allSettled(recoveries);
  await seeded.stop();
});

describe.each(MOMENTS.map((seconds, index) => ({ seconds, index })))(
  "terraform killed $seconds s after it began to create",
  ({ seconds, index }) => {
    test("adopt and one deploy complete the site, nothing exists twice, and destroy leaves nothing", async () => {
      expect(problemsOf(await (recoveries[index] as Promise<Recovery>))).toEqual([]);
    });

    test(
      seconds < STATE_AFTER_SEC
        ? "left what no state knows, and adopt took it over"
        : "left what was not written to the state since it was last stored",
      async () => {
        const { orphans, adopted } = await (recoveries[index] as Promise<Recovery>);
        expect(Object.keys(orphans)).not.toEqual([]);
        if (seconds < STATE_AFTER_SEC) expect(adopted).toBeGreaterThan(0);
      },
    );
  },
);
