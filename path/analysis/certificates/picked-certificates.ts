import { addTo } from "../../../topology/lists";
import type { Certificate, CertificateUse, Listener } from "../../../topology/model";
import { known } from "../../../topology/value";
import type { PathCheck, Reporter } from "../../rules/rule";
import { widened } from "../names/domain-names";
import { entriesOf } from "../requests/entries";
import type { TracedPath } from "../requests/traced-path";

/*
 * Which certificates of a listener the requests for a name meet: those that are good for the name, as AWS picks one of
 * these by SNI, and the listener's own, which everybody else gets. What no declared name picks may be for names whose
 * records are elsewhere, and is on each path.
 */

export interface Use {
  readonly use: CertificateUse;
  /** Absent: it is not in the file, or the file does not say which it is. */
  readonly certificate: Certificate | undefined;
}

export interface ListenerCertificates {
  readonly all: readonly Use[];
  /** Those that no declared name picks, the listener's own apart. */
  readonly others: readonly Use[];
  /** Those that are good for one of the names, and the listener's own. */
  metBy(hosts: Iterable<string>): readonly Use[];
  /** All their names, in their order. */
  readonly names: ReadonlySet<string>;
  /** Whether one is good for the name. */
  isGoodFor(host: string): boolean;
  /** The first of which the file does not tell all names. */
  readonly firstOpen: Use | undefined;
}

const made = new WeakMap<Listener, ListenerCertificates>();

/** @param listener one that the path comes to */
export function certificatesAt(
  listener: Listener,
  path: Pick<TracedPath, "topology" | "balancer">,
): ListenerCertificates {
  const found = made.get(listener) ?? indexed(listener, path);
  made.set(listener, found);
  return found;
}

function indexed(
  listener: Listener,
  { topology, balancer }: Pick<TracedPath, "topology" | "balancer">,
): ListenerCertificates {
  const all = listener.certificates.map((use): Use => ({ use, certificate: topology.byId.certificate(use.arn) }));
  const byName = new Map<string, Use[]>();
  for (const it of all) {
    for (const name of it.certificate?.names.items ?? []) {
      addTo(byName, name, it);
    }
  }
  const own = all.filter(({ use }) => use.address === listener.address);
  const goodFor = (host: string): readonly Use[] => widened(host).flatMap((name) => byName.get(name) ?? []);
  const picked = new Set([
    ...own,
    ...entriesOf(topology)
      .filter((it) => it.balancer === balancer)
      .flatMap((it) => hostsOf(it).flatMap(goodFor)),
  ]);
  return {
    all,
    others: all.filter((it) => !picked.has(it)),
    metBy: (hosts) => [...new Set([...own, ...[...hosts].flatMap(goodFor)])],
    names: new Set(byName.keys()),
    firstOpen: all.find(
      ({ certificate }) => certificate === undefined || certificate.names.open !== undefined || certificate.isData,
    ),
    isGoodFor: (host) => widened(host).some((name) => byName.has(name)),
  };
}

/** The name that is asked for, and the wildcards that stand for it. A state writes the asterisk as `\052`. */
function hostsOf({ host, records }: Pick<TracedPath, "host" | "records">): string[] {
  return [host, ...records.flatMap(({ fqdn }) => known(fqdn)?.replace(/^\\052\./, "*.") ?? [])];
}

export interface OnPath {
  readonly met: readonly Use[];
  readonly others: readonly Use[];
}

const onPaths = new WeakMap<TracedPath, Map<Listener, OnPath>>();

/**
 * The certificates that requests of the path meet at a listener on it: first those of its names, then those of no
 * declared name.
 */
export function certificatesOn(path: TracedPath, listener: Listener): OnPath {
  const known = onPaths.get(path) ?? new Map<Listener, OnPath>();
  onPaths.set(path, known);
  const found = known.get(listener) ?? metOn(path, listener);
  known.set(listener, found);
  return found;
}

function metOn(path: TracedPath, listener: Listener): OnPath {
  const { metBy, others } = certificatesAt(listener, path);
  return { met: metBy(new Set(hostsOf(path))), others };
}

/** A path lists no more, so that a report of thousands of names does not list thousands of certificates for each. */
const MOST_LISTED = 20;

/** What a path lists of them, and how many more there are. */
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

type Told = (report: Reporter) => void;

/** Looks at one certificate of a path; what it tells does not depend on the path's name. */
export type CertificateRule = (use: Use, path: TracedPath, report: Reporter) => void;

/** Asks once for each certificate, and tells it on each path that meets the certificate. */
export function ofEachCertificate(rule: CertificateRule): PathCheck {
  const asked = new WeakMap<Use, readonly Told[]>();
  const askedOfOthers = new WeakMap<ListenerCertificates["others"], readonly Told[]>();
  const toldOf = (use: Use, path: TracedPath): readonly Told[] => {
    const found = asked.get(use);
    if (found !== undefined) return found;
    const told: Told[] = [];
    rule(use, path, {
      fault: (it) => told.push((report) => report.fault(it)),
      open: (hop, it) => told.push((report) => report.open(hop, it)),
      assume: (it) => told.push((report) => report.assume(it)),
    });
    asked.set(use, told);
    return told;
  };
  return (path, report) => {
    for (const { listener } of path.steps) {
      if (known(listener.protocol) !== "HTTPS") continue;
      const { met, others } = certificatesOn(path, listener);
      const beside = askedOfOthers.get(others) ?? others.flatMap((it) => toldOf(it, path));
      askedOfOthers.set(others, beside);
      for (const say of [...met.flatMap((it) => toldOf(it, path)), ...beside]) say(report);
    }
  };
}
