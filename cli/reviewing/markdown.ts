import { EFFECTS, worstEffect, type Cause, type ChangeLine, type Review } from "../../path/review/report";
import type { Doing } from "../../topology/changes";
import { asBlock, asCode, asSentence } from "../tracing/escape";
import { firstOf } from "../tracing/wording";
import { reviewPicture } from "./picture";
import { alike, markOf, shownCounts, shownEffect, shownHop, shownPlace } from "./wording";

/* A review as a pull request's comment: the verdict first, what it comes from, and folded below it whatever else there is. */

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
/** Nobody reads a longer sentence, nor a longer name. */
const MAX_SENTENCE = 700;
const MAX_NAME = 200;
/** Of the head, which has at most fifteen lines. */
const MAX_CAUSES = 4;
const MAX_WATCH = 2;

/** One page for one plan or several; those that change nothing have a line. */
export function reviewsAsMarkdown(reviews: readonly NamedReview[], { limit = LIMIT }: MarkdownOptions = {}): string {
  const [only] = reviews;
  if (reviews.length === 1 && only !== undefined) return pageOf(only, limit, 3);
  const effect = worstEffect(reviews.map(({ review }) => review.report.effect));
  const changing = reviews.filter(({ review }) => isNews(review));
  const title = `### ${shownEffect(effect)}: ${reviews.length} plans, ${changing.length === 0 ? "none of which changes anything" : `${changing.length} of them with changes`}`;
  const lines = fitting(reviews.map(({ name, review, review: { report } }) => `- ${markOf(report.effect)} ${asCode(cut(name, MAX_NAME))}: ${sentence(report.summary)}${isNews(review) ? ` ${shownCounts(report.counts)}` : ""}`), Math.floor(limit / 4), (left) => `- and ${left} more plans`);
  const head = [title, "", ...lines, ""].join("\n");
  // Short pages first: what they leave is shared by the long ones.
  let room = limit - head.length;
  const pages = new Map<NamedReview, string>();
  const whole = changing.map((it) => ({ it, length: pageOf(it, limit, 4).length })).sort((one, other) => one.length - other.length);
  whole.forEach(({ it }, index) => {
    const page = pageOf(it, Math.floor(room / (whole.length - index)) - 2, 4);
    room -= page.length + 2;
    pages.set(it, page);
  });
  return [head, ...changing.map((it) => pages.get(it) ?? "")].filter((it) => it !== "").join("\n");
}

function isNews({ report, changes, outputs }: Review): boolean {
  return changes.some(({ doing }) => doing !== "read") || outputs.length > 0 || report.effect !== "none";
}

function pageOf({ name, review }: NamedReview, limit: number, level: number): string {
  const head = headOf(name, review, level);
  if (!isNews(review)) return `${head.join("\n")}\n`;
  const sections: (readonly [title: string, lines: readonly string[]])[] = [
    ["Causes, and how to avoid them", causeLines(review)], ["What is opened and closed", securityLines(review)], ["Also to watch", review.watch.map((it) => `- ${sentence(it)}`)],
    ...KINDS.map(([title, doings]) => [title, review.changes.filter(({ doing }) => doings.includes(doing)).map(changeLine)] as const), ["Outputs that change", review.outputs.map((it) => `- ${asCode(cut(it, MAX_NAME))}`)],
  ];
  const drawn = reviewPicture(review.picture).join("\n");
  const picture = drawn === "" || drawn.length > PICTURE_LIMIT ? "" : ["", ...asBlock("mermaid", drawn), ""].join("\n");
  let page = fitHead(head, limit);
  if (picture !== "" && page.length + picture.length < limit * 0.8) page += `\n${picture}`;
  for (const [title, lines] of sections) {
    if (lines.length === 0) continue;
    const frame = `\n<details><summary>${title} (${lines.length})</summary>\n\n\n\n</details>\n`.length;
    const shown = fitting(lines, limit - page.length - frame - 80, (left) => `- and ${left} more, for which there is no room here`);
    if (shown.length > 0) page += `\n<details><summary>${title} (${lines.length})</summary>\n\n${shown.join("\n")}\n\n</details>\n`;
  }
  return `${page}\n`.replace(/\n{3,}/g, "\n\n");
}

/** At most fifteen lines. */
function headOf(name: string, { report, watch, outputs, changes }: Review, level: number): string[] {
  const { effect, summary, hops, counts, causes, security } = report;
  const title = `${"#".repeat(level)} ${shownEffect(effect)}: ${sentence(summary)}`;
  const worse = alike(rootsOf(causes.filter((it) => it.effect !== "none")));
  const lines = [
    `${asCode(cut(name, MAX_NAME))}: ${shownCounts(counts)}${outputs.length > 0 ? `, ${outputs.length} ${outputs.length === 1 ? "output" : "outputs"}` : ""}`,
    ...(hops.length > 0 ? ["", `Path: ${hops.map(shownHop).join(" → ")}`] : []),
    ...(worse.length > 0 ? [""] : []),
    ...worse.slice(0, MAX_CAUSES).map(({ cause, addresses }) => `- ${shownEffect(cause.effect)}: ${attributeOf(cause.attribute)}${firstOf(addresses.map(shownAddress))}. ${sentence(cause.why)}${cause.avoid === "" ? "" : ` **Instead:** ${sentence(cause.avoid)}.`.replace(/\.\.$/, ".")}`),
    ...(worse.length > MAX_CAUSES ? [`- and ${worse.length - MAX_CAUSES} more causes, below`] : []),
    ...(security.opened.length > 0 ? [`- **Opened:** ${firstOf(security.opened.map(sentence))}`] : []),
    ...(security.closed.length > 0 ? [`- Closed: ${firstOf(security.closed.map(sentence))}`] : []),
    ...watch.slice(0, MAX_WATCH).map((it) => `- Watch: ${sentence(it)}`),
    ...(watch.length > MAX_WATCH ? [`- and ${watch.length - MAX_WATCH} more to watch, below`] : []),
  ];
  return isNews({ report, watch, outputs, changes, picture: { nodes: [], edges: [] } }) ? [title, "", ...lines] : [`${title} (${asCode(cut(name, MAX_NAME))})`];
}

/** Without those that only follow one that is told and no better. */
function rootsOf(causes: readonly Cause[]): Cause[] {
  const told = new Map(causes.map(({ address, effect }) => [address, EFFECTS.indexOf(effect)]));
  return causes.filter(({ why, effect }) => !why.split("` follows `").slice(1).some((it) => (told.get(it.slice(0, it.indexOf("`"))) ?? -1) >= EFFECTS.indexOf(effect)));
}

function attributeOf(attribute: string): string {
  return attribute === "" ? "" : `${asCode(cut(attribute, MAX_NAME))} of `;
}

/** A head of hostile names can be longer than all its room; its last lines go first. */
function fitHead(head: readonly string[], limit: number): string {
  const [title = "", ...lines] = head;
  return [cut(title, Math.max(40, limit - 40)), ...fitting(lines, limit - title.length - 40, () => "")].join("\n") + "\n";
}

function causeLines({ report }: Review): string[] {
  return alike(report.causes).map(({ cause: { attribute, hop, effect, why, avoid }, addresses }) =>
    `- ${shownEffect(effect)}, ${shownPlace(hop)}: ${attributeOf(attribute)}${firstOf(addresses.map(shownAddress))}. ${sentence(why)}${avoid === "" ? "" : ` Instead: ${sentence(avoid)}.`.replace(/\.\.$/, ".")}`);
}

function securityLines({ report: { security: { opened, closed } } }: Review): string[] {
  return [...opened.map((it) => `- opened: ${sentence(it)}`), ...closed.map((it) => `- closed: ${sentence(it)}`)];
}

const KINDS: readonly (readonly [title: string, doings: readonly Doing[]])[] = [
  ["Replaced", ["replace"]], ["Destroyed", ["destroy"]], ["Created", ["create"]], ["Updated in place", ["update"]], ["Imported, moved, forgotten or read", ["import", "move", "forget", "read", "other"]],
];

function changeLine({ address, doing, isCreatedFirst, attributes, reason }: ChangeLine): string {
  const notes = [
    ...(attributes.length > 0 ? [firstOf(attributes.map((it) => asCode(cut(it, MAX_NAME))))] : []),
    ...(doing === "replace" && isCreatedFirst ? ["the new one first"] : []), ...(reason === "" ? [] : [asSentence(cut(reason, MAX_NAME))]),
    ...(["import", "move", "forget", "read", "other"].includes(doing) ? [doing === "other" ? "something that this version does not know" : doing] : []),
  ];
  return `- ${shownAddress(address)}${notes.length === 0 ? "" : `: ${notes.join("; ")}`}`;
}

function shownAddress(address: string): string {
  return asCode(cut(address, MAX_NAME));
}

function sentence(text: string): string {
  return asSentence(cut(text, MAX_SENTENCE));
}

/** In the middle of a value between backticks nothing is cut off without its end. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const start = text.slice(0, length - 1);
  return `${start}…${start.split("`").length % 2 === 0 ? "`" : ""}`;
}

/** As many lines as there is room for, and how many more there are. */
function fitting(lines: readonly string[], room: number, more: (left: number) => string): string[] {
  if (lines.join("\n").length <= room) return [...lines];
  let left = room - more(lines.length).length - 1;
  const end = lines.findIndex((line) => (left -= line.length + 1) < 0);
  if (end <= 0) return room > more(lines.length).length ? [more(lines.length)] : [];
  return [...lines.slice(0, end), more(lines.length - end)];
}
