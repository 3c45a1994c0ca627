import { plainText } from "../../../topology/dns";
import { isWithin } from "../../../topology/domain-names";
import type { Balancer, DnsRecord } from "../../../topology/model";
import { known } from "../../../topology/value";
import { once } from "../once";
import type { TracedPath } from "../requests/traced-path";
import { isMadeFor } from "./balancer-names";
import { recordsOf } from "./record-targets";

/** A record whose written name is not in its zone, so that it becomes a name within the zone. */
export interface OutsideName {
  readonly record: DnsRecord;
  readonly balancer: Balancer;
  /** As it was written. */
  readonly name: string;
  readonly zone: string;
  /** It ends in the zone's name, but the dot is missing. */
  readonly isGlued: boolean;
  /**
   * Something else in the file is for this very name. Otherwise it may be a name within the zone that looks like a
   * whole one.
   */
  readonly isCertain: boolean;
}

/** Whether the path's name is one that nobody meant, so that a certificate need not be good for it. */
export function isByMistake(path: TracedPath): boolean {
  const certain = new Set(outsideNamesOn(path).flatMap((it) => (it.isCertain ? [it.record] : [])));
  return path.records.length > 0 && path.records.every((record) => certain.has(record));
}

/** Of the records of the path's name, and of those that were written with it. */
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
  // `api.v1` is a name within the zone that only leaves the zone's name out.
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
