import { withoutWildcard } from "../../../topology/domain-names";
import type { DnsRecord, Topology } from "../../../topology/model";
import { isSymbol } from "../../../topology/symbols";
import { isUnknown, known } from "../../../topology/value";

/* Records that conflict: Route 53 has one per name and type, unless a routing policy distinguishes several. */

export interface RecordClash {
  readonly record: DnsRecord;
  /** The earlier one. */
  readonly other: DnsRecord;
  readonly why: ClashKind;
  readonly type: string;
  readonly name: RecordName;
}

/**
 * - `same`: both are simple records
 * - `simple`: only one of the two has a routing policy
 * - `policy`: they have different routing policies
 * - `identifier`: they have the same policy and set identifier
 * - `cname`: one of the two is a CNAME
 */
export type ClashKind = "same" | "simple" | "policy" | "identifier" | "cname";

interface RecordName {
  readonly key: string;
  /** As text in a report. */
  readonly text: string;
  /** Whether it is known only by the domain that it validates. */
  readonly isValidation: boolean;
}

export function clashesIn(topology: Topology): RecordClash[] {
  const names = new Map<string, Seen>();
  const seenAt = (key: string): Seen => {
    const seen = names.get(key) ?? { byType: new Map() };
    names.set(key, seen);
    return seen;
  };
  const named = topology.records.flatMap((record) => {
    const name = nameOf(record);
    return name === undefined ? [] : [{ record, name }];
  });
  // A record whose name is not yet known may be the same as an existing one.
  const inOrder = [...named.filter(({ name }) => !name.isValidation), ...named.filter(({ name }) => name.isValidation)];
  return inOrder.flatMap(({ record, name }): RecordClash[] => {
    const type = known(record.type)?.toUpperCase() ?? (name.isValidation ? "CNAME" : undefined);
    if (type === undefined) return [];
    const found = clashOf(record, type, seenAt(name.key), topology);
    const validated = name.isValidation ? undefined : validationKey(record);
    if (validated !== undefined) clashOf(record, type, seenAt(validated), topology);
    return found === undefined ? [] : [{ ...found, record, type, name }];
  });
}

/** ACM requires the same record for a name and its wildcard, whatever the certificate. */
function validationKey({ zoneId, validates }: DnsRecord): string | undefined {
  const domain = validatedDomain(validates);
  return known(zoneId) === undefined || domain === undefined
    ? undefined
    : JSON.stringify([known(zoneId), "validation", domain]);
}

function validatedDomain(validates: DnsRecord["validates"]): string | undefined {
  const domains = new Set(validates.map(({ domain }) => withoutWildcard(known(domain) ?? "")));
  const [domain] = domains;
  return domains.size === 1 && domain !== undefined && domain !== "" && !isSymbol(domain) ? domain : undefined;
}

/** Records with the same name have the same key. */
function nameOf(record: DnsRecord): RecordName | undefined {
  const zone = known(record.zoneId);
  const name = known(record.fqdn);
  if (zone === undefined) return undefined;
  if (name !== undefined && !name.includes("${")) {
    return { key: JSON.stringify([zone, name]), text: name, isValidation: false };
  }
  const key = validationKey(record);
  return key === undefined
    ? undefined
    : { key, text: `the validation record for ${validatedDomain(record.validates) ?? ""}`, isValidation: true };
}

/** The records of a name so far; the first of each kind. */
interface Seen {
  cname?: DnsRecord;
  /** Of any type but CNAME. */
  other?: DnsRecord;
  readonly byType: Map<string, OfType>;
}

interface OfType {
  simple?: DnsRecord;
  readonly policies: Map<string, { readonly first: DnsRecord; readonly bySet: Map<string, DnsRecord> }>;
}

type Clash = Pick<RecordClash, "other" | "why">;

function clashOf(record: DnsRecord, type: string, seen: Seen, { writers }: Topology): Clash | undefined {
  const { policy, setIdentifier } = writers.records.get(record.address) ?? { setIdentifier: undefined };
  const nextTo = type === "CNAME" ? seen.other : seen.cname;
  if (type === "CNAME") seen.cname ??= record;
  else seen.other ??= record;
  const same = seen.byType.get(type) ?? { policies: new Map() };
  seen.byType.set(type, same);
  const clash = policy === undefined ? simpleClash(record, same) : routedClash(record, policy, setIdentifier, same);
  return clash ?? (nextTo === undefined ? undefined : { other: nextTo, why: "cname" });
}

function simpleClash(record: DnsRecord, same: OfType): Clash | undefined {
  const [routed] = [...same.policies.values()].slice(0, 1);
  const { simple } = same;
  same.simple ??= record;
  if (simple !== undefined) return { other: simple, why: "same" };
  return routed === undefined ? undefined : { other: routed.first, why: "simple" };
}

function routedClash(record: DnsRecord, policy: string, setIdentifier: unknown, same: OfType): Clash | undefined {
  const alike = same.policies.get(policy) ?? { first: record, bySet: new Map<string, DnsRecord>() };
  const [unlike] = same.policies.has(policy) ? [] : [...same.policies.values()].slice(0, 1);
  same.policies.set(policy, alike);
  const isOpen = isUnknown(setIdentifier) || typeof setIdentifier !== "string" || setIdentifier.includes("${");
  const id = isOpen ? undefined : setIdentifier;
  const twin = id === undefined ? undefined : alike.bySet.get(id);
  if (id !== undefined && twin === undefined) alike.bySet.set(id, record);
  if (same.simple !== undefined) return { other: same.simple, why: "simple" };
  if (twin !== undefined) return { other: twin, why: "identifier" };
  return unlike === undefined ? undefined : { other: unlike.first, why: "policy" };
}
