import type { Review } from "../../path/review/review-report";

/** A plan's review, with the plan's name. */
export interface NamedReview {
  readonly name: string;
  readonly review: Review;
}

/** Whether a plan has anything to report. */
export function isNews({ report, changes, outputs }: Review): boolean {
  return changes.some(({ doing }) => doing !== "read") || outputs.length > 0 || report.effect !== "none";
}
