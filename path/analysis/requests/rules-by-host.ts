import { addTo } from "../../../topology/lists";
import type { Listener, ListenerRule } from "../../../topology/model";
import { once } from "../once";

/*
 * The rules of a listener that can match a request for a host. Indexed, because a listener may have thousands of rules,
 * one for each name.
 */

interface Indexed {
  /** Indexes of rules with hosts without wildcards, by host. */
  readonly byHost: ReadonlyMap<string, readonly number[]>;
  /** Indexes of all other rules. */
  readonly general: readonly number[];
}

const rulesByHost = once((listener: Listener): Indexed => {
  const byHost = new Map<string, number[]>();
  const general: number[] = [];
  listener.rules.forEach((rule, place) => {
    const hosts = hostsOf(rule);
    if (hosts === undefined) general.push(place);
    for (const host of hosts ?? []) {
      addTo(byHost, host, place);
    }
  });
  return { byHost, general };
});

/** In order, without those that are only for other hosts. */
export function rulesFor(listener: Listener, host: string): readonly ListenerRule[] {
  const { byHost, general } = rulesByHost(listener);
  const own = byHost.get(host);
  const places = own === undefined ? general : [...own, ...general].sort((a, b) => a - b);
  return places.length === listener.rules.length
    ? listener.rules
    : places.flatMap((place) => listener.rules[place] ?? []);
}

/** The only hosts that a rule can match; `undefined` if it may match others. */
function hostsOf({ conditions }: ListenerRule): ReadonlySet<string> | undefined {
  const found = conditions.find(
    ({ kind, values }) =>
      kind === "host-header" && values.open === undefined && !values.items.some((it) => /[*?]/.test(it)),
  );
  return found && new Set(found.values.items.map((it) => it.toLowerCase()));
}
