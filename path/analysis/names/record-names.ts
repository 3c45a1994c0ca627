import type { Balancer, Certificate, DnsRecord, Topology } from "../../../topology/model";
import { symbol } from "../../../topology/source";
import { known } from "../../../topology/value";
import { fix, setting } from "../../fixes/fix";
import type { Fix } from "../../report";
import type { Reporter } from "../../rules/rule";
import type { TracedPath } from "../requests/traced-path";
import { isWithin, plain, widened } from "./domain-names";
import { recordsOf } from "./record-targets";

/* Route 53 appends the zone's name to a record's name that does not end in it. */

interface Outsider {
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

/** P04. */
export function writtenOutside(path: TracedPath, report: Reporter): void {
  for (const { record, balancer, name, zone, isGlued, isCertain } of outsidersOf(path)) {
    report.fault({
      id: "P04",
      hop: "dns",
      address: record.address,
      attribute: "name",
      ...(!isCertain && { severity: "warning" as const }),
      observed: isGlued
        ? `${name} ends in ${zone}, but without a dot before it`
        : `${name} is not in the zone ${zone}, so that Route 53 makes it ${name}.${zone}`,
      required: `a name in ${zone}, or the zone of ${name}`,
      symptom: isGlued
        ? `InvalidChangeBatch when it is applied: the name is not permitted in the zone ${zone}`
        : `NXDOMAIN for ${name}`,
      fix: inside(record, name, zone, balancer, path),
    });
  }
}

/** Whether the path's name is one that nobody meant, so that a certificate need not be good for it. */
export function isByMistake(path: TracedPath): boolean {
  const certain = new Set(
    outsidersOf(path)
      .filter(({ isCertain }) => isCertain)
      .map(({ record }) => record),
  );
  return path.records.length > 0 && path.records.every((record) => certain.has(record));
}

function outsidersOf(path: TracedPath): Outsider[] {
  const records = recordsOf(path.topology);
  const found: Outsider[] = [];
  for (const record of new Set([...path.records, ...records.written(path.host)])) {
    const written = known(record.name);
    const zone = known(path.topology.byId.zone(record.zoneId)?.name);
    const balancer = records.balancerOf(record);
    if (written === undefined || zone === undefined || balancer === undefined) continue;
    const name = plain(written);
    // `api.v1` is a name within the zone that only leaves the zone's name out.
    if (isWithin(name, zone) || !name.includes(".")) continue;
    const isGlued = name.endsWith(zone);
    const isCertain =
      isGlued ||
      written.endsWith(".") ||
      path.host === name ||
      records.zoneFor(name) !== undefined ||
      answersFor(balancer, name, path);
    if (isCertain || /\.(com|net|org)$/.test(name)) found.push({ record, balancer, name, zone, isGlued, isCertain });
  }
  return found;
}

/** Whether the balancer is made for requests to this name. */
export function answersFor(balancer: Balancer, name: string, { topology }: TracedPath): boolean {
  return widened(name).some((pattern) => namesFor(balancer, topology).has(pattern));
}

const made = new WeakMap<Balancer, ReadonlySet<string>>();

/** The names of the balancer's certificates and of its rules, wildcards among them. */
export function namesFor(balancer: Balancer, { byId }: Topology): ReadonlySet<string> {
  const found =
    made.get(balancer) ??
    new Set(
      balancer.listeners.flatMap(({ certificates, rules }) => [
        ...certificates.flatMap(({ arn }) => byId.certificate(arn)?.names.items ?? []),
        ...rules.flatMap(({ conditions }) =>
          conditions.flatMap(({ kind, values }) => (kind === "host-header" ? values.items.map(plain) : [])),
        ),
      ]),
    );
  made.set(balancer, found);
  return found;
}

function inside(record: DnsRecord, name: string, zone: string, balancer: Balancer, path: TracedPath): Fix {
  const props = "domainName and hostedZone.name decide both; a name outside of the zone is refused";
  const right = recordsOf(path.topology).zoneFor(name);
  if (right !== undefined)
    return fix(`Put the record into the zone of ${name}.`, props, [
      setting(record.address, "zone_id", symbol(right.address, "zone_id")),
    ]);
  const certificates = balancer.listeners
    .flatMap((listener) => listener.certificates)
    .map(({ arn }) => path.topology.byId.certificate(arn))
    .filter((it): it is Certificate => it !== undefined);
  const served = certificates
    .flatMap(({ names }) => names.items)
    .find((it) => !it.startsWith("*.") && isWithin(it, zone));
  const named =
    served ??
    (name.endsWith(zone) ? `${name.slice(0, -zone.length)}.${zone}` : `${name.split(".")[0] ?? "www"}.${zone}`);
  return fix(`Give the record a name in the zone, such as ${named}.`, props, [setting(record.address, "name", named)]);
}
