import { addTo } from "../topology/lists";
import type { Balancer, DnsRecord, Topology } from "../topology/model";
import { plainName } from "../topology/dns";
import { isUnknown, known } from "../topology/value";
import { isApplication } from "./rules/balancer-groups";
import { covers } from "./rules/domain-names";

/* Where clients come in: names that lead to a balancer, on each port that matters. */

/** One way in. */
export interface Entry {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
  /** `/` unless a URL was asked for. */
  readonly path: string;
  readonly hasPath: boolean;
  /** Whether only a client counts that sends no headers and no query of its own. */
  readonly isPlain?: boolean;
  readonly isOwnName: boolean;
  readonly from: "internet" | "vpc";
  readonly records: readonly DnsRecord[];
  readonly balancer?: Balancer;
}

const made = new WeakMap<Topology, readonly Entry[]>();

/** All ways in that the file declares; made once for each file. */
export function entriesOf(topology: Topology): readonly Entry[] {
  const found = made.get(topology) ?? declaredIn(topology);
  made.set(topology, found);
  return found;
}

function declaredIn(topology: Topology): Entry[] {
  const balancers = topology.balancers.filter(isApplication);
  const byName = new Map(balancers.map((it) => [known(it.dnsName), it]));
  const named = new Map<Balancer, DnsRecord[]>();
  const elsewhere: DnsRecord[] = [];
  for (const record of topology.records) {
    if (!mayServe(record)) continue;
    const balancer = balancerOf(record, byName);
    if (balancer !== undefined) addTo(named, balancer, record);
    else if (balancers.length > 0 && leadsToSomeBalancer(record)) elsewhere.push(record);
  }
  return [
    ...balancers.flatMap((balancer) => entriesTo(balancer, named.get(balancer) ?? [], topology)),
    ...groupedByName(elsewhere).flatMap(({ host, records }) => ({ ...WHOLE, scheme: "https" as const, host, port: 443, isOwnName: false, from: "internet" as const, records })),
  ];
}

/** The way in of one URL. */
export function entryOf(url: URL, topology: Topology): Entry {
  const balancers = topology.balancers.filter(isApplication);
  const byName = new Map(balancers.map((it) => [known(it.dnsName), it]));
  // A dot at the end is the root of all names, which certificates and records leave out.
  const host = url.hostname.toLowerCase().replace(/\.$/, "");
  const scheme = url.protocol === "http:" ? "http" : "https";
  const port = url.port === "" ? (scheme === "http" ? 80 : 443) : Number(url.port);
  const own = byName.get(host);
  const same = topology.records.filter((record) => mayServe(record) && known(record.fqdn) === host);
  const records = same.length > 0 ? same : topology.records.filter((record) => mayServe(record) && covers(known(record.fqdn) ?? "", host));
  const led = records.map((record) => balancerOf(record, byName)).find((it) => it !== undefined);
  // A name without a record here is delegated elsewhere; there is only one balancer that it can mean.
  const only = records.length === 0 && balancers.length === 1 ? balancers[0] : undefined;
  const balancer = own ?? led ?? only;
  return { scheme, host, port, path: url.pathname, hasPath: true, isOwnName: own !== undefined, from: balancer !== undefined && isInternal(balancer) && !records.some((it) => isPublic(it, topology)) ? "vpc" : "internet", records, ...(balancer !== undefined && { balancer }) };
}

const WHOLE = { path: "/", hasPath: false } as const;

function isInternal({ isInternal: value }: Balancer): boolean {
  return known(value) === true;
}

/** Records of addresses and names; mail and the like lead no request here. */
function mayServe({ type, validates }: DnsRecord): boolean {
  return validates.length === 0 && (isUnknown(type) || type === "A" || type === "AAAA" || type === "CNAME");
}

function balancerOf({ alias, values }: DnsRecord, byName: ReadonlyMap<string | undefined, Balancer>): Balancer | undefined {
  const names = alias === undefined ? values.items.map((it) => known(plainName(it)) ?? "") : [known(alias.name) ?? ""];
  return names.map((name) => (name === "" ? undefined : (byName.get(name) ?? byName.get(name.replace(/^dualstack\./, ""))))).find((it) => it !== undefined);
}

/** A balancer's name that is written out, or one that the file leaves open. */
function leadsToSomeBalancer({ alias, values }: DnsRecord): boolean {
  const names = alias === undefined ? values.items : [known(alias.name) ?? ""];
  if (names.some((name) => /\.elb(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?\.?$/.test(name))) return true;
  return alias !== undefined && isUnknown(alias.name);
}

function isPublic(record: DnsRecord, { byId }: Topology): boolean {
  return known(byId.zone(record.zoneId)?.isPrivate) !== true;
}

function groupedByName(records: readonly DnsRecord[]): { host: string; records: DnsRecord[] }[] {
  const hosts = new Map<string, DnsRecord[]>();
  for (const record of records) {
    const fqdn = known(record.fqdn);
    const host = fqdn === undefined ? `name-of-${record.address}` : fqdn.replace(/^(\*|\\052)\./, "any-name.");
    addTo(hosts, host, record);
  }
  return [...hosts].map(([host, same]) => ({ host, records: same }));
}

function entriesTo(balancer: Balancer, records: readonly DnsRecord[], topology: Topology): Entry[] {
  const isInside = isInternal(balancer);
  const publics = records.filter((record) => isPublic(record, topology));
  const privates = records.filter((record) => !isPublic(record, topology));
  const publicNames = new Set(publics.map(({ fqdn }) => known(fqdn)));
  // A private name beside the public one is for those inside; alone it leads nobody to a public balancer.
  const alone = privates.filter(({ fqdn }) => !publicNames.has(known(fqdn)));
  const of = (host: string, from: Entry["from"], own: readonly DnsRecord[], isOwnName = false) => portsOf(balancer, host, isOwnName, topology).map(({ port, scheme }): Entry => ({
    ...WHOLE, scheme, port, host, isOwnName, from, records: own, balancer,
  }));
  const fromInternet = groupedByName(isInside ? publics : [...publics, ...alone]).flatMap(({ host, records: same }) => of(host, "internet", same));
  const fromInside = isInside ? groupedByName(privates).flatMap(({ host, records: same }) => of(host, "vpc", same)) : [];
  const named = [...fromInternet, ...fromInside];
  if (named.length > 0 && (!isInside || fromInside.length > 0)) return named;
  return [...named, ...of(known(balancer.dnsName) ?? "", isInside ? "vpc" : "internet", [], true)];
}

/** Every port with a listener, and 443 wherever a certificate of the file covers the name. */
function portsOf(balancer: Balancer, host: string, isOwnName: boolean, topology: Topology): { port: number; scheme: Entry["scheme"] }[] {
  const ports = new Map<number, Entry["scheme"]>();
  for (const { port, protocol } of balancer.listeners) if (typeof port === "number") ports.set(port, known(protocol) === "HTTPS" ? "https" : "http");
  if (!isOwnName && !ports.has(443) && isCovered(host, topology)) ports.set(443, "https");
  if (ports.size === 0) ports.set(80, "http");
  return [...ports].map(([port, scheme]) => ({ port, scheme })).sort((a, b) => a.port - b.port);
}

const certified = new WeakMap<Topology, ReadonlySet<string>>();

/** Whether a certificate of the file covers the name. */
function isCovered(host: string, topology: Topology): boolean {
  const names = certified.get(topology) ?? new Set(topology.certificates.flatMap((it) => (it.usedBeside ? [] : it.names.items)));
  certified.set(topology, names);
  const dot = host.indexOf(".");
  return names.has(host) || (dot > 0 && names.has(`*${host.slice(dot)}`));
}
