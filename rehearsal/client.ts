import { Resolver } from "node:dns/promises";
import { type ClientRequest, type IncomingMessage, request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { portOf } from "../path/facts/url-ports";
import type { Served, ServedRequest } from "./served";

/** What the name server of the served site returned for a name. */
export type Resolved =
  | { readonly kind: "balancer"; readonly addresses: readonly string[] }
  /** Addresses that are not the load balancer's. No connection is made to them. */
  | { readonly kind: "elsewhere"; readonly addresses: readonly string[] }
  /** Such as NXDOMAIN. */
  | { readonly kind: "none"; readonly error: string };

/** A request and what came back. */
export type Exchange =
  | {
      readonly kind: "response";
      readonly url: string;
      readonly status: number;
      readonly location?: string;
      readonly firstLine: string;
      /** Such as `TLSv1.3`; the certificate was verified. Absent: plain HTTP. */
      readonly tls?: string;
      /** Why a stand-in responded; absent: none did. */
      readonly standIn?: string;
      /** From the log of the served site; absent: it has no entry for the request. */
      readonly log?: ServedRequest;
    }
  | {
      readonly kind: "none";
      readonly url: string;
      /** What the client noticed first. */
      readonly failed: "dns" | "listener" | "connection" | "tls";
      /** Such as `ERR_TLS_CERT_ALTNAME_INVALID` or "no response". */
      readonly error: string;
      readonly log?: ServedRequest;
    };

type Failure = Extract<Exchange, { kind: "none" }>;

const DNS_TIMEOUT_MS = 5_000;
const RESPONDS_WITHIN_MS = 10_000;
/** The served site logs a request when the response has ended, which the client can notice a moment earlier. */
const LOGGED_WITHIN_MS = 2_000;
/** Not every failed connection is logged. */
const FAILURE_LOGGED_WITHIN_MS = 300;
const MAX_BODY_CHARACTERS = 65_536;
const NO_RESPONSE = "no response";
/** The codes of c-ares for answers without an address. */
const DNS_ERRORS: Readonly<Record<string, string>> = { ENOTFOUND: "NXDOMAIN", ENODATA: "no A record" };

/**
 * A client of a served site: it resolves names by the site's own name server, connects to the loopback port of the
 * listener, and trusts the local authority only. It never connects to anything that is not served. One request at a
 * time.
 */
export class Client {
  private readonly resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 });
  private readonly resolved = new Map<string, Promise<Resolved>>();
  /** Listeners that did not answer a connection; another attempt would only take as long again. */
  private readonly silent = new Map<string, Failure>();

  constructor(private readonly served: Served) {
    this.resolver.setServers([served.dns]);
  }

  /** The A records of a name; looked up once. */
  resolve(name: string): Promise<Resolved> {
    const known = this.resolved.get(name) ?? this.lookUp(name);
    this.resolved.set(name, known);
    return known;
  }

  /** Sends a GET request. Redirects are not followed, and each request has a connection of its own. */
  async get(address: string): Promise<Exchange> {
    const url = new URL(address);
    const none = (failed: Failure["failed"], error: string): Failure => ({
      kind: "none",
      url: url.href,
      failed,
      error,
    });
    const name = await this.resolve(url.hostname);
    if (name.kind === "none") return none("dns", name.error);
    if (name.kind === "elsewhere") return none("dns", `resolves to ${name.addresses.join(", ")}`);
    const port = portOf(url);
    const listens = this.listenerFor(url.hostname, port);
    if (listens === undefined) return none("listener", `there is no listener on port ${port}`);
    const silent = this.silent.get(listens);
    if (silent !== undefined) return { ...silent, url: url.href };
    const exchange = await this.send(url, listens);
    if (exchange.kind === "none" && exchange.error === NO_RESPONSE) this.silent.set(listens, exchange);
    return exchange;
  }

  private async lookUp(name: string): Promise<Resolved> {
    try {
      const addresses = await this.resolver.resolve4(name);
      const isServed = addresses.every((address) => address.startsWith("127."));
      return { kind: isServed ? "balancer" : "elsewhere", addresses };
    } catch (error) {
      const { code = String(error) } = error as NodeJS.ErrnoException;
      return { kind: "none", error: DNS_ERRORS[code] ?? code };
    }
  }

  /** The loopback port of a listener. Several load balancers can have listeners on one port. */
  private listenerFor(host: string, port: number): string | undefined {
    const declared = this.served.urls.find(({ url }) => {
      const it = new URL(url);
      return it.hostname === host && portOf(it) === port;
    });
    const onPort = this.served.listeners.filter((listener) => listener.port === port);
    return declared?.connect ?? (onPort.length === 1 ? onPort[0]?.listens : undefined);
  }

  private async send(url: URL, listens: string): Promise<Exchange> {
    let log: ServedRequest | undefined;
    let noticed: () => void = () => undefined;
    const logged = new Promise<void>((resolve) => {
      noticed = resolve;
    });
    const unanswered = new AbortController();
    const stop = this.served.onRequest((entry) => {
      if (log !== undefined || !isAbout(entry.url, url)) return;
      log = entry;
      noticed();
      // A failed handshake is noticed by the client itself.
      if (entry.status === undefined && entry.hop !== "tls") unanswered.abort();
    });
    try {
      const exchange = await exchanged(url, listens, this.served, unanswered.signal);
      const giveUp = new AbortController();
      const within = exchange.kind === "response" ? LOGGED_WITHIN_MS : FAILURE_LOGGED_WITHIN_MS;
      const late = pause(within, undefined, { signal: giveUp.signal }).catch(() => undefined);
      await Promise.race([logged, late]);
      giveUp.abort();
      return { ...exchange, log };
    } finally {
      stop();
    }
  }
}

/** Whether a line of the log is about a request, or about a connection on its port. */
function isAbout(logged: string, sent: URL): boolean {
  if (!URL.canParse(logged)) return false;
  const url = new URL(logged);
  // A port without a listener has no protocol.
  return url.hostname === "*" ? portOf(url) === portOf(sent) : url.href === sent.href;
}

/** @param unanswered is aborted when the served site reports that it never answers */
function exchanged(
  url: URL,
  listens: string,
  { ca, standInHeader = "" }: Served,
  unanswered: AbortSignal,
): Promise<Exchange> {
  return new Promise((resolve) => {
    const isTls = url.protocol === "https:";
    let isSecure = false;
    const fail = (failed: Failure["failed"], error: string) => {
      sent.destroy();
      resolve({ kind: "none", url: url.href, failed, error });
    };
    const sent = requestTo(url, listens, ca);
    const timer = setTimeout(() => fail("connection", NO_RESPONSE), RESPONDS_WITHIN_MS);
    unanswered.addEventListener("abort", () => fail("connection", NO_RESPONSE), { once: true });
    sent.on("socket", (socket) => socket.once("secureConnect", () => (isSecure = true)));
    sent.on("error", (error: NodeJS.ErrnoException) =>
      fail(isTls && !isSecure && error.code !== "ECONNREFUSED" ? "tls" : "connection", error.code ?? error.message),
    );
    sent.on("close", () => clearTimeout(timer));
    sent.on("response", (response) => {
      const tls = isTls ? ((response.socket as TLSSocket).getProtocol() ?? undefined) : undefined;
      firstLineOf(response).then(
        (firstLine) => {
          const { statusCode: status = 0, headers } = response;
          const standIn = [headers[standInHeader]].flat()[0];
          resolve({ kind: "response", url: url.href, status, location: headers.location, firstLine, tls, standIn });
        },
        (error: NodeJS.ErrnoException) => fail("connection", error.code ?? error.message),
      );
    });
    sent.end();
  });
}

function requestTo(url: URL, listens: string, ca: string): ClientRequest {
  const at = new URL(`http://${listens}`);
  const options = {
    host: at.hostname,
    port: at.port,
    path: `${url.pathname}${url.search}`,
    // As browsers do: without the port that the scheme implies.
    headers: { host: url.host, "user-agent": "alb-web" },
    // A connection of its own.
    agent: false,
  } as const;
  return url.protocol === "https:" ? overHttps({ ...options, servername: url.hostname, ca }) : overHttp(options);
}

async function firstLineOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    if (text.length < MAX_BODY_CHARACTERS) text += chunk;
  }
  return text.trimStart().split(/\r?\n/, 1)[0] ?? "";
}
