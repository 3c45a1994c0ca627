import type { Change } from "../../../topology/changes";
import { addTo } from "../../../topology/lists";
import type { Listener } from "../../../topology/model";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { once } from "../../analysis/once";
import { type Met, met, refusalOf } from "../../analysis/requests/listener-answers";
import { type CauseParts, code, named } from "../because";
import type { World } from "../world";

/* Names that a listener rule serves before the apply and that get the default action's fixed response after it. */

interface Lost {
  readonly name: string;
  readonly status: string;
  /** Whether the rule still matches clients that send a certain header, query string or source IP. */
  readonly isForSome: boolean;
}

/** By the listener rule that serves the names before the apply. */
const namesLostIn = once(({ before, later, moving }: World): ReadonlyMap<string, readonly Lost[]> => {
  const lost = new Map<string, Lost[]>();
  const changed = new Set(
    moving
      .filter(({ type, doing }) => type === "aws_lb_listener_rule" && (doing === "update" || doing === "destroy"))
      .map(({ address }) => address),
  );
  if (before === undefined || changed.size === 0) return lost;
  for (const entry of analyse(before).entries) {
    if (entry.isOwnName || entry.balancer === undefined) continue;
    const request = { host: entry.host, path: "/" };
    const [was, is] = [entry.balancer, later.balancers.get(entry.balancer.address)].map((it) =>
      it?.listeners.find(({ port }) => known(port) === entry.port),
    );
    const rule = was === undefined ? undefined : answeredBy(met(was, request));
    if (rule === undefined || is === undefined || !changed.has(rule)) continue;
    const now = met(is, request);
    const status = now === undefined || now.rule !== undefined ? undefined : refusalOf(now.action);
    if (status !== undefined) addTo(lost, rule, { name: entry.host, status, isForSome: takesSome(is, rule) });
  }
  return lost;
});

function answeredBy(found: Met | undefined): string | undefined {
  return found?.rule === undefined || (found.action.type !== "forward" && found.action.type !== "redirect")
    ? undefined
    : found.rule.address;
}

/** Whether it matches a header, as a content delivery network sends one, a query string or a source IP. */
function takesSome({ rules }: Listener, address: string): boolean {
  return (
    rules
      .find((it) => it.address === address)
      ?.conditions.some(({ kind }) => kind === "http-header" || kind === "query-string" || kind === "source-ip") ===
    true
  );
}

/** The names that a changed rule leaves to a fixed response; undefined if other rules serve them. */
export function leftToRefusal(change: Change, world: World): CauseParts | undefined {
  const lost = namesLostIn(world).get(change.address) ?? [];
  const [first] = lost;
  if (first === undefined) return undefined;
  const names = named([...new Set(lost.map(({ name }) => name))]);
  return lost.every(({ isForSome }) => isForSome) ? refusedToSome(names, first) : refusedToAll(names, first);
}

function refusedToSome(names: string, { status }: Lost): CauseParts {
  return {
    hop: "listener",
    effect: "unknown",
    then:
      `requests to ${names} that do not match its new conditions get a ${code(status)} from the default action of ` +
      "the listener",
    avoid: "make sure that the requests of all clients match the new conditions",
    phrase: `a listener rule for ${names} matches only some requests after the apply`,
  };
}

function refusedToAll(names: string, { status }: Lost): CauseParts {
  return {
    hop: "listener",
    effect: "outage",
    then: `no listener rule matches ${names}, and the default action of the listener returns a fixed ${code(status)}`,
    avoid: "add another listener rule for the name, or change the default action, first",
    phrase: `at ${names} because no listener rule matches`,
  };
}
