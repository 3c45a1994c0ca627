import { addTo } from "../../../topology/lists";
import type { Balancer, Certificate, CertificateUse, Listener, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { coveringNames } from "../names/domain-names";
import { once } from "../once";
import { entriesOf } from "../requests/entries";
import type { TracedPath } from "../requests/traced-path";

/*
 * The certificates of a listener that apply to requests for a name: those that cover the name, from which AWS selects
 * one by SNI, and the listener's default certificate for all other requests. Certificates that no declared name selects
 * may be for names whose records are in other files, so they are on each path.
 */

export interface Use {
  readonly use: CertificateUse;
  /** Absent: it is not in the file, or is unknown. */
  readonly certificate: Certificate | undefined;
}

export interface ListenerCertificates {
  /** The listener's. */
  readonly balancer: Balancer | undefined;
  readonly all: readonly Use[];
  /** Those that no declared name selects, without the listener's own. */
  readonly others: readonly Use[];
  /** Those that cover one of the names, and the listener's own. */
  metBy(hosts: Iterable<string>): readonly Use[];
  /** All their names, in order. */
  readonly names: ReadonlySet<string>;
  /** Whether one covers the name. */
  isGoodFor(host: string): boolean;
  /** The first whose names are not all known. */
  readonly firstOpen: Use | undefined;
}

export function certificatesAt(listener: Listener, { topology }: Pick<TracedPath, "topology">): ListenerCertificates {
  return certificatesIn(topology)(listener);
}

const certificatesIn = once((topology: Topology) => {
  const hosts = namesByBalancer(topology);
  const balancers = new Map(
    topology.balancers.flatMap((balancer) => balancer.listeners.map((listener) => [listener, balancer] as const)),
  );
  return once((listener: Listener) => {
    const balancer = balancers.get(listener);
    return indexed(listener, balancer, (balancer && hosts.get(balancer)) ?? [], topology);
  });
});

/** The names that clients request from each load balancer. */
function namesByBalancer(topology: Topology): ReadonlyMap<Balancer, readonly string[]> {
  const found = new Map<Balancer, string[]>();
  for (const entry of entriesOf(topology))
    if (entry.balancer !== undefined) for (const host of hostsOf(entry)) addTo(found, entry.balancer, host);
  return found;
}

function indexed(
  listener: Listener,
  balancer: Balancer | undefined,
  hosts: readonly string[],
  { byId }: Topology,
): ListenerCertificates {
  const all = listener.certificates.map((use): Use => ({ use, certificate: byId.certificate(use.arn) }));
  const byName = new Map<string, Use[]>();
  for (const it of all) for (const name of it.certificate?.names.items ?? []) addTo(byName, name, it);
  const own = all.filter(({ use }) => use.address === listener.address);
  const goodFor = (host: string): readonly Use[] => coveringNames(host).flatMap((name) => byName.get(name) ?? []);
  const picked = new Set([...own, ...hosts.flatMap(goodFor)]);
  return {
    balancer,
    all,
    others: all.filter((it) => !picked.has(it)),
    metBy: (names) => [...new Set([...own, ...[...names].flatMap(goodFor)])],
    names: new Set(byName.keys()),
    firstOpen: all.find(
      ({ certificate }) => certificate === undefined || certificate.names.open !== undefined || certificate.isData,
    ),
    isGoodFor: (host) => coveringNames(host).some((name) => byName.has(name)),
  };
}

/** The requested name, and the wildcards that match it. */
function hostsOf({ host, records }: Pick<TracedPath, "host" | "records">): string[] {
  return [host, ...records.flatMap(({ fqdn }) => known(fqdn) ?? [])];
}

export interface OnPath {
  readonly met: readonly Use[];
  readonly others: readonly Use[];
}

/**
 * The certificates that apply to requests of the path at a listener: first those for its names, then those for no
 * declared name.
 */
export function certificatesOn(path: TracedPath, listener: Listener): OnPath {
  return metOn(path)(listener);
}

const metOn = once((path: TracedPath) =>
  once((listener: Listener): OnPath => {
    const { metBy, others } = certificatesAt(listener, path);
    return { met: metBy(new Set(hostsOf(path))), others };
  }),
);

/** The most certificates that a path lists, so that a report with thousands of names stays short. */
const MOST_LISTED = 20;

/** The certificates that a path lists, and the number of others. */
export function listedOn(
  path: TracedPath,
  listeners: readonly Listener[],
): { readonly uses: readonly Use[]; readonly more: number } {
  const lists = listeners.map((listener) => certificatesOn(path, listener));
  const uses = lists.flatMap(({ met, others }) => [...met, ...others.slice(0, MOST_LISTED)]);
  return {
    uses: uses.slice(0, MOST_LISTED),
    more: Math.max(0, lists.reduce((sum, { met, others }) => sum + met.length + others.length, 0) - MOST_LISTED),
  };
}
