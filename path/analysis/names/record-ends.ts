import { isWithin } from "../../../topology/domain-names";
import type { DnsRecord, Topology, Zone } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";
import { once } from "../once";
import { ancestry } from "./domain-names";
import { chainsOf } from "./record-chains";
import { isPrivate, mayServe } from "./record-names";
import { recordsOf } from "./record-targets";

/* Records that do not resolve: they point to a name that does not exist, or back to themselves. */

/** A name without a record in the file, although the file contains its zone. */
export interface LooseEnd {
  readonly record: DnsRecord;
  readonly name: string;
  /** Absent: it is not a fully qualified name, or its record is destroyed. */
  readonly zone?: Zone;
  /** Whether the plan destroys the record that it points to. */
  readonly isGone: boolean;
  /** Whether the name cannot have a record elsewhere. */
  readonly isCertain: boolean;
}

/** The names that a record points to, directly or through other records in the file, and that do not resolve. */
export function looseEndsOf(record: DnsRecord, topology: Topology): readonly LooseEnd[] {
  return looseEndsIn(topology)(record);
}

const looseEndsIn = once((topology: Topology) =>
  once((first: DnsRecord): readonly LooseEnd[] =>
    chainsOf(topology)
      .of(first)
      .ends.flatMap(({ record, name }) => looseEnd(record, name, topology) ?? []),
  ),
);

/** Whether every query for the record's name fails. */
export function isLost(record: DnsRecord, topology: Topology): boolean {
  const chain = chainsOf(topology).of(record);
  return (
    chain.isCircle || (chain.balancers.length === 0 && looseEndsOf(record, topology).some(({ isCertain }) => isCertain))
  );
}

/** Whether the record points to a name whose record the plan destroys. */
export function leadsToGone(record: DnsRecord, topology: Topology): boolean {
  return looseEndsOf(record, topology).some(({ isGone }) => isGone);
}

function looseEnd(record: DnsRecord, name: string, topology: Topology): LooseEnd | undefined {
  if (name === "" || name.includes("${")) return undefined;
  if (isGone(name, topology)) return { record, name, isGone: true, isCertain: true };
  if (isPrivate(record, topology) || topology.isPartial === true) return undefined;
  // Route 53 appends the zone's name only to a record's own name, never to its values.
  if (!name.includes("."))
    return record.alias === undefined ? { record, name, isGone: false, isCertain: true } : undefined;
  const zone = recordsOf(topology).zoneFor(name);
  const zoneName = known(zone?.name);
  if (zone === undefined || zoneName === undefined || zone.isData || isDelegated(name, zoneName, topology))
    return undefined;
  const isCertain = zone.actions.includes("create") && otherNamesFrom(topology) === undefined;
  return { record, name, zone, isGone: false, isCertain };
}

/** Whether the plan destroys the record with the name, or with a wildcard that matches it. */
function isGone(name: string, { goneNames }: Topology): boolean {
  const [, ...above] = ancestry(name);
  return goneNames.has(name) || above.some((it) => goneNames.has(`*.${it}`));
}

/**
 * The address of what may create records with names that the file does not contain: a record with an unknown name, or a
 * Kubernetes cluster.
 */
export const otherNamesFrom = once(
  ({ records, movers }: Topology): string | undefined =>
    records.find((it) => mayServe(it) && isUnknown(it.fqdn))?.address ??
    movers.find(({ address }) =>
      /(^|\.)(aws_eks_cluster|kubernetes_manifest|kubectl_manifest|helm_release)\./.test(address),
    )?.address,
);

/** Whether the name is delegated to another zone. */
function isDelegated(name: string, zone: string, topology: Topology): boolean {
  const { named } = recordsOf(topology);
  return ancestry(name).some(
    (above) =>
      above !== zone && isWithin(above, zone) && named(above).some(({ type }) => known(type)?.toUpperCase() === "NS"),
  );
}
