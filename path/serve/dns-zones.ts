import { isWithin } from "../../topology/domain-names";
import { addTo } from "../../topology/lists";
import type { DnsRecord, Topology, Zone } from "../../topology/model";
import { isUnknown, known } from "../../topology/value";
import { ancestry } from "../analysis/names/domain-names";
import { isPrivate, nameOf } from "../analysis/names/record-names";
import { recordsOf } from "../analysis/names/record-targets";
import { once } from "../analysis/once";
import type { ClientPlace } from "./dns-balancers";

/* Which zone answers for a name, and what it contains for it. */

/** What a client's resolver finds for a name. */
export interface Found {
  /** The zone that answers; absent: it is not in the file. */
  readonly zone: Zone | undefined;
  /** The name's own records of any type, or those of the wildcard that matches it. */
  readonly records: readonly DnsRecord[];
  /** Whether the name exists, with or without records. */
  readonly exists: boolean;
  /** The record that delegates the name to a zone that is not in the file. */
  readonly delegatedBy: DnsRecord | undefined;
}

/** @param name lower case, without a trailing dot */
export function findName(name: string, type: string, from: ClientPlace, topology: Topology): Found {
  // The parent zone has the DS records of a zone.
  const zone = zoneOf(type === "DS" ? name.slice(name.indexOf(".") + 1) : name, from, topology);
  const content = contentsIn(topology).get(keyOf(zone));
  const apex = known(zone?.name) ?? "";
  const above = ancestry(name).filter((it) => it !== apex && isWithin(it, apex));
  const delegatedBy = above
    .filter((it) => it !== name || (type !== "NS" && type !== "DS"))
    .flatMap((it) => content?.byName.get(it) ?? [])
    .find((it) => known(it.type)?.toUpperCase() === "NS");
  const own = content?.byName.get(name);
  const exists = name === apex || content?.existing.has(name) === true;
  return { zone, records: own ?? (exists ? [] : wildcardFor(name, content)), exists, delegatedBy };
}

/** The zone of the file that the client's resolver asks. */
function zoneOf(name: string, from: ClientPlace, topology: Topology): Zone | undefined {
  // The VPC's resolver asks a private zone whenever one contains the name, even if it has no record for it:
  // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html
  return (from === "vpc" ? privateZoneFor(name, topology) : undefined) ?? recordsOf(topology).zoneFor(name);
}

/** The closest private zone in the file that contains a name. */
export function privateZoneFor(name: string, topology: Topology): Zone | undefined {
  const zones = privateZonesIn(topology);
  return ancestry(name)
    .map((it) => zones.get(it))
    .find((it) => it !== undefined);
}

const privateZonesIn = once(
  ({ zones }: Topology): ReadonlyMap<string, Zone> =>
    new Map(zones.flatMap((zone) => (zone.isPrivate === true ? [[known(zone.name) ?? "", zone] as const] : []))),
);

/** The first zone that may contain the name: its own name, or whether it is private, is not known. */
export function openZoneFor(name: string, { zones }: Topology): Zone | undefined {
  return zones.find((zone) => {
    const own = known(zone.name);
    const isOpen = own === undefined || own.includes("${");
    return isOpen || (isUnknown(zone.isPrivate) && isWithin(name, own));
  });
}

interface Content {
  readonly byName: Map<string, DnsRecord[]>;
  /** The names of records and all those above them, because these exist even without a record (RFC 4592). */
  readonly existing: Set<string>;
}

const contentsIn = once((topology: Topology): ReadonlyMap<string, Content> => {
  const found = new Map<string, Content>();
  for (const record of topology.records) {
    const name = nameOf(known(record.fqdn) ?? "");
    if (name === "" || name.includes("${")) continue;
    // A record whose zone is not in the file is in the closest one that is, if any.
    const zone = topology.byId.zone(record.zoneId) ?? recordsOf(topology).zoneFor(name);
    const key = keyOf(zone, isPrivate(record, topology));
    const content = found.get(key) ?? { byName: new Map(), existing: new Set() };
    found.set(key, content);
    addTo(content.byName, name, record);
    for (const it of ancestry(name)) content.existing.add(it);
  }
  return found;
});

/** Zones with the same name are one: only one of them can be delegated to. */
function keyOf(zone: Zone | undefined, isHidden = zone?.isPrivate === true): string {
  return `${isHidden ? "private" : "public"} ${known(zone?.name) ?? ""}`;
}

/** A wildcard does not match names that exist, nor names below them. */
function wildcardFor(name: string, content: Content | undefined): readonly DnsRecord[] {
  const [, ...above] = ancestry(name);
  const encloser = above.find((it) => content?.existing.has(it));
  return content?.byName.get(`*.${encloser}`) ?? [];
}
