import { EFFECTS, worstEffect } from "../../path/review/review-report";
import { asCode } from "../printing/escape";
import { cut, fitting, shares } from "../printing/room";
import { MAX_HEAD } from "./head";
import { isNews, type NamedReview } from "./named-review";
import { lengthOf, pageOf, partsOf } from "./page";
import { asTagText, markOf, shownCounts, shownEffect } from "./review-wording";
import { MAX_NAME, sentence } from "./told";

/*
 * A review as a pull request's comment: the verdict first, what it comes from, and folded below it whatever else there
 * is.
 */

export interface MarkdownOptions {
  /**
   * Characters that the page may have.
   * @default 60000
   */
  readonly limit?: number;
}

/** GitHub takes 65,536 characters in a comment; the rest is for what stands around the review. */
const LIMIT = 60_000;
/** A page that is any shorter tells nothing. */
const LEAST_OF_PAGE = 800;

/** One page for one plan or several; of several the worst is first, and each is folded below its line. */
export function reviewsAsMarkdown(reviews: readonly NamedReview[], { limit = LIMIT }: MarkdownOptions = {}): string {
  const [only] = reviews;
  if (reviews.length === 1 && only !== undefined) return pageOf(partsOf(only, 3), limit);
  const effect = worstEffect(reviews.map(({ review }) => review.report.effect));
  const changing = reviews.filter(({ review }) => isNews(review)).length;
  const title =
    `### ${shownEffect(effect)}: ${reviews.length} plans, ` +
    `${changing === 0 ? "none of which changes anything" : `${changing} of them with changes`}`;
  const ordered = [...reviews].sort((one, other) => rankOf(one) - rankOf(other));
  const most = ordered.length <= MAX_HEAD - 2 ? ordered.length : MAX_HEAD - 3;
  const more = (left: number) => `- and ${left + ordered.length - most} more plans`;
  const told = ordered.slice(0, most).map(planLine);
  const lines = fitting(told, Math.floor(limit / 4), more);
  const head = [
    title,
    "",
    ...lines,
    ...(lines.length === told.length && lines.at(-1) === told.at(-1) && ordered.length > most ? [more(0)] : []),
    "",
  ].join("\n");
  const paged = ordered.filter(({ review }) => isNews(review) || review.watch.length > 0);
  const note = (left: number) => `\nThere is no room here for ${left} of ${paged.length} plans.\n`;
  const room = limit - head.length - note(paged.length).length;
  const shown = paged.slice(0, Math.floor(room / LEAST_OF_PAGE));
  const pages = shown.map((it) => ({ parts: partsOf(it, 4), frame: frameOf(it) }));
  const rooms = shares(
    pages.map(({ parts, frame }) => pageOf(parts, limit).length + lengthOf(frame)),
    room,
  );
  const folded = pages.map(({ parts, frame }, index) =>
    frame.join(pageOf(parts, (rooms[index] ?? 0) - lengthOf(frame))),
  );
  return [head, ...folded, ...(paged.length > shown.length ? [note(paged.length - shown.length)] : [])].join("");
}

/** The worst is first, and what changes nothing last. */
function rankOf({ review }: NamedReview): number {
  return isNews(review) ? EFFECTS.length - EFFECTS.indexOf(review.report.effect) : EFFECTS.length + 1;
}

function planLine({ name, review }: NamedReview): string {
  const { effect, summary, counts } = review.report;
  return (
    `- ${markOf(effect)} ${asCode(cut(name, MAX_NAME))}: ` +
    `${sentence(summary)}${isNews(review) ? ` ${shownCounts(counts)}` : ""}`
  );
}

/** What nobody should overlook is open. */
function frameOf({
  name,
  review: {
    report: { effect },
  },
}: NamedReview): readonly [start: string, end: string] {
  const isOpen = EFFECTS.indexOf(effect) >= EFFECTS.indexOf("unknown");
  return [
    `\n<details${isOpen ? " open" : ""}><summary><b>${shownEffect(effect)}</b>: ` +
      `<code>${asTagText(cut(name, MAX_NAME))}</code></summary>\n\n`,
    "\n</details>\n",
  ];
}
