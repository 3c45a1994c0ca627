import { WorkFailed } from "../../machine/errors";
import type { StagedRehearsal } from "../../rehearsal/rehearsal-run";
import type { Step, Steps } from "../steps";

/** Each uses about 1 GB, and one core from time to time; most of its time is waiting. */
const SIDE_BY_SIDE = 4;

/** How a command works: step by step, until it is interrupted. */
export interface Work {
  readonly step: Steps;
  readonly signal: AbortSignal;
}

/** Errors that ended rehearsals early. */
export interface Ended {
  readonly failures: string[];
  /** An internal error in one stack's rehearsal; the others continue. */
  error?: unknown;
}

/** Rehearses the stacks in parallel; if one fails, the others continue. */
export function rehearseAll(rehearsals: readonly StagedRehearsal[], { step, signal }: Work): Promise<Ended> {
  return step("rehearse", async (whole) => {
    const ended: Ended = { failures: [] };
    const waiting = [...rehearsals];
    const next = async (): Promise<void> => {
      for (let rehearsal = waiting.shift(); rehearsal !== undefined; rehearsal = waiting.shift())
        await rehearseOne(rehearsal, whole).catch((error: unknown) => {
          // On an interrupt, this one waits for the others, whose terraform must still store its state.
          if (signal.aborted) return;
          if (error instanceof WorkFailed) ended.failures.push(error.message);
          else ended.error ??= error;
        });
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, next));
    return ended;
  });
}

function rehearseOne(rehearsal: StagedRehearsal, { step }: Step): Promise<void> {
  return step(rehearsal.stack, async (whole) => {
    for (const { title, run } of rehearsal.stages())
      await whole.step(`${rehearsal.stack}: ${title}`, async ({ report, rename }) =>
        rename(`${rehearsal.stack}: ${title}: ${await run(report)}`),
      );
  });
}
