import {
  createServer as createHttp1,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import {
  createServer as createHttp2,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { Way } from "../../path/serve/decisions";
import { bytesOf, pageOf } from "./balancer-responses";
import { type Connection, type Exchange, exchangeOfHttp1, exchangeOfHttp2 } from "./exchange";
import { type Agents, agentsFor } from "./forwarding";
import type { Front } from "./front";
import { listenOnLoopback } from "./loopback";
import { MAX_REQUEST_HEADERS } from "./request-limits";
import { serveRequest } from "./requests";
import { tlsEntrance, tlsFailure } from "./tls-entrance";
import { isWebSocket, serveUpgrade, withoutUpgrade } from "./upgrade";

/* The sockets of one listener. Connections are accepted as TCP first, as a closed way precedes even a TLS handshake. */

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html */
const MAX_STREAMS = 128;

/** What the connections of one listener share. */
interface Shared {
  readonly front: Front;
  readonly agents: Agents;
  /** When each connection of HTTP/1 or session of HTTP/2 began, and the client's port. */
  readonly begun: WeakMap<object, { readonly at: number; readonly clientPort: number }>;
  /** The requests of each that have no complete response yet. */
  readonly open: WeakMap<object, Set<Exchange>>;
  /** All of them. */
  readonly all: Set<Exchange>;
}

/**
 * Serves a listener on a port of loopback.
 *
 * @param port a free one if absent
 * @returns `close` ends all connections; it resolves when nothing is left
 */
export async function listenAs(front: Front, port = 0): Promise<{ port: number; close(): Promise<void> }> {
  const shared: Shared = { front, agents: agentsFor(front), begun: new WeakMap(), open: new WeakMap(), all: new Set() };
  // Made for the first connection: most listeners of a large file never have one.
  let entrance: ((socket: Socket) => void) | undefined;
  const sockets = new Set<Socket>();
  // As Node's own servers have it: TLS has an end of its own.
  const allowHalfOpen = front.protocol === "HTTP";
  const server = createServer({ allowHalfOpen, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // Each protocol handles errors itself; this one is for the moments between them.
    socket.on("error", () => socket.destroy());
    const way = front.way();
    if (way.kind === "closed") ignore(front, socket, way);
    else {
      entrance ??= entranceOf(shared);
      entrance(socket);
    }
  });
  const listens = await listenOnLoopback(server, port);
  return {
    port: listens,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
      for (const exchange of shared.all) exchange.close();
      shared.agents.http.destroy();
      shared.agents.https.destroy();
    },
  };
}

/** Never answers, as if the packets were dropped. What arrives is thrown away, so that the client's leaving is seen. */
function ignore(front: Front, socket: Socket, way: Extract<Way, { kind: "closed" }>): void {
  const { hop, text } = way.cause;
  const scheme = front.protocol === "HTTPS" ? "https" : "http";
  front.log({ method: "", url: `${scheme}://*:${front.port}`, ms: 0, hop, text, isAssumed: false });
  socket.on("end", () => socket.destroy());
  socket.resume();
}

/** @returns what takes an accepted connection */
function entranceOf(shared: Shared): (socket: Socket) => void {
  const http1 = http1Server(shared);
  const enter = (server: Server | Http2Server, socket: Socket) => {
    begin(shared, socket, socket.remotePort);
    server.emit("connection", socket);
  };
  if (shared.front.protocol === "HTTP") return (socket) => enter(http1, socket);
  const http2 = http2Server(shared);
  const { accept } = tlsEntrance(shared.front, (socket) => {
    socket.on("error", () => socket.destroy());
    enter(socket.alpnProtocol === "h2" ? http2 : http1, socket);
  });
  return accept;
}

function begin({ begun, open }: Shared, connection: Socket | ServerHttp2Session, clientPort = 0): void {
  if (begun.has(connection)) return;
  begun.set(connection, { at: Date.now(), clientPort });
  const exchanges = new Set<Exchange>();
  open.set(connection, exchanges);
  // Node says nothing to responses that wait behind others.
  connection.once("close", () => {
    for (const exchange of exchanges) exchange.close();
  });
}

function connectionOf({ front, begun }: Shared, connection: object): Connection {
  const { at, clientPort } = begun.get(connection) ?? { at: Date.now(), clientPort: 0 };
  return { clientPort, isLast: Date.now() - at > front.clientKeepAliveMs };
}

/** Keeps a request until its response has ended. */
function keep({ open, all }: Shared, connection: object, exchange: Exchange): void {
  const exchanges = open.get(connection);
  exchanges?.add(exchange);
  all.add(exchange);
  exchange.onClose(() => {
    exchanges?.delete(exchange);
    all.delete(exchange);
  });
}

/** @returns whether a connection waits for a target, which has a timeout of its own */
function isWaiting({ open }: Shared, connection: object): boolean {
  return [...(open.get(connection) ?? [])].some((exchange) => !exchange.isEnded());
}

/** Not yet in the types of Node 20. */
interface UpgradeOptions {
  readonly shouldUpgradeCallback: (request: IncomingMessage) => boolean;
}

function http1Server(shared: Shared): Server {
  const { front, agents } = shared;
  const options: ServerOptions & UpgradeOptions = {
    // Without it, Node 24.10 and later leave the body of other upgrades unread; earlier ones ignore it.
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === "websocket",
    // Larger than what is allowed, because that is counted without separators.
    maxHeaderSize: MAX_REQUEST_HEADERS + 1024,
    insecureHTTPParser: false,
    // Refused with the load balancer's own page.
    requireHostHeader: false,
    keepAliveTimeout: front.idleTimeoutMs,
    noDelay: true,
  };
  const server = createHttp1(options);
  // Their size is limited, not their number; Node would leave out the rest.
  server.maxHeadersCount = 0;
  const serve = (request: IncomingMessage, response: ServerResponse, waits: boolean) => {
    const exchange = exchangeOfHttp1(request, response, connectionOf(shared, request.socket), waits);
    keep(shared, request.socket, exchange);
    serveRequest(front, exchange, agents);
  };
  server.on("request", (request, response) => serve(request, response, false));
  server.on("checkContinue", (request, response) => serve(request, response, true));
  server.on("checkExpectation", (request, response) => serve(request, response, false));
  server.on("upgrade", (request, _socket, first) => upgrade(shared, server, request, first));
  server.on("connect", (request, socket) => {
    refuse(shared, socket, request.method ?? "", "400: the CONNECT method is not supported");
  });
  server.setTimeout(front.idleTimeoutMs, (socket) => {
    if (!isWaiting(shared, socket)) socket.destroy();
  });
  server.on("clientError", (error, socket) => clientError(shared, error, socket));
  return server;
}

function upgrade(shared: Shared, server: Server, request: IncomingMessage, first: Buffer): void {
  const { front, agents } = shared;
  const { socket } = request;
  if (isWebSocket(request)) {
    keep(shared, socket, serveUpgrade(front, agents, request, first, connectionOf(shared, socket)));
    return;
  }
  socket.unshift(withoutUpgrade(request, first));
  server.emit("connection", socket);
}

/** Answers what is not HTTP, as far as the client can still be answered. */
function clientError(shared: Shared, error: NodeJS.ErrnoException, socket: Duplex): void {
  const { front, open } = shared;
  if (error.code?.startsWith("ERR_SSL_") && socket instanceof TLSSocket) {
    const entry = tlsFailure(front, error, socket);
    if (entry !== undefined) front.log(entry);
  }
  const newest = [...(open.get(socket) ?? [])].at(-1);
  if (!error.code?.startsWith("HPE_") || !socket.writable) socket.destroy();
  else if (newest === undefined) {
    const isTooLarge = error.code === "HPE_HEADER_OVERFLOW";
    refuse(shared, socket, "", `400: ${isTooLarge ? "the headers must not exceed 64 KB" : "the request is malformed"}`);
  } else if (newest.isBodyComplete()) {
    // What follows a request is malformed, not the request: it receives its response.
    newest.endConnection();
    newest.onClose(() => socket.end());
  } else if (newest.isBegun()) {
    // In the middle of a response, a page would be taken for its body.
    socket.destroy();
  } else newest.malformed();
}

function refuse({ front }: Shared, socket: Duplex, method: string, text: string): void {
  socket.on("error", () => socket.destroy());
  socket.end(bytesOf(pageOf(400)), () => socket.destroy());
  const url = `${front.protocol === "HTTPS" ? "https" : "http"}://*:${front.port}`;
  const isAssumed = front.isAssumed;
  front.log({ method, url, status: 400, ms: 0, hop: "listener", text, isAssumed });
}

function http2Server(shared: Shared): Http2Server {
  const { front, agents } = shared;
  const server = createHttp2({
    settings: { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: MAX_REQUEST_HEADERS },
  });
  server.on("session", (session: ServerHttp2Session) => {
    begin(shared, session, session.socket.remotePort);
    session.on("error", () => session.destroy());
    session.setTimeout(front.idleTimeoutMs, () => {
      if (!isWaiting(shared, session)) session.destroy();
    });
  });
  // Errors of a session are handled by the session.
  server.on("sessionError", () => {});
  const serve = (stream: ServerHttp2Stream, rawHeaders: readonly string[]) => {
    const { session } = stream;
    stream.on("error", () => stream.destroy());
    if (session === undefined) return;
    const exchange = exchangeOfHttp2(stream, rawHeaders, connectionOf(shared, session));
    keep(shared, session, exchange);
    serveRequest(front, exchange, agents);
  };
  server.on("stream", (...[stream, , , rawHeaders]: [ServerHttp2Stream, unknown, unknown, ...(readonly string[])[]]) =>
    serve(stream, rawHeaders ?? []),
  );
  return server;
}
