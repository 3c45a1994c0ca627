import { withoutWildcard } from "../../topology/domain-names";
import type { Certificate, DnsRecord, Topology } from "../../topology/model";
import { symbol } from "../../topology/symbols";
import { known } from "../../topology/value";
import { analyse } from "../analysis/analysis";
import type { UncoveredNames } from "../analysis/certificates/uncovered-names";
import { validationRecordsOf } from "../analysis/certificates/validation-records";

import { once } from "../analysis/once";
import type { Edit, Fix } from "../report";
import { fix, setting } from "./fix";
import { replacing } from "./shared-wording";

/** One fix that adds all of the names to a certificate. */
export const addingNames = once(({ names, all, shown, certificate, topology, nextTo }: UncoveredNames): Fix => {
  // The list is set as a whole, so it contains all missing names, whichever finding is fixed first.
  const [, ...others] = new Set([...certificate.names.items, ...all]);
  const records =
    known(certificate.validationMethod) === "DNS"
      ? names.flatMap((name) => validationRecord(certificate, name, topology, nextTo))
      : [];
  return fix(
    `Add ${shown} to the certificate's names. ${replacing(certificate.address)}`,
    `alternativeNames: ${JSON.stringify(names)}`,
    [setting(certificate.address, "subject_alternative_names", others), ...records],
  );
});

/**
 * The missing validation record for a certificate name; none if the file has no zone for it.
 *
 * @param nextTo a record whose zone is used if the file does not contain the name's zone
 */
export function validationRecord(
  certificate: Certificate,
  name: string,
  topology: Topology,
  nextTo: DnsRecord | undefined,
): Edit[] {
  const base = withoutWildcard(name);
  const zone = analyse(topology).records.zoneFor(base)?.address ?? topology.byId.zone(nextTo?.zoneId)?.address;
  const isThere = validationRecordsOf(certificate, topology).some(({ domain }) => domain === base);
  if (zone === undefined || isThere) return [];
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
