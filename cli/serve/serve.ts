import { performance } from "node:perf_hooks";
import { UsageError } from "../../machine/errors";
import { Balancing } from "../../path/serve/balancing";
import { clientAt } from "../../path/serve/client-ways";
import { followed } from "../../path/serve/followed";
import { errorsIn } from "../../path/serve/known-problems";
import { type ServedDoor, type Site, siteOf } from "../../path/serve/site";
import { steadyNumbers } from "../../path/serve/steady-numbers";
import type { Balancer } from "../../topology/model";
import { readTopology } from "../../topology/topology";
import { allSettled } from "./all-settled";
import { type Authority, openAuthority } from "./authority";
import { startEntrance } from "./browser-entrance";
import { curlFor } from "./curl-command";
import { startDns } from "./dns-server";
import type { LogEntry } from "./front";
import { frontOf } from "./fronts";
import { startHealthChecks } from "./health-checks";
import { listenAs } from "./listener-server";
import { LOOPBACK } from "./loopback";
import { namesOf } from "./names";
import { startPage } from "./page-server";
import { poolsOf, type RunningMember, type RunningPool } from "./pools";
import { startPrograms } from "./programs";
import { RunningSite, reasonOf } from "./running-site";
import type { Served, ServedAddress } from "./served";

/* Puts the site of a file on this machine. */

/** An address for documentation, which no real client has. */
export const CLIENT = "203.0.113.10";
/** How many times faster than on AWS health checks and timeouts run, unless somebody asks for something else. */
export const CLOCK = 10;

export interface ServeOptions {
  /** What is served, such as `stack web` or a file. */
  readonly source: string;
  /** The IP address of the client. */
  readonly client: string;
  /** How many times faster than on AWS health checks and timeouts run. */
  readonly clock: number;
  /** Where the rehearsal has installed NGINX. */
  readonly cacheDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** The user's own application. */
  readonly target?: string;
  /** The folder of the local certificate authority. @default - the user's own */
  readonly authorityFolder?: string;
}

/** A part of a served site that is closed with it. */
interface Closable {
  close(): Promise<void>;
}

/**
 * Serves the site of a parsed file: a plan, a state or a `cdk.tf.json`.
 * @throws {UnreadableFile} for any other document
 * @throws {UsageError} if the file has no Application Load Balancer, or nothing responds at `target`
 */
export async function serveDocument(document: unknown, options: ServeOptions): Promise<Served> {
  const started = performance.now();
  const site = siteOf(readTopology(document));
  if (site.doors.length === 0)
    throw new UsageError(
      `${options.source} must contain an Application Load Balancer with a listener, or a record for one (got none)`,
    );
  const parts: Closable[] = [];
  const close = async () => {
    // Parts that were started later use earlier ones.
    for (const part of parts.splice(0).reverse()) await part.close();
  };
  try {
    const served = await start(site, options, parts);
    return { ...served, seconds: (performance.now() - started) / 1000, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(site: Site, options: ServeOptions, parts: Closable[]): Promise<Omit<Served, "seconds" | "close">> {
  const { source, client, clock } = options;
  const [authority, programs] = await allSettled([
    openAuthority(options.authorityFolder),
    startPrograms([...site.members.values()].flat(), options, parts),
  ] as const);
  const pools = poolsOf(site, [...new Set(site.doors.map(({ balancer }) => balancer))], programs);
  const members = usedMembers(pools);
  const urls: ServedAddress[] = [];
  const running = new RunningSite(site, members, { source, clock, client, urls });
  const { log } = running;
  const ports = await openDoors(site, { options, authority, pools, log }, parts);
  const dns = await startDns(namesOf(site, client, log));
  parts.push(dns);
  urls.push(...(await addressesOf(site, ports, { authority, client, env: options.env }, parts)));
  const page = await startPage(running);
  parts.push(page);
  const checks = startHealthChecks(members, clock, running.changed);
  parts.push(checks);
  return {
    source,
    client,
    clock,
    urls,
    listeners: site.doors.flatMap((door) => listenerOf(door, ports.get(door))),
    dns: `${LOOPBACK}:${dns.port}`,
    ca: authority.certificateFile,
    page: page.url,
    targets: members.map(targetOf),
    errors: errorsIn(site),
    closed: running.closed.map(({ text }) => text),
    notModelled: site.notModeled,
    status: () => running.status(),
    onRequest: (listener) => running.onRequest(listener),
    onChange: (listener) => running.onChange(listener),
    stop: (id) => running.stop(id),
    start: (id) => running.start(id),
    settled: () => checks.settled(),
  };
}

/** Where each URL is on this machine, and the URLs that its redirects lead to. */
async function addressesOf(
  site: Site,
  ports: ReadonlyMap<ServedDoor, number>,
  { authority, client, env }: { readonly authority: Authority } & Pick<ServeOptions, "client" | "env">,
  parts: Closable[],
): Promise<readonly ServedAddress[]> {
  const chains = site.urls.map((it) =>
    followed(it, site, client).map(({ url, door }) => ({
      url: url.href,
      connect: { host: LOOPBACK, port: ports.get(door) ?? 0 },
    })),
  );
  // The URLs of the file before those that only redirects lead to.
  const origins = [...chains.flatMap((chain) => chain.slice(0, 1)), ...chains.flatMap((chain) => chain.slice(1))];
  const entrance = await startEntrance({ origins, ca: authority.certificate });
  parts.push(entrance);
  return chains.flatMap((chain, index): ServedAddress[] => {
    const places = chain.map(({ url, connect }) => ({ url, connect: `${connect.host}:${connect.port}` }));
    const [first] = places;
    if (first === undefined) return [];
    const isOwnName = site.urls[index]?.isOwnName === true;
    const curl = curlFor(places, authority.certificateFile, isOwnName, env);
    return [{ ...first, curl, ...(!isOwnName && { opensInBrowser: entrance.addressOf(first.url) }) }];
  });
}

type Pools = ReadonlyMap<Balancer, ReadonlyMap<string, RunningPool>>;

/** AWS allows a target group for one load balancer only; targets of others are not checked twice. */
function usedMembers(pools: Pools): readonly RunningMember[] {
  const seen = new Map<string, RunningMember>();
  for (const [, byArn] of pools)
    for (const { members } of byArn.values())
      for (const member of members) if (!seen.has(member.membership.id)) seen.set(member.membership.id, member);
  return [...seen.values()];
}

interface Around {
  readonly options: ServeOptions;
  readonly authority: Authority;
  readonly pools: Pools;
  readonly log: (entry: LogEntry) => void;
}

/** Listens for each port of a load balancer; returns the loopback ports. */
async function openDoors(
  site: Site,
  { options: { client, clock }, authority, pools, log }: Around,
  parts: Closable[],
): Promise<ReadonlyMap<ServedDoor, number>> {
  const balancings = new Map(
    [...pools].map(([balancer, byArn]) => [balancer, new Balancing((arn) => byArn.get(arn), steadyNumbers())]),
  );
  const listening = await allSettled(
    site.doors.map(async (door) => {
      const balancing = balancings.get(door.balancer) ?? new Balancing(() => undefined, Math.random);
      const at = clientAt(client, site.topology, door.balancer);
      const server = await listenAs(frontOf(door, { site, client: at, clock, authority, balancing, log }));
      parts.push(server);
      return [door, server.port] as const;
    }),
  );
  return new Map(listening);
}

function listenerOf({ listener, port, protocol }: ServedDoor, listens: number | undefined): Served["listeners"] {
  return listener === undefined
    ? []
    : [{ address: listener.address, protocol, port, listens: `${LOOPBACK}:${listens}` }];
}

function targetOf({ membership, program }: RunningMember): Served["targets"][number] {
  const listens = program.listens.get(membership.port);
  const reason = reasonOf(program);
  return {
    address: membership.id,
    kind: program.kind,
    ...(listens !== undefined && { listens: `${LOOPBACK}:${listens}` }),
    ...(reason !== undefined && { reason }),
  };
}
