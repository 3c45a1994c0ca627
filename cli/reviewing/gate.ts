import { UsageError } from "../../machine/errors";
import { EFFECTS, type Effect } from "../../path/review/review-report";
import type { NamedReview } from "./named-review";

/* The effect at which a job fails. */

/** What `--fail-on` takes: all that a request can notice. */
export const GATES = EFFECTS.slice(1);

/**
 * @param option what it is called where it was given
 * @throws {UsageError} if it is no effect that a request can notice
 */
export function gateOf(failOn: string | undefined, option: string): Effect | undefined {
  const gate = GATES.find((it) => it === failOn);
  if (failOn !== undefined && gate === undefined)
    throw new UsageError(`${option}: got ${failOn}; allowed is ${GATES.join(", ")}`);
  return gate;
}

/** What a gate lets pass although nobody knows its effect, a sentence for each plan. */
export function passedUnknown(reviews: readonly NamedReview[], gate: Effect): string[] {
  return reviews
    .filter(({ review: { report } }) => report.effect === "unknown" && !isAsBad(report.effect, gate))
    .map(
      ({ name, review: { report } }) =>
        `${name}: the effect is unknown, which --fail-on ${gate} does not stop. ${report.summary}`,
    );
}

/** Whether an effect is a gate's, or worse. */
export function isAsBad(effect: Effect, gate: Effect): boolean {
  return EFFECTS.indexOf(effect) >= EFFECTS.indexOf(gate);
}
