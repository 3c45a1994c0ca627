import { plainText } from "../../../topology/dns";
import { addTo } from "../../../topology/lists";
import type { Balancer, DnsRecord, Topology, Zone } from "../../../topology/model";
import { type Attr, known } from "../../../topology/value";
import { once } from "../once";
import { ancestry } from "./domain-names";
import { chainsOf } from "./record-chains";
import { isBalancerName, isPrivate, mayServe, targetNames } from "./record-names";

/* Where records lead, and which zones they are in; made once for each file. */

export interface Records {
  /** The load balancers of the file that a record leads to, over other records of the file too. */
  balancersOf(record: DnsRecord): readonly Balancer[];
  /** The first of them. */
  balancerOf(record: DnsRecord): Balancer | undefined;
  leadsTo(record: DnsRecord, balancer: Balancer): boolean;
  /** Whether everybody sees the record, and all that it leads over. */
  isSeen(record: DnsRecord): boolean;
  /** All records that lead to a load balancer. */
  to(balancer: Balancer): readonly DnsRecord[];
  /** Whether a record leads to a load balancer that is not in a private zone, as far as the file says. */
  isFoundFromOutside(balancer: Balancer): boolean;
  /** All records of a name. */
  named(fqdn: string): readonly DnsRecord[];
  /** All records that were written with this name, whatever Route 53 makes of it. */
  written(name: string): readonly DnsRecord[];
  /** Records that lead to a load balancer by its fixed name, and the file has no such load balancer. */
  readonly fixed: readonly DnsRecord[];
  /** Load balancers that no record leads to. */
  readonly orphans: readonly Balancer[];
  /** All public zones of a name, each once: a data source and the resource that it reads are one. */
  publicZones(name: string): readonly Zone[];
  /** The public zone of the file that is nearest above a name. */
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
  // The resource is the one that can be mended.
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
