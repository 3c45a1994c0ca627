import { EFFECTS } from "../../path/review/review-report";
import { asCode } from "../printing/escape";
import { cut, fitting, shares } from "../printing/room";
import { MAX_NAME, sentence } from "./cause-line";
import { MAX_HEAD } from "./head";
import { isNews, type NamedReview } from "./named-review";
import { lengthOf, pageOf, partsOf } from "./page";
import { asTagText, headingOf, markOf, shownAs, shownCounts, shownResult } from "./review-wording";

/* A review as a comment on a pull request: the headline and its causes first, everything else folded below. */

export interface MarkdownOptions {
  /**
   * Maximum length of the page in characters.
   * @default 60000
   */
  readonly limit?: number;
}

/** GitHub allows 65,536 characters in a comment; the rest is for the text around the review. */
const LIMIT = 60_000;
/** A shorter page is of no use. */
const LEAST_OF_PAGE = 800;

/** One page for one plan or several; several are ordered by effect, the most severe first, and folded below. */
export function reviewsAsMarkdown(reviews: readonly NamedReview[], { limit = LIMIT }: MarkdownOptions = {}): string {
  const [only] = reviews;
  if (reviews.length === 1 && only !== undefined) return pageOf(partsOf(only, 3), limit);
  const changing = reviews.filter(({ review }) => isNews(review)).length;
  const title =
    `### ${headingOf(reviews.map(({ review }) => review))}: ${reviews.length} plans, ` +
    `${changing === 0 ? "none" : changing} with changes`;
  const ordered = [...reviews].sort((one, other) => rankOf(one) - rankOf(other));
  const most = ordered.length <= MAX_HEAD - 2 ? ordered.length : MAX_HEAD - 3;
  const more = (left: number) => `- and ${left + ordered.length - most} more plans`;
  const listed = ordered.slice(0, most).map(planLine);
  const lines = fitting(listed, Math.floor(limit / 4), more);
  const head = [
    title,
    "",
    ...lines,
    ...(lines.length === listed.length && lines.at(-1) === listed.at(-1) && ordered.length > most ? [more(0)] : []),
    "",
  ].join("\n");
  const paged = ordered.filter(({ review }) => isNews(review) || review.watch.length > 0);
  const note = (left: number) => `\nOmitted for length: ${left} of ${paged.length} plans.\n`;
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

/** The most severe effect first, plans without changes last. */
function rankOf({ review }: NamedReview): number {
  return isNews(review) ? EFFECTS.length - EFFECTS.indexOf(shownAs(review)) : EFFECTS.length + 1;
}

function planLine({ name, review }: NamedReview): string {
  const { summary, counts } = review.report;
  return (
    `- ${markOf(shownAs(review))} ${asCode(cut(name, MAX_NAME))}: ` +
    `${sentence(summary)}${isNews(review) ? ` ${shownCounts(counts)}` : ""}`
  );
}

/** Open if the effect is unknown or worse. */
function frameOf({ name, review }: NamedReview): readonly [start: string, end: string] {
  const isOpen = EFFECTS.indexOf(shownAs(review)) >= EFFECTS.indexOf("unknown");
  return [
    `\n<details${isOpen ? " open" : ""}><summary><b>${shownResult(review)}</b>: ` +
      `<code>${asTagText(cut(name, MAX_NAME))}</code></summary>\n\n`,
    "\n</details>\n",
  ];
}
