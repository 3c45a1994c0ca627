import { printable } from "../../machine/text/printable";
import type { Hop, Verdict } from "../../path/report";
import {
  type Cause,
  type Counts,
  type Effect,
  type HopChange,
  type Review,
  worstEffect,
} from "../../path/review/review-report";
import { groupsBy } from "../printing/lists";

/* Texts that all pages of a review share. */

const MARKS: Readonly<Record<Effect, string>> = { none: "✔", brief: "!", unknown: "?", outage: "✖", fails: "✖" };
const WORDS: Readonly<Record<Effect, string>> = {
  none: "no effect",
  brief: "brief",
  unknown: "unknown",
  outage: "outage",
  fails: "apply fails",
};
/** For a page of several plans. */
const HEADINGS: Readonly<Record<Effect, string>> = {
  none: "No effect",
  brief: "Some requests will fail",
  unknown: "Effect unknown",
  outage: "Outage",
  fails: "Apply will fail",
};

/** `✖ outage`: GitHub removes colors, so a mark and a word show the effect. */
export function shownEffect(effect: Effect): string {
  return `${MARKS[effect]} ${WORDS[effect]}`;
}

/** The effect that the mark of a headline shows: a plan without an effect can still need attention. */
export function shownAs({ report: { effect }, attention }: Review): Effect {
  return attention === undefined ? effect : attention === "not verified" ? "unknown" : "brief";
}

export function markOf(effect: Effect): string {
  return MARKS[effect];
}

/** `? not verified`, or the effect in words. */
export function shownResult(review: Review): string {
  return review.attention === undefined
    ? shownEffect(review.report.effect)
    : `${markOf(shownAs(review))} ${review.attention}`;
}

/** The heading of a page for several plans. */
export function headingOf(reviews: readonly Review[]): string {
  const effect = worstEffect(reviews.map((it) => it.report.effect));
  const mark = markOf(worstEffect(reviews.map(shownAs)));
  if (effect !== "none") return `${mark} ${HEADINGS[effect]}`;
  const noted = [...new Set(reviews.flatMap(({ attention }) => attention ?? []))].sort();
  return `${mark} ${noted.length === 0 ? HEADINGS.none : `No downtime found; ${noted.join("; ")}`}`;
}

/** "1 to create, **2 to replace**" */
export function shownCounts({ create, update, replace, destroy }: Counts): string {
  const parts: [number, string, boolean][] = [
    [create, "to create", false],
    [update, "to update", false],
    [replace, "to replace", true],
    [destroy, "to destroy", true],
  ];
  const shown = parts
    .filter(([count]) => count > 0)
    .map(([count, what, isLoss]) => (isLoss ? `**${count} ${what}**` : `${count} ${what}`));
  return shown.length === 0 ? "no resource changes" : shown.join(", ");
}

const VERDICTS: Readonly<Record<Verdict, string>> = { ok: "✔", broken: "✖ broken", unknown: "? unknown" };
const BEFORE: Readonly<Record<Verdict, string>> = { ok: "✔", broken: "✖", unknown: "?" };

/** `target ✔ → ✖ broken by this change`; the verdict before is shown only if it differs. */
function shownHop({ hop, before, after, change }: HopChange): string {
  const name = hop.replace("-", " ");
  const was = before === null || before === after ? "" : `${BEFORE[before]} → `;
  if (change !== "unchanged") return `${name} ${was}**${change === "broken" ? "✖" : "✔"} ${change} by this change**`;
  if (after === null) return `${name} none`;
  if (before === null) return `${name} ${VERDICTS[after]} (new)`;
  if (after !== "broken") return `${name} ${after === "unknown" ? was : ""}${VERDICTS[after]}`;
  // The change need not be the cause if the state cannot show it.
  return before === "ok"
    ? `${name} ✖ broken in the plan (✔ in the state)`
    : `${name} ${VERDICTS[after]}${before === "broken" ? ", as before" : ""}`;
}

/** The path after the apply. */
export function shownPath(hops: readonly HopChange[]): string {
  return `Path after the apply: ${hops.every(({ after }) => after === null) ? "none" : hops.map(shownHop).join(" · ")}`;
}

/** Groups causes with the same text for several resources, in the same order. */
export function alike(causes: readonly Cause[]): { readonly cause: Cause; readonly addresses: readonly string[] }[] {
  return groupsBy(causes, ({ address, attribute, hop, effect, why, avoid }) => [
    attribute,
    hop,
    effect,
    why.replaceAll(address, ""),
    avoid,
  ]).flatMap((group) => {
    const [cause] = group;
    return cause === undefined ? [] : [{ cause, addresses: group.map(({ address }) => address) }];
  });
}

/** Text within an HTML tag, where only HTML is escaped. */
export function asTagText(text: string): string {
  return printable(text).replace(/[&<>"']/g, (it) => `&#${it.codePointAt(0) ?? 0};`);
}

/** The hop of a cause; an unknown effect without a hop may be anywhere. */
export function shownPlace(hop: Hop | null, effect: Effect): string {
  return hop !== null ? hop.replace("-", " ") : effect === "unknown" ? "possibly on the path" : "not on the path";
}
