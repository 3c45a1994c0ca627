import type { Action, Condition, Listener, ListenerRule } from "../../../topology/model";
import { NOT_KNOWN } from "../../../topology/unread";
import { known, Unknown } from "../../../topology/value";
import { rulesFor } from "./rules-by-host";
import type { Outcome } from "./traced-path";
import { matches } from "./wildcards";

/*
 * What a listener does with requests to a URL: those of any client, or that of a plain client. A request has one name:
 * for a record `*.example.com`, it is a name that no listener rule contains.
 */

/** The parts of a request that listener rules evaluate. */
export interface Asked {
  readonly host: string;
  /** With its leading slash. */
  readonly path: string;
  /** Whether the request is for this path, or for any. */
  readonly hasPath: boolean;
  /** Whether the host is the load balancer's own DNS name; a client may then send any Host header. */
  readonly isOwnName?: boolean;
  /** Whether only GET requests over IPv4, without custom headers and query, are considered. */
  readonly isPlain?: boolean;
}

/**
 * The rules that match such requests, or may match them, in priority order; then the listener's default action, if a
 * request can reach it.
 */
export function* outcomesOf(listener: Listener, asked: Asked): Iterable<Outcome> {
  let isFirst = true;
  // Through the load balancer's own DNS name, clients may request any host.
  for (const rule of asked.isOwnName === true ? listener.rules : rulesFor(listener, asked.host)) {
    const match = matchOfRule(rule, asked);
    if (match === "never") continue;
    yield { rule, match, actions: rule.actions, address: rule.address };
    if (match === "always") return;
    isFirst = false;
  }
  yield { match: isFirst ? "always" : "some", actions: listener.defaultActions, address: listener.address };
}

type Match = "always" | "some" | "never" | Unknown;

/** All conditions of a rule must match. */
function matchOfRule({ conditions, address }: ListenerRule, asked: Asked): Match {
  const all = conditions.map((condition) => matchOf(condition, asked, address));
  if (all.includes("never")) return "never";
  return all.find((it) => it instanceof Unknown) ?? (all.includes("some") ? "some" : "always");
}

/**
 * One of a condition's values must match:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
 */
function matchOf({ kind, values }: Condition, asked: Asked, address: string): Match {
  const { items } = values;
  const otherwise = values.open === undefined ? "never" : openMatch(values.open, kind, address);
  const isPlain = asked.isPlain === true;
  switch (kind) {
    case "host-header":
      if (asked.isOwnName === true && !isPlain) return "some";
      return items.some((it) => matches(it.toLowerCase(), asked.host)) ? "always" : otherwise;
    case "path-pattern":
      if (items.some((it) => it === "*" || it === "/*")) return "always";
      if (!asked.hasPath) return "some";
      return items.some((it) => matches(it, asked.path)) ? "always" : otherwise;
    case "http-request-method":
      if (!isPlain) return "some";
      return items.includes("GET") ? "always" : otherwise;
    case "source-ip":
      if (items.includes("0.0.0.0/0") && (isPlain || items.includes("::/0"))) return "always";
      return isPlain ? otherwise : "some";
    case "http-header":
    case "query-string":
      return isPlain ? "never" : "some";
    default:
      return otherwise === "never" ? "some" : otherwise;
  }
}

function openMatch(open: Unknown, kind: Condition["kind"], address: string): Unknown {
  return open.why.endsWith(NOT_KNOWN) ? open : new Unknown(address, `condition.${kind}`, open.why);
}

/** What handles a request: a listener rule, or the listener itself if no rule matches. */
export interface Met {
  readonly rule?: ListenerRule;
  readonly address: string;
  /** The last action, which responds; authentication comes before it. */
  readonly action: Action;
}

/** The action for a plain client's request; `undefined` if it cannot be determined from the file. */
export function met(listener: Listener, request: Pick<Asked, "host" | "path">): Met | undefined {
  const [first] = outcomesOf(listener, { host: request.host, path: request.path, hasPath: true, isPlain: true });
  const action = first?.match === "always" ? first.actions.at(-1) : undefined;
  if (first === undefined || action === undefined) return undefined;
  return { rule: first.rule, address: first.address, action };
}

/** The status code of a fixed 4xx or 5xx response; `undefined` for any other action. */
export function refusalOf(action: Action | undefined): string | undefined {
  const code = action?.type === "fixed-response" ? known(action.statusCode) : undefined;
  return code !== undefined && /^[45]/.test(code) ? code : undefined;
}
