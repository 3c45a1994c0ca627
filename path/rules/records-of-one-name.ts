import { blockOf } from "../../topology/addresses";
import type { DnsRecord, Topology } from "../../topology/model";
import { isSymbol } from "../../topology/source";
import { isUnknown, known } from "../../topology/value";
import { isMade } from "../analysis/writers/coming";
import { fix, setting } from "../fixes/fix";
import { BY_NO_PROP } from "../fixes/wording";
import type { Fix } from "../report";
import type { FileReporter } from "./rule";

/* P69: Route 53 has one record of a name and type, unless a routing policy tells several apart. */

export function oneRecordOfAName(topology: Topology, report: FileReporter): void {
  if (topology.source === "state") return;
  const names = new Map<string, Seen>();
  const seenAt = (key: string): Seen =>
    names.get(key) ?? names.set(key, { byType: new Map() }).get(key) ?? { byType: new Map() };
  const named = topology.records.flatMap((record) => {
    const name = nameOf(record);
    return name === undefined ? [] : [{ record, name }];
  });
  // One whose name is not known yet may be one that stands.
  for (const { record, name } of [
    ...named.filter(({ name: { isValidation } }) => !isValidation),
    ...named.filter(({ name: { isValidation } }) => isValidation),
  ]) {
    const type = known(record.type)?.toUpperCase() ?? (name.isValidation ? "CNAME" : undefined);
    if (type === undefined) continue;
    const found = clashOf(record, type, seenAt(name.key), topology);
    const validated = name.isValidation ? undefined : validationKey(record);
    if (validated !== undefined) clashOf(record, type, seenAt(validated), topology);
    if (found !== undefined) reportClash(record, found, type, name, topology, report);
  }
}

/** ACM asks for one and the same record for a name and the wildcard below it, whatever the certificate. */
function validationKey({ zoneId, validates }: DnsRecord): string | undefined {
  const domain = validatedDomain(validates);
  return known(zoneId) === undefined || domain === undefined
    ? undefined
    : JSON.stringify([known(zoneId), "validation", domain]);
}

function validatedDomain(validates: DnsRecord["validates"]): string | undefined {
  const domains = new Set(validates.map(({ domain }) => known(domain)?.replace(/^\*\./, "")));
  const [domain] = domains;
  return domains.size === 1 && domain !== undefined && !isSymbol(domain) ? domain : undefined;
}

interface Name {
  readonly key: string;
  /** As a person reads it. */
  readonly text: string;
  /** Whether it is known by what it validates only. */
  readonly isValidation: boolean;
}

/** Records of one name have one key. */
function nameOf(record: DnsRecord): Name | undefined {
  const zone = known(record.zoneId);
  const name = known(record.fqdn);
  if (zone === undefined) return undefined;
  if (name !== undefined && !name.includes("${")) {
    const plain = name.replace(/^\\052\./, "*.");
    return { key: JSON.stringify([zone, plain]), text: plain, isValidation: false };
  }
  const key = validationKey(record);
  return key === undefined
    ? undefined
    : { key, text: `the validation record of ${validatedDomain(record.validates) ?? ""}`, isValidation: true };
}

/** What was seen of a name so far; of each kind the first. */
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

interface Clash {
  readonly other: DnsRecord;
  readonly why: "same" | "simple" | "policy" | "identifier" | "cname";
}

function clashOf(record: DnsRecord, type: string, seen: Seen, { writers }: Topology): Clash | undefined {
  const { policy, setIdentifier } = writers.records.get(record.address) ?? { setIdentifier: undefined };
  const beside = type === "CNAME" ? seen.other : seen.cname;
  if (type === "CNAME") seen.cname ??= record;
  else seen.other ??= record;
  const same = seen.byType.get(type) ?? { policies: new Map() };
  seen.byType.set(type, same);
  const clash = policy === undefined ? simpleClash(record, same) : routedClash(record, policy, setIdentifier, same);
  return clash ?? (beside === undefined ? undefined : { other: beside, why: "cname" });
}

function simpleClash(record: DnsRecord, same: OfType): Clash | undefined {
  const [routed] = [...same.policies.values()].slice(0, 1);
  const { simple } = same;
  same.simple ??= record;
  return simple !== undefined
    ? { other: simple, why: "same" }
    : routed !== undefined
      ? { other: routed.first, why: "simple" }
      : undefined;
}

function routedClash(record: DnsRecord, policy: string, setIdentifier: unknown, same: OfType): Clash | undefined {
  const alike = same.policies.get(policy) ?? { first: record, bySet: new Map<string, DnsRecord>() };
  const [unlike] = same.policies.has(policy) ? [] : [...same.policies.values()].slice(0, 1);
  same.policies.set(policy, alike);
  const id =
    isUnknown(setIdentifier) || typeof setIdentifier !== "string" || setIdentifier.includes("${")
      ? undefined
      : setIdentifier;
  const twin = id === undefined ? undefined : alike.bySet.get(id);
  if (id !== undefined && twin === undefined) alike.bySet.set(id, record);
  if (same.simple !== undefined) return { other: same.simple, why: "simple" };
  return twin !== undefined
    ? { other: twin, why: "identifier" }
    : unlike !== undefined
      ? { other: unlike.first, why: "policy" }
      : undefined;
}

function reportClash(
  record: DnsRecord,
  { other, why }: Clash,
  type: string,
  name: Name,
  topology: Topology,
  report: FileReporter,
): void {
  const refused = refusedOf(record, other, topology);
  if (refused === undefined) return;
  const kept = refused === record ? other : record;
  const what = name.isValidation ? name.text : `${name.text} ${type}`;
  report.fault({
    id: "P69",
    hop: name.isValidation || record.validates.length > 0 ? "tls" : "dns",
    address: refused.address,
    attribute: ATTRIBUTES[why],
    observed: `${what} is written by ${kept.address} too${NOTES[why]}`,
    required:
      why === "identifier"
        ? "a `set_identifier` of its own for each record"
        : why === "same"
          ? "one record for a name and type"
          : why === "cname"
            ? "no other record beside a CNAME"
            : "one routing policy for all records of a name and type",
    symptom:
      why === "same"
        ? "InvalidChangeBatch: Tried to create resource record set " +
          `[name='${name.isValidation ? "_…" : name.text}', type='${type}'] but it already exists`
        : "InvalidChangeBatch at apply",
    fix: repairOf(refused, kept, why, name),
  });
}

const ATTRIBUTES: Readonly<Record<Clash["why"], string>> = {
  same: "name",
  simple: "set_identifier",
  policy: "set_identifier",
  identifier: "set_identifier",
  cname: "type",
};
const NOTES: Readonly<Record<Clash["why"], string>> = {
  same: "",
  simple: ", and only one of the two has a routing policy",
  policy: ", with another routing policy",
  identifier: ", with the same `set_identifier`",
  cname: ", and one of the two is a CNAME",
};

/**
 * The one that Route 53 refuses: it is made by this apply, and does not overwrite; of two such the wildcard's, or the
 * later one.
 */
function refusedOf(record: DnsRecord, other: DnsRecord, topology: Topology): DnsRecord | undefined {
  const isRefused = ({ address }: DnsRecord): boolean =>
    isMade(topology, address) && known(topology.writers.records.get(address)?.mayOverwrite) !== true;
  const isWildcard = ({ validates }: DnsRecord): boolean =>
    validates.some(({ domain }) => known(domain)?.startsWith("*.") === true);
  const [first, second] = isWildcard(other) && !isWildcard(record) ? [other, record] : [record, other];
  return isRefused(first) ? first : isRefused(second) ? second : undefined;
}

function repairOf(refused: DnsRecord, kept: DnsRecord, why: Clash["why"], { isValidation }: Name): Fix {
  if (isValidation || (refused.validates.length > 0 && kept.validates.length > 0)) {
    return fix(
      "Set `allow_overwrite = true`, as both names have the same validation record; or make one record for both.",
      "one validation record for each distinct name is what the stack makes; remove the override",
      [setting(blockOf(refused.address), "allow_overwrite", true)],
    );
  }
  if (why === "identifier")
    return fix("Give each record a `set_identifier` of its own.", BY_NO_PROP, [
      setting(refused.address, "set_identifier", lastLabel(refused.address)),
    ]);
  return fix(`Keep one of the two, ${kept.address} or ${refused.address}.`, BY_NO_PROP, [{ remove: refused.address }]);
}

function lastLabel(address: string): string {
  return blockOf(address).split(".").at(-1) ?? "second";
}
