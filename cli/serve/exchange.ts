import type { IncomingMessage, OutgoingHttpHeader, ServerResponse } from "node:http";
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { Readable, Writable } from "node:stream";

/* A request and its response with the client, the same for HTTP/1 and HTTP/2. */

/** One request of a client. */
export interface Exchange {
  readonly method: string;
  readonly version: "1.0" | "1.1" | "2";
  /** As sent: `/path?query`, or with scheme and host. */
  readonly target: string;
  /** The Host header or `:authority` as sent; absent if there is none. */
  readonly authority: string | undefined;
  /** Names and values in turn, as sent, without those that begin with a colon. */
  readonly headers: readonly string[];
  readonly clientPort: number;
  /** Whether the connection lives longer than the load balancer keeps it; the response ends it. */
  readonly isLast: boolean;
  readonly hasBody: boolean;
  /** The request's body; a client that waits for `100 Continue` receives it. */
  readonly body: () => Readable;
  /** Whether the whole body of the request has been read. */
  readonly isBodyComplete: () => boolean;
  readonly isBegun: () => boolean;
  /** The response is to be the last one of the connection, whose next request could begin anywhere. */
  readonly endConnection: () => void;
  /** Begins the response. @param hasBody whether a body can follow */
  readonly respond: (status: number, text: string, headers: readonly string[], hasBody: boolean) => Writable;
  /** Breaks the response off, so that the client notices: a closed connection or a reset stream. */
  readonly abort: () => void;
  /** Whether everything of the response has been handed to the connection. */
  readonly isEnded: () => boolean;
  /** Calls back once, when the response has ended or the client has left. */
  readonly onClose: (closed: () => void) => void;
  /** The connection is gone; has no effect if the response has ended. */
  readonly close: () => void;
  /** Calls back if the body turns out to be malformed. */
  readonly onMalformed: (malformed: () => void) => void;
  readonly malformed: () => void;
}

/** What is known of the connection of a request. */
export interface Connection {
  readonly clientPort: number;
  readonly isLast: boolean;
}

/** The events of an exchange. */
function eventsOf(): Pick<Exchange, "onClose" | "close" | "onMalformed" | "malformed"> {
  let closed: (() => void)[] | undefined = [];
  let malformed: (() => void) | undefined;
  return {
    onClose: (listener) => {
      if (closed === undefined) listener();
      else closed.push(listener);
    },
    close: () => {
      const listeners = closed ?? [];
      closed = undefined;
      for (const listener of listeners) listener();
    },
    onMalformed: (listener) => {
      malformed = listener;
    },
    malformed: () => malformed?.(),
  };
}

/** @param waits whether the client waits for `100 Continue` before it sends the body */
export function exchangeOfHttp1(
  request: IncomingMessage,
  response: ServerResponse,
  { clientPort, isLast }: Connection,
  waits: boolean,
): Exchange {
  const { headers } = request;
  const events = eventsOf();
  response.once("close", events.close);
  // The client has left; it is noticed by the response's end.
  response.on("error", () => {});
  let isContinued = !waits;
  let isEnding = isLast;
  const hasLength = headers["content-length"] !== undefined && headers["content-length"] !== "0";
  return {
    method: request.method ?? "",
    version: request.httpVersionMinor === 0 ? "1.0" : "1.1",
    target: request.url ?? "",
    authority: headers.host,
    headers: request.rawHeaders,
    clientPort,
    isLast,
    hasBody: hasLength || headers["transfer-encoding"] !== undefined,
    body: () => {
      if (!isContinued) response.writeContinue();
      isContinued = true;
      return request;
    },
    isBodyComplete: () => request.complete,
    isBegun: () => response.headersSent,
    respond: (status, text, fields, hasBody) => {
      // HTTP/1.0 knows no chunks: without a length, the end of the connection ends the body.
      const isEndless = request.httpVersionMinor === 0 && hasBody && !hasField(fields, "content-length");
      // Nor is it known whether a client that waits for permission to send the body will send it.
      if (isEnding || isEndless || !isContinued) response.shouldKeepAlive = false;
      // Named here, as Node would otherwise add its own Keep-Alive header, which load balancers do not send.
      response.writeHead(status, text, [...fields, "Connection", response.shouldKeepAlive ? "keep-alive" : "close"]);
      return response;
    },
    abort: () => request.socket.destroy(),
    isEnded: () => response.writableEnded,
    endConnection: () => {
      isEnding = true;
    },
    ...events,
  };
}

/** @param raw names and values in turn */
export function exchangeOfHttp2(
  stream: ServerHttp2Stream,
  raw: readonly string[],
  { clientPort, isLast }: Connection,
): Exchange {
  const pseudo: Record<string, string> = {};
  const headers: string[] = [];
  let waits = false;
  const events = eventsOf();
  stream.once("close", events.close);
  for (let at = 0; at < raw.length; at += 2) {
    const [name = "", value = ""] = [raw[at], raw[at + 1]];
    if (name.startsWith(":")) pseudo[name] = value;
    else headers.push(name, value);
    waits ||= name === "expect" && value.toLowerCase() === "100-continue";
  }
  return {
    method: pseudo[":method"] ?? "",
    version: "2",
    target: pseudo[":path"] ?? "",
    authority: pseudo[":authority"] ?? valueOf(headers, "host"),
    headers,
    clientPort,
    isLast,
    hasBody: !stream.endAfterHeaders,
    body: () => {
      if (waits) stream.additionalHeaders({ ":status": 100 });
      return stream;
    },
    isBodyComplete: () => stream.readableEnded || stream.endAfterHeaders,
    isBegun: () => stream.headersSent,
    respond: (status, _text, fields, hasBody) => {
      begin(stream, objectOf(status, fields), !hasBody);
      // GOAWAY; the streams that are open may end.
      if (isLast) stream.session?.close();
      return stream;
    },
    abort: () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    isEnded: () => stream.writableEnded,
    // Streams cannot be mistaken for each other.
    endConnection: () => {},
    ...events,
  };
}

/** @returns the first value of a header in a list of names and values */
export function valueOf(headers: readonly string[], name: string): string | undefined {
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at]?.toLowerCase() === name) return headers[at + 1];
  }
  return undefined;
}

function hasField(headers: readonly string[], name: string): boolean {
  return valueOf(headers, name) !== undefined;
}

function begin(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders, endStream: boolean): void {
  try {
    stream.respond(headers, { endStream });
  } catch (error) {
    if (stream.destroyed || stream.headersSent) throw error;
    // Node refuses some headers that occur twice, which HTTP/1 servers do send, such as X-Content-Type-Options.
    stream.respond(firstOf(headers), { endStream });
  }
}

function firstOf(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const first = (name: string, value: OutgoingHttpHeader | undefined) =>
    Array.isArray(value) && name !== "set-cookie" ? value[0] : value;
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, first(name, value)]));
}

/** @returns headers as HTTP/2 of Node takes them; those that occur several times as lists */
function objectOf(status: number, fields: readonly string[]): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = Object.create(null);
  for (let at = 0; at < fields.length; at += 2) {
    const [name = "", value = ""] = [fields[at]?.toLowerCase(), fields[at + 1]];
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else if (typeof before === "string") headers[name] = [before, value];
    else before.push(value);
  }
  return { ":status": status, ...headers };
}
