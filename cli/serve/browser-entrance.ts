import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request as requestHttp,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import { request as requestHttps } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { printable } from "../../machine/text/printable";
import {
  cookieOfEntrance,
  type Entrance,
  entranceOf,
  entrancesOf,
  type Origin,
  policyOfEntrance,
  toEntrance,
  toSite,
} from "./entrance-names";
import { listenOnLoopback } from "./loopback";

/** The entrance for browsers: plain HTTP on one loopback port, in front of the listeners. */
export interface BrowserEntrance {
  readonly port: number;
  /** Where a browser opens a URL of the site. If a name has HTTPS, its HTTP URLs lead there at once. */
  readonly addressOf: (url: string) => string;
  readonly close: () => Promise<void>;
}

interface Opened {
  readonly entrances: readonly Entrance[];
  readonly port: number;
  /** PEM of the authority that signed the listeners' certificates. */
  readonly ca: string;
}

/** Belong to one connection: https://www.rfc-editor.org/rfc/rfc9110#name-connection */
const OF_CONNECTION = /^(?:connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|expect)$/;
/** Make a browser use HTTPS or another port. */
const DROPPED = /^(?:strict-transport-security|alt-svc)$/;

/**
 * Starts the entrance. A browser does not know the local authority and cannot resolve the site's names; here it needs
 * neither. Only headers are rewritten: links in a page lead where the page says.
 */
export async function startEntrance(options: {
  readonly origins: readonly Origin[];
  readonly ca: string;
}): Promise<BrowserEntrance> {
  const entrances = entrancesOf(options.origins);
  const opened = () => ({ entrances, port: (server.address() as AddressInfo).port, ca: options.ca });
  const server = createServer((request, response) => pass(opened(), request, response));
  // A long upload ends when its client ends it.
  server.requestTimeout = 0;
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgrade(opened(), request, socket, head);
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await listenOnLoopback(server);
  const { port } = opened();
  return {
    port,
    addressOf: (url) => toEntrance(entrances, port, withHttps(entrances, url)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The HTTPS URL of the same name if both have their default ports. */
function withHttps(entrances: readonly Entrance[], url: string): string {
  const parsed = new URL(url);
  if (parsed.protocol !== "http:" || parsed.port !== "") return url;
  const https = entrances.find(({ origin }) => origin === `https://${parsed.host}`);
  return https === undefined ? url : `https:${url.slice("http:".length)}`;
}

function pass(opened: Opened, request: IncomingMessage, response: ServerResponse): void {
  const entrance = entranceOf(opened.entrances, request.headers.host ?? "");
  if (entrance === undefined) {
    response.writeHead(404, { "Content-Type": "text/plain; charset=utf-8", "x-alb-web-entrance": "no site" });
    response.end(listOf(opened));
    return;
  }
  const upstream = ask(opened, entrance, request, []);
  response.once("close", () => upstream.destroy());
  upstream.once("response", (answer) => {
    response.writeHead(
      answer.statusCode ?? 502,
      answer.statusMessage ?? "",
      answerHeaders(opened, entrance, request, answer),
    );
    answer.once("error", () => response.destroy()).pipe(response);
  });
  upstream.on("error", (error: NodeJS.ErrnoException) => {
    // As the listener closed the connection without a response, so does the entrance.
    if (response.headersSent || error.code === "ECONNRESET") response.destroy();
    else response.writeHead(502, ownHeaders(entrance)).end(unreachable(entrance, error));
  });
  request.pipe(upstream);
}

function upgrade(opened: Opened, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.on("error", () => socket.destroy());
  const entrance = entranceOf(opened.entrances, request.headers.host ?? "");
  if (entrance === undefined) {
    socket.end(headOf(404, undefined, ["Content-Type", "text/plain", "Connection", "close"]) + listOf(opened));
    return;
  }
  const asked = ["Connection", "Upgrade", "Upgrade", request.headers.upgrade ?? ""];
  const upstream = ask(opened, entrance, request, asked);
  socket.once("close", () => upstream.destroy());
  upstream.once("upgrade", (answer, behind: Socket, first: Buffer) => {
    behind.on("error", () => behind.destroy());
    behind.once("close", () => socket.destroy());
    socket.once("close", () => behind.destroy());
    const headers = answerHeaders(opened, entrance, request, answer);
    headers.push("Connection", "Upgrade", "Upgrade", answer.headers.upgrade ?? "");
    socket.write(headOf(answer.statusCode ?? 101, answer.statusMessage, headers), "latin1");
    socket.write(first);
    behind.write(head);
    behind.pipe(socket).pipe(behind);
  });
  upstream.once("response", (answer) => {
    const headers = [...answerHeaders(opened, entrance, request, answer), "Connection", "close"];
    socket.write(headOf(answer.statusCode ?? 502, answer.statusMessage, headers), "latin1");
    answer.once("error", () => socket.destroy()).pipe(socket);
  });
  upstream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ECONNRESET") socket.destroy();
    else
      socket.end(
        headOf(502, undefined, [...ownHeaders(entrance), "Connection", "close"]) + unreachable(entrance, error),
      );
  });
  upstream.end();
}

/** The same request to the listener. There is no timeout: who is never answered there is never answered here. */
function ask(
  { entrances, port, ca }: Opened,
  entrance: Entrance,
  request: IncomingMessage,
  more: readonly string[],
): ClientRequest {
  const headers = rewritten(request.rawHeaders, (name, value) => {
    if (OF_CONNECTION.test(name)) return undefined;
    if (name === "host") return entrance.host;
    return name === "origin" || name === "referer" ? toSite(entrances, port, value) : value;
  });
  if (request.headers["transfer-encoding"] !== undefined) headers.push("Transfer-Encoding", "chunked");
  headers.push(...more);
  const { connect, hostname } = entrance;
  const { method, url: path } = request;
  const options = { ...connect, method, path, headers, agent: false as const };
  return entrance.isTls ? requestHttps({ ...options, servername: hostname, ca }) : requestHttp(options);
}

function answerHeaders(
  { entrances, port }: Opened,
  entrance: Entrance,
  request: IncomingMessage,
  answer: IncomingMessage,
): string[] {
  const here = `${entrance.origin}${request.url?.startsWith("/") ? request.url : "/"}`;
  const headers = rewritten(answer.rawHeaders, (name, value) => {
    if (OF_CONNECTION.test(name) || DROPPED.test(name)) return undefined;
    if (name === "location" || name === "content-location" || name === "access-control-allow-origin") {
      const url = toEntrance(entrances, port, value, here);
      // An origin has no path.
      return name === "access-control-allow-origin" && url !== value ? new URL(url).origin : url;
    }
    if (name === "set-cookie") return cookieOfEntrance(value);
    return name.startsWith("content-security-policy") ? policyOfEntrance(value) : value;
  });
  headers.push("x-alb-web-entrance", textOf(entrance));
  return headers;
}

/** Header lines as names and values in turn, without those whose new value is undefined. */
function rewritten(
  raw: readonly string[],
  change: (lowerCaseName: string, value: string) => string | undefined,
): string[] {
  const headers: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? "";
    const value = change(name.toLowerCase(), raw[index + 1] ?? "");
    if (value !== undefined) headers.push(name, value);
  }
  return headers;
}

function headOf(status: number, message: string | undefined, headers: readonly string[]): string {
  const lines = [`HTTP/1.1 ${status} ${message ?? STATUS_CODES[status] ?? ""}`];
  for (let index = 0; index < headers.length; index += 2) lines.push(`${headers[index]}: ${headers[index + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function ownHeaders(entrance: Entrance): string[] {
  return ["Content-Type", "text/plain; charset=utf-8", "x-alb-web-entrance", textOf(entrance)];
}

function textOf({ origin }: Entrance): string {
  return `${origin} over plain HTTP; Host, redirects and cookies are rewritten`;
}

function unreachable({ origin, connect }: Entrance, error: Error): string {
  return `${origin} did not respond on ${connect.host}:${connect.port}: ${printable(error.message)}\n`;
}

function listOf({ entrances, port }: Opened): string {
  const lines = entrances.map(({ label, origin }) => `http://${label}:${port}/ for ${origin}\n`);
  return `No site has this name. This entrance has:\n${lines.join("")}`;
}
