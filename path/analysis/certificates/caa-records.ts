import { withoutWildcard } from "../../../topology/domain-names";
import { addTo } from "../../../topology/lists";
import type { DnsRecord, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { ancestry } from "../names/domain-names";
import { isPrivate } from "../names/record-names";
import { once } from "../once";

/** The CAA records that apply to a certificate name: those of the closest name, itself or a parent, that has any. */
export function caaRecordsFor(name: string, topology: Topology): readonly DnsRecord[] {
  const records = caaRecords(topology);
  if (records.size === 0) return [];
  const nearest = ancestry(withoutWildcard(name)).find((above) => records.has(above));
  return nearest === undefined ? [] : (records.get(nearest) ?? []);
}

/** Public CAA records by name. */
const caaRecords = once((topology: Topology): ReadonlyMap<string, readonly DnsRecord[]> => {
  const found = new Map<string, DnsRecord[]>();
  for (const record of topology.records) {
    const name = known(record.fqdn);
    const isCaa = known(record.type)?.toUpperCase() === "CAA";
    if (isCaa && name !== undefined && !isPrivate(record, topology)) addTo(found, name, record);
  }
  return found;
});
