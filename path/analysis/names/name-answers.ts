import { addTo } from "../../../topology/lists";
import type { Balancer, DnsRecord, Topology } from "../../../topology/model";
import { isSymbolic, symbol } from "../../../topology/symbols";
import { isUnknown, known } from "../../../topology/value";
import { once } from "../once";
import { ancestry } from "./domain-names";
import { hostOf, isPrivate, MOST_OF_A_NAME, mayServe, nameOf } from "./record-names";

/* What a name resolves to, one step at a time. */

export interface NameAnswers {
  /** The load balancer in the file with this DNS name, as `hostOf` writes it. */
  balancerNamed(name: string): Balancer | undefined;
  /** The records that answer for a name: its own, or those of the wildcard that matches it. */
  answering(name: string): readonly DnsRecord[];
  /** The records that answer for a name in a record's value. */
  answeringFor(record: DnsRecord, name: string): readonly DnsRecord[];
  /** The name that a record's value refers to, if the value is another record's attribute. */
  saidBy(name: string): string;
}

export const nameAnswersIn = once((topology: Topology): NameAnswers => {
  const index = indexOf(topology);
  return {
    balancerNamed: (name) => index.balancers.get(name),
    answering: (name) => answering(name, index),
    answeringFor: (record, name) => answeringFor(record, name, index),
    saidBy: (name) => saidBy(name, index),
  };
});

interface Index {
  readonly topology: Topology;
  readonly byName: ReadonlyMap<string, readonly DnsRecord[]>;
  /** By the expressions that refer to a record before it is created. */
  readonly bySymbol: ReadonlyMap<string, DnsRecord>;
  /** Names of all records, of any type. */
  readonly existing: ReadonlySet<string>;
  /** By DNS name; the first if two have the same. */
  readonly balancers: ReadonlyMap<string, Balancer>;
}

function indexOf(topology: Topology): Index {
  const byName = new Map<string, DnsRecord[]>();
  const bySymbol = new Map<string, DnsRecord>();
  for (const record of topology.records.filter(mayServe)) {
    const fqdn = known(record.fqdn);
    if (fqdn !== undefined) addTo(byName, nameOf(fqdn), record);
    for (const attribute of ["fqdn", "name"]) bySymbol.set(symbol(record.address, attribute), record);
  }
  const balancers = new Map<string, Balancer>();
  for (const balancer of topology.balancers) {
    const name = known(balancer.dnsName);
    if (name !== undefined && !balancers.has(hostOf(name))) balancers.set(hostOf(name), balancer);
  }
  const existing = new Set(topology.records.map(({ fqdn }) => nameOf(known(fqdn) ?? "")));
  return { topology, byName, bySymbol, existing, balancers };
}

function saidBy(name: string, { bySymbol }: Index): string {
  const record = isSymbolic(name) ? bySymbol.get(name) : undefined;
  return record === undefined ? name : nameOf(known(record.fqdn) ?? name);
}

function answering(name: string, index: Index): readonly DnsRecord[] {
  return index.byName.get(name) ?? wildcardFor(name, index);
}

/** A wildcard does not match a name that exists with any type, nor names below it. */
function wildcardFor(name: string, { byName, existing }: Index): readonly DnsRecord[] {
  if (name.includes("${") || existing.has(name)) return [];
  const above = ancestry(name)
    .slice(1)
    .find((it) => byName.has(`*.${it}`) || existing.has(it));
  return byName.get(`*.${above}`) ?? [];
}

function answeringFor(record: DnsRecord, name: string, index: Index): readonly DnsRecord[] {
  const { topology, byName, bySymbol } = index;
  const isAlike = (it: DnsRecord) => isPrivate(it, topology) === isPrivate(record, topology);
  const meant = isSymbolic(name) ? bySymbol.get(name) : undefined;
  const all =
    meant !== undefined && known(meant.fqdn) === undefined
      ? [meant]
      : record.alias === undefined
        ? answering(saidBy(name, index), index)
        : (byName.get(saidBy(name, index)) ?? []);
  const some = all.slice(0, MOST_OF_A_NAME);
  // An alias target must have the same type in the same zone, and no wildcard answers for it.
  if (record.alias !== undefined) return some.filter((it) => maybeSameType(it, record) && isAlike(it));
  const seen = some.filter(isAlike);
  return seen.length > 0 ? seen : some;
}

function maybeSameType(one: DnsRecord, other: DnsRecord): boolean {
  if (isUnknown(one.type) || isUnknown(other.type)) return true;
  return known(one.type)?.toUpperCase() === known(other.type)?.toUpperCase();
}
