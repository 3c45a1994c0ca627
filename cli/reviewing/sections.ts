import type { Cause, ChangeLine, Review } from "../../path/review/review-report";
import type { Doing } from "../../topology/changes";
import { asBlock, asCode, asSentence } from "../printing/escape";
import { firstOf } from "../printing/lists";
import { cut } from "../printing/room";
import { alike, shownEffect, shownPlace } from "./review-wording";
import { MAX_NAME, sentence, shownAddress, toldCause } from "./told";

/** What is folded below the head, under a title that says how many lines it has. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** All that there is to tell of a plan; those without a line included. */
export function sectionsOf(review: Review): Section[] {
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

function causeLines({ report }: Review): string[] {
  return alike(report.causes).map(
    (it) =>
      `- ${shownEffect(it.cause.effect)}, ${shownPlace(it.cause.hop, it.cause.effect)}: ${toldCause(it, "Instead:")}`,
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
