import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { printable } from "../../machine/text/printable";
import { listenOnLoopback } from "./loopback";
import { PAGE_CSS } from "./page/css";
import { type PageEvents, pageEvents } from "./page/events";
import { pageHtml } from "./page/html";
import { PAGE_SCRIPT } from "./page/script";
import type { Watched } from "./status";

const HTML = pageHtml({ css: PAGE_CSS, script: PAGE_SCRIPT });
const HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": [
    "default-src 'none'",
    `script-src '${hashOf(PAGE_SCRIPT)}'`,
    `style-src '${hashOf(PAGE_CSS)}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // Text of a file can never become markup, not even by a mistake in the script.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};
/** The ID of a target, with room for a long module path. */
const MAX_BODY_BYTES = 4096;

/** A refusal with its status code. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

interface Page {
  readonly watched: Watched;
  readonly events: PageEvents;
  /** Of this run. */
  readonly token: string;
}

/**
 * Serves the page on a free loopback port. Every account of this machine and every web page in a browser can connect to
 * it, so the status and the buttons need the token of this run. It is in the fragment of the URL: a browser never sends
 * it to a server by itself, unlike a cookie, which all ports of a host share.
 */
export async function startPage(
  watched: Watched,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const token = randomBytes(16).toString("base64url");
  const page: Page = { watched, events: pageEvents(watched), token };
  const server = createServer((request, response) => {
    respond(page, request, response).catch((error: unknown) => refuse(response, error));
  });
  const port = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}/#${token}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      await page.events.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function respond(page: Page, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const origin = originOf(request);
  const [pathname, query] = (request.url ?? "").split("?", 2);
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (isRead && pathname === "/") {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(request.method === "HEAD" ? undefined : HTML);
  } else if (request.method === "GET" && pathname === "/events") {
    requireToken(page, new URLSearchParams(query).get("token") ?? "");
    requireSameOrigin(request, origin, "if sent");
    response.setHeader("Content-Type", "text/event-stream");
    page.events.add(response);
  } else if (request.method === "POST" && (pathname === "/targets/stop" || pathname === "/targets/start")) {
    requireToken(page, String(request.headers["x-alb-web-token"] ?? ""));
    requireSameOrigin(request, origin, "always");
    await act(page.watched, pathname === "/targets/stop" ? "stop" : "start", await targetIdOf(request));
    response.writeHead(204).end();
  } else {
    throw new Refusal(404, "Not found");
  }
}

/**
 * Requires the Host header of this server. A website can make its own name resolve to 127.0.0.1, and its requests would
 * then be of the same origin.
 */
function originOf(request: IncomingMessage): string {
  const { host } = request.headers;
  const port = request.socket.localPort;
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    throw new Refusal(421, `The Host header must be 127.0.0.1:${port}`);
  }
  return `http://${host}`;
}

function requireToken({ token }: Page, given: string): void {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  if (!timingSafeEqual(digest(given), digest(token))) {
    throw new Refusal(403, "The token of this run is required; open the address that alb-web serve printed");
  }
}

/** Browsers send Origin with every POST, and current ones Sec-Fetch-Site with every request. */
function requireSameOrigin({ headers }: IncomingMessage, origin: string, when: "always" | "if sent"): void {
  const isFromPage = headers.origin === undefined ? when === "if sent" : headers.origin === origin;
  if (!isFromPage || (headers["sec-fetch-site"] ?? "same-origin") !== "same-origin") {
    throw new Refusal(403, "Only the page itself may send this request");
  }
}

async function targetIdOf(request: IncomingMessage): Promise<string> {
  if (!/^application\/json *(?:;|$)/i.test(request.headers["content-type"] ?? "")) {
    throw new Refusal(415, "The content type must be application/json");
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Refusal(413, `The body must have at most ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  const id = idIn(Buffer.concat(chunks).toString("utf8"));
  if (typeof id !== "string") throw new Refusal(400, 'The body must be JSON such as {"id":"aws_instance.web[0]"}');
  return id;
}

function idIn(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
  } catch {
    return undefined;
  }
}

/** @param shownId as the page shows it, which can differ from the ID in the file */
async function act(watched: Watched, action: "stop" | "start", shownId: string): Promise<void> {
  const target = watched.status().targets.find(({ id }) => printable(id) === shownId);
  if (target === undefined || !(await watched[action](target.id))) {
    throw new Refusal(404, `No target ${printable(shownId)}`);
  }
}

function refuse(response: ServerResponse, error: unknown): void {
  // A stream that has begun can only end.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = error instanceof Refusal ? error.status : 500;
  const message = error instanceof Error ? error.message : String(error);
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", Connection: "close" });
  response.end(`${printable(message)}\n`);
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
