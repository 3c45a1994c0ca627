import { plainName } from "../../../topology/dns";
import { addTo } from "../../../topology/lists";
import type { Balancer, DnsRecord, Topology } from "../../../topology/model";
import { symbol } from "../../../topology/source";
import { isUnknown, known } from "../../../topology/value";
import { ancestry } from "./domain-names";

/*
 * Where a record leads in the end: to a balancer at once, or over other records of the file. The only place that
 * follows them.
 */

/** Where a record's answer comes from. */
export interface Chain {
  /** The balancers of the file at its ends; several where one of its names has several records. */
  readonly balancers: readonly Balancer[];
  /** The records that it passes after the first, the nearest first. */
  readonly links: readonly DnsRecord[];
  /** Names at its ends of which the file has neither a record nor a balancer, with the record that says each. */
  readonly ends: readonly { readonly record: DnsRecord; readonly name: string }[];
  /** Whether an alias on the way has a name that the file leaves open. */
  readonly isOpen: boolean;
  /** A record that only VPCs see, on the way of one that everybody sees. */
  readonly hiddenBy: DnsRecord | undefined;
  /** Whether it leads back to its own record. */
  readonly isCircle: boolean;
}

export interface Chains {
  of(record: DnsRecord): Chain;
  /** What a record leads to at once: balancers and further records. */
  nextOf(record: DnsRecord): readonly (Balancer | DnsRecord)[];
  /** The records that answer for a name: its own, or those of the wildcard that stands for it. */
  answering(name: string): readonly DnsRecord[];
  /** The records that say a name, and so lead over its records. */
  leadingOver(name: string): readonly DnsRecord[];
}

/**
 * Route 53 takes 100 weighted records of a name, and one for each country and state; what has more is none of its
 * files.
 */
const MOST_OF_A_NAME = 500;

/** Resolvers give up after some ten; nobody writes as many. It also bounds what a chain costs. */
const MAX_LINKS = 16;

const made = new WeakMap<Topology, Chains>();

export function chainsOf(topology: Topology): Chains {
  const found = made.get(topology) ?? indexed(topology);
  made.set(topology, found);
  return found;
}

/** Records of addresses and names; mail and the like lead no request here. */
export function mayServe({ type, validates }: DnsRecord): boolean {
  return validates.length === 0 && (isUnknown(type) || isAddress(type) || isCname(type));
}

function isAddress(type: DnsRecord["type"]): boolean {
  return /^a(aaa)?$/i.test(known(type) ?? "");
}

function isCname(type: DnsRecord["type"]): boolean {
  return known(type)?.toUpperCase() === "CNAME";
}

/** What a record says: the alias's name, or a CNAME's values. */
export function targetNames(record: DnsRecord): readonly string[] {
  if (record.alias !== undefined) return [known(record.alias.name)].filter((name) => name !== undefined).map(hostOf);
  return isCname(record.type) || isUnknown(record.type)
    ? [...new Set(record.values.items.slice(0, MOST_OF_A_NAME).map(hostOf))]
    : [];
}

/** Aliases may have `dualstack.` in front of a balancer's name, and a state writes the asterisk as `\052`. */
export function hostOf(name: string): string {
  return nameOf(name).replace(/^dualstack\./, "");
}

/** One of the names that a wildcard's records answer for; any other name itself. */
export function anyNameOf(name: string): string {
  return name.replace(/^(\*|\\052)\./, "any-name.");
}

function nameOf(name: string): string {
  return (known(plainName(name)) ?? "").replace(/^\\052\./, "*.");
}

/** Whether the record is in a zone that only VPCs see. */
export function isPrivate({ zoneId }: DnsRecord, { byId }: Topology): boolean {
  return byId.zone(zoneId)?.isPrivate === true;
}

function indexed(topology: Topology): Chains {
  const serving = topology.records.filter(mayServe);
  const byName = new Map<string, DnsRecord[]>();
  // What stands for a name before the record is made.
  const bySymbol = new Map<string, DnsRecord>();
  const named = new Map<string, DnsRecord[]>();
  for (const record of serving) {
    const fqdn = known(record.fqdn);
    if (fqdn !== undefined) addTo(byName, nameOf(fqdn), record);
    for (const attribute of ["fqdn", "name"]) bySymbol.set(symbol(record.address, attribute), record);
  }
  const standsFor = (name: string): string => {
    const record = name.startsWith("${") ? bySymbol.get(name) : undefined;
    return record === undefined ? name : nameOf(known(record.fqdn) ?? name);
  };
  // No wildcard stands for a name that is there, of whatever type, nor for what is below it.
  const existing = new Set(topology.records.map(({ fqdn }) => nameOf(known(fqdn) ?? "")));
  const balancers = new Map<string, Balancer>();
  for (const balancer of topology.balancers) {
    const name = known(balancer.dnsName);
    if (name !== undefined && !balancers.has(hostOf(name))) balancers.set(hostOf(name), balancer);
  }

  const wildcardFor = (name: string): readonly DnsRecord[] => {
    if (name.includes("${") || existing.has(name)) return [];
    const above = ancestry(name)
      .slice(1)
      .find((it) => byName.has(`*.${it}`) || existing.has(it));
    return byName.get(`*.${above}`) ?? [];
  };
  const answering = (name: string): readonly DnsRecord[] => byName.get(name) ?? wildcardFor(name);

  for (const record of serving) {
    for (const name of targetNames(record)) {
      const said = standsFor(name);
      // Where a wildcard answers, it is that over which the record leads.
      addTo(named, nameOf(known(answering(said)[0]?.fqdn) ?? said), record);
    }
  }

  /**
   * What answers a record's question for the name it says: an alias asks for the same type in its own zone, and no
   * wildcard answers it.
   */
  const next = (record: DnsRecord, name: string): readonly DnsRecord[] => {
    const meant = name.startsWith("${") ? bySymbol.get(name) : undefined;
    const all = (
      meant !== undefined && known(meant.fqdn) === undefined
        ? [meant]
        : record.alias === undefined
          ? answering(standsFor(name))
          : (byName.get(standsFor(name)) ?? [])
    ).slice(0, MOST_OF_A_NAME);
    if (record.alias !== undefined)
      return all.filter(
        (it) =>
          (isUnknown(it.type) ||
            isUnknown(record.type) ||
            known(it.type)?.toUpperCase() === known(record.type)?.toUpperCase()) &&
          isPrivate(it, topology) === isPrivate(record, topology),
      );
    const seen = all.filter((it) => isPrivate(it, topology) === isPrivate(record, topology));
    return seen.length > 0 ? seen : all;
  };

  const follow = (first: DnsRecord): Chain => {
    const [ends, links, found] = [
      new Map<string, { record: DnsRecord; name: string }>(),
      new Set<DnsRecord>(),
      new Set<Balancer>(),
    ];
    let [isOpen, isCircle] = [false, false];
    let hiddenBy: DnsRecord | undefined;
    let reached: readonly DnsRecord[] = [first];
    for (let passed = 0; reached.length > 0 && passed < MAX_LINKS; passed++) {
      const further: DnsRecord[] = [];
      for (const record of reached) {
        isOpen ||= isUnknown(record.alias?.name);
        for (const name of targetNames(record)) {
          const balancer = balancers.get(name);
          const records = balancer === undefined ? next(record, name) : [];
          if (balancer !== undefined) found.add(balancer);
          else if (records.length === 0) ends.set(name, { record, name });
          for (const it of records) {
            isCircle ||= it === first;
            if (it === first || links.has(it)) continue;
            if (!isPrivate(first, topology) && isPrivate(it, topology)) hiddenBy ??= it;
            links.add(it);
            further.push(it);
          }
        }
      }
      reached = further;
    }
    return { balancers: [...found], links: [...links], ends: [...ends.values()], isOpen, hiddenBy, isCircle };
  };

  const chains = new Map<DnsRecord, Chain>();
  return {
    answering,
    nextOf: (record) =>
      targetNames(record).flatMap((name): readonly (Balancer | DnsRecord)[] => {
        const balancer = balancers.get(name);
        return balancer === undefined ? next(record, name) : [balancer];
      }),
    leadingOver: (name) => named.get(nameOf(name)) ?? [],
    of: (record) => {
      const known = chains.get(record) ?? follow(record);
      chains.set(record, known);
      return known;
    },
  };
}
