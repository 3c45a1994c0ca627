import type { Review } from "../../path/review/review-report";

/** A plan's review, by the name that a person knows it by. */
export interface NamedReview {
  readonly name: string;
  readonly review: Review;
}

/** Whether there is anything to tell of a plan. */
export function isNews({ report, changes, outputs }: Review): boolean {
  return changes.some(({ doing }) => doing !== "read") || outputs.length > 0 || report.effect !== "none";
}
