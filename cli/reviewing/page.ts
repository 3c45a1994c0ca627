import { asBlock } from "../printing/escape";
import { fitting, shares } from "../printing/room";
import { headOf } from "./head";
import { isNews, type NamedReview } from "./named-review";
import { reviewPicture } from "./review-picture";
import { type Section, sectionsOf } from "./sections";

/** GitHub draws no picture of more than 50,000 characters. */
const PICTURE_LIMIT = 45_000;
/** Of a page; the rest is for the words. */
const PICTURE_SHARE = 0.8;
/** For the line that says what has no room. */
const LEFT_OUT_ROOM = 300;

/** A page before anything is left out: what is written once, however often it is fitted. */
export interface Parts {
  readonly head: readonly string[];
  /** Empty where there is none. */
  readonly picture: string;
  readonly sections: readonly Section[];
}

/** @param level of its heading */
export function partsOf({ name, review }: NamedReview, level: number): Parts {
  const head = headOf(name, review, level);
  if (!isNews(review)) return { head, picture: "", sections: [] };
  return {
    head,
    picture: reviewPicture(review.picture).join("\n"),
    sections: sectionsOf(review).filter(({ lines }) => lines.length > 0),
  };
}

/** The page, of which what has no room is left out, and named. */
export function pageOf(parts: Parts, limit: number): string {
  const whole = pageWithin(parts, Infinity);
  return whole.length <= limit ? whole : pageWithin(parts, limit - LEFT_OUT_ROOM);
}

function pageWithin({ head: lines, picture, sections }: Parts, limit: number): string {
  const head = fitHead(lines, limit);
  const block = picture === "" ? "" : ["", ...asBlock("mermaid", picture), ""].join("\n");
  const isDrawn = picture.length <= PICTURE_LIMIT && head.length + block.length < limit * PICTURE_SHARE;
  const start = isDrawn ? head + block : head;
  const folds = sections.map(({ title, lines }) => ({
    title,
    lines,
    frame: [`\n<details><summary>${title} (${lines.length})</summary>\n\n`, "\n\n</details>\n"],
  }));
  // No section takes the room of all others: each that is long has its share.
  const rooms = shares(
    folds.map(({ lines, frame }) => lengthOf(lines) + lines.length + lengthOf(frame)),
    limit - start.length,
  );
  const shown = folds.map(({ lines, frame, ...fold }, index) => ({
    ...fold,
    frame,
    count: lines.length,
    lines: fitting(
      lines,
      (rooms[index] ?? 0) - lengthOf(frame),
      (left) => `- and ${left} more, for which there is no room here`,
    ),
  }));
  const missing = [
    ...(isDrawn || picture === "" ? [] : ["the picture"]),
    ...shown.filter(({ lines }) => lines.length === 0).map(({ title, count }) => `${title.toLowerCase()} (${count})`),
  ];
  return [
    start,
    ...shown.filter(({ lines }) => lines.length > 0).map(({ frame, lines }) => frame.join(lines.join("\n"))),
    ...(missing.length > 0 ? [`\nThere is no room here for: ${missing.join("; ")}.\n`] : []),
  ].join("");
}

/**
 * A head of hostile names can be longer than all its room; its last lines go first, and a title is never cut in the
 * middle of what is escaped.
 */
function fitHead([title = "", ...lines]: readonly string[], limit: number): string {
  const shown = title.length <= limit - 60 ? title : title.slice(0, title.indexOf(":"));
  return `${[
    shown,
    ...fitting(lines, limit - shown.length - 60, () => "- and more, for which there is no room here"),
  ].join("\n")}\n`;
}

/** How many characters texts have together. */
export function lengthOf(texts: readonly string[]): number {
  return texts.join("").length;
}
