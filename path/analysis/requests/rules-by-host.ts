import { addTo } from "../../../topology/lists";
import type { Listener, ListenerRule } from "../../../topology/model";
import { once } from "../once";

/*
 * The rules of a listener that a request for a host can meet, as a listener may have a rule for each of thousands of
 * names.
 */

interface Indexed {
  /** Places of rules that name hosts without wildcards, by these. */
  readonly byHost: ReadonlyMap<string, readonly number[]>;
  /** Places of all others. */
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

/** In their order, without those that are for other hosts only. */
export function rulesFor(listener: Listener, host: string): readonly ListenerRule[] {
  const { byHost, general } = rulesByHost(listener);
  const own = byHost.get(host);
  const places = own === undefined ? general : [...own, ...general].sort((a, b) => a - b);
  return places.length === listener.rules.length
    ? listener.rules
    : places.flatMap((place) => listener.rules[place] ?? []);
}

/** The only hosts that a rule can be for; nothing where it may be for others. */
function hostsOf({ conditions }: ListenerRule): ReadonlySet<string> | undefined {
  const found = conditions.find(
    ({ kind, values }) =>
      kind === "host-header" && values.open === undefined && !values.items.some((it) => /[*?]/.test(it)),
  );
  return found && new Set(found.values.items.map((it) => it.toLowerCase()));
}
