import type { ChangeLine, Review } from "../../path/review/review-report";
import { RULES } from "../../path/rules/all";
import { blockOf } from "../../topology/addresses";
import type { Doing } from "../../topology/changes";
import { asBlock, asCode, asSentence } from "../printing/escape";
import { firstOf } from "../printing/lists";
import { cut } from "../printing/room";
import { type Alike, causeLine, inPlural, MAX_NAME, sentence, shownAddress } from "./cause-line";
import { toWatch } from "./head";
import { alike, shownEffect, shownPlace } from "./review-wording";

/** As many addresses as a line of the head lists. */
const MOST_ABOVE = 5;

/** A folded section below the head, under a title with the number of its lines. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/**
 * All sections of a plan, those without lines included.
 * @param head the lines above, which the sections do not repeat
 */
export function sectionsOf(review: Review, head: readonly string[]): Section[] {
  const above = head.join("\n");
  const [all, toBeWatched] = [alike(review.report.causes), toWatch(review)];
  const causes = all.filter((it) => !isAbove(it, above));
  const hasAny = causes.length < all.length;
  const watched = toBeWatched.filter((it) => !above.includes(sentence(it, true)));
  const [pasted, changed] = blocksOf(review);
  return [
    { title: titleOf(causes, hasAny), lines: causes.map(foldedLine) },
    { title: "Blocks to paste", lines: pasted },
    { title: "Change to make", lines: changed },
    { title: "Security changes", lines: securityLines(review, above) },
    {
      title: watched.length < toBeWatched.length ? "More to watch" : "What to watch",
      lines: watched.map((it) => `- Watch: ${sentence(it, true)}`),
    },
    ...KINDS.map(([title, doings]) => ({
      title,
      lines: changeLines(
        review.changes.filter(({ doing }) => doings.includes(doing)),
        above,
      ),
    })),
    { title: "Outputs that change", lines: review.outputs.map((it) => `- ${asCode(cut(it, MAX_NAME))}`) },
    { title: "What was checked", lines: review.coverage === undefined ? [] : [`- ${sentence(review.coverage, true)}`] },
    { title: "Explanations of the rules", lines: explained(review) },
  ];
}

/** Whether the head has the whole of it. */
function isAbove(it: Alike, above: string): boolean {
  return (
    it.addresses.length <= MOST_ABOVE &&
    above.includes(`- ${shownEffect(it.cause.effect)}: ${causeLine(it, "**Fix:**", true)}`)
  );
}

function titleOf(causes: readonly Alike[], hasAny: boolean): string {
  if (causes.every(({ cause }) => cause.effect === "none")) return "Changes without an effect on requests";
  return hasAny ? "More causes and fixes" : "Causes and fixes";
}

function foldedLine(it: Alike): string {
  const { hop, effect } = it.cause;
  return `- ${shownEffect(effect)}, ${shownPlace(hop, effect)}: ${causeLine(it, "Fix:", true)}`;
}

/** Each block once, however many causes it fixes: those that can be pasted, and changes of existing blocks. */
function blocksOf({ report: { causes }, blocks }: Review): readonly [pasted: string[], changed: string[]] {
  const all = [...new Set(causes.flatMap(({ hcl }) => hcl?.split("\n\n") ?? []))];
  // Type and name; blocks to paste do not say their module.
  const existing = new Set(
    [...(blocks ?? []), ...causes.map(({ address }) => blockOf(address))].map((it) =>
      it.split(".").slice(-2).join("."),
    ),
  );
  const isChange = (hcl: string) => {
    const [, type, name] = /^resource "([^"]+)" "([^"]+)"/.exec(hcl) ?? [];
    if (type === undefined) return !/^(moved|import|removed|data) /.test(hcl);
    return existing.has(`${type}.${name}`);
  };
  const shown = (hcls: readonly string[]) => hcls.map((hcl) => asBlock("hcl", hcl).join("\n"));
  return [shown(all.filter((it) => !isChange(it))), shown(all.filter(isChange))];
}

/** The lists that are cut above. */
function securityLines({ report: { security } }: Review, above: string): string[] {
  const listed = (word: string, all: readonly string[]) =>
    all.every((it) => above.includes(sentence(it, true))) ? [] : all.map((it) => `- ${word}: ${sentence(it, true)}`);
  return [...listed("opened", security.opened), ...listed("closed", security.closed)];
}

/** Ids of rules, as causes and warnings begin with them or name them. */
const RULE = /\bP\d{2}(?=: | at `)/g;

/** Only with something that a rule found. */
function explained(review: Review): string[] {
  const texts = [...review.report.causes.map(({ why }) => why), ...review.watch];
  const ids = new Set(texts.flatMap((it) => it.match(RULE) ?? []));
  return [...ids]
    .filter((id) => RULES.some((it) => it.id === id))
    .sort()
    .map((id) => `- ${id}: ${asCode(["npx alb-web explain", id].join(" "))}`);
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

/** None if the lines above say all of it; without reasons that they say. */
function changeLines(changes: readonly ChangeLine[], above: string): string[] {
  const has = ({ address, attributes, reason }: ChangeLine) =>
    above.includes(shownAddress(address)) &&
    attributes.every((it) => above.includes(asCode(cut(it, MAX_NAME)))) &&
    [reason, inPlural(reason)].some((it) => above.includes(asSentence(it)));
  if (changes.every(has)) return [];
  return changes.map((it) =>
    changeLine(it.reason !== "" && has({ ...it, attributes: [] }) ? { ...it, reason: "" } : it),
  );
}

function changeLine({ address, doing, isCreatedFirst, attributes, reason }: ChangeLine): string {
  const notes = [
    ...(attributes.length > 0 ? [firstOf(attributes.map((it) => asCode(cut(it, MAX_NAME))))] : []),
    ...(doing === "replace" && isCreatedFirst ? ["create, then destroy"] : []),
    ...(reason === "" ? [] : [asSentence(cut(reason, MAX_NAME))]),
    ...(DONE[doing] === undefined || (doing === "move" && reason !== "") ? [] : [DONE[doing]]),
  ];
  return `- ${shownAddress(address)}${notes.length === 0 ? "" : `: ${notes.join("; ")}`}`;
}
