import { type Cause, type ChangeLine, EFFECTS, type Review, worstEffect } from "../../path/review/report";
import type { Doing } from "../../topology/changes";
import { asBlock, asCode, asSentence } from "../printing/escape";
import { firstOf } from "../printing/lists";
import { cut, fitting, shares } from "../printing/room";
import { reviewPicture } from "./picture";
import { alike, asTagText, markOf, shownCounts, shownEffect, shownHop, shownPlace } from "./wording";

/*
 * A review as a pull request's comment: the verdict first, what it comes from, and folded below it whatever else there
 * is.
 */

/** A plan's review, by the name that a person knows it by. */
export interface NamedReview {
  readonly name: string;
  readonly review: Review;
}

export interface MarkdownOptions {
  /**
   * Characters that the page may have.
   * @default 60000
   */
  readonly limit?: number;
}

/** GitHub takes 65,536 characters in a comment; the rest is for what stands around the review. */
const LIMIT = 60_000;
/** GitHub draws no picture of more than 50,000 characters. */
const PICTURE_LIMIT = 45_000;
/** Of a page; the rest is for the words. */
const PICTURE_SHARE = 0.8;
/** Nobody reads a longer sentence, nor a longer name. */
const MAX_SENTENCE = 700;
const MAX_NAME = 200;
/** Lines of the head, blank ones too: what a reviewer reads of every plan. */
const MAX_HEAD = 15;
const MAX_CAUSES = 5;
const MAX_WATCH = 3;
/** A page that is any shorter tells nothing. */
const LEAST_OF_PAGE = 800;
/** For the line that says what has no room. */
const LEFT_OUT_ROOM = 300;

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

function lengthOf(texts: readonly string[]): number {
  return texts.join("").length;
}

/** Whether there is anything to tell of a plan. */
export function isNews({ report, changes, outputs }: Review): boolean {
  return changes.some(({ doing }) => doing !== "read") || outputs.length > 0 || report.effect !== "none";
}

/** A page before anything is left out: what is written once, however often it is fitted. */
interface Parts {
  readonly head: readonly string[];
  /** Empty where there is none. */
  readonly picture: string;
  readonly sections: readonly Section[];
}

function partsOf({ name, review }: NamedReview, level: number): Parts {
  const head = headOf(name, review, level);
  if (!isNews(review)) return { head, picture: "", sections: [] };
  return {
    head,
    picture: reviewPicture(review.picture).join("\n"),
    sections: sectionsOf(review).filter(({ lines }) => lines.length > 0),
  };
}

function pageOf(parts: Parts, limit: number): string {
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

interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

function sectionsOf(review: Review): Section[] {
  return [
    { title: "Causes, and how to avoid them", lines: causeLines(review) },
    { title: "Blocks to paste", lines: blocksOf(review.report.causes) },
    { title: "What is opened and closed", lines: securityLines(review) },
    { title: "What to watch", lines: review.watch.map((it) => `- ! ${sentence(it)}`) },
    ...KINDS.map(([title, doings]) => ({
      title,
      lines: review.changes.filter(({ doing }) => doings.includes(doing)).map(changeLine),
    })),
    { title: "Outputs that change", lines: review.outputs.map((it) => `- ${asCode(cut(it, MAX_NAME))}`) },
  ];
}

/** At most fifteen lines; security and what to watch are never pushed out by causes. */
function headOf(name: string, review: Review, level: number): string[] {
  const {
    report: { effect, summary, hops, counts, security },
    roots,
    watch,
    outputs,
  } = review;
  // The summary of what fails begins with these words itself.
  const [shown, said] =
    effect === "fails"
      ? [`${markOf(effect)} Apply will fail`, summary.replace(/^Apply will fail: /, "")]
      : [shownEffect(effect), summary];
  const title = `${"#".repeat(level)} ${shown}: ${sentence(said)}`;
  const shownName = asCode(cut(name, MAX_NAME));
  const watched = firstLines(
    watch.map((it) => `- Watch: ${sentence(it)}`),
    MAX_WATCH,
    (left) => `- and ${left} more to watch${isNews(review) ? ", below" : ""}`,
  );
  if (!isNews(review)) return [`${title} (${shownName})`, ...(watched.length > 0 ? ["", ...watched] : [])];
  const start = [
    title,
    "",
    `${shownName}: ${shownCounts(counts)}` +
      `${outputs.length > 0 ? `, ${outputs.length} ${outputs.length === 1 ? "output" : "outputs"}` : ""}`,
    ...(hops.length > 0 ? ["", `Path: ${hops.map(shownHop).join(" · ")}`] : []),
  ];
  const secured = [
    ...(security.opened.length > 0 ? [`- **Opened:** ${firstOf(security.opened.map(sentence))}`] : []),
    ...(security.closed.length > 0 ? [`- Closed: ${firstOf(security.closed.map(sentence))}`] : []),
  ];
  const worse = alike(roots).map((it) => `- ${shownEffect(it.cause.effect)}: ${toldCause(it, "**Instead:**")}`);
  const room = MAX_HEAD - start.length - 1 - secured.length - watched.length;
  const list = [
    ...firstLines(worse, Math.min(MAX_CAUSES, room), (left) => `- and ${left} more causes, below`),
    ...secured,
    ...watched,
  ];
  return [...start, ...(list.length > 0 ? ["", ...list] : [])];
}

/** No more lines than this, the last of which says how many are not told. */
function firstLines(lines: readonly string[], most: number, more: (left: number) => string): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most - 1), more(lines.length - most + 1)];
}

function attributeOf(attribute: string): string {
  return attribute === "" ? "" : `${asCode(cut(attribute, MAX_NAME))} of `;
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

function causeLines({ report }: Review): string[] {
  return alike(report.causes).map(
    (it) =>
      `- ${shownEffect(it.cause.effect)}, ${shownPlace(it.cause.hop, it.cause.effect)}: ${toldCause(it, "Instead:")}`,
  );
}

function toldCause(
  { cause: { attribute, why, avoid }, addresses }: ReturnType<typeof alike>[number],
  instead: string,
): string {
  return (
    `${attributeOf(attribute)}${firstOf(addresses.map(shownAddress))}. ` +
    `${sentence(why)}${avoid === "" ? "" : ` ${instead} ${sentence(avoid)}.`.replace(/\.\.$/, ".")}`
  );
}

/** Each once, however many causes it avoids; blocks of one kind are not told apart by what stands between them. */
function blocksOf(causes: readonly Cause[]): string[] {
  return [...new Set(causes.flatMap(({ hcl }) => hcl?.split("\n\n") ?? []))].map((hcl) =>
    asBlock("hcl", hcl).join("\n"),
  );
}

function securityLines({
  report: {
    security: { opened, closed },
  },
}: Review): string[] {
  return [...opened.map((it) => `- opened: ${sentence(it)}`), ...closed.map((it) => `- closed: ${sentence(it)}`)];
}

const KINDS: readonly (readonly [title: string, doings: readonly Doing[]])[] = [
  ["Replaced", ["replace"]],
  ["Destroyed", ["destroy"]],
  ["Created", ["create"]],
  ["Updated in place", ["update"]],
  ["Imported, moved, forgotten or read", ["import", "move", "forget", "read", "other"]],
];

function changeLine({ address, doing, isCreatedFirst, attributes, reason }: ChangeLine): string {
  const notes = [
    ...(attributes.length > 0 ? [firstOf(attributes.map((it) => asCode(cut(it, MAX_NAME))))] : []),
    ...(doing === "replace" && isCreatedFirst ? ["the new one first"] : []),
    ...(reason === "" ? [] : [asSentence(cut(reason, MAX_NAME))]),
    ...(["import", "move", "forget", "read", "other"].includes(doing)
      ? [doing === "other" ? "something that this version does not know" : doing]
      : []),
  ];
  return `- ${shownAddress(address)}${notes.length === 0 ? "" : `: ${notes.join("; ")}`}`;
}

function shownAddress(address: string): string {
  return asCode(cut(address, MAX_NAME));
}

function sentence(text: string): string {
  return asSentence(cut(text, MAX_SENTENCE));
}
