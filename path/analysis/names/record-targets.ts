import { plainText } from "../../../topology/dns";
import { addTo } from "../../../topology/lists";
import type { Balancer, DnsRecord, Topology, Zone } from "../../../topology/model";
import { type Attr, known } from "../../../topology/value";
import { once } from "../once";
import { ancestry } from "./domain-names";
import { chainsOf } from "./record-chains";
import { isBalancerName, isPrivate, mayServe, targetNames } from "./record-names";

/* What records point to, and which zones they are in; computed once for each file. */

export interface Records {
  /** The load balancers in the file that a record points to, directly or through other records in the file. */
  balancersOf(record: DnsRecord): readonly Balancer[];
  /** The first of them. */
  balancerOf(record: DnsRecord): Balancer | undefined;
  leadsTo(record: DnsRecord, balancer: Balancer): boolean;
  /** Whether the record, and every record that it points through, is public. */
  isSeen(record: DnsRecord): boolean;
  /** All records that point to a load balancer. */
  to(balancer: Balancer): readonly DnsRecord[];
  /** Whether a record outside private zones points to a load balancer, as far as the file says. */
  isFoundFromOutside(balancer: Balancer): boolean;
  /** All records with a name. */
  named(fqdn: string): readonly DnsRecord[];
  /** All records that were written with this name, whatever full name results from it. */
  written(name: string): readonly DnsRecord[];
  /** Records with a hard-coded load balancer name that is not of a load balancer in the file. */
  readonly fixed: readonly DnsRecord[];
  /** Load balancers without a record. */
  readonly orphans: readonly Balancer[];
  /** All public zones with a name, each once: a data source and the resource that it reads are the same zone. */
  publicZones(name: string): readonly Zone[];
  /** The closest public zone in the file that contains a name. */
  zoneFor(name: string): Zone | undefined;
}

export const recordsOf = once((topology: Topology): Records => {
  const byName = grouped(topology.records, (record) => known(record.fqdn));
  const byWriting = grouped(topology.records, (record) => mapped(record.name, plainText));
  const zones = grouped(distinctZones(topology.zones), (zone) =>
    zone.isPrivate === false ? known(zone.name) : undefined,
  );
  return {
    ...balancersBehind(topology),
    named: (fqdn) => byName.get(fqdn) ?? [],
    written: (name) => byWriting.get(name) ?? [],
    publicZones: (name) => zones.get(name) ?? [],
    zoneFor: (name) =>
      ancestry(name)
        .map((above) => zones.get(above)?.[0])
        .find((zone) => zone !== undefined),
  };
});

type Behind = Omit<Records, "named" | "written" | "publicZones" | "zoneFor">;

function balancersBehind(topology: Topology): Behind {
  const chains = chainsOf(topology);
  const targets = new Map(
    topology.records.map((record) => [record, mayServe(record) ? chains.of(record).balancers : []] as const),
  );
  const byBalancer = new Map<Balancer, DnsRecord[]>();
  for (const [record, balancers] of targets) for (const balancer of balancers) addTo(byBalancer, balancer, record);
  const isSeen = (record: DnsRecord): boolean =>
    !isPrivate(record, topology) && chains.of(record).hiddenBy === undefined;
  const outside = new Set(
    [...targets].flatMap(([record, balancers]) => (balancers.length > 0 && isSeen(record) ? balancers : [])),
  );
  const balancersOf = (record: DnsRecord) => targets.get(record) ?? [];
  return {
    balancersOf,
    balancerOf: (record) => balancersOf(record)[0],
    leadsTo: (record, balancer) => balancersOf(record).includes(balancer),
    to: (balancer) => byBalancer.get(balancer) ?? [],
    isSeen,
    isFoundFromOutside: (balancer) => outside.has(balancer),
    fixed: [...targets].flatMap(([record, balancers]) =>
      balancers.length === 0 && targetNames(record).some(isBalancerName) ? [record] : [],
    ),
    orphans: topology.balancers.filter((balancer) => !byBalancer.has(balancer)),
  };
}

function distinctZones(zones: readonly Zone[]): Zone[] {
  const byId = new Map<unknown, Zone>();
  // Only the resource can be changed.
  for (const zone of [...zones].sort((a, b) => Number(a.isData) - Number(b.isData))) {
    const key = known(zone.id) ?? zone;
    if (!byId.has(key)) byId.set(key, zone);
  }
  return [...byId.values()];
}

function mapped<T>(value: Attr<string>, map: (text: string) => T): T | undefined {
  const text = known(value);
  return text === undefined ? undefined : map(text);
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K | undefined): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    addTo(groups, key, item);
  }
  return groups;
}
