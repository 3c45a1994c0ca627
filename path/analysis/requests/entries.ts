import { addTo } from "../../../topology/lists";
import type { Balancer, DnsRecord, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { portOf } from "../../facts/url-ports";
import { coveringNames } from "../names/domain-names";
import { type Chain, chainsOf } from "../names/record-chains";
import { isLost } from "../names/record-ends";
import { anyNameOf, isBalancerName, mayServe } from "../names/record-names";
import { recordsOf } from "../names/record-targets";
import { once } from "../once";
import { mayBeApplication } from "./balancer-types";

/* Entry points of clients: names that resolve to a load balancer, on each relevant port. */

/** One entry point. */
export interface Entry {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
  /** `/` unless a URL is traced. */
  readonly path: string;
  readonly hasPath: boolean;
  /** Whether only requests without custom headers and query are considered. */
  readonly isPlain?: boolean;
  readonly isOwnName: boolean;
  readonly from: "internet" | "vpc";
  /** The records with the name. */
  readonly records: readonly DnsRecord[];
  /** The records with other names that they point through. */
  readonly over: readonly DnsRecord[];
  readonly balancer?: Balancer;
}

/** All entry points that the file declares. */
export const entriesOf = once((topology: Topology): readonly Entry[] => {
  const balancers = topology.balancers.filter(mayBeApplication);
  const { named, elsewhere } = recordsToApplications(topology, balancers.length > 0);
  return [
    ...balancers.flatMap((balancer) => entriesTo(balancer, named.get(balancer) ?? [], topology)),
    ...groupedByName(elsewhere).map(
      ({ host, records }): Entry => ({
        ...WHOLE,
        scheme: "https",
        host,
        port: 443,
        isOwnName: false,
        from: "internet",
        records,
        over: overOf(records, topology),
      }),
    ),
  ];
});

interface Leading {
  /** Those that point to an Application Load Balancer in the file. */
  readonly named: ReadonlyMap<Balancer, readonly DnsRecord[]>;
  /** Those that point to a load balancer outside the file, or do not resolve. */
  readonly elsewhere: readonly DnsRecord[];
}

function recordsToApplications(topology: Topology, hasApplications: boolean): Leading {
  const { balancersOf } = recordsOf(topology);
  const named = new Map<Balancer, DnsRecord[]>();
  const elsewhere: DnsRecord[] = [];
  const served = new Map<string | undefined, Set<Balancer>>();
  const lost: DnsRecord[] = [];
  for (const record of topology.records.filter(mayServe)) {
    const reached = balancersOf(record).filter(mayBeApplication);
    for (const balancer of reached) {
      addTo(named, balancer, record);
      served.set(known(record.fqdn), (served.get(known(record.fqdn)) ?? new Set()).add(balancer));
    }
    if (reached.length > 0 || !hasApplications) continue;
    if (isLost(record, topology)) lost.push(record);
    else if (leadsToSomeBalancer(chainsOf(topology).of(record))) elsewhere.push(record);
  }
  // One of several records with a name belongs to the name's entry point.
  for (const record of lost) {
    const nextTo = known(record.fqdn) === undefined ? undefined : served.get(known(record.fqdn));
    if (nextTo === undefined) elsewhere.push(record);
    for (const balancer of nextTo ?? []) addTo(named, balancer, record);
  }
  return { named, elsewhere };
}

/**
 * The entry points of one URL: one for each load balancer that its name resolves to, as Route 53 returns any of them.
 */
export function entriesAt(url: URL, topology: Topology): readonly Entry[] {
  // Certificates and records omit the trailing dot.
  const host = url.hostname.toLowerCase().replace(/\.$/, "");
  const records = chainsOf(topology).answering(host);
  const reached = chainsOf(topology).balancersAt(host).filter(mayBeApplication);
  if (reached.length === 0) {
    const only = records.length === 0 ? onlyApplication(topology) : undefined;
    return [entryAt(url, host, records, only, topology)];
  }
  const { balancersOf } = recordsOf(topology);
  return reached.map((balancer): Entry => {
    const leading =
      reached.length === 1
        ? records
        : records.filter((it) => balancersOf(it).includes(balancer) || isLost(it, topology));
    return { ...entryAt(url, host, leading, balancer, topology), isOwnName: records.length === 0 };
  });
}

function entryAt(
  url: URL,
  host: string,
  records: readonly DnsRecord[],
  balancer: Balancer | undefined,
  topology: Topology,
): Entry {
  const scheme = url.protocol === "http:" ? "http" : "https";
  const isInside = balancer !== undefined && isInternal(balancer) && !records.some(recordsOf(topology).isSeen);
  return {
    scheme,
    host,
    port: portOf(url),
    path: url.pathname,
    hasPath: true,
    isOwnName: false,
    from: isInside ? "vpc" : "internet",
    records,
    over: overOf(records, topology),
    ...(balancer !== undefined && { balancer }),
  };
}

/**
 * The only load balancer in the file. A name without a record here is delegated elsewhere and can only mean this one.
 */
function onlyApplication({ balancers }: Topology): Balancer | undefined {
  const [only, ...others] = balancers.filter(mayBeApplication);
  return others.length === 0 ? only : undefined;
}

/** The other records that those with a name point through. */
function overOf(records: readonly DnsRecord[], topology: Topology): readonly DnsRecord[] {
  const chains = chainsOf(topology);
  const own = new Set(records);
  return [...new Set(records.flatMap((record) => chains.of(record).links))].filter((it) => !own.has(it));
}

const WHOLE = { path: "/", hasPath: false } as const;

function isInternal({ isInternal: value }: Balancer): boolean {
  return known(value) === true;
}

/** A hard-coded load balancer name, or an unknown one. */
function leadsToSomeBalancer({ ends, isOpen }: Chain): boolean {
  return isOpen || ends.some(({ name }) => isBalancerName(name));
}

function groupedByName(records: readonly DnsRecord[]): { host: string; records: DnsRecord[] }[] {
  const hosts = new Map<string, DnsRecord[]>();
  for (const record of records) {
    const fqdn = known(record.fqdn);
    const host = fqdn === undefined ? `name-of-${record.address}` : anyNameOf(fqdn);
    addTo(hosts, host, record);
  }
  return [...hosts].map(([host, same]) => ({ host, records: same }));
}

function entriesTo(balancer: Balancer, records: readonly DnsRecord[], topology: Topology): Entry[] {
  const isInside = isInternal(balancer);
  const { isSeen } = recordsOf(topology);
  const publics = records.filter(isSeen);
  const privates = records.filter((record) => !isSeen(record));
  const publicNames = new Set(publics.map(({ fqdn }) => known(fqdn)));
  // A private name that is also public is for clients in the VPC; without the public one, internet clients get nothing.
  const alone = privates.filter(({ fqdn }) => !publicNames.has(known(fqdn)));
  const of = (host: string, from: Entry["from"], own: readonly DnsRecord[], isOwnName = false) =>
    portsOf(balancer, host, isOwnName, topology).map(
      ({ port, scheme }): Entry => ({
        ...WHOLE,
        scheme,
        port,
        host,
        isOwnName,
        from,
        records: own,
        over: overOf(own, topology),
        balancer,
      }),
    );
  const fromInternet = groupedByName(isInside ? publics : [...publics, ...alone]).flatMap(({ host, records: same }) =>
    of(host, "internet", same),
  );
  const fromInside = isInside
    ? groupedByName(privates).flatMap(({ host, records: same }) => of(host, "vpc", same))
    : [];
  const named = [...fromInternet, ...fromInside];
  if (named.length > 0 && (!isInside || fromInside.length > 0)) return named;
  return [...named, ...of(known(balancer.dnsName) ?? "", isInside ? "vpc" : "internet", [], true)];
}

/** Every port with a listener, and 443 if a certificate in the file covers the name. */
function portsOf(
  balancer: Balancer,
  host: string,
  isOwnName: boolean,
  topology: Topology,
): { port: number; scheme: Entry["scheme"] }[] {
  const ports = new Map<number, Entry["scheme"]>();
  for (const { port, protocol } of balancer.listeners)
    if (typeof port === "number") ports.set(port, known(protocol) === "HTTPS" ? "https" : "http");
  if (!isOwnName && !ports.has(443) && hasCertificate(host, topology)) ports.set(443, "https");
  if (ports.size === 0) ports.set(80, "http");
  return [...ports].map(([port, scheme]) => ({ port, scheme })).sort((a, b) => a.port - b.port);
}

/** Whether a certificate in the file covers the name. */
function hasCertificate(host: string, topology: Topology): boolean {
  const names = certifiedNames(topology);
  return coveringNames(host).some((name) => names.has(name));
}

const certifiedNames = once(
  ({ certificates }: Topology): ReadonlySet<string> =>
    new Set(certificates.flatMap(({ usedBeside, names }) => (usedBeside ? [] : names.items))),
);
