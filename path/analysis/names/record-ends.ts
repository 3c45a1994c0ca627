import type { DnsRecord, Topology, Zone } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/wording";

import type { Fault, FileReporter, Reporter } from "../../rules/rule";
import type { TracedPath } from "../requests/traced-path";
import { ancestry, isWithin } from "./domain-names";
import { type Chain, chainsOf, isPrivate, mayServe } from "./record-chains";
import { recordsOf } from "./record-targets";

/* Records that lead nowhere: to a name that nothing answers for, or back to themselves. */

/** A name that nothing in the file answers for, though the file is where it would stand. */
interface LooseEnd {
  readonly record: DnsRecord;
  readonly name: string;
  /** Absent: it is no name on the internet at all, or one that goes. */
  readonly zone?: Zone;
  /** Whether the plan destroys the record that it leads to. */
  readonly isGone?: boolean;
  /** Whether nobody can have made a record of it elsewhere. */
  readonly isCertain: boolean;
}

/** Whether everybody who asks for the record's name gets no answer. */
export function isLost(record: DnsRecord, topology: Topology): boolean {
  const chain = chainsOf(topology).of(record);
  return (
    chain.isCircle || (chain.balancers.length === 0 && looseEnds(chain, topology).some(({ isCertain }) => isCertain))
  );
}

/** Whether the record leads to a name whose record the plan destroys, of which the review tells already. */
export function leadsToGone(record: DnsRecord, topology: Topology): boolean {
  return looseEnds(chainsOf(topology).of(record), topology).some(({ isGone }) => isGone === true);
}

/** P06 of what leads to nothing for certain. */
export function leadsSomewhere(path: TracedPath, report: Reporter): void {
  const chains = chainsOf(path.topology);
  const ends = new Set<LooseEnd>(path.records.flatMap((record) => looseEnds(chains.of(record), path.topology)));
  const lost = path.records.filter((record) => isLost(record, path.topology)).length;
  const share =
    path.records.length > 1 && lost < path.records.length
      ? { share: `${lost} of ${path.records.length} records of the name` }
      : {};
  for (const end of ends) if (end.isCertain) report.fault({ ...toNothing(end, path.topology), ...share });
  const all = [...path.records, ...path.over].filter((record) => chains.of(record).isCircle);
  // Told at one of them, wherever a client comes into the circle.
  const [first] = [...all].sort((a, b) => (a.address < b.address ? -1 : 1));
  if (first !== undefined) report.fault(circle(first, chains.of(first)));
}

/** P06 of what may lead to a record that is made elsewhere. */
export function mayLeadSomewhere(topology: Topology, report: FileReporter): void {
  if (topology.balancers.length === 0) return;
  const chains = chainsOf(topology);
  for (const record of topology.records) {
    if (!mayServe(record)) continue;
    for (const end of looseEnds(chains.of(record), topology))
      if (!end.isCertain && end.record === record)
        report.fault({ ...toNothing(end, topology), severity: "warning" }, []);
  }
}

const made = new WeakMap<Chain, readonly LooseEnd[]>();

function looseEnds(chain: Chain, topology: Topology): readonly LooseEnd[] {
  const found = made.get(chain) ?? chain.ends.flatMap(({ record, name }) => looseEnd(record, name, topology) ?? []);
  made.set(chain, found);
  return found;
}

function looseEnd(record: DnsRecord, name: string, topology: Topology): LooseEnd | undefined {
  if (name === "" || name.includes("${")) return undefined;
  if (
    [
      name,
      ...ancestry(name)
        .slice(1)
        .map((above) => `*.${above}`),
    ].some((it) => topology.goneNames.has(it))
  )
    return { record, name, isGone: true, isCertain: true };
  if (isPrivate(record, topology) || topology.isPartial === true) return undefined;
  // Route 53 appends the zone's name to a record's own name only, never to what it says.
  if (!name.includes(".")) return record.alias === undefined ? { record, name, isCertain: true } : undefined;
  const zone = recordsOf(topology).zoneFor(name);
  const zoneName = known(zone?.name);
  if (zone === undefined || zoneName === undefined || zone.isData || isDelegated(name, zoneName, topology))
    return undefined;
  return { record, name, zone, isCertain: zone.actions.includes("create") && !mayNameOthers(topology) };
}

const others = new WeakMap<Topology, boolean>();

/**
 * Whether records of names that the file does not tell may come into being with it: by names that are open, or by a
 * cluster's own means.
 */
function mayNameOthers(topology: Topology): boolean {
  const found =
    others.get(topology) ??
    (topology.records.some((it) => mayServe(it) && isUnknown(it.fqdn)) ||
      topology.movers.some(({ address }) =>
        /(^|\.)(aws_eks_cluster|kubernetes_manifest|kubectl_manifest|helm_release)\./.test(address),
      ));
  others.set(topology, found);
  return found;
}

/** Whether another zone answers for the name, or may. */
function isDelegated(name: string, zone: string, topology: Topology): boolean {
  const { named } = recordsOf(topology);
  return ancestry(name).some(
    (above) =>
      above !== zone && isWithin(above, zone) && named(above).some(({ type }) => known(type)?.toUpperCase() === "NS"),
  );
}

function toNothing({ record, name, zone, isGone = false }: LooseEnd, topology: Topology): Omit<Fault, "severity"> {
  const isAlias = record.alias !== undefined;
  const attribute = isAlias ? "alias.name" : "records";
  const type = isAlias ? `${known(record.type) ?? ""} record` : "record";
  const meant = zone === undefined && !isGone ? known(topology.byId.zone(record.zoneId)?.name) : undefined;
  const whole = meant === undefined ? undefined : `${name}.${meant}`;
  return {
    id: "P06",
    hop: "dns",
    address: record.address,
    attribute,
    observed:
      `${known(record.fqdn) ?? record.address} leads to ${name}` +
      `${isGone ? ", whose record this plan destroys" : zone === undefined ? ", which is no whole name" : `, and ${zone.address} has no ${type} of that name`}`,
    required:
      zone === undefined && !isGone
        ? `the whole name${whole === undefined ? "" : `, such as ${whole}`}`
        : `a ${type} of ${name}, or another name`,
    symptom: isAlias
      ? "InvalidChangeBatch when it is applied: Tried to create an alias that targets a name that was not found"
      : "NXDOMAIN",
    fix:
      whole !== undefined
        ? fix(`Write ${whole}.`, BY_NO_PROP, [setting(record.address, attribute, [whole])])
        : fix(`Add a ${type} of ${name}, or let this one lead to the load balancer.`, BY_NO_PROP, []),
  };
}

function circle(record: DnsRecord, { links }: Chain): Omit<Fault, "severity"> {
  const names = [record, ...links.filter((it) => it !== record), record].map(
    ({ fqdn, address }) => known(fqdn) ?? address,
  );
  return {
    id: "P06",
    hop: "dns",
    address: record.address,
    attribute: record.alias === undefined ? "records" : "alias.name",
    observed: names.length > 5 ? [...names.slice(0, 3), "…", names.at(-1)].join(" -> ") : names.join(" -> "),
    required: "records that end at a load balancer",
    symptom: record.alias === undefined ? "SERVFAIL: resolvers give up" : "InvalidChangeBatch when it is applied",
    fix: fix("Let one of the records lead to the load balancer.", BY_NO_PROP, []),
  };
}
