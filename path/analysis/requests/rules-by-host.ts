import { addTo } from "../../../topology/lists";
import type { Listener, ListenerRule } from "../../../topology/model";

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

const made = new WeakMap<Listener, Indexed>();

/** In their order, without those that are for other hosts only. */
export function rulesFor(listener: Listener, host: string): readonly ListenerRule[] {
  // A name with an asterisk stands for many.
  if (host.includes("*")) return listener.rules;
  const { byHost, general } = made.get(listener) ?? indexed(listener);
  const own = byHost.get(host);
  const places = own === undefined ? general : [...own, ...general].sort((a, b) => a - b);
  return places.length === listener.rules.length
    ? listener.rules
    : places.flatMap((place) => listener.rules[place] ?? []);
}

function indexed(listener: Listener): Indexed {
  const byHost = new Map<string, number[]>();
  const general: number[] = [];
  listener.rules.forEach((rule, place) => {
    const hosts = hostsOf(rule);
    if (hosts === undefined) general.push(place);
    for (const host of hosts ?? []) {
      addTo(byHost, host, place);
    }
  });
  const found = { byHost, general };
  made.set(listener, found);
  return found;
}

/** The only hosts that a rule can be for; nothing where it may be for others. */
function hostsOf({ conditions }: ListenerRule): ReadonlySet<string> | undefined {
  const found = conditions.find(
    ({ kind, values }) =>
      kind === "host-header" && values.open === undefined && !values.items.some((it) => /[*?]/.test(it)),
  );
  return found && new Set(found.values.items.map((it) => it.toLowerCase()));
}
