import { isWithin } from "../../../topology/domain-names";
import type { Certificate, Topology } from "../../../topology/model";
import { known, Unknown } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { isRequested } from "../../analysis/certificates/certificates";
import { ofEachCertificate } from "../../analysis/certificates/each-certificate";
import type { Use } from "../../analysis/certificates/picked-certificates";
import {
  unvalidatedNames,
  type ValidationRecord,
  validationRecordsOf,
} from "../../analysis/certificates/validation-records";

import type { TracedPath } from "../../analysis/requests/traced-path";
import { validationRecord } from "../../fixes/certificate-repairs";
import { fix } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import { intoPublicZone } from "../../fixes/zone-repairs";
import type { FindingDetails, Reporter, Rule } from "../rule";

export const P15: Rule = {
  id: "P15",
  hop: "tls",
  title: "a name of the certificate has no validation record where it is looked for",
  certainty: ["certain"],
  why:
    "ACM issues a certificate only after it has found a CNAME record of its own choice for each of its names, in " +
    "public DNS. Without one of them, or with one in a private zone or in that of another name, the certificate " +
    "stays PENDING_VALIDATION and fails after 72 hours; terraform gives up after 75 minutes.",
  symptom: 'the certificate stays PENDING_VALIDATION; terraform prints "Still creating" until its timeout',
  symptoms: ["pending"],
  source: "https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html",
  needs: ["whole configuration"],
  review: { effect: "fails if created" },
  check: { path: (path, report) => onPath(path).forEach((tell) => tell(report)) },
};

type Told = (report: Reporter) => void;

const onPath = ofEachCertificate(({ certificate }: Use, path: TracedPath): Told[] => {
  if (!isRequested(certificate, "DNS")) return [];
  const misplaced = validationRecordsOf(certificate, path.topology).flatMap((it) => outsideItsZone(it, path) ?? []);
  return [
    ...misplaced.map(
      (it): Told =>
        (report) =>
          report.finding(it),
    ),
    ...ofMissing(certificate, path),
  ];
});

function ofMissing(certificate: Certificate, path: TracedPath): Told[] {
  const { topology } = path;
  const missing = unvalidatedNames(certificate, topology);
  if (missing.length === 0) return [];
  // Names in zones that the file does not have are validated somewhere else, as are all those of a certificate that the
  // file does not wait for.
  const here = missing.filter((base) => analyse(topology).records.zoneFor(base) !== undefined);
  const own = validationRecordsOf(certificate, topology);
  if (here.length === 0 || (own.length === 0 && certificate.validations.length === 0)) {
    const text = `records that validate ${missing.join(", ")} are in DNS`;
    return [(report) => report.assume({ hop: "tls", address: certificate.address, text })];
  }
  const open = mayBeFor(here, topology);
  if (open !== undefined) return [(report) => report.open("tls", open)];
  const finding = noRecord(certificate, here, own, path);
  return [(report) => report.finding(finding)];
}

/** A record of which the file does not tell what it is for. */
function mayBeFor(names: readonly string[], topology: Topology): Unknown | undefined {
  const record = analyse(topology).firstUnreadableValidation;
  return record === undefined
    ? undefined
    : new Unknown(
        record.address,
        "name",
        `known after apply, so that it may or may not be the record that validates ${names.join(", ")}`,
      );
}

function noRecord(
  certificate: Certificate,
  names: readonly string[],
  own: readonly ValidationRecord[],
  { topology, records }: TracedPath,
): FindingDetails {
  const shown = names.join(", ");
  return {
    address: certificate.address,
    attribute: "domain_validation_options",
    observed:
      own.length === 0
        ? "no validation record"
        : `validation records for ${own.map(({ domain }) => domain).join(", ")} only`,
    required: `a record for ${shown}`,
    symptom: P15.symptom,
    fix: fix(
      `Add the validation record of ${shown}.`,
      BY_NO_PROP,
      names.flatMap((name) => validationRecord(certificate, name, topology, records[0])),
    ),
  };
}

/** ACM looks for the record at the name itself, so that it must be in a public zone above the name. */
function outsideItsZone({ domain, record }: ValidationRecord, { topology }: TracedPath): FindingDetails | undefined {
  const zone = topology.byId.zone(record.zoneId);
  const name = known(zone?.name);
  const isOutside = domain !== undefined && name !== undefined && !isWithin(domain, name);
  if (zone === undefined || (!isOutside && zone.isPrivate !== true)) return undefined;
  const right = domain === undefined ? undefined : analyse(topology).records.zoneFor(domain);
  return {
    address: record.address,
    attribute: "zone_id",
    observed: isOutside
      ? `the validation record of ${domain} is in the zone ${name}`
      : `the validation record of ${domain ?? "a name"} is in ${zone.address}, a private zone`,
    required: `a public zone that ${domain ?? "the name"} lies in`,
    symptom: P15.symptom,
    fix: fix(
      "Put the record into the public zone of its name.",
      "hostedZone: { name } or { id } is the zone of domainName",
      right === undefined && zone.isPrivate !== true ? [] : intoPublicZone(record, zone, right),
    ),
  };
}
