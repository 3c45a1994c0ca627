import { createSecureContext, type SecureContext } from "node:tls";
import { answersOf } from "../../path/serve/answers";
import { numberOr } from "../../path/serve/arguments";
import type { Balancing } from "../../path/serve/balancing";
import { certificateFor, everyCertificate, type Presented, tlsVersions } from "../../path/serve/certificates";
import { type Client, clientWays, worstOf } from "../../path/serve/client-ways";
import type { Answer, Way } from "../../path/serve/decisions";
import { unknownTls } from "../../path/serve/not-modeled";
import type { ServedDoor, Site } from "../../path/serve/site";
import type { Listener } from "../../topology/model";
import { known } from "../../topology/value";
import type { Authority } from "./authority";
import type { Front, LogEntry } from "./front";

/* Each port of a load balancer, as its server carries it out. */

/** AWS's defaults, in seconds. */
const IDLE_SEC = 60;
const CLIENT_KEEP_ALIVE_SEC = 3_600;
const CONNECT_SEC = 10;
/** No timeout is shorter, however fast the clock: programs and clients run at their usual speed. */
const SHORTEST_IDLE_MS = 5_000;
const SHORTEST_DROPPED_MS = 100;

/** What the ports of a site share. */
export interface Shared {
  readonly site: Site;
  readonly client: Client;
  readonly clock: number;
  readonly authority: Authority;
  readonly balancing: Balancing;
  readonly log: (entry: LogEntry) => void;
}

export function frontOf(door: ServedDoor, shared: Shared): Front {
  const { balancer, listener, port, protocol } = door;
  const { traffic } = balancer;
  const { clock, client, balancing, log } = shared;
  const scaled = (seconds: number, shortestMs: number) => Math.max(Math.round((seconds * 1000) / clock), shortestMs);
  const mode = known(traffic.forwardedFor);
  return {
    address: listener?.address ?? balancer.address,
    // Without a listener, nothing is answered.
    protocol: listener === undefined ? "HTTP" : protocol,
    port,
    ...(protocol === "HTTPS" && listener !== undefined && { tls: tlsOf(listener, door, shared) }),
    http2: known(balancer.http2) !== false,
    idleTimeoutMs: scaled(numberOr(balancer.idleTimeout, IDLE_SEC), SHORTEST_IDLE_MS),
    clientKeepAliveMs: scaled(numberOr(traffic.clientKeepAlive, CLIENT_KEEP_ALIVE_SEC), SHORTEST_IDLE_MS),
    connectTimeoutMs: scaled(CONNECT_SEC, SHORTEST_IDLE_MS),
    droppedTimeoutMs: scaled(CONNECT_SEC, SHORTEST_DROPPED_MS),
    dropsInvalidHeaders: known(traffic.dropsInvalidHeaders) === true,
    preservesHost: known(traffic.preservesHost) === true,
    forwardedFor: mode === "preserve" || mode === "remove" ? mode : "append",
    addsClientPort: known(traffic.addsClientPort) === true,
    clientIp: client.ip,
    ...wayOf(door, shared),
    answer: listener === undefined ? () => neverAnswered(door) : answersOf(listener, balancer, shared.site.topology),
    pick: (answer, cookies) => balancing.pick(answer, cookies),
    log,
  };
}

/** Clients use the nodes of the load balancer in turn. */
function wayOf(
  { balancer, listener, port, protocol, refused }: ServedDoor,
  { site, client }: Shared,
): Pick<Front, "way" | "isAssumed"> {
  if (refused !== undefined) return { way: () => ({ kind: "closed", cause: refused }), isAssumed: false };
  const ways = clientWays(site.topology, balancer, port, client);
  let turn = -1;
  const way = (): Way => {
    turn = (turn + 1) % ways.length;
    return ways[turn] ?? worstOf(ways);
  };
  const isAssumed = ways.some(({ kind }) => kind === "assumed");
  return {
    way,
    isAssumed:
      isAssumed || (protocol === "HTTPS" && listener !== undefined && unknownTls(listener, site.topology).length > 0),
  };
}

function neverAnswered({ balancer, refused }: ServedDoor): Answer {
  const cause = refused ?? { hop: "listener", address: balancer.address, text: "nothing listens" };
  return { kind: "not-modeled", cause };
}

/**
 * The certificates that the listener can present, signed on first use: a large file has hundreds. One whose names are
 * not known covers the names that lead to the listener.
 */
function tlsOf(declared: Listener, door: ServedDoor, { site, authority }: Shared): NonNullable<Front["tls"]> {
  const { topology, refusals, urls } = site;
  const isRefused = ({ arn }: Listener["certificates"][number]) =>
    refusals.certificates.has(topology.byId.certificate(arn)?.address ?? "");
  const listener = { ...declared, certificates: declared.certificates.filter((it) => !isRefused(it)) };
  const hosts = [...new Set(urls.filter((it) => it.door.balancer === door.balancer).map(({ url }) => url.hostname))];
  const namesOf = (choice: Presented) => (choice.kind === "certificate" ? choice.names : hosts);
  const versions = tlsVersions(listener);
  const isKnown = versions.kind === "versions";
  // OpenSSL refuses versions before 1.2 at its usual security level.
  const ciphers = isKnown && versions.min < "TLSv1.2" ? { ciphers: "DEFAULT:@SECLEVEL=0" } : {};
  const keyOf = (choice: Presented) => namesOf(choice).join(" ");
  const byDefault = certificateFor(listener, undefined, topology);
  const contexts = new Map<string, SecureContext>();
  const sign = async () => {
    for (const choice of [byDefault, ...everyCertificate(listener, topology)])
      if (!contexts.has(keyOf(choice)))
        contexts.set(keyOf(choice), createSecureContext({ ...(await authority.leafFor(namesOf(choice))), ...ciphers }));
  };
  let signed: Promise<void> | undefined;
  return {
    minVersion: isKnown ? versions.min : "TLSv1.2",
    maxVersion: isKnown ? versions.max : "TLSv1.3",
    prepare: () => (signed ??= sign()),
    contextFor: (serverName) => {
      const choice = certificateFor(listener, serverName, topology);
      const context = contexts.get(keyOf(choice)) ?? contexts.get(keyOf(byDefault));
      if (context === undefined) throw new Error(`${listener.address} has no certificate`);
      return context;
    },
  };
}
