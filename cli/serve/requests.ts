import { performance } from "node:perf_hooks";
import type { Backend, IncomingRequest, Picked } from "../../path/serve/decisions";
import { type BalancerResponse, notModeled, pageOf, responseOf } from "./balancer-responses";
import type { Exchange } from "./exchange";
import { targetHeaders, withoutPort } from "./forwarded-headers";
import { type Agents, type Forwarding, forward, isBodiless } from "./forwarding";
import type { Front, LogEntry } from "./front";
import { refusalOf } from "./request-limits";

/* What a listener does with one request: refuse it, respond by itself, or forward it. */

/** What decided the response; changes until the response has ended. */
type Outcome = Pick<LogEntry, "status" | "hop" | "text" | "target"> & { isAssumed?: boolean };

/** A request while it is served. */
interface Served {
  readonly front: Front;
  readonly exchange: Exchange;
  outcome: Outcome;
  /** Why the request goes to its target group. */
  because?: string;
  /** What has to happen when the response has ended or the client has left. */
  readonly atEnd: (() => void)[];
}

/** A WebSocket that the client asks for. */
export interface Upgrade {
  /** Headers that the target needs for it, names and values in turn. */
  readonly headers: readonly string[];
  readonly join: (cookies: readonly string[], ...target: Parameters<NonNullable<Forwarding["upgraded"]>>) => void;
}

/** Serves one request; logs it once, when its response has ended. Does not throw. */
export function serveRequest(front: Front, exchange: Exchange, agents: Agents, upgrade?: Upgrade): void {
  const began = performance.now();
  const where = placeOf(exchange);
  const left = "the client closed the connection before the response";
  const served: Served = { front, exchange, outcome: { hop: "listener", text: left }, atEnd: [] };
  exchange.onClose(() => {
    for (const end of served.atEnd) end();
    const { outcome } = served;
    front.log({
      method: exchange.method,
      url: `${front.protocol === "HTTPS" ? "https" : "http"}://${where.authority ?? ""}${where.path}`,
      ...outcome,
      ms: performance.now() - began,
      isAssumed: outcome.isAssumed === true || front.isAssumed,
    });
  });
  exchange.onMalformed(() => {
    exchange.endConnection();
    if (!exchange.isBegun()) respond(served, pageOf(400), "400: the body of the request is malformed or incomplete");
    for (const end of served.atEnd.splice(0)) end();
  });
  const refusal = refusalOf(exchange);
  if (refusal !== undefined) {
    exchange.endConnection();
    return respond(served, pageOf(refusal.status), refusal.text);
  }
  try {
    decide(served, where, agents, upgrade);
  } catch (error) {
    respond(served, pageOf(500), `500: internal error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Where a request goes. */
interface Place {
  readonly authority: string | undefined;
  /** With the query. */
  readonly path: string;
}

/** @returns the parts of a target such as `/path` or `http://host/path`, whose host counts more than Host */
function placeOf({ target, authority }: Exchange): Place {
  if (target.startsWith("/") || target === "*") return { authority, path: target };
  const [scheme] = /^https?:\/\//i.exec(target) ?? [];
  if (scheme === undefined) return { authority, path: target };
  const after = target.slice(scheme.length);
  const end = after.search(/[/?#]/);
  const rest = end < 0 ? "" : after.slice(end);
  return { authority: end < 0 ? after : after.slice(0, end), path: rest.startsWith("/") ? rest : `/${rest}` };
}

function decide(served: Served, where: Place, agents: Agents, upgrade: Upgrade | undefined): void {
  const { front, exchange } = served;
  const request = requestOf(front, exchange, where);
  const answer = front.answer(request);
  const { text } = answer.cause;
  if (answer.kind === "redirect") {
    return respond(served, pageOf(answer.status, "Location", answer.location), text);
  }
  if (answer.kind === "fixed") {
    const { status, contentType, body } = answer;
    return respond(served, responseOf(status, contentType, isBodiless(status) ? "" : body), text);
  }
  if (answer.kind === "not-modeled") return respond(served, notModeled(text), text);
  const picked = front.pick(answer, cookiesOf(request));
  if (picked.kind === "none") return respond(served, pageOf(503), picked.cause.text, "target-group");
  if (picked.kind === "not-modeled") return respond(served, notModeled(picked.cause.text), picked.cause.text);
  served.because = text;
  reach(served, picked, where, agents, upgrade);
}

/** Sends the request to the target that was picked, if it can be reached. */
function reach(
  served: Served,
  picked: Extract<Picked, { kind: "backend" }>,
  where: Place,
  agents: Agents,
  upgrade: Upgrade | undefined,
): void {
  const { front, exchange } = served;
  const { backend, cookies } = picked;
  const isAssumed = backend.kind === "stand-in" || backend.isAssumed === true || backend.way.kind === "assumed";
  served.atEnd.push(picked.done);
  if (isOutOfReach(served, backend)) return;
  const headers = targetHeaders(front, exchange, where.authority);
  if (upgrade !== undefined) headers.push(...upgrade.headers);
  const responded = (status: number) => {
    served.outcome = {
      status,
      hop: "target",
      text: `${status} from ${backend.id}: ${served.because}`,
      target: backend.id,
      isAssumed,
    };
  };
  const end = forward(
    front,
    exchange,
    agents,
    { backend, method: exchange.method, path: where.path, headers, cookies },
    {
      responded,
      failed: (status, text) => respond(served, pageOf(status), text, status === 400 ? "listener" : "target"),
      broken: (text) => {
        served.outcome = { ...served.outcome, text };
        exchange.abort();
      },
      upgraded:
        upgrade &&
        ((response, ...target) => {
          responded(101);
          upgrade.join(cookies, response, ...target);
        }),
    },
  );
  served.atEnd.push(end);
}

/** Responds for a target to which no connection is possible. */
function isOutOfReach(served: Served, { way, listens, port, id }: Backend): boolean {
  if (way.kind === "closed") {
    const { text } = way.cause;
    const late = () => respond(served, pageOf(504), `504: ${text}`, "target");
    const timer = setTimeout(late, served.front.droppedTimeoutMs);
    served.atEnd.push(() => clearTimeout(timer));
    return true;
  }
  if (listens !== undefined) return false;
  respond(served, pageOf(502), `502: nothing listens on port ${port} of ${id}`, "target");
  return true;
}

/** Responds without a target. */
function respond(served: Served, response: BalancerResponse, text: string, hop: LogEntry["hop"] = "listener"): void {
  const { exchange } = served;
  const { status } = response;
  const hasBody = exchange.method !== "HEAD" && !isBodiless(status);
  try {
    const client = exchange.respond(status, response.statusText, response.headers, hasBody);
    served.outcome = { status, hop, text };
    if (hasBody) client.end(response.body);
    else client.end();
  } catch (error) {
    served.outcome = { hop, text: `${text} (${error instanceof Error ? error.message : String(error)})` };
    exchange.abort();
  }
}

function requestOf(front: Front, { method, headers }: Exchange, { authority, path }: Place): IncomingRequest {
  const question = path.indexOf("?");
  const pairs: [string, string][] = [];
  for (let at = 0; at < headers.length; at += 2) pairs.push([headers[at]?.toLowerCase() ?? "", headers[at + 1] ?? ""]);
  return {
    method,
    host: withoutPort(authority ?? "").toLowerCase(),
    path: question < 0 ? path : path.slice(0, question),
    query: question < 0 ? "" : path.slice(question + 1),
    headers: pairs,
    clientIp: front.clientIp,
  };
}

function cookiesOf({ headers }: IncomingRequest): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const [name, value] of headers) {
    if (name !== "cookie") continue;
    for (const cookie of value.split(";")) {
      const equals = cookie.indexOf("=");
      const key = cookie.slice(0, equals).trim();
      // The first counts, as browsers send the most specific one first.
      if (equals > 0 && !cookies.has(key)) cookies.set(key, cookie.slice(equals + 1).trim());
    }
  }
  return cookies;
}
