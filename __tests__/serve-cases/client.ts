import { createSocket } from "node:dgram";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { type Answer, decode, encode } from "dns-packet";
import type { Observed, ObservedResponse } from "./observed";
import type { Ask, RequestAsk, TlsAsk, TlsVersion } from "./serve-case";

/* A client that asks what cases ask, of a site on loopback. It knows nothing of how the site is served. */

/** Where a site is served, as the line of `--format json` says. */
export interface Where {
  readonly listeners: readonly { readonly port: number; readonly listens: string }[];
  readonly dns: string;
  /** The authority's certificate, in PEM. */
  readonly ca: string;
}

/**
 * Asks, and returns what a client sees. What only the log knows (groups, targets, hops) is added elsewhere.
 * @param giveUp aborted when the log says that a connection is never answered
 */
export async function asked(ask: Ask, where: Where, giveUp: AbortSignal): Promise<Observed> {
  if ("dns" in ask) return { dns: await queried(ask.dns.name, ask.dns.type, where) };
  if ("tls" in ask) return handshaken(ask.tls, where, giveUp);
  if ("request" in ask) return { responses: await requested(ask.request, where, giveUp) };
  throw new Error("a client cannot ask this");
}

/* DNS */

async function queried(name: string, type: string, { dns }: Where): Promise<NonNullable<Observed["dns"]>> {
  const { host, port } = placeOf(dns);
  const socket = createSocket("udp4");
  try {
    const id = 1 + Math.floor(Math.random() * 65_534);
    const query = encode({ type: "query", id, questions: [{ name, type: type as Answer["type"] & "A" }] });
    socket.send(query, port, host);
    const [message] = (await once(socket, "message")) as [Buffer];
    const { answers = [], flags = 0 } = decode(message);
    return { rcode: RCODES[flags & 15] ?? String(flags & 15), answers: answers.map(answerOf) };
  } finally {
    socket.close();
  }
}

const RCODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

function answerOf(answer: Answer): { type: string; data: string } {
  const { type } = answer;
  const data: unknown = "data" in answer ? answer.data : "";
  if (type === "A" || type === "AAAA") {
    const isLoopback = String(data).startsWith("127.") || data === "::1";
    return { type, data: isLoopback ? "balancer" : String(data) };
  }
  if (type === "CAA" && typeof data === "object" && data !== null) {
    const { flags = 0, tag, value } = data as { flags?: number; tag: string; value: string };
    return { type, data: `${flags} ${tag} "${value}"` };
  }
  if (type === "TXT") return { type, data: [data].flat().map(String).join("") };
  return { type, data: String(data) };
}

/** Follows CNAME records as a resolver does. */
async function isBalancer(name: string, where: Where, depth = 0): Promise<boolean> {
  const { answers } = await queried(name, "A", where);
  if (answers.some(({ type, data }) => type === "A" && data === "balancer")) return true;
  const next = answers.find(({ type }) => type === "CNAME")?.data;
  return next !== undefined && depth < 8 && isBalancer(next, where, depth + 1);
}

/* Connections */

function placeOf(listens: string): { host: string; port: number } {
  const at = listens.lastIndexOf(":");
  return { host: listens.slice(0, at), port: Number(listens.slice(at + 1)) };
}

function listenerOn(port: number, { listeners }: Where): { host: string; port: number } {
  const found = listeners.find((it) => it.port === port);
  if (found === undefined) throw new Error(`nothing is served on port ${port}`);
  return placeOf(found.listens);
}

type Stage = NonNullable<ObservedResponse["stage"]>;

/** What work comes to, or that nothing came until it was given up. */
function unlessGivenUp<T>(
  giveUp: AbortSignal,
  work: (resolve: (result: T | { readonly stage: Stage }) => void) => void,
): Promise<T | { readonly stage: Stage }> {
  return new Promise((resolve) => {
    const end = () => resolve({ stage: "no answer" });
    if (giveUp.aborted) end();
    giveUp.addEventListener("abort", end);
    work((result) => {
      giveUp.removeEventListener("abort", end);
      resolve(result);
    });
  });
}

/** @param event `connect` or `secureConnect` */
async function opened<T extends Socket>(
  socket: T,
  event: string,
  giveUp: AbortSignal,
): Promise<T | { readonly stage: Stage }> {
  const result = await unlessGivenUp<T>(giveUp, (resolve) => {
    socket.once(event, () => resolve(socket));
    socket.on("error", () => resolve({ stage: event === "secureConnect" ? "no handshake" : "closed" }));
    socket.once("close", () => resolve({ stage: "closed" }));
  });
  if ("stage" in result) socket.destroy();
  return result;
}

async function handshaken(ask: TlsAsk, where: Where, giveUp: AbortSignal): Promise<Observed> {
  const { serverName, port, minVersion, maxVersion, alpn } = ask;
  const socket = connectTls({
    ...listenerOn(port, where),
    ...(serverName !== undefined && { servername: serverName }),
    ...(minVersion !== undefined && { minVersion }),
    ...(maxVersion !== undefined && { maxVersion }),
    ...(alpn !== undefined && { ALPNProtocols: [...alpn] }),
    ca: where.ca,
    // The names are what is asked for.
    checkServerIdentity: () => undefined,
    // OpenSSL allows TLS 1.1 only so.
    ciphers: "DEFAULT@SECLEVEL=0",
  });
  const result = await opened<TLSSocket>(socket, "secureConnect", giveUp);
  if ("stage" in result) return { responses: [result] };
  const names = result.getPeerCertificate().subjectaltname ?? "";
  const tls = {
    certificate: names.split(", ").map((it) => it.replace(/^DNS:/, "")),
    version: (result.getProtocol() ?? "TLSv1") as TlsVersion,
    alpn: result.alpnProtocol === false ? "" : (result.alpnProtocol ?? ""),
  };
  result.destroy();
  return { tls };
}

/* Requests */

async function requested(ask: RequestAsk, where: Where, giveUp: AbortSignal): Promise<ObservedResponse[]> {
  const { hostname } = new URL(ask.url);
  if (ask.to === undefined && !(await isBalancer(hostname, where)))
    throw new Error(`${hostname} does not resolve to the load balancer`);
  const jar = new Map<string, string>();
  const responses: ObservedResponse[] = [];
  for (let count = 0; count < (ask.times ?? 1); count += 1) {
    const response = await requestedOnce(ask, where, jar, giveUp);
    responses.push(response);
    if (ask.keepsCookies !== true) continue;
    for (const cookie of response.cookies ?? []) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
  }
  return responses;
}

async function requestedOnce(
  ask: RequestAsk,
  where: Where,
  jar: ReadonlyMap<string, string>,
  giveUp: AbortSignal,
): Promise<ObservedResponse> {
  const { protocol, hostname, port } = new URL(ask.url);
  const isTls = protocol === "https:";
  const place = listenerOn(port === "" ? (isTls ? 443 : 80) : Number(port), where);
  const socket = isTls
    ? connectTls({
        ...place,
        servername: hostname,
        ca: where.ca,
        ALPNProtocols: [ask.httpVersion === "2" ? "h2" : "http/1.1"],
      })
    : connectTcp(place);
  const result = await opened<Socket>(socket, isTls ? "secureConnect" : "connect", giveUp);
  if ("stage" in result) return result;
  const cookies = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  try {
    return await (ask.httpVersion === "2" ? overHttp2 : overHttp1)(ask, result, cookies, giveUp);
  } finally {
    result.destroy();
  }
}

const BODILESS = ["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"];

function overHttp1(ask: RequestAsk, socket: Socket, cookies: string, giveUp: AbortSignal): Promise<ObservedResponse> {
  const { host, pathname, search } = new URL(ask.url);
  const given = ask.headers ?? [];
  const has = (name: string) => given.some(([it]) => it.toLowerCase() === name);
  const headers = [
    ...(has("host") ? [] : [["Host", host]]),
    ...given,
    ...(cookies === "" ? [] : [["Cookie", cookies]]),
    // Without it, node would send an empty body in chunks for all but a few methods.
    ...(ask.body === undefined && BODILESS.includes(ask.method ?? "GET")
      ? []
      : [["Content-Length", String(Buffer.byteLength(ask.body ?? ""))]]),
    ...(has("connection") ? [] : [["Connection", "close"]]),
  ].flat();
  return unlessGivenUp<ObservedResponse>(giveUp, (resolve) => {
    const request = httpRequest({
      createConnection: () => socket,
      method: ask.method ?? "GET",
      path: `${pathname}${search}`,
      headers: headers as unknown as Record<string, string>,
      setHost: false,
    });
    request.once("response", async (response) => resolve({ ...headOf(response), body: await textOf(response) }));
    request.once("upgrade", (response) => resolve(headOf(response)));
    request.on("error", () => resolve({ stage: "closed" }));
    request.end(ask.body);
  });
}

function headOf({ statusCode, headers }: IncomingMessage): ObservedResponse {
  const { "set-cookie": cookies = [], ...others } = headers;
  return { status: statusCode ?? 0, headers: textsOf(others), cookies };
}

function textsOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")]));
}

async function textOf(body: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks).toString();
}

async function overHttp2(
  ask: RequestAsk,
  socket: Socket,
  cookies: string,
  giveUp: AbortSignal,
): Promise<ObservedResponse> {
  const { origin, host, pathname, search } = new URL(ask.url);
  const session = connectHttp2(origin, { createConnection: () => socket });
  session.on("error", () => undefined);
  const stream = session.request({
    ":method": ask.method ?? "GET",
    ":path": `${pathname}${search}`,
    ":authority": host,
    ...Object.fromEntries((ask.headers ?? []).map(([name, value]) => [name.toLowerCase(), value])),
    ...(cookies !== "" && { cookie: cookies }),
  });
  stream.end(ask.body);
  return unlessGivenUp<ObservedResponse>(giveUp, (resolve) => {
    stream.on("error", () => resolve({ stage: "closed" }));
    stream.once("response", async (all) => {
      const { ":status": status = 0, "set-cookie": sent = [], ...headers } = all;
      resolve({ status, headers: textsOf(headers), cookies: sent, body: await textOf(stream) });
      session.close();
    });
  });
}
