import { printable } from "../../machine/text/printable";
import type { Hop, Verdict } from "../../path/report";
import type { Cause, Counts, Effect, HopChange } from "../../path/review/review-report";
import { groupsBy } from "../printing/lists";

/* How a review says things, on every page alike. */

const MARKS: Readonly<Record<Effect, string>> = { none: "✔", brief: "!", unknown: "?", outage: "✖", fails: "✖" };
const WORDS: Readonly<Record<Effect, string>> = {
  none: "no effect",
  brief: "brief",
  unknown: "unknown",
  outage: "outage",
  fails: "will fail",
};

/** `✖ outage`: the colour, which GitHub takes away, is never the only mark. */
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
  const told = parts
    .filter(([count]) => count > 0)
    .map(([count, what, isLoss]) => (isLoss ? `**${count} ${what}**` : `${count} ${what}`));
  return told.length === 0 ? "no resource changes" : told.join(", ");
}

const VERDICTS: Readonly<Record<Verdict, string>> = { ok: "✔", broken: "✖ broken", unknown: "? unknown" };
const BEFORE: Readonly<Record<Verdict, string>> = { ok: "✔", broken: "✖", unknown: "?" };

/** `target ✔ → ✖ broken by this change`; what was before is told where it was something else. */
export function shownHop({ hop, before, after, change }: HopChange): string {
  const name = hop.replace("-", " ");
  const was = before === null || before === after ? "" : `${BEFORE[before]} → `;
  if (change !== "unchanged") return `${name} ${was}**${change === "broken" ? "✖" : "✔"} ${change} by this change**`;
  if (after === null) return `${name} gone`;
  if (before === null) return `${name} ${VERDICTS[after]} (new)`;
  // No arrow leads to what is broken otherwise: that a state shows nothing of it does not mean that the change breaks
  // it.
  return (
    `${name} ${after === "unknown" ? was : ""}${VERDICTS[after]}` +
    `${after === "broken" && before === "broken" ? ", as before" : ""}`
  );
}

/** Causes that say the same of several resources stand together, in the same order. */
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

/** Text within a tag of ours, where Markdown means nothing and HTML everything. */
export function asTagText(text: string): string {
  return printable(text).replace(/[&<>"']/g, (it) => `&#${it.codePointAt(0) ?? 0};`);
}

/** Where a cause is; what is unknown and at no hop may be anywhere. */
export function shownPlace(hop: Hop | null, effect: Effect): string {
  return hop !== null ? hop.replace("-", " ") : effect === "unknown" ? "perhaps on the path" : "beside the path";
}
