import type { Hop } from "../../path/report";
import type { Cause, Counts, Effect, HopChange } from "../../path/review/report";
import { groupsBy } from "../tracing/wording";

/* How a review says things, on every page alike. */

const MARKS: Readonly<Record<Effect, string>> = { none: "✔", brief: "!", outage: "✖", fails: "✖" };
const WORDS: Readonly<Record<Effect, string>> = { none: "no effect", brief: "brief", outage: "outage", fails: "will fail" };

/** `✖ outage`: the colour, which GitHub takes away, is never the only mark. */
export function shownEffect(effect: Effect): string {
  return `${MARKS[effect]} ${WORDS[effect]}`;
}

export function markOf(effect: Effect): string {
  return MARKS[effect];
}

/** "1 to create, **2 to replace**" */
export function shownCounts({ create, update, replace, destroy }: Counts): string {
  const parts: [number, string, boolean][] = [[create, "to create", false], [update, "to update", false], [replace, "to replace", true], [destroy, "to destroy", true]];
  const told = parts.filter(([count]) => count > 0).map(([count, what, isLoss]) => (isLoss ? `**${count} ${what}**` : `${count} ${what}`));
  return told.length === 0 ? "no resource changes" : told.join(", ");
}

const VERDICTS: Readonly<Record<string, string>> = { ok: "✔", broken: "✖ broken", unknown: "? unknown" };

/** `target ✖ broken by this change` */
export function shownHop({ hop, before, after, change }: HopChange): string {
  const name = hop.replace("-", " ");
  if (change === "broken") return `${name} **✖ broken by this change**`;
  if (change === "repaired") return `${name} **✔ repaired by this change**`;
  if (after === null) return `${name} gone`;
  if (before === null) return `${name} ${VERDICTS[after]} (new)`;
  return `${name} ${VERDICTS[after]}${after === "broken" ? (before === "broken" ? ", as before" : "") : ""}`;
}

/** Causes that say the same of several resources stand together, in the same order. */
export function alike(causes: readonly Cause[]): { readonly cause: Cause; readonly addresses: readonly string[] }[] {
  return groupsBy(causes, ({ address, attribute, hop, effect, why, avoid }) => [attribute, hop, effect, why.replaceAll(address, ""), avoid]).flatMap((group) => {
    const [cause] = group;
    return cause === undefined ? [] : [{ cause, addresses: group.map(({ address }) => address) }];
  });
}

export function shownPlace(hop: Hop | null): string {
  return hop === null ? "beside the path" : hop.replace("-", " ");
}
