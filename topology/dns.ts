import { withoutWildcard } from "./domain-names";
import * as expected from "./expected";
import { Deferred, type Expected } from "./fields";
import { listOf, objectOf, own, textOf } from "./json";
import { addTo } from "./lists";
import type { Certificate, DnsRecord, Zone } from "./model";
import { partOf } from "./part";
import { routingOf } from "./routing-policies";
import type { Resource, Source } from "./source";
import { isSymbolic } from "./symbols";
import { type Attr, known, Unknown } from "./value";

export function zonesOf(source: Source): Zone[] {
  return source.ofType("aws_route53_zone", "data.aws_route53_zone").map((it): Zone => {
    const associations = it.fields.blocks("vpc");
    return {
      ...partOf(it),
      id: it.identity("id"),
      name: plainName(it.fields.text("name")),
      isPrivate: it.isData
        ? (it.fields.flag("private_zone") ?? false)
        : associations.items.length > 0
          ? true
          : (associations.open ?? false),
      vpcIds: {
        items: associations.items.flatMap((block) => known(block.text("vpc_id", expected.VPC)) ?? []),
        ...(associations.open !== undefined && { open: associations.open }),
      },
      nameServers: it.fields.list("name_servers"),
    };
  });
}

export function recordsOf(source: Source, zones: readonly Zone[], certificates: readonly Certificate[]): DnsRecord[] {
  const zoneOf = new Map(zones.map((zone) => [zone.id, zone]));
  const validations = validationsOf(source);
  const byAddress = new Map(certificates.map((it) => [it.address, it]));
  const byBase = addressesByBase(certificates);
  const awaited = awaitedRecords(source, certificates);
  return source.ofType("aws_route53_record").map((it): DnsRecord => {
    const zoneId = it.fields.text("zone_id", expected.ZONE);
    const name = it.fields.text("name");
    const alias = it.fields.block("alias");
    const fqdn = fqdnOf(it, name, typeof zoneId === "string" ? zoneOf.get(zoneId) : undefined);
    const routing = routingOf(it.fields);
    const setIdentifier = it.fields.text("set_identifier");
    return {
      ...partOf(it),
      zoneId,
      name,
      fqdn,
      type: it.fields.text("type"),
      ...(alias !== undefined && {
        alias: {
          name: plainName(alias.text("name", expected.BALANCER_NAME)),
          zoneId: alias.text("zone_id", expected.BALANCER_ZONE),
          evaluateTargetHealth: alias.flag("evaluate_target_health"),
        },
      }),
      values: it.fields.list("records"),
      ttl: it.fields.number("ttl"),
      ...(routing !== undefined && { routing }),
      ...(routing === "weighted" && { weight: it.fields.block("weighted_routing_policy")?.number("weight") }),
      ...(setIdentifier !== undefined && setIdentifier !== "" && { setIdentifier }),
      validates: alias === undefined ? validatedBy(it, name, fqdn, validations, byAddress, byBase, awaited) : [],
    };
  });
}

/**
 * Names whose answering record a plan destroys. For IPv6, and for one record of a set, others may be elsewhere.
 */
export function goneNamesOf(document: unknown): ReadonlySet<string> {
  const changes = listOf(own(document, "resource_changes")).filter(
    (it) => own(it, "type") === "aws_route53_record" && own(it, "mode") !== "data",
  );
  return new Set(
    changes.flatMap((it) => {
      const change = own(it, "change");
      const [name, type, set] = ["fqdn", "type", "set_identifier"].map((key) =>
        textOf(own(own(change, "before"), key)),
      );
      return name !== undefined &&
        name !== "" &&
        /^(a|cname)$/i.test(type ?? "") &&
        (set ?? "") === "" &&
        listOf(own(change, "actions")).includes("delete")
        ? [plainText(name)]
        : [];
    }),
  );
}

/** Route 53 appends the zone's name to a name that does not end with it. */
function fqdnOf(resource: Resource, name: Attr<string>, zone: Zone | undefined): Attr<string> {
  const given = plainName(resource.fields.text("fqdn"));
  // A state written before a refresh has none.
  if (typeof given === "string" && given !== "") return given;
  const plain = plainName(name);
  if (plain instanceof Unknown) return plain;
  const zoneName = zone?.name;
  if (typeof zoneName !== "string")
    return plain?.includes(".") === true
      ? plain
      : new Unknown(resource.address, "zone_id", "the zone's name is not in the file");
  if (plain === undefined || plain === "" || plain === "@") return zoneName;
  return plain === zoneName || plain.endsWith(`.${zoneName}`) ? plain : `${plain}.${zoneName}`;
}

/** Known names of validation records, with their certificate and domain. */
function validationsOf(source: Source): ReadonlyMap<string, readonly { certificate: string; domain: string }[]> {
  const found = new Map<string, { certificate: string; domain: string }[]>();
  for (const certificate of source.ofType("aws_acm_certificate")) {
    const options = certificate.fields.raw("domain_validation_options");
    for (const option of Array.isArray(options) ? options : []) {
      const name = textOf(own(objectOf(option), "resource_record_name"));
      const domain = textOf(own(objectOf(option), "domain_name"));
      if (name !== undefined && domain !== undefined)
        found.set(plainText(name), [
          ...(found.get(plainText(name)) ?? []),
          { certificate: certificate.address, domain: plainText(domain) },
        ]);
    }
  }
  return found;
}

const FQDN: Expected = { types: ["aws_route53_record"], attribute: "fqdn", literal: /./ };

/**
 * Certificates by the records that their validation waits for, which shows the purpose of a record with an unknown
 * name.
 */
function awaitedRecords(source: Source, certificates: readonly Certificate[]): ReadonlyMap<string, readonly string[]> {
  const byArn = new Map(certificates.map(({ arn, address }) => [arn, address]));
  const found = new Map<string, string[]>();
  for (const { fields } of source.ofType("aws_acm_certificate_validation")) {
    const certificate = byArn.get(fields.text("certificate_arn", expected.CERTIFICATE));
    if (certificate !== undefined)
      for (const record of fields.through("validation_record_fqdns", FQDN))
        found.set(record, [...(found.get(record) ?? []), certificate]);
  }
  return found;
}

function validatedBy(
  record: Resource,
  name: Attr<string>,
  fqdn: Attr<string>,
  validations: ReturnType<typeof validationsOf>,
  certificates: ReadonlyMap<string, Certificate>,
  byBase: ReadonlyMap<string, readonly string[]>,
  awaited: ReadonlyMap<string, readonly string[]>,
): DnsRecord["validates"] {
  if (typeof name === "string" && !isSymbolic(name)) {
    return validations.get(plainText(name)) ?? standing(record, fqdn, byBase);
  }
  const through = [...record.fields.through("name"), ...record.fields.through("records")];
  const key = /\["((?:[^"\\]|\\.)*)"\]$/.exec(record.address)?.[1];
  const named = [...new Set(through.filter((address) => certificates.has(address)))];
  const led = named.length > 0 ? named : (awaited.get(record.address) ?? []);
  // One block can create the records of several certificates, each with its own key.
  const keyed = led.filter(
    (address) => key !== undefined && certificates.get(address)?.names.items.includes(key.toLowerCase()),
  );
  if (led.length > 1 && keyed.length === 0)
    return led.map((certificate) => ({
      certificate,
      domain: new Unknown(record.address, "name", "known after apply"),
    }));
  const certificate = keyed[0] ?? led[0];
  if (certificate === undefined) return [];
  const names = certificates.get(certificate)?.names.items ?? [];
  const byKey = key === undefined ? undefined : names.find((it) => it === key.toLowerCase());
  const raw = record.fields.raw("name");
  const [, byText] = (raw instanceof Deferred ? /domain_name\s*==\s*\\?"([^"\\]+)/.exec(raw.text ?? "") : null) ?? [];
  // A wildcard and the name below it share one record.
  const bases = new Set(names.map(withoutWildcard));
  const [only] = bases.size === 1 ? bases : [];
  return [
    {
      certificate,
      domain: byKey ?? byText?.toLowerCase() ?? only ?? new Unknown(record.address, "name", "known after apply"),
    },
  ];
}

/** Certificates by their names, a wildcard's below its asterisk. */
function addressesByBase(certificates: readonly Certificate[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { address, names } of certificates) {
    for (const base of new Set(names.items.map(withoutWildcard))) {
      addTo(found, base, address);
    }
  }
  return found;
}

/**
 * The record that validates a name is the same for all certificates of an account, including future ones.
 */
function standing(
  record: Resource,
  fqdn: Attr<string>,
  byBase: ReadonlyMap<string, readonly string[]>,
): DnsRecord["validates"] {
  const [, domain] = typeof fqdn === "string" ? (/^_[0-9a-f]{32}\.(.+)$/.exec(fqdn) ?? []) : [];
  if (
    domain === undefined ||
    !record.fields.list("records").items.some((value) => /\.acm-validations\.aws\.?$/.test(value))
  )
    return [];
  return (byBase.get(domain) ?? []).map((certificate) => ({ certificate, domain }));
}

/** Normalized for comparison: `Example.COM.` is `example.com`. Route 53 writes an asterisk as `\052`. */
export function plainName(name: Attr<string>): Attr<string> {
  return typeof name === "string" ? (name.includes("${") ? name.replace(/\.$/, "") : plainText(name)) : name;
}

export function plainText(name: string): string {
  return name
    .toLowerCase()
    .replace(/\.$/, "")
    .replace(/^\\052\./, "*.");
}
