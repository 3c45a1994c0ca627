import type { Cause, ChangeLine, Review } from "../../path/review/review-report";
import type { Doing } from "../../topology/changes";
import { asBlock, asCode, asSentence } from "../printing/escape";
import { firstOf } from "../printing/lists";
import { cut } from "../printing/room";
import { causeLine, MAX_NAME, sentence, shownAddress } from "./cause-line";
import { alike, shownEffect, shownPlace } from "./review-wording";

/** A folded section below the head, under a title with the number of its lines. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** All sections of a plan, those without lines included. */
export function sectionsOf(review: Review): Section[] {
  return [
    { title: "Causes and fixes", lines: causeLines(review) },
    { title: "Blocks to paste", lines: blocksOf(review.report.causes) },
    { title: "Security changes", lines: securityLines(review) },
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
    (it) => `- ${shownEffect(it.cause.effect)}, ${shownPlace(it.cause.hop, it.cause.effect)}: ${causeLine(it, "Fix:")}`,
  );
}

/** Each block once, however many causes it fixes. */
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
  ["Imported, moved, no longer managed, or read", ["import", "move", "forget", "read", "other"]],
];

const DONE: Partial<Record<Doing, string>> = {
  import: "imported",
  move: "moved",
  forget: "no longer managed by Terraform",
  read: "read",
  other: "an action that this version of alb-web does not know",
};

function changeLine({ address, doing, isCreatedFirst, attributes, reason }: ChangeLine): string {
  const notes = [
    ...(attributes.length > 0 ? [firstOf(attributes.map((it) => asCode(cut(it, MAX_NAME))))] : []),
    ...(doing === "replace" && isCreatedFirst ? ["create, then destroy"] : []),
    ...(reason === "" ? [] : [asSentence(cut(reason, MAX_NAME))]),
    ...(DONE[doing] === undefined || (doing === "move" && reason !== "") ? [] : [DONE[doing]]),
  ];
  return `- ${shownAddress(address)}${notes.length === 0 ? "" : `: ${notes.join("; ")}`}`;
}
