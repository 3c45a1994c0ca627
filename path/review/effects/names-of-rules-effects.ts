import type { Change } from "../../../topology/changes";
import { addTo } from "../../../topology/lists";
import type { Listener } from "../../../topology/model";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { once } from "../../analysis/once";
import { type Met, met, refusalOf } from "../../analysis/requests/listener-answers";
import { code, named, type Telling } from "../because";
import type { World } from "../world";

/*
 * Names whose first page a listener rule answers today, and a listener's default refuses with a fixed text after the
 * apply.
 */

interface Lost {
  readonly name: string;
  readonly status: string;
  /** Whether the rule is still there for clients that send something of their own. */
  readonly isForSome: boolean;
}

/** By the rule that answers the names today. */
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

/** Those that send a header, as a content delivery network does, or come from some addresses. */
function takesSome({ rules }: Listener, address: string): boolean {
  return (
    rules
      .find((it) => it.address === address)
      ?.conditions.some(({ kind }) => kind === "http-header" || kind === "query-string" || kind === "source-ip") ===
    true
  );
}

/** What a changed rule leaves to a default that only refuses; nothing where other rules answer. */
export function leftToRefusal(change: Change, world: World): Telling | undefined {
  const lost = namesLostIn(world).get(change.address) ?? [];
  const [first] = lost;
  if (first === undefined) return undefined;
  const names = named([...new Set(lost.map(({ name }) => name))]);
  return lost.every(({ isForSome }) => isForSome) ? refusedToSome(names, first) : refusedToAll(names, first);
}

function refusedToSome(names: string, { status }: Lost): Telling {
  return {
    hop: "listener",
    effect: "unknown",
    then:
      `requests to ${names} that its new conditions do not hold for are answered with ${code(status)} by the ` +
      "listener's default action",
    avoid: "make sure that all clients meet the new conditions",
    phrase: `as a rule for ${names} takes only some requests from then on`,
  };
}

function refusedToAll(names: string, { status }: Lost): Telling {
  return {
    hop: "listener",
    effect: "outage",
    then:
      `no rule answers ${names} any more, and the listener's default action answers ${code(status)} with a fixed ` +
      "text",
    avoid: "let another rule, or the default action, answer the name first",
    phrase: `at ${names}, which no rule answers any more`,
  };
}
