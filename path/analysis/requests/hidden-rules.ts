import { addTo } from "../../../topology/lists";
import type { Condition, Listener, ListenerRule } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";
import { once } from "../once";
import { includes } from "./wildcards";

/* Rules of a listener that match all requests of later rules and have different actions. */

/** The most earlier rules that are compared; the default quota is 100 rules per load balancer. */
const MAX_EARLIER = 250;

/** Each rule that hides others, with the hidden rules. */
export function hiddenRules(listener: Listener): ReadonlyMap<ListenerRule, readonly ListenerRule[]> {
  const rules = prioritized(listener);
  const hidden = new Map<ListenerRule, ListenerRule[]>();
  const earlierOf = earlierRules(rules);
  let everything: ListenerRule | undefined;
  rules.forEach((rule, index) => {
    const by =
      earlierOf(rule, index) ?? (everything !== undefined && !doesTheSame(everything, rule) ? everything : undefined);
    if (by !== undefined) addTo(hidden, by, rule);
    if (everything === undefined && rule.conditions.length > 0 && rule.conditions.every(isAlwaysTrue))
      everything = rule;
  });
  return hidden;
}

/** The rules with a known priority. */
export function prioritized({ rules }: Listener): readonly ListenerRule[] {
  return rules.filter(({ priority }) => known(priority) !== undefined);
}

/**
 * Finds the first earlier rule that matches all requests of a rule and has different actions. Rules with the same
 * actions are skipped.
 */
function earlierRules(rules: readonly ListenerRule[]): (rule: ListenerRule, index: number) => ListenerRule | undefined {
  const places = new Map<string, number[]>();
  rules.slice(0, MAX_EARLIER).forEach((rule, place) => {
    const text = doings(rule);
    if (text !== undefined) addTo(places, text, place);
  });
  return (rule, index) => {
    const own = doings(rule);
    if (own === undefined) return undefined;
    let first: number | undefined;
    for (const [text, those] of places) {
      if (text === own) continue;
      const found = those.find((place) => place >= (first ?? index) || isBefore(rules[place], rule));
      if (found !== undefined && found < (first ?? index)) first = found;
    }
    return first === undefined ? undefined : rules[first];
  };
}

function isBefore(earlier: ListenerRule | undefined, rule: ListenerRule): boolean {
  return earlier !== undefined && known(earlier.priority) !== known(rule.priority) && takesAllOf(earlier, rule);
}

/** Rules with the same actions, or possibly the same, do not hide each other. */
function doesTheSame(a: ListenerRule, b: ListenerRule): boolean {
  const [one, other] = [doings(a), doings(b)];
  return one === undefined || other === undefined || one === other;
}

/** A rule's actions as text to compare; `undefined` if they are unknown. */
const doings = once(({ actions }: ListenerRule): string | undefined => {
  let isOpen = false;
  const text = JSON.stringify(actions, (key, value: unknown) => {
    isOpen ||= isUnknown(value) || value === "unknown";
    return key === "attribute" ? undefined : value;
  });
  return isOpen ? undefined : text;
});

/** Whether the earlier rule matches every request that the later one matches. */
function takesAllOf(earlier: ListenerRule, later: ListenerRule): boolean {
  return (
    earlier.conditions.length > 0 &&
    earlier.conditions.every(
      (broad) => isAlwaysTrue(broad) || later.conditions.some((narrow) => isBroader(broad, narrow)),
    )
  );
}

function isAlwaysTrue({ kind, values: { items } }: Condition): boolean {
  return (
    (kind === "host-header" && items.includes("*")) ||
    (kind === "path-pattern" && (items.includes("*") || items.includes("/*")))
  );
}

function isBroader(broad: Condition, narrow: Condition): boolean {
  if (broad.kind !== narrow.kind || narrow.values.open !== undefined || narrow.values.items.length === 0) return false;
  const isCovered = (value: string): boolean => {
    if (broad.kind === "host-header")
      return broad.values.items.some((it) => includes(it.toLowerCase(), value.toLowerCase()));
    if (broad.kind === "path-pattern") return broad.values.items.some((it) => includes(it, value));
    if (broad.kind === "http-request-method" || broad.kind === "source-ip") return broad.values.items.includes(value);
    // Header names and query alternatives are not part of the values.
    return false;
  };
  return narrow.values.items.every(isCovered);
}
