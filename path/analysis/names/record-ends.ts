import { isWithin } from "../../../topology/domain-names";
import type { DnsRecord, Topology, Zone } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";
import { once } from "../once";
import { ancestry } from "./domain-names";
import { chainsOf } from "./record-chains";
import { isPrivate, mayServe } from "./record-names";
import { recordsOf } from "./record-targets";

/* Records that lead nowhere: to a name that nothing answers for, or back to themselves. */

/** A name that nothing in the file answers for, though the file is where it would stand. */
export interface LooseEnd {
  readonly record: DnsRecord;
  readonly name: string;
  /** Absent: it is no name on the internet at all, or one that goes. */
  readonly zone?: Zone;
  /** Whether the plan destroys the record that it leads to. */
  readonly isGone: boolean;
  /** Whether nobody can have made a record of it elsewhere. */
  readonly isCertain: boolean;
}

/** Where a record leads nowhere, over other records of the file too. */
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

/** Whether everybody who asks for the record's name gets no answer. */
export function isLost(record: DnsRecord, topology: Topology): boolean {
  const chain = chainsOf(topology).of(record);
  return (
    chain.isCircle || (chain.balancers.length === 0 && looseEndsOf(record, topology).some(({ isCertain }) => isCertain))
  );
}

/** Whether the record leads to a name whose record the plan destroys. */
export function leadsToGone(record: DnsRecord, topology: Topology): boolean {
  return looseEndsOf(record, topology).some(({ isGone }) => isGone);
}

function looseEnd(record: DnsRecord, name: string, topology: Topology): LooseEnd | undefined {
  if (name === "" || name.includes("${")) return undefined;
  if (isGone(name, topology)) return { record, name, isGone: true, isCertain: true };
  if (isPrivate(record, topology) || topology.isPartial === true) return undefined;
  // Route 53 appends the zone's name to a record's own name only, never to what it says.
  if (!name.includes("."))
    return record.alias === undefined ? { record, name, isGone: false, isCertain: true } : undefined;
  const zone = recordsOf(topology).zoneFor(name);
  const zoneName = known(zone?.name);
  if (zone === undefined || zoneName === undefined || zone.isData || isDelegated(name, zoneName, topology))
    return undefined;
  const isCertain = zone.actions.includes("create") && !mayNameOthers(topology);
  return { record, name, zone, isGone: false, isCertain };
}

/** Whether the plan destroys the record of the name, or of a wildcard that stands for it. */
function isGone(name: string, { goneNames }: Topology): boolean {
  const [, ...above] = ancestry(name);
  return goneNames.has(name) || above.some((it) => goneNames.has(`*.${it}`));
}

/**
 * Whether records of names that the file does not tell may come into being with it: by names that are open, or by a
 * cluster's own means.
 */
const mayNameOthers = once(
  ({ records, movers }: Topology): boolean =>
    records.some((it) => mayServe(it) && isUnknown(it.fqdn)) ||
    movers.some(({ address }) =>
      /(^|\.)(aws_eks_cluster|kubernetes_manifest|kubectl_manifest|helm_release)\./.test(address),
    ),
);

/** Whether another zone answers for the name, or may. */
function isDelegated(name: string, zone: string, topology: Topology): boolean {
  const { named } = recordsOf(topology);
  return ancestry(name).some(
    (above) =>
      above !== zone && isWithin(above, zone) && named(above).some(({ type }) => known(type)?.toUpperCase() === "NS"),
  );
}
