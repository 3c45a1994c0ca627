import { withoutWildcard } from "../../../topology/domain-names";
import { addTo } from "../../../topology/lists";
import type { Certificate, DnsRecord, Topology } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";
import { once } from "../once";

/* The records by which ACM sees that a certificate's names are the account's own. */

export interface ValidationRecord {
  readonly record: DnsRecord;
  /** Absent where it cannot be determined. */
  readonly domain?: string;
}

/** Those that are made of a certificate's validation options. */
export function validationRecordsOf({ address }: Certificate, topology: Topology): readonly ValidationRecord[] {
  return byCertificate(topology).get(address) ?? [];
}

/** By the certificate's address. */
const byCertificate = once(({ records }: Topology): ReadonlyMap<string, readonly ValidationRecord[]> => {
  const found = new Map<string, ValidationRecord[]>();
  for (const record of records) {
    for (const { certificate, domain } of record.validates) {
      const name = known(domain);
      addTo(found, certificate, { record, ...(name !== undefined && { domain: withoutWildcard(name) }) });
    }
  }
  return found;
});

/** Names of a certificate, without wildcards, for which the file has no validation record. */
export function unvalidatedNames(certificate: Certificate, topology: Topology): string[] {
  const own = validationRecordsOf(certificate, topology);
  // One that is for a name that cannot be determined may be for any of them.
  if (own.some(({ domain }) => domain === undefined)) return [];
  // ACM asks for one and the same record for a name, whichever of the account's certificates it is for.
  const validated = validatedNames(topology);
  return [...new Set(certificate.names.items.map(withoutWildcard))].filter((base) => !validated.has(base));
}

/** All names that a record of the file may be for. */
const validatedNames = once((topology: Topology): ReadonlySet<string> => {
  const namesOf = new Map(
    topology.certificates.map(({ address, names }) => [address, names.items.map(withoutWildcard)]),
  );
  return new Set(
    [...byCertificate(topology)].flatMap(([certificate, records]) =>
      records.flatMap(({ domain }) => (domain === undefined ? (namesOf.get(certificate) ?? []) : [domain])),
    ),
  );
});

/** The first record of which the file does not tell what it is for. */
export const firstUnreadableValidation = once(({ records }: Topology): DnsRecord | undefined =>
  records.find(
    ({ alias, validates, name }) =>
      alias === undefined && validates.length === 0 && (isUnknown(name) || known(name)?.startsWith("${") === true),
  ),
);
