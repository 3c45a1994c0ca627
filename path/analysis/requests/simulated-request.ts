import type { Action, Balancer, Condition, Listener, ListenerRule } from "../../../topology/model";
import { isUnknown, known, type Unknown } from "../../../topology/value";
import { rulesFor } from "./rules-by-host";
import { matches } from "./wildcards";

/* What a listener does with one request: that of a client that sends no special headers and no query. */

export interface Request {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
  /** With its slash at the front. */
  readonly path: string;
  readonly query: string;
}

export type Redirect = Extract<Action, { type: "redirect" }>;

/** What a request meets; the listener itself where no rule matches. */
export interface Met {
  readonly rule?: ListenerRule;
  readonly address: string;
  /** The last action, which answers; authentication comes before it. */
  readonly action: Action;
}

/** The action that answers the request; nothing where the file does not tell. */
export function met(listener: Listener, request: Request): Met | undefined {
  for (const rule of rulesFor(listener, request.host)) {
    const isMatch = rule.conditions.map((it) => holds(it, request));
    if (isMatch.includes(false)) continue;
    if (isMatch.includes(undefined)) return undefined;
    return answer(rule.actions, rule.address, rule);
  }
  return answer(listener.defaultActions, listener.address);
}

function answer(actions: readonly Action[], address: string, rule?: ListenerRule): Met | undefined {
  const action = actions.at(-1);
  return action === undefined ? undefined : { rule, address, action };
}

/** Whether a condition holds; `undefined` where that depends on what the file leaves open. */
export function holds({ kind, values }: Condition, request: Pick<Request, "host" | "path">): boolean | undefined {
  const open = values.open === undefined ? false : undefined;
  switch (kind) {
    case "host-header":
      // A record of `*.example.com` stands for names of which some match.
      return (
        values.items.some((it) => matches(it.toLowerCase(), request.host)) ||
        (request.host.includes("*") ? undefined : open)
      );
    case "path-pattern":
      return values.items.some((it) => matches(it, request.path)) || open;
    case "http-request-method":
      return values.items.includes("GET") || open;
    case "source-ip":
      return values.items.includes("0.0.0.0/0") || open;
    case "http-header":
    case "query-string":
      return false;
    default:
      return undefined;
  }
}

/** Where a redirect sends the request; or what the file leaves open of it. */
export function destination(redirect: Redirect, request: Request): Request | Unknown {
  const parts = {
    protocol: redirect.protocol ?? "#{protocol}",
    host: redirect.host ?? "#{host}",
    port: redirect.port ?? "#{port}",
    path: redirect.path ?? "/#{path}",
    query: redirect.query ?? "#{query}",
  };
  const open = Object.values(parts).find(isUnknown);
  if (open !== undefined) return open;
  const filled = (part: keyof typeof parts) =>
    (parts[part] as string)
      .replaceAll("#{protocol}", request.scheme.toUpperCase())
      .replaceAll("#{host}", request.host)
      .replaceAll("#{port}", String(request.port))
      .replaceAll("#{path}", request.path.slice(1))
      .replaceAll("#{query}", request.query);
  const scheme = filled("protocol").toUpperCase() === "HTTPS" ? "https" : "http";
  // A balancer's own name can be a symbol, which is not to be changed.
  const host = parts.host === "#{host}" ? request.host : filled("host").toLowerCase();
  return { scheme, host, port: Number(filled("port")), path: filled("path"), query: filled("query") };
}

/** The listener on a port; or what leaves open whether there is one. */
export function listenerAt(
  balancer: Balancer,
  port: number,
  protocol: "HTTP" | "HTTPS" | undefined,
  loose: readonly Listener[],
): Listener | Unknown | undefined {
  const there = balancer.listeners.filter((it) => it.port === port);
  const open =
    balancer.listeners.find((it) => isUnknown(it.port))?.port ??
    loose.find((it) => isUnknown(it.balancerArn))?.balancerArn;
  return there.find((it) => known(it.protocol) === protocol) ?? there[0] ?? (isUnknown(open) ? open : undefined);
}

/** As a person types it, without the port that goes without saying. */
export function urlOf({ scheme, host, port, path, query }: Request): string {
  const isUsual = port === (scheme === "https" ? 443 : 80);
  return (
    `${scheme}://${shownHost(host)}${isUsual ? "" : `:${port}`}${path === "/" ? "" : path}` +
    `${query === "" ? "" : `?${query}`}`
  );
}

/** A balancer's own name is a symbol before it is made. */
export function shownHost(host: string): string {
  return host.replace(/^\$\{(.*)\}$/, "$1");
}
