import { randomBytes } from "node:crypto";
import { type Exchange, valueOf } from "./exchange";
import type { Front } from "./front";

/* The headers of requests to targets, and of their responses to clients.
   https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html */

/** Of one connection only: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  ...["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings"],
  ...["proxy-connection", "proxy-authenticate", "proxy-authorization"],
]);
/** Replaced for the target, or left out. */
const OWN: ReadonlySet<string> = new Set([
  ...["host", "expect", "cookie", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-port", "x-amzn-trace-id"],
]);
/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html */
const VALID_NAME = /^[-A-Za-z0-9]+$/;

/** @returns the headers that the target receives, names and values in turn */
export function targetHeaders(front: Front, exchange: Exchange, authority: string | undefined): string[] {
  const { headers } = exchange;
  const sent = ["Host", hostFor(front, authority)];
  const own: Record<string, string | undefined> = {};
  const named = namedIn(valueOf(headers, "connection"));
  for (let at = 0; at < headers.length; at += 2) {
    const [name = "", value = ""] = [headers[at], headers[at + 1]];
    const key = name.toLowerCase();
    if (OWN.has(key)) {
      // HTTP/2 may split cookies: https://www.rfc-editor.org/rfc/rfc9113#section-8.2.3
      own[key] = own[key] === undefined ? value : `${own[key]}${key === "cookie" ? "; " : ", "}${value}`;
    } else if (HOP_BY_HOP.has(key) || named?.includes(key)) {
      // Of the client's connection.
    } else if (!front.dropsInvalidHeaders || VALID_NAME.test(name)) sent.push(name, value);
  }
  if (own.cookie !== undefined) sent.push("Cookie", own.cookie);
  const clients = forwardedFor(front, own["x-forwarded-for"], exchange.clientPort);
  if (clients !== undefined) sent.push("X-Forwarded-For", clients);
  sent.push("X-Forwarded-Proto", front.protocol === "HTTPS" ? "https" : "http");
  sent.push("X-Forwarded-Port", String(front.port), "X-Amzn-Trace-Id", traceId(own["x-amzn-trace-id"]));
  frame(exchange, sent);
  return sent;
}

/** Adds the header from which the target knows where the body ends. */
function frame(exchange: Exchange, sent: string[]): void {
  if (valueOf(exchange.headers, "content-length") !== undefined) return;
  if (exchange.hasBody) sent.push("Transfer-Encoding", "chunked");
  else if (exchange.method === "POST" || exchange.method === "PUT" || exchange.method === "PATCH") {
    sent.push("Content-Length", "0");
  }
}

/** @returns the headers of a target's response that the client receives, with the load balancer's cookies */
export function clientHeaders(received: readonly string[], cookies: readonly string[]): string[] {
  const sent: string[] = [];
  const named = namedIn(valueOf(received, "connection"));
  for (let at = 0; at < received.length; at += 2) {
    const [name = "", value = ""] = [received[at], received[at + 1]];
    const key = name.toLowerCase();
    if (!HOP_BY_HOP.has(key) && !named?.includes(key)) sent.push(name, value);
  }
  for (const cookie of cookies) sent.push("Set-Cookie", cookie);
  return sent;
}

/** @returns the headers that the Connection header declares as its own */
function namedIn(connection: string | undefined): readonly string[] | undefined {
  if (connection === undefined || connection === "keep-alive" || connection === "close") return undefined;
  return (
    connection
      .toLowerCase()
      .split(",")
      .map((name) => name.trim())
      // A client cannot have the message's framing removed.
      .filter((name) => name !== "content-length" && name !== "host")
  );
}

/**
 * Without `preserve_host_header` the load balancer adds the port of the listener, or removes the port if the listener
 * has a default one: "Preserve host header" in
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
 * A request of HTTP/1.0 without Host receives the load balancer's DNS name:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html
 */
function hostFor(front: Front, authority: string | undefined): string {
  const host = authority ?? front.dnsName ?? "";
  if (front.preservesHost) return host;
  const bare = withoutPort(host);
  if (front.port === 80 || front.port === 443) return bare;
  return bare === host ? `${host}:${front.port}` : host;
}

/** @returns a host such as `www.example.com` or `[::1]` */
export function withoutPort(authority: string): string {
  const colon = authority.lastIndexOf(":");
  return colon < 0 || authority.endsWith("]") ? authority : authority.slice(0, colon);
}

function forwardedFor(front: Front, before: string | undefined, clientPort: number): string | undefined {
  if (front.forwardedFor === "remove") return undefined;
  if (front.forwardedFor === "preserve") return before;
  const { clientIp } = front;
  const address = clientIp.includes(":") ? `[${clientIp}]` : clientIp;
  const client = front.addsClientPort ? `${address}:${clientPort}` : clientIp;
  return before === undefined ? client : `${before}, ${client}`;
}

/** Random bytes in stock: one call for each request would cost more than the rest of its headers. */
const stock = { bytes: Buffer.alloc(0), at: 0 };

function randomId(): string {
  if (stock.at >= stock.bytes.length) {
    stock.bytes = randomBytes(12 * 1024);
    stock.at = 0;
  }
  stock.at += 12;
  return stock.bytes.toString("hex", stock.at - 12, stock.at);
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html */
function traceId(before: string | undefined): string {
  const time = Math.floor(Date.now() / 1000)
    .toString(16)
    .padStart(8, "0");
  const id = `1-${time}-${randomId()}`;
  if (before === undefined) return `Root=${id}`;
  const fields = before
    .split(";")
    .map((field) => field.trim())
    .filter((field) => field !== "" && !field.startsWith("Self="));
  return [fields.some((field) => field.startsWith("Root=")) ? `Self=${id}` : `Root=${id}`, ...fields].join(";");
}
