import type { Change } from "../../../topology/changes";
import type { Listener } from "../../../topology/model";
import { known } from "../../../topology/value";
import { entriesOf } from "../../analysis/requests/entries";
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

const made = new WeakMap<World, ReadonlyMap<string, readonly Lost[]>>();

function lostIn(world: World): ReadonlyMap<string, readonly Lost[]> {
  const found = made.get(world) ?? new Map<string, readonly Lost[]>(lostByRule(world));
  made.set(world, found);
  return found;
}

function lostByRule({ before, later, moving }: World): Map<string, Lost[]> {
  const lost = new Map<string, Lost[]>();
  const changed = new Set(
    moving
      .filter(({ type, doing }) => type === "aws_lb_listener_rule" && (doing === "update" || doing === "destroy"))
      .map(({ address }) => address),
  );
  if (before === undefined || changed.size === 0) return lost;
  for (const { scheme, host, port, balancer, isOwnName } of entriesOf(before)) {
    if (isOwnName || balancer === undefined) continue;
    const [was, is] = [balancer, later.balancers.get(balancer.address)].map((it) =>
      it?.listeners.find((listener) => known(listener.port) === port),
    );
    const request = { scheme, host, port, path: "/", query: "" };
    const rule = was === undefined ? undefined : answeredBy(met(was, request));
    if (rule === undefined || is === undefined || !changed.has(rule)) continue;
    const now = met(is, request);
    const status = now === undefined || now.rule !== undefined ? undefined : refusalOf(now.action);
    if (status === undefined) continue;
    const all = lost.get(rule) ?? [];
    lost.set(rule, all);
    all.push({ name: host, status, isForSome: takesSome(is, rule) });
  }
  return lost;
}

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
  const lost = lostIn(world).get(change.address) ?? [];
  const [first] = lost;
  if (first === undefined) return undefined;
  const names = named([...new Set(lost.map(({ name }) => name))]);
  const hop = "listener";
  if (lost.every(({ isForSome }) => isForSome)) {
    return {
      hop,
      effect: "unknown",
      then:
        `requests to ${names} that its new conditions do not hold for are answered with ${code(first.status)} by ` +
        "the listener's default action",
      avoid: "make sure that all clients meet the new conditions",
      phrase: `as a rule for ${names} takes only some requests from then on`,
    };
  }
  return {
    hop,
    effect: "outage",
    then:
      `no rule answers ${names} any more, and the listener's default action answers ${code(first.status)} with a ` +
      "fixed text",
    avoid: "let another rule, or the default action, answer the name first",
    phrase: `at ${names}, which no rule answers any more`,
  };
}
