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
  title: "a certificate name has no validation record in its public hosted zone",
  certainty: ["certain"],
  why:
    "ACM issues a certificate only after it finds a specific CNAME record in public DNS for each of the " +
    "certificate's names. If a record is missing, or is in a private zone or in the zone of another name, the " +
    "certificate stays PENDING_VALIDATION and fails after 72 hours. Terraform times out after 75 minutes.",
  symptom: 'the certificate stays PENDING_VALIDATION; terraform prints "Still creating" until its timeout',
  symptoms: ["pending"],
  source: "https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html",
  needs: ["whole configuration"],
  review: { effect: "fails if created" },
  check: { path: (path, report) => onPath(path).forEach((reportTo) => reportTo(report)) },
};

type Reported = (report: Reporter) => void;

const onPath = ofEachCertificate(({ certificate }: Use, path: TracedPath): Reported[] => {
  if (!isRequested(certificate, "DNS")) return [];
  const misplaced = validationRecordsOf(certificate, path.topology).flatMap((it) => outsideItsZone(it, path) ?? []);
  return [
    ...misplaced.map(
      (it): Reported =>
        (report) =>
          report.finding(it),
    ),
    ...ofMissing(certificate, path),
  ];
});

function ofMissing(certificate: Certificate, path: TracedPath): Reported[] {
  const { topology } = path;
  const missing = unvalidatedNames(certificate, topology);
  if (missing.length === 0) return [];
  // Names in zones outside the file are validated elsewhere. So are all names of a certificate that the file does not
  // wait for.
  const here = missing.filter((base) => analyse(topology).records.zoneFor(base) !== undefined);
  const own = validationRecordsOf(certificate, topology);
  if (here.length === 0 || (own.length === 0 && certificate.validations.length === 0)) {
    const text = `the validation records for ${missing.join(", ")} exist in DNS`;
    return [(report) => report.assume({ hop: "tls", address: certificate.address, text })];
  }
  const open = mayBeFor(here, topology);
  if (open !== undefined) return [(report) => report.open("tls", open)];
  const finding = noRecord(certificate, here, own, path);
  return [(report) => report.finding(finding)];
}

/** A record whose purpose cannot be determined from the file. */
function mayBeFor(names: readonly string[], topology: Topology): Unknown | undefined {
  const record = analyse(topology).firstUnreadableValidation;
  return record === undefined
    ? undefined
    : new Unknown(
        record.address,
        "name",
        `known after apply, so it may or may not be the validation record for ${names.join(", ")}`,
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
    required: `a validation record for ${shown}`,
    symptom: P15.symptom,
    fix: fix(
      `Add the validation record for ${shown}.`,
      BY_NO_PROP,
      names.flatMap((name) => validationRecord(certificate, name, topology, records[0])),
    ),
  };
}

/** ACM queries public DNS for the record, so it must be in a public zone that contains the name. */
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
      ? `the validation record for ${domain} is in the zone ${name}`
      : `the validation record for ${domain ?? "a name"} is in the private zone ${zone.address}`,
    required: `a record in a public zone that contains ${domain ?? "the name"}`,
    symptom: P15.symptom,
    fix: fix(
      "Move the record to the public zone of its name.",
      "hostedZone: { name } or { id } selects the zone of domainName",
      right === undefined && zone.isPrivate !== true ? [] : intoPublicZone(record, zone, right),
    ),
  };
}
