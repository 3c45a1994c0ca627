import { asBlock } from "../printing/escape";
import { fitting, shares } from "../printing/room";
import { headOf } from "./head";
import { isNews, type NamedReview } from "./named-review";
import { reviewPicture } from "./review-picture";
import { type Section, sectionsOf } from "./sections";

/** GitHub renders no Mermaid source over 50,000 characters. */
const PICTURE_LIMIT = 45_000;
/** The picture's share of the page; the rest is for text. */
const PICTURE_SHARE = 0.8;
/** For the line that lists what is omitted. */
const LEFT_OUT_ROOM = 300;

/** A page before anything is omitted. */
export interface Parts {
  readonly head: readonly string[];
  /** Empty if there is none. */
  readonly picture: string;
  readonly sections: readonly Section[];
}

/** @param level the level of its heading */
export function partsOf({ name, review }: NamedReview, level: number): Parts {
  const head = headOf(name, review, level);
  if (!isNews(review)) return { head, picture: "", sections: [] };
  return {
    head,
    picture: reviewPicture(review.picture).join("\n"),
    sections: sectionsOf(review, head).filter(({ lines }) => lines.length > 0),
  };
}

/** The page; parts that do not fit are omitted and listed. */
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
  // Long sections share the room, so that none displaces all others.
  const rooms = shares(
    folds.map(({ lines, frame }) => lengthOf(lines) + lines.length + lengthOf(frame)),
    limit - start.length,
  );
  const shown = folds.map(({ lines, frame, ...fold }, index) => ({
    ...fold,
    frame,
    count: lines.length,
    lines: fitting(lines, (rooms[index] ?? 0) - lengthOf(frame), (left) => `- and ${left} more, omitted for length`),
  }));
  const missing = [
    ...(isDrawn || picture === "" ? [] : ["the diagram"]),
    ...shown.filter(({ lines }) => lines.length === 0).map(({ title, count }) => `${title.toLowerCase()} (${count})`),
  ];
  return [
    start,
    ...shown.filter(({ lines }) => lines.length > 0).map(({ frame, lines }) => frame.join(lines.join("\n"))),
    ...(missing.length > 0 ? [`\nOmitted for length: ${missing.join("; ")}.\n`] : []),
  ].join("");
}

/** A head with very long names may not fit. Its last lines are omitted first; a title is never cut in an escape. */
function fitHead([title = "", ...lines]: readonly string[], limit: number): string {
  const shown = title.length <= limit - 60 ? title : `${title.split(" ", 2).join(" ")} The headline is too long.`;
  return `${[shown, ...fitting(lines, limit - shown.length - 60, () => "- and more, omitted for length")].join(
    "\n",
  )}\n`;
}

/** The total number of characters. */
export function lengthOf(texts: readonly string[]): number {
  return texts.join("").length;
}
