import { withoutWildcard } from "../../../topology/domain-names";
import { addTo } from "../../../topology/lists";
import type { Certificate, DnsRecord, Topology } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";
import { once } from "../once";

/* The records that prove to ACM that the account controls a certificate's names. */

export interface ValidationRecord {
  readonly record: DnsRecord;
  /** Absent if it cannot be determined. */
  readonly domain?: string;
}

/** Records that are created from a certificate's validation options. */
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

/** Names of a certificate, without `*.`, that have no validation record in the file. */
export function unvalidatedNames(certificate: Certificate, topology: Topology): string[] {
  const own = validationRecordsOf(certificate, topology);
  // A record for an unknown name may be for any of them.
  if (own.some(({ domain }) => domain === undefined)) return [];
  // ACM requires the same record for a name in all certificates of the account.
  const validated = validatedNames(topology);
  return [...new Set(certificate.names.items.map(withoutWildcard))].filter((base) => !validated.has(base));
}

/** All names that a record in the file may validate. */
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

/** The first record whose purpose cannot be determined from the file. */
export const firstUnreadableValidation = once(({ records }: Topology): DnsRecord | undefined =>
  records.find(
    ({ alias, validates, name }) =>
      alias === undefined && validates.length === 0 && (isUnknown(name) || known(name)?.startsWith("${") === true),
  ),
);
