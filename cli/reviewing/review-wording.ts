import { printable } from "../../machine/text/printable";
import type { Hop, Verdict } from "../../path/report";
import type { Cause, Counts, Effect, HopChange } from "../../path/review/review-report";
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
/** The heading of a page for several plans. */
export const HEADINGS: Readonly<Record<Effect, string>> = {
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

export function markOf(effect: Effect): string {
  return MARKS[effect];
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
export function shownHop({ hop, before, after, change }: HopChange): string {
  const name = hop.replace("-", " ");
  const was = before === null || before === after ? "" : `${BEFORE[before]} → `;
  if (change !== "unchanged") return `${name} ${was}**${change === "broken" ? "✖" : "✔"} ${change} by this change**`;
  if (after === null) return `${name} removed`;
  if (before === null) return `${name} ${VERDICTS[after]} (new)`;
  // No arrow to a hop that is broken for another reason: the change need not be the cause if the state cannot show it.
  return (
    `${name} ${after === "unknown" ? was : ""}${VERDICTS[after]}` +
    `${after === "broken" && before === "broken" ? ", as before" : ""}`
  );
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
