import { setTimeout as pause } from "node:timers/promises";
import { SetupError, UsageError, WorkFailed } from "../machine/errors";
import { Client, type Exchange, type Resolved } from "./client";
import type { Expectation } from "./expectation";
import type { Serve, Served, ServedHealth, ServedTarget } from "./served";

/** What came back for one name of the site. */
export interface NameTraffic {
  /** As declared, such as `*.example.com`. */
  readonly name: string;
  /** The host of the requests: the name, or one that a wildcard covers. */
  readonly host: string;
  readonly dns: Resolved;
  /** Plain HTTP on port 80; absent: the name does not resolve to the load balancer. */
  readonly http?: Exchange;
  /** The last response after following the redirect of `http`; absent: it does not redirect. */
  readonly followed?: Exchange;
  /** Requests over HTTPS until each healthy target had responded. */
  readonly https: readonly Exchange[];
}

/** A target with the result of its health checks. */
export interface TargetTraffic extends ServedHealth {
  readonly kind: ServedTarget["kind"];
  /** Why it is a stand-in. */
  readonly reason?: string;
}

/** What a client received from a served site. */
export interface Traffic {
  readonly names: readonly NameTraffic[];
  /** The load balancer's own name; absent: the file does not contain it. */
  readonly balancer?: { readonly name: string; readonly dns: Resolved; readonly http?: Exchange };
  readonly targets: readonly TargetTraffic[];
  /** Why no NGINX runs, if a target would run it. */
  readonly withoutNginx?: string;
}

/** The traffic of a site, or the reason why no request was sent. */
export type Sent =
  | { readonly kind: "sent"; readonly traffic: Traffic }
  | { readonly kind: "not-sent"; readonly why: string };

const SETTLED_WITHIN_MS = 20_000;
const MAX_REDIRECTS = 5;
/** The load balancer may choose targets in turn or at random. */
const REQUESTS_PER_TARGET = 10;
const MIN_REQUESTS = 10;

/** The clock runs so much faster that health checks are decided within this time, but not outside of these limits. */
const DECIDED_WITHIN_SEC = 5;
const CLOCK = { least: 10, most: 60 } as const;

/** Serves a state or a synthesized stack, sends requests, and stops serving. */
export async function sendRequests(serve: Serve, document: unknown, expected: Expectation): Promise<Sent> {
  const faster = Math.ceil(expected.healthDecidedAfterSec / DECIDED_WITHIN_SEC);
  const clock = Math.min(Math.max(CLOCK.least, faster), CLOCK.most);
  let served: Served;
  try {
    served = await serve(document, { clock });
  } catch (error) {
    const isReported = error instanceof WorkFailed || error instanceof SetupError || error instanceof UsageError;
    if (!isReported) throw error;
    return { kind: "not-sent", why: `the site cannot be served: ${error.message}` };
  }
  try {
    return { kind: "sent", traffic: await trafficOf(served, expected) };
  } finally {
    await served.close();
  }
}

/** Sends requests to a served site as a client would, and collects what comes back. */
async function trafficOf(
  served: Served,
  { names, balancerDnsName }: Pick<Expectation, "names" | "balancerDnsName">,
): Promise<Traffic> {
  await settledInTime(served);
  const client = new Client(served);
  const healthy = served.status().flatMap(({ id, health }) => (health === "healthy" ? [id] : []));
  const all: NameTraffic[] = [];
  for (const name of names) all.push(await nameTraffic(client, name, healthy));
  return {
    names: all,
    ...(balancerDnsName === undefined ? {} : { balancer: await balancerTraffic(client, balancerDnsName) }),
    targets: targetsOf(served),
    ...(served.withoutNginx === undefined ? {} : { withoutNginx: served.withoutNginx }),
  };
}

/** Targets that were not decided in time are reported as they are. */
async function settledInTime(served: Served): Promise<void> {
  const giveUp = new AbortController();
  const late = pause(SETTLED_WITHIN_MS, undefined, { signal: giveUp.signal }).catch(() => undefined);
  try {
    await Promise.race([served.settled(), late]);
  } finally {
    giveUp.abort();
  }
}

function targetsOf(served: Served): TargetTraffic[] {
  return served.status().map((health) => {
    const target = served.targets.find(({ address }) => health.id === address || health.id.startsWith(`${address}:`));
    const { kind = "stand-in", reason } = target ?? {};
    return { ...health, kind, ...(reason === undefined ? {} : { reason }) };
  });
}

async function nameTraffic(client: Client, name: string, healthy: readonly string[]): Promise<NameTraffic> {
  const host = name.replace(/^\*\./, "any-name.");
  const dns = await client.resolve(host);
  if (dns.kind !== "balancer") return { name, host, dns, https: [] };
  const http = await client.get(`http://${host}/`);
  const followed = await follow(client, http);
  return { name, host, dns, http, followed, https: await fromEach(client, `https://${host}/`, healthy) };
}

async function balancerTraffic(client: Client, name: string): Promise<Traffic["balancer"]> {
  const dns = await client.resolve(name);
  return dns.kind === "balancer"
    ? { name, dns, http: await client.get(`http://${name.toLowerCase()}/`) }
    : { name, dns };
}

/** Follows redirects to the end. @returns nothing if there is none */
async function follow(client: Client, first: Exchange): Promise<Exchange | undefined> {
  let last: Exchange | undefined;
  for (let next = locationOf(first), count = 0; next !== undefined && count < MAX_REDIRECTS; count++) {
    last = await client.get(next);
    next = locationOf(last);
  }
  return last;
}

function locationOf(exchange: Exchange): string | undefined {
  if (exchange.kind === "none" || exchange.status < 300 || exchange.status > 399) return undefined;
  const { location, url } = exchange;
  if (location === undefined || !URL.canParse(location, url)) return undefined;
  const to = new URL(location, url);
  return ["http:", "https:"].includes(to.protocol) ? to.href : undefined;
}

/** Repeats a request until each healthy target has responded, or one is not answered as a target would. */
async function fromEach(client: Client, url: string, healthy: readonly string[]): Promise<Exchange[]> {
  const most = Math.max(MIN_REQUESTS, healthy.length * REQUESTS_PER_TARGET);
  const missing = new Set(healthy);
  const exchanges: Exchange[] = [];
  do {
    const exchange = await client.get(url);
    exchanges.push(exchange);
    const { target } = exchange.log ?? {};
    if (target === undefined) break;
    missing.delete(target);
  } while (missing.size > 0 && exchanges.length < most);
  return exchanges;
}
