import { addTo } from "../../topology/lists";
import type { Certificate, DnsRecord, Topology, Zone } from "../../topology/model";
import { symbol } from "../../topology/source";
import { isUnknown, known, Unknown } from "../../topology/value";
import type { Use } from "../analysis/certificates/picked-certificates";
import { ancestry, isWithin, withoutWildcard } from "../analysis/names/domain-names";
import { recordsOf } from "../analysis/names/record-targets";
import type { TracedPath } from "../analysis/requests/traced-path";
import { fix, setting } from "../fixes/fix";
import { BY_NO_PROP } from "../fixes/wording";
import type { Edit } from "../report";
import type { Reporter } from "./rule";

/* Whether ACM can issue the certificates of the path. */

const AUTHORITIES = ["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"];
const PENDING = 'the certificate stays PENDING_VALIDATION; terraform prints "Still creating" until its timeout';

/** P15. */
export function validated({ certificate }: Use, path: TracedPath, report: Reporter): void {
  if (!isRequested(certificate, "DNS")) return;
  const { topology } = path;
  const own = validationRecords(topology).get(certificate.address) ?? [];
  for (const { record, domain } of own) inZoneOf(domain, record, report, path);
  const bases = [...new Set(certificate.names.items.map(withoutWildcard))];
  const missing = bases.filter((base) => !isValidated(base, own, topology));
  if (missing.length === 0) return;
  // Names in zones that the file does not have are validated somewhere else, as are all those of a certificate that the
  // file does not wait for.
  const here = missing.filter((base) => recordsOf(topology).zoneFor(base) !== undefined);
  if (here.length === 0 || (own.length === 0 && certificate.validations.length === 0)) {
    return report.assume({
      hop: "tls",
      address: certificate.address,
      text: `records that validate ${missing.join(", ")} are in DNS`,
    });
  }
  const hidden = unreadableRecord(topology);
  if (hidden !== undefined) {
    return report.open(
      "tls",
      new Unknown(
        hidden.address,
        "name",
        `known after apply, so that it may or may not be the record that validates ${here.join(", ")}`,
      ),
    );
  }
  report.fault({
    id: "P15",
    hop: "tls",
    address: certificate.address,
    attribute: "domain_validation_options",
    observed:
      own.length === 0
        ? "no validation record"
        : `validation records for ${own.map(({ domain }) => domain).join(", ")} only`,
    required: `a record for ${here.join(", ")}`,
    symptom: PENDING,
    fix: fix(
      `Add the validation record of ${here.join(", ")}.`,
      BY_NO_PROP,
      here.flatMap((name) => validationRecord(certificate, name, path)),
    ),
  });
}

/** Whether a record is for the name: of whichever certificate, as ACM asks for the same one for all of an account. */
function isValidated(base: string, own: readonly ValidationRecord[], topology: Topology): boolean {
  // One that is for a name that cannot be told may be for any of them.
  return own.some(({ domain }) => domain === undefined || domain === base) || validatedNames(topology).has(base);
}

const hiddenRecords = new WeakMap<Topology, { readonly record?: DnsRecord }>();

/** A record of which the file does not tell what it is for. */
function unreadableRecord(topology: Topology): DnsRecord | undefined {
  const found = hiddenRecords.get(topology) ?? {
    record: topology.records.find(
      (it) =>
        it.alias === undefined &&
        it.validates.length === 0 &&
        (isUnknown(it.name) || known(it.name)?.startsWith("${") === true),
    ),
  };
  hiddenRecords.set(topology, found);
  return found.record;
}

/** ACM looks for the record at the name itself, so that it must be in a public zone above the name. */
function inZoneOf(domain: string | undefined, record: DnsRecord, report: Reporter, { topology }: TracedPath): void {
  const zone = topology.byId.zone(record.zoneId);
  const name = known(zone?.name);
  const isOutside = domain !== undefined && name !== undefined && !isWithin(domain, name);
  if (zone === undefined || (!isOutside && zone.isPrivate !== true)) return;
  const right = domain === undefined ? undefined : recordsOf(topology).zoneFor(domain);
  report.fault({
    id: "P15",
    hop: "tls",
    address: record.address,
    attribute: "zone_id",
    observed: isOutside
      ? `the validation record of ${domain} is in the zone ${name}`
      : `the validation record of ${domain ?? "a name"} is in ${zone.address}, a private zone`,
    required: `a public zone that ${domain ?? "the name"} lies in`,
    symptom: PENDING,
    fix: fix(
      "Put the record into the public zone of its name.",
      "hostedZone: { name } or { id } is the zone of domainName",
      movedTo(right, record, zone),
    ),
  });
}

function movedTo(right: Zone | undefined, record: DnsRecord, wrong: Zone): Edit[] {
  if (right !== undefined) return [setting(record.address, "zone_id", symbol(right.address, "zone_id"))];
  if (wrong.isPrivate !== true) return [];
  return wrong.isData
    ? [setting(wrong.address, "private_zone", false), setting(wrong.address, "vpc_id", undefined)]
    : [setting(wrong.address, "vpc", undefined)];
}

/** The record that is missing for a name of a certificate; nothing where the file has no zone for it. */
export function validationRecord(certificate: Certificate, name: string, { topology, records }: TracedPath): Edit[] {
  const base = withoutWildcard(name);
  const [beside] = records;
  const zone = recordsOf(topology).zoneFor(base)?.address ?? topology.byId.zone(beside?.zoneId)?.address;
  if (
    zone === undefined ||
    (validationRecords(topology).get(certificate.address) ?? []).some(({ domain }) => domain === base)
  )
    return [];
  const listed = certificate.names.items.find((it) => withoutWildcard(it) === base) ?? name;
  const option = (attribute: string) =>
    `\${one([for o in ${certificate.address}.domain_validation_options : o.${attribute} if o.domain_name == ` +
    `"${listed}"])}`;
  return [
    {
      add: "aws_route53_record",
      name: `validation-${base.replaceAll(".", "-")}`,
      like: certificate.address,
      body: {
        zone_id: symbol(zone, "zone_id"),
        name: option("resource_record_name"),
        type: option("resource_record_type"),
        records: [option("resource_record_value")],
        ttl: 60,
        allow_overwrite: true,
      },
    },
  ];
}

/** P16. */
export function mailIsNotDns({ certificate }: Use, { topology }: TracedPath, report: Reporter): void {
  if (!isRequested(certificate, "EMAIL")) return;
  const [wired] = validationRecords(topology).get(certificate.address) ?? [];
  if (wired === undefined) return;
  report.fault({
    id: "P16",
    hop: "tls",
    address: certificate.address,
    attribute: "validation_method",
    observed: `EMAIL, and ${wired.record.address} is made of DNS validation options`,
    required: "DNS, as there are no such options with mail",
    symptom: '"Invalid for_each argument" or an invalid index; by mail, the certificate waits until somebody answers',
    fix: fix("Let the certificate be validated through DNS.", BY_NO_PROP, [
      setting(certificate.address, "validation_method", "DNS"),
    ]),
  });
}

/** P17. */
export function caaAllowsAmazon({ certificate }: Use, { topology }: TracedPath, report: Reporter): void {
  const records = caaRecords(topology);
  if (records.size === 0 || !isRequested(certificate, "DNS", "EMAIL")) return;
  for (const name of certificate.names.items) {
    // The nearest set of records counts alone.
    const nearest = ancestry(withoutWildcard(name))
      .map((above) => records.get(above))
      .find((it) => it !== undefined);
    for (const record of nearest ?? []) {
      const tag = refusedBy(record, name.startsWith("*."));
      if (isUnknown(tag)) report.open("tls", tag);
      if (tag === undefined || isUnknown(tag)) continue;
      report.fault({
        id: "P17",
        hop: "tls",
        address: record.address,
        attribute: "records",
        observed: `${record.values.items.join(", ")}: only these may issue for ${name}`,
        required: `0 ${tag} "amazon.com" among them`,
        symptom: "the certificate fails with CAA_ERROR",
        fix: fix("Let Amazon issue as well.", BY_NO_PROP, [
          setting(record.address, "records", [...record.values.items, `0 ${tag} "amazon.com"`]),
        ]),
      });
    }
  }
}

/** The tag under which Amazon is missing. */
function refusedBy({ values }: DnsRecord, isWildcard: boolean): string | Unknown | undefined {
  const properties = values.items.map((value) => {
    // Such as `0 issue "letsencrypt.org; accounturi=…"`.
    const [, tag = "", ...rest] = value.trim().split(/\s+/);
    return {
      tag: tag.toLowerCase(),
      authority: (rest.join(" ").replaceAll('"', "").split(";")[0] ?? "").trim().toLowerCase(),
    };
  });
  const tag = isWildcard && properties.some((it) => it.tag === "issuewild") ? "issuewild" : "issue";
  const asked = properties.filter((it) => it.tag === tag);
  if (asked.some(({ authority }) => AUTHORITIES.includes(authority))) return undefined;
  return values.open ?? (asked.length > 0 ? tag : undefined);
}

/** Whether this file has ACM issue it. */
function isRequested(
  certificate: Certificate | undefined,
  ...methods: readonly ("DNS" | "EMAIL")[]
): certificate is Certificate {
  return (
    certificate !== undefined && !certificate.isData && methods.some((it) => it === known(certificate.validationMethod))
  );
}

interface ValidationRecord {
  readonly record: DnsRecord;
  /** Absent where it cannot be told. */
  readonly domain?: string;
}

const madeRecords = new WeakMap<Topology, ReadonlyMap<string, readonly ValidationRecord[]>>();

/** By the certificate's address. */
function validationRecords(topology: Topology): ReadonlyMap<string, readonly ValidationRecord[]> {
  const found = madeRecords.get(topology);
  if (found !== undefined) return found;
  const made = new Map<string, ValidationRecord[]>();
  for (const record of topology.records) {
    for (const { certificate, domain } of record.validates) {
      const name = known(domain);
      const entry = { record, ...(name !== undefined && { domain: withoutWildcard(name) }) };
      addTo(made, certificate, entry);
    }
  }
  madeRecords.set(topology, made);
  return made;
}

const madeNames = new WeakMap<Topology, ReadonlySet<string>>();

/** All names that a record of the file may be for. */
function validatedNames(topology: Topology): ReadonlySet<string> {
  const found = madeNames.get(topology);
  if (found !== undefined) return found;
  const namesOf = new Map(
    topology.certificates.map(({ address, names }) => [address, names.items.map(withoutWildcard)]),
  );
  const made = new Set(
    [...validationRecords(topology)].flatMap(([certificate, records]) =>
      records.flatMap(({ domain }) => (domain === undefined ? (namesOf.get(certificate) ?? []) : [domain])),
    ),
  );
  madeNames.set(topology, made);
  return made;
}

const madeCaa = new WeakMap<Topology, ReadonlyMap<string, readonly DnsRecord[]>>();

/** CAA records that the world can see, by their names. */
function caaRecords(topology: Topology): ReadonlyMap<string, readonly DnsRecord[]> {
  const found = madeCaa.get(topology);
  if (found !== undefined) return found;
  const made = new Map<string, DnsRecord[]>();
  for (const record of topology.records) {
    const name = known(record.fqdn);
    if (
      known(record.type)?.toUpperCase() !== "CAA" ||
      name === undefined ||
      topology.byId.zone(record.zoneId)?.isPrivate === true
    )
      continue;
    addTo(made, name, record);
  }
  madeCaa.set(topology, made);
  return made;
}
