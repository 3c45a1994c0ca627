import { UsageError } from "../../machine/errors";
import { PLAN, readJson, shownName } from "../../machine/files/read-json";
import { TimeIsUp } from "../../path/deadline";
import { review } from "../../path/review/review";
import type { Review } from "../../path/review/review-report";
import { UnreadableFile } from "../../topology/unreadable-file";
import type { NamedReview } from "./named-review";

/**
 * Reviews plans, named by their files.
 * @throws {UsageError} if one of the files is not a plan
 * @throws {TimeIsUp} if one of them takes too long
 */
export async function reviewsOf(files: readonly string[]): Promise<NamedReview[]> {
  const reviews: NamedReview[] = [];
  // One at a time, as each can be large.
  for (const file of files) reviews.push({ name: shownName(file), review: reviewOf(file, await readJson(file, PLAN)) });
  return reviews;
}

/** @throws {UsageError} if the JSON is not a plan */
function reviewOf(file: string, document: unknown): Review {
  try {
    return review(document);
  } catch (error) {
    if (error instanceof TimeIsUp) throw new TimeIsUp(`${shownName(file)}: ${error.message}`);
    throw error instanceof UnreadableFile ? new UsageError(`${shownName(file)}: ${error.message}`) : error;
  }
}
