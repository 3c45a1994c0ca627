import type { Balancer, DnsRecord, Topology } from "../../topology/model";
import { known } from "../../topology/value";
import { ancestry } from "../analysis/names/domain-names";
import { nameAnswersIn } from "../analysis/names/name-answers";
import { looseEndsOf, otherNamesFrom } from "../analysis/names/record-ends";
import { nameOf, targetNames } from "../analysis/names/record-names";
import type { Cause } from "./decisions";
import { balancerAddresses, balancerNamed, type ClientPlace, dnsNameOf } from "./dns-balancers";
import { pickRecord } from "./dns-routing";
import { type DnsData, isReadable, readValue } from "./dns-values";
import { type Found, findName, openZoneFor, privateZoneFor } from "./dns-zones";

/* What a resolver answers to a client of the site, as Route 53 does with the zones of the file. */

export interface DnsQuestion {
  /** In any case, with or without a trailing dot. */
  readonly name: string;
  /** Such as `AAAA`. */
  readonly type: string;
}

/** A record of an answer; names without a trailing dot. */
export type AnsweredRecord = DnsData & { readonly name: string; readonly ttl: number };

export type DnsAnswer =
  | {
      readonly kind: "answer";
      readonly records: readonly AnsweredRecord[];
      /** The load balancers of the file that the name resolves to. */
      readonly balancers: readonly Balancer[];
    }
  /** The name exists, but has no record of the type; `records` are the CNAME records that lead to it. */
  | { readonly kind: "nodata"; readonly records: readonly AnsweredRecord[]; readonly cause: Cause }
  | { readonly kind: "nxdomain"; readonly records: readonly AnsweredRecord[]; readonly cause: Cause }
  /** Resolvers give up, such as on CNAME records that lead back to themselves. */
  | { readonly kind: "servfail"; readonly cause: Cause }
  /** The file does not contain the answer, or it is not modeled. */
  | { readonly kind: "refused"; readonly cause: Cause };

export interface DnsOptions {
  readonly from?: ClientPlace;
  /**
   * Names that do not resolve for reasons outside their zones, such as a zone that nothing delegates to;
   * `*.example.com` stands for all names below it.
   */
  readonly lost?: ReadonlyMap<string, Cause>;
}

/** @param random a number from 0 to 1, without 1; it picks among weighted records */
export function dnsAnswer(
  topology: Topology,
  question: DnsQuestion,
  random: () => number,
  { from = "internet", lost = new Map() }: DnsOptions = {},
): DnsAnswer {
  const type = question.type.toUpperCase();
  if (!/^[A-Z]{1,10}$/.test(type) || NOT_MODELED.has(type))
    return refused("", `queries of the type ${question.type} are not modeled`);
  const run: Run = { topology, type, random, from, lost, links: 0 };
  return answerFor(lowerCase(question.name), run);
}

/** Types of queries rather than of records. */
const NOT_MODELED: ReadonlySet<string> = new Set(["ANY", "AXFR", "IXFR", "OPT", "TSIG", "TKEY"]);
/** Resolvers give up after about as many CNAME records. */
const MAX_LINKS = 16;
/** The TTL of an alias record for a load balancer, and of the load balancer's own name. */
const BALANCER_TTL = 60;
const DEFAULT_TTL = 300;

interface Run {
  readonly topology: Topology;
  readonly type: string;
  readonly random: () => number;
  readonly from: ClientPlace;
  readonly lost: ReadonlyMap<string, Cause>;
  readonly links: number;
}

/** The form in which names are compared: only the letters of ASCII in lower case, without a trailing dot. */
export function lowerCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/\.$/, "");
}

function answerFor(name: string, run: Run): DnsAnswer {
  const { topology, lost, type } = run;
  const [, ...above] = ancestry(name);
  const cause = lost.get(name) ?? above.map((it) => lost.get(`*.${it}`)).find((it) => it !== undefined);
  if (cause !== undefined) return { kind: "nxdomain", records: [], cause };
  const balancer = balancerNamed(name, topology);
  if (balancer !== undefined) return balancerAnswer(name, balancer, run);
  const found = findName(name, type, run.from, topology);
  if (found.delegatedBy !== undefined) {
    const { address } = found.delegatedBy;
    return refused(address, `${address} delegates ${name} to name servers whose zone is not in the file`);
  }
  const isOpen = found.records.find((it) => typeof it.type !== "string" || it.type.includes("${"));
  if (isOpen !== undefined) return refused(isOpen.address, `the type of ${isOpen.address} is not known`);
  const ofType = (wanted: string) => found.records.filter((it) => known(it.type)?.toUpperCase() === wanted);
  const cnames = ofType("CNAME");
  const records = type !== "CNAME" && cnames.length > 0 ? cnames : ofType(type);
  return records.length > 0 ? pickedAnswer(name, records, run) : emptyAnswer(name, found, run);
}

function pickedAnswer(name: string, records: readonly DnsRecord[], run: Run): DnsAnswer {
  const picked = pickRecord(records, run.topology, run.random);
  if (picked.kind === "not-modeled") return { kind: "refused", cause: picked.cause };
  const { record } = picked;
  if (run.links >= MAX_LINKS)
    return {
      kind: "servfail",
      cause: { hop: "dns", address: record.address, text: `the records of ${name} lead back to themselves` },
    };
  const next = { ...run, links: run.links + 1 };
  if (record.alias !== undefined) return aliasAnswer(name, record, next);
  return known(record.type)?.toUpperCase() === "CNAME" && run.type !== "CNAME"
    ? cnameAnswer(name, record, next)
    : plainAnswer(name, record, run);
}

/** An alias record answers with the records of its target, under its own name. */
function aliasAnswer(name: string, record: DnsRecord, run: Run): DnsAnswer {
  const { topology } = run;
  const [target] = targetNames(record);
  if (target === undefined || target === "")
    return refused(record.address, `the alias target of ${record.address} is not known`);
  const balancer = balancerNamed(target, topology);
  if (balancer !== undefined) return balancerAnswer(name, balancer, run);
  const targets = nameAnswersIn(topology).answeringFor(record, target);
  if (targets.length > 0) return pickedAnswer(name, targets, run);
  return looseAnswer(record, target, run) ?? refused(record.address, elsewhere(record, target));
}

function cnameAnswer(name: string, record: DnsRecord, run: Run): DnsAnswer {
  const { topology } = run;
  const [target] = targetNames(record);
  if (target === undefined || target === "" || record.values.open !== undefined)
    return refused(record.address, `the value of ${record.address} is not known`);
  const balancer = balancerNamed(target, topology);
  const written = nameOf(record.values.items[0] ?? "");
  const to =
    balancer === undefined
      ? nameAnswersIn(topology).saidBy(target)
      : written.includes("${")
        ? dnsNameOf(balancer, topology)
        : written;
  const link = to.includes("${") ? undefined : readValue("CNAME", to);
  if (link === undefined) return refused(record.address, elsewhere(record, target));
  const rest = balancer === undefined ? answerFor(to, run) : balancerAnswer(to, balancer, run);
  const records: readonly AnsweredRecord[] = [{ ...link, name, ttl: ttlOf(record) }];
  if (rest.kind === "refused")
    return (
      looseAnswer(record, to, run, records) ??
      // As an authoritative server does; the resolver of the client asks elsewhere.
      (rest.cause.address === "" ? { kind: "answer", records, balancers: [] } : rest)
    );
  return rest.kind === "servfail" ? rest : { ...rest, records: [...records, ...rest.records] };
}

/** For a target that, as far as the analysis can say, does not exist. */
function looseAnswer(
  record: DnsRecord,
  target: string,
  { topology }: Run,
  records: readonly AnsweredRecord[] = [],
): DnsAnswer | undefined {
  const isLoose = looseEndsOf(record, topology).some((it) => it.record === record && it.name === target);
  const text = `${record.address} points to ${target}, which has no record`;
  return isLoose ? { kind: "nxdomain", records, cause: { hop: "dns", address: record.address, text } } : undefined;
}

function elsewhere(record: DnsRecord, target: string): string {
  return target.includes("${")
    ? `${record.address} points to ${target}, which is not known`
    : `${record.address} points to ${target}, which is not in the file`;
}

function plainAnswer(name: string, record: DnsRecord, { type, topology }: Run): DnsAnswer {
  const { address, values } = record;
  if (values.open !== undefined) return refused(address, `the values of ${address} are not known`);
  if (!isReadable(type)) return refused(address, `records of the type ${type} are not modeled`);
  const records: AnsweredRecord[] = [];
  for (const value of values.items) {
    const balancer = type === "CNAME" ? balancerNamed(value, topology) : undefined;
    const text = balancer !== undefined && value.includes("${") ? dnsNameOf(balancer, topology) : value;
    if (text.includes("${")) return refused(address, `the value ${value} of ${address} is not known`);
    const data = readValue(type, text);
    if (data === undefined) return refused(address, `${address} has a value that is not valid for the type ${type}`);
    records.push({ ...data, name, ttl: ttlOf(record) });
  }
  return records.length > 0
    ? { kind: "answer", records, balancers: [] }
    : refused(address, `${address} has no value in the file`);
}

function ttlOf({ ttl }: DnsRecord): number {
  const seconds = known(ttl) ?? DEFAULT_TTL;
  return Number.isInteger(seconds) && seconds >= 0 && seconds < 2 ** 31 ? seconds : DEFAULT_TTL;
}

function balancerAnswer(name: string, balancer: Balancer, { type, topology, from }: Run): DnsAnswer {
  const none = (what: string): DnsAnswer => ({
    kind: "nodata",
    records: [],
    cause: { hop: "dns", address: balancer.address, text: `${balancer.address} has no ${what}` },
  });
  if (type !== "A" && type !== "AAAA") return none(`${type} records`);
  const found = balancerAddresses(balancer, type, from, topology);
  if (found.kind === "unknown") return { kind: "refused", cause: found.cause };
  if (found.addresses.length === 0) return none(type === "AAAA" ? "IPv6 addresses" : "public IPv4 addresses");
  const records = found.addresses.map((data): AnsweredRecord => ({ type, data, name, ttl: BALANCER_TTL }));
  return { kind: "answer", records, balancers: [balancer] };
}

/** Types that a client asks for besides A; a data source's zone has them only where it has the name's A record. */
const OF_CLIENTS: ReadonlySet<string> = new Set(["A", "AAAA", "CNAME", "HTTPS", "SVCB"]);

/** For a name that has no record of the type in the file. */
function emptyAnswer(name: string, found: Found, run: Run): DnsAnswer {
  const { topology, type } = run;
  const { zone, records, exists } = found;
  if (zone === undefined && records.length === 0) return withoutZone(name, run);
  const address = zone?.address ?? records[0]?.address ?? "";
  const cause: Cause = { hop: "dns", address, text: `${address} has no ${type} record for ${name}` };
  const apexServers = name === known(zone?.name) ? apexAnswer(name, found, type) : undefined;
  if (apexServers !== undefined) return apexServers;
  if (records.length > 0 && OF_CLIENTS.has(type)) return { kind: "nodata", records: [], cause };
  if (topology.goneNames.has(name)) return { kind: "nxdomain", records: [], cause };
  if (zone === undefined || zone.isData || topology.isPartial === true)
    return refused(address, `the file does not contain every record of the zone, so ${name} may have a ${type} record`);
  if (exists || records.length > 0) return { kind: "nodata", records: [], cause };
  const other = name.startsWith("_")
    ? topology.records.find((it) => known(it.fqdn) === undefined)?.address
    : otherNamesFrom(topology);
  if (other !== undefined) return refused(other, `${other} may have the name ${name}`);
  return { kind: "nxdomain", records: [], cause };
}

/** Route 53 creates the NS and SOA records of a zone. */
function apexAnswer(name: string, { zone }: Found, type: string): DnsAnswer | undefined {
  if (zone === undefined || (type !== "NS" && type !== "SOA")) return undefined;
  const servers = type === "NS" ? zone.nameServers.items.map((it) => readValue("NS", it)) : [];
  const records = servers.flatMap((it) => (it === undefined ? [] : [{ ...it, name, ttl: NS_TTL }]));
  return records.length > 0
    ? { kind: "answer", records, balancers: [] }
    : refused(zone.address, `Route 53 creates the ${type} record of ${zone.address}, and it is not in the file`);
}

/** Two days, as Route 53 sets it. */
const NS_TTL = 172_800;

function withoutZone(name: string, { topology, from }: Run): DnsAnswer {
  const hidden = from === "internet" ? privateZoneFor(name, topology) : undefined;
  if (hidden !== undefined)
    return {
      kind: "nxdomain",
      records: [],
      cause: {
        hop: "dns",
        address: hidden.address,
        text: `${hidden.address} is private, so only its VPCs resolve ${name}`,
      },
    };
  const open = openZoneFor(name, topology);
  if (open !== undefined)
    return refused(open.address, `${open.address} may be the zone of ${name}, but the file does not say`);
  return refused("", `no zone of the file contains ${name}`);
}

function refused(address: string, text: string): DnsAnswer {
  return { kind: "refused", cause: { hop: "dns", address, text } };
}
