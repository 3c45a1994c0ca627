import { Resolver } from "node:dns/promises";
import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import type { LogEntry } from "../../cli/serve/front";
import type { Served } from "../../cli/serve/served";

/* One URL of a served site, requested as a client does: DNS, TLS, requests, redirects. */

export type Seen =
  /** The last response, after all redirects. */
  | { readonly kind: "response"; readonly status: number; readonly headers: Readonly<Record<string, unknown>> }
  | { readonly kind: "no name"; readonly code: string }
  /** Only addresses that a client on the internet does not reach. */
  | { readonly kind: "private address" }
  | { readonly kind: "no handshake"; readonly code: string }
  /** The connection is accepted and never answered, or there is nothing to connect to. */
  | { readonly kind: "never answered"; readonly entry?: LogEntry }
  | { readonly kind: "too many redirects" }
  /** A redirect to a name that is not served. */
  | { readonly kind: "elsewhere"; readonly to: string };

const MOST_REDIRECTS = 20;

export interface RequestOptions {
  readonly over: "IPv4" | "IPv6";
  /** Whether the name is the load balancer's own, which no certificate covers. */
  readonly isOwnName: boolean;
}

/** @param ca the certificate of the local authority, in PEM */
export async function requestUrl(served: Served, ca: string, first: string, options: RequestOptions): Promise<Seen> {
  let next = new URL(first);
  for (let count = 0; count <= MOST_REDIRECTS; count++) {
    const seen = await requestOnce(served, ca, next, options);
    if (seen.kind !== "response" || !isRedirect(seen.status)) return seen;
    const to = new URL(String(seen.headers.location), next);
    if (!served.urls.some(({ url }) => new URL(url).hostname === to.hostname))
      return { kind: "elsewhere", to: to.href };
    next = to;
  }
  return { kind: "too many redirects" };
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

async function requestOnce(served: Served, ca: string, url: URL, options: RequestOptions): Promise<Seen> {
  const addresses = await resolve(served, url.hostname, options.over);
  if (typeof addresses === "string") return { kind: "no name", code: addresses };
  if (!addresses.includes("127.0.0.1") && !addresses.includes("::1")) return { kind: "private address" };
  const door = served.urls.find((it) => {
    const known = new URL(it.url);
    return known.hostname === url.hostname && known.protocol === url.protocol && known.port === url.port;
  });
  if (door === undefined) return { kind: "never answered" };
  return send(served, url, Number(door.connect.split(":")[1]), options.isOwnName ? undefined : ca);
}

async function resolve(
  served: Served,
  name: string,
  over: RequestOptions["over"],
): Promise<readonly string[] | string> {
  const resolver = new Resolver({ timeout: 5_000, tries: 2 });
  resolver.setServers([served.dns]);
  return resolver
    .resolve(name, over === "IPv4" ? "A" : "AAAA")
    .then((records) => records as string[])
    .catch(({ code }: NodeJS.ErrnoException) => String(code));
}

function send(served: Served, url: URL, port: number, ca: string | undefined): Promise<Seen> {
  return new Promise((done) => {
    const isSecure = url.protocol === "https:";
    const request = (isSecure ? overHttps : overHttp)({
      host: "127.0.0.1",
      port,
      path: url.pathname + url.search,
      agent: false,
      headers: { host: url.host },
      ...(isSecure && { servername: url.hostname, ...(ca === undefined ? { rejectUnauthorized: false } : { ca }) }),
    });
    const end = (seen: Seen) => {
      stop();
      request.destroy();
      done(seen);
    };
    const stop = served.onRequest((entry) => {
      // An entry of an earlier request, for another port, can come late.
      if (isNeverAnswered(entry) && portOf(entry.url.replace("*", "name.invalid")) === portOf(url.href))
        end({ kind: "never answered", entry });
    });
    request.once("response", (response) => {
      response.resume();
      response.once("end", () =>
        end({ kind: "response", status: response.statusCode ?? 0, headers: response.headers }),
      );
    });
    request.on("error", ({ code = "" }: NodeJS.ErrnoException) => end({ kind: "no handshake", code }));
    request.end();
  });
}

function isNeverAnswered({ method, status, result }: LogEntry): boolean {
  return method === "" && status === undefined && result === undefined;
}

function portOf(url: string): string {
  const { port, protocol } = new URL(url);
  return port !== "" ? port : protocol === "https:" ? "443" : "80";
}
