import { UsageError } from "../../machine/errors";
import { EFFECTS, type Effect } from "../../path/review/review-report";
import type { NamedReview } from "./named-review";

/* The effect at or above which a job fails. */

/** Values of `--fail-on`: all effects but `none`. */
export const GATES = EFFECTS.slice(1);

/**
 * @param option the name of the option or input
 * @throws {UsageError} if it is not one of these effects
 */
export function gateOf(failOn: string | undefined, option: string): Effect | undefined {
  const gate = GATES.find((it) => it === failOn);
  if (failOn !== undefined && gate === undefined)
    throw new UsageError(`${option} must be one of ${GATES.join(", ")} (got ${failOn})`);
  return gate;
}

/** A warning for each plan with an unknown effect that the gate does not stop. */
export function passedUnknown(reviews: readonly NamedReview[], gate: Effect): string[] {
  return reviews
    .filter(({ review: { report } }) => report.effect === "unknown" && !isAsBad(report.effect, gate))
    .map(({ name, review: { report } }) => `${name}: ${report.summary} --fail-on ${gate} does not stop this.`);
}

/** Whether an effect is at or above a gate. */
export function isAsBad(effect: Effect, gate: Effect): boolean {
  return EFFECTS.indexOf(effect) >= EFFECTS.indexOf(gate);
}
