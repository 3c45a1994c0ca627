import * as http from "node:http";
import * as https from "node:https";
import type { Socket } from "node:net";
import type { Writable } from "node:stream";
import type { Backend } from "../../path/serve/decisions";
import type { Exchange } from "./exchange";
import { clientHeaders } from "./forwarded-headers";
import type { Front } from "./front";
import { MAX_RESPONSE_HEADERS } from "./request-limits";

/* One request to a target over HTTP/1.1, and its response to the client. Bodies are streamed both ways. */

/** The connections to the targets of one listener. */
export interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

/** A request to a target, ready to be sent. */
export interface Forwarded {
  readonly backend: Backend;
  readonly method: string;
  readonly path: string;
  readonly headers: string[];
  readonly cookies: readonly string[];
}

/** What happens to a forwarded request; `failed` is called at most once, and only before a response. */
export interface Forwarding {
  /** The target's response has begun. */
  readonly responded: (status: number) => void;
  /** There is no response, or none that the client can receive. */
  readonly failed: (status: number, text: string) => void;
  /** The response has begun and broken off. */
  readonly broken: (text: string) => void;
  /** Only for a request that asks for a WebSocket: the target has agreed. */
  readonly upgraded?: (response: http.IncomingMessage, target: Socket, first: Buffer) => void;
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1 */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}

/** @returns agents that keep connections to targets open, as load balancers do */
export function agentsFor(front: Front): Agents {
  const options = { keepAlive: true, maxFreeSockets: 1024, timeout: front.idleTimeoutMs };
  return {
    http: new http.Agent(options),
    // Load balancers do not verify certificates of targets:
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
    https: new https.Agent({ ...options, rejectUnauthorized: false }),
  };
}

/**
 * Sends a request to a target and its response to the client.
 *
 * @returns ends it; called when the response has ended or the client has left
 */
export function forward(
  front: Front,
  exchange: Exchange,
  agents: Agents,
  forwarded: Forwarded,
  events: Forwarding,
): () => void {
  let request: http.ClientRequest;
  try {
    request = requestOf(front, agents, forwarded, events.upgraded !== undefined);
  } catch (error) {
    // Node refuses what must not be in a header.
    events.failed(400, `400: ${error instanceof Error ? error.message : String(error)}`);
    return () => {};
  }
  let isOver = false;
  const fail = (status: number, text: string) => {
    if (isOver) return;
    isOver = true;
    if (exchange.isBegun()) events.broken(text);
    else events.failed(status, `${status}: ${text}`);
    request.destroy();
  };
  watch(front, exchange, request, forwarded.backend, fail);
  request.on("response", (response) => {
    if (!isOver) passOn(exchange, forwarded, response, events, fail);
  });
  const { upgraded } = events;
  if (upgraded !== undefined) {
    request.on("upgrade", (response: http.IncomingMessage, socket: Socket, first: Buffer) => {
      isOver = true;
      upgraded(response, socket, first);
    });
  }
  const body = exchange.hasBody ? exchange.body() : undefined;
  if (body === undefined) request.end();
  else {
    // A target may respond before there is a body.
    request.flushHeaders();
    body.pipe(request);
  }
  return () => {
    isOver = true;
    // What the client still sends must not hold up its next request.
    body?.unpipe(request).resume();
    // Has no effect if the target has received everything and responded: then its connection stays open.
    request.destroy();
  };
}

function requestOf(
  front: Front,
  agents: Agents,
  { backend, method, path, headers }: Forwarded,
  isUpgrade: boolean,
): http.ClientRequest {
  const isSecure = backend.protocol === "HTTPS";
  const options = {
    ...backend.listens,
    method,
    path,
    headers,
    agent: isUpgrade ? false : isSecure ? agents.https : agents.http,
    maxHeaderSize: MAX_RESPONSE_HEADERS,
    timeout: front.idleTimeoutMs,
    rejectUnauthorized: false,
  };
  const request = isSecure ? https.request(options) : http.request(options);
  // Their size is limited, not their number; Node would leave out the rest.
  request.maxHeadersCount = 0;
  return request;
}

/** Reports what prevents a response. */
function watch(
  front: Front,
  exchange: Exchange,
  request: http.ClientRequest,
  { id, port }: Backend,
  fail: (status: number, text: string) => void,
): void {
  request.on("socket", (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(
      () => fail(504, `${id} did not accept a connection on port ${port} in time`),
      front.connectTimeoutMs,
    );
    const stop = () => clearTimeout(timer);
    socket.once("connect", stop);
    socket.once("close", stop);
  });
  request.on("timeout", () => {
    if (exchange.isBodyComplete() || !exchange.hasBody) fail(504, `${id} did not respond in time`);
    else fail(408, "the client did not send the whole request in time");
  });
  request.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ECONNREFUSED") fail(502, `${id} refused the connection on port ${port}`);
    else if (error.code === "HPE_HEADER_OVERFLOW") fail(502, `${id} sent response headers of more than 32 KB`);
    else if (error.code?.startsWith("HPE_")) fail(502, `${id} sent a malformed response`);
    else fail(502, `${id} closed the connection before it responded`);
  });
}

function passOn(
  exchange: Exchange,
  { method, cookies, backend }: Forwarded,
  response: http.IncomingMessage,
  events: Forwarding,
  fail: (status: number, text: string) => void,
): void {
  const status = response.statusCode ?? 0;
  const hasBody = method !== "HEAD" && !isBodiless(status);
  response.on("error", () => fail(502, `${backend.id} broke off its response`));
  // Nobody has asked to switch protocols.
  if (status < 200) return fail(502, `${backend.id} sent a malformed response`);
  let client: Writable;
  try {
    const headers = clientHeaders(response.rawHeaders, cookies);
    client = exchange.respond(status, response.statusMessage ?? "", headers, hasBody);
  } catch {
    return fail(502, `${backend.id} sent a malformed response`);
  }
  events.responded(status);
  if (hasBody) {
    response.pipe(client);
    return;
  }
  response.resume();
  client.end();
}
