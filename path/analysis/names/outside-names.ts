import { plainText } from "../../../topology/dns";
import { isWithin } from "../../../topology/domain-names";
import type { Balancer, DnsRecord } from "../../../topology/model";
import { known } from "../../../topology/value";
import { once } from "../once";
import type { TracedPath } from "../requests/traced-path";
import { isMadeFor } from "./balancer-names";
import { recordsOf } from "./record-targets";

/** A record whose name as written is not in its zone, so it becomes a name within the zone. */
export interface OutsideName {
  readonly record: DnsRecord;
  readonly balancer: Balancer;
  /** As it was written. */
  readonly name: string;
  readonly zone: string;
  /** It ends with the zone's name, but without a dot before it. */
  readonly isGlued: boolean;
  /**
   * Something else in the file uses exactly this name. Otherwise it may be a name within the zone that looks like a
   * fully qualified one.
   */
  readonly isCertain: boolean;
}

/** Whether the path's name is unintended, so no certificate needs to cover it. */
export function isByMistake(path: TracedPath): boolean {
  const certain = new Set(outsideNamesOn(path).flatMap((it) => (it.isCertain ? [it.record] : [])));
  return path.records.length > 0 && path.records.every((record) => certain.has(record));
}

/** For the records with the path's name, and for those that were written with it. */
export const outsideNamesOn = once((path: TracedPath): readonly OutsideName[] => {
  const { written } = recordsOf(path.topology);
  return [...new Set([...path.records, ...written(path.host)])].flatMap((record) => outsideName(record, path) ?? []);
});

function outsideName(record: DnsRecord, { topology, host }: TracedPath): OutsideName | undefined {
  const records = recordsOf(topology);
  const written = known(record.name);
  const zone = known(topology.byId.zone(record.zoneId)?.name);
  const balancer = records.balancerOf(record);
  if (written === undefined || zone === undefined || balancer === undefined) return undefined;
  const name = plainText(written);
  // `api.v1` is a name within the zone that only omits the zone's name.
  if (isWithin(name, zone) || !name.includes(".")) return undefined;
  const isGlued = name.endsWith(zone);
  const isCertain =
    isGlued ||
    written.endsWith(".") ||
    host === name ||
    records.zoneFor(name) !== undefined ||
    isMadeFor(balancer, name, topology);
  return isCertain || /\.(com|net|org)$/.test(name) ? { record, balancer, name, zone, isGlued, isCertain } : undefined;
}
