import type { Balancer, DnsRecord, Topology } from "../../topology/model";
import { symbol } from "../../topology/source";
import { type Attr, isUnknown, known, Unknown } from "../../topology/value";
import { hostOf, targetNames } from "../analysis/names/record-chains";
import { answersFor, namesFor } from "../analysis/names/record-names";
import { isBalancerName, recordsOf } from "../analysis/names/record-targets";
import type { TracedPath } from "../analysis/requests/traced-path";
import { fix, setting } from "../fixes/fix";
import { BY_NO_PROP } from "../fixes/wording";
import type { Edit } from "../report";
import type { Reporter } from "./rule";

/* Whether a record leads to the right balancer, in the way that Route 53 asks for. */

/** The zones in which AWS keeps the names of application load balancers; other types have others. */
const ZONE_OF_REGION: Readonly<Record<string, string>> = {
  "af-south-1": "Z268VQBMOI5EKX",
  "ap-east-1": "Z3DQVH9N71FHZ0",
  "ap-northeast-1": "Z14GRHDCWA56QT",
  "ap-northeast-2": "ZWKZPGTI48KDX",
  "ap-northeast-3": "Z5LXEXXYW11ES",
  "ap-south-1": "ZP97RAFLXTNZK",
  "ap-southeast-1": "Z1LMS91P8CMLE5",
  "ap-southeast-2": "Z1GM3OXH4ZPM65",
  "ca-central-1": "ZQSVJUPU6J1EY",
  "eu-central-1": "Z215JYRZR1TBD5",
  "eu-north-1": "Z23TAZ6LKFMNIO",
  "eu-south-1": "Z3ULH7SSC9OV64",
  "eu-west-1": "Z32O12XQLNTSW2",
  "eu-west-2": "ZHURV8PSTC4K8",
  "eu-west-3": "Z3Q77PNBQS71R4",
  "me-south-1": "ZS929ML54UICD",
  "sa-east-1": "Z2P70J7HTTTPLU",
  "us-east-1": "Z35SXDOTRQ7X7K",
  "us-east-2": "Z3AADJGX6KTTL2",
  "us-west-1": "Z368ELLRRE2KJ0",
  "us-west-2": "Z1H1FL5HABSF5",
};
const ZONE_DATA_SOURCE = /^\$\{(module\..*\.)?data\.aws_(elb|lb|alb)_hosted_zone_id\./;

/** P05. */
export function zoneOfAlias(path: TracedPath, report: Reporter): void {
  const records = recordsOf(path.topology);
  for (const record of [...path.records, ...path.over]) {
    const balancer = records.balancerOf(record);
    const zoneId = record.alias?.zoneId;
    if (balancer === undefined || zoneId === undefined) continue;
    if (hostOf(known(balancer.dnsName) ?? "") !== targetNames(record)[0]) {
      zoneOfAliasedRecord(record, zoneId, path, report);
      continue;
    }
    if (isUnknown(zoneId)) {
      report.open("dns", zoneId);
      continue;
    }
    const seen = whyWrong(zoneId, balancer, path);
    if (seen === undefined) continue;
    if (isUnknown(seen)) report.open("dns", new Unknown(record.address, "alias.zone_id", seen.why));
    else
      report.fault({
        id: "P05",
        hop: "dns",
        address: record.address,
        attribute: "alias.zone_id",
        observed: seen,
        required: `the zone of ${balancer.address} itself, its zone_id`,
        symptom: "InvalidChangeBatch when it is applied: the alias target name does not lie within the target zone",
        fix: fix("Take zone_id from the balancer, as dns_name is.", BY_NO_PROP, [
          setting(record.address, "alias.zone_id", symbol(balancer.address, "zone_id")),
        ]),
      });
  }
}

/** An alias for another record names the zone of both. */
function zoneOfAliasedRecord(
  record: DnsRecord,
  zoneId: Attr<string>,
  { topology }: TracedPath,
  report: Reporter,
): void {
  const [named, own] = [known(zoneId), known(record.zoneId)];
  if (
    named === undefined ||
    own === undefined ||
    named === own ||
    (topology.byId.zone(named) ?? named) === (topology.byId.zone(own) ?? own)
  )
    return;
  const balancer = topology.balancers.find((it) => it.zoneId === named);
  const other = topology.byId.zone(named);
  // One of both may be an expression for the other's id.
  if (
    balancer === undefined &&
    (other === undefined || known(other.name) === known(topology.byId.zone(own)?.name)) &&
    (named.startsWith("${") || own.startsWith("${"))
  )
    return;
  report.fault({
    id: "P05",
    hop: "dns",
    address: record.address,
    attribute: "alias.zone_id",
    observed:
      balancer === undefined
        ? `the zone ${other?.address ?? named}, and the alias is for a record of ` +
          `${topology.byId.zone(own)?.address ?? own}`
        : `the zone of ${balancer.address}, and the alias is for another record`,
    required: "the zone_id of the record itself, as both records are in one zone",
    symptom: "InvalidChangeBatch when it is applied: the alias target name does not lie within the target zone",
    fix: fix("Take the zone of the record itself.", BY_NO_PROP, [setting(record.address, "alias.zone_id", own)]),
  });
}

/** What is seen in its place; open where it cannot be told, nothing where it is right. */
function whyWrong(zoneId: string, balancer: Balancer, { topology }: TracedPath): string | Unknown | undefined {
  if (zoneId === balancer.zoneId || ZONE_DATA_SOURCE.test(zoneId)) return undefined;
  const zone = topology.byId.zone(zoneId);
  if (zone !== undefined) return `the id of the hosted zone ${zone.address}`;
  const other = topology.balancers.find((it) => it.zoneId === zoneId);
  const region = known(balancer.region);
  if (other !== undefined) {
    // All balancers of a type in one region share a zone.
    const otherRegion = known(other.region);
    if (known(other.type) !== known(balancer.type)) return `the zone of ${other.address}, a balancer of another type`;
    return region !== undefined && otherRegion !== undefined && region !== otherRegion
      ? `the zone of ${other.address}, which is in ${otherRegion}`
      : undefined;
  }
  const right = known(balancer.type) === "application" ? ZONE_OF_REGION[region ?? ""] : undefined;
  if (right === zoneId) return undefined;
  if (right === undefined || zoneId.startsWith("${"))
    return new Unknown("", "", `${zoneId} is not a zone that this file tells of`);
  return `the zone ${zoneId}, which is not that of the balancers in ${region}`;
}

/** P06. */
export function balancerBehindRecord(path: TracedPath, report: Reporter): void {
  const records = recordsOf(path.topology);
  const { balancer } = path;
  const isMadeHere = path.topology.balancers.some(({ isData }) => !isData);
  // A balancer that no record leads to is traced by its own name, where the record that was meant for it must be told
  // of.
  const fixed =
    path.records.length > 0
      ? [...path.records, ...path.over]
      : balancer !== undefined && records.to(balancer).length === 0
        ? records.fixed
        : [];
  for (const record of fixed) {
    const name = targetNames(record).find(isBalancerName);
    if (name === undefined || records.balancerOf(record) !== undefined || !isMadeHere) continue;
    const meant = balancer ?? path.topology.balancers.find(({ isData }) => !isData);
    report.fault({
      id: "P06",
      severity: "warning",
      hop: "dns",
      address: record.address,
      attribute: targetAttribute(record),
      observed: `${known(record.fqdn) ?? path.host} leads to ${name}, a balancer that this file does not make`,
      required: "dns_name of the balancer, which follows it when it is replaced",
      symptom: "another site answers, or none when that balancer is gone",
      fix: fix("Take the name from the balancer.", BY_NO_PROP, meant === undefined ? [] : leadingTo(record, meant)),
    });
  }
  if (
    balancer === undefined ||
    path.records.length === 0 ||
    records.orphans.length === 0 ||
    answersFor(balancer, path.host, path)
  )
    return;
  const waiting = waitingFor(path.topology);
  const certain = waiting.get(path.host);
  const left = certain ?? waiting.get(path.host.replace(/^[^.]+/, "*"));
  if (left === undefined) return;
  // A wildcard may be for other names, whose records are elsewhere.
  const isCertain = certain !== undefined;
  for (const record of path.records.filter((it) => records.leadsTo(it, balancer))) {
    report.fault({
      id: "P06",
      severity: isCertain ? "error" : "warning",
      hop: "dns",
      address: record.address,
      attribute: targetAttribute(record),
      observed: `${path.host} leads to ${balancer.address}, which has nothing for that name`,
      required: `${left.address}, which is set up for ${path.host} and to which no record leads`,
      symptom: "the wrong site, its certificate, or 404 and 503",
      fix: fix(`Let the record lead to ${left.address}.`, BY_NO_PROP, leadingTo(record, left)),
    });
  }
}

const madeWaiting = new WeakMap<Topology, ReadonlyMap<string, Balancer>>();

/** Balancers that no record leads to, by the names that their certificates and rules are for. */
function waitingFor(topology: Topology): ReadonlyMap<string, Balancer> {
  const found =
    madeWaiting.get(topology) ??
    new Map(
      recordsOf(topology).orphans.flatMap((balancer) =>
        [...namesFor(balancer, topology)].map((name) => [name, balancer] as const),
      ),
    );
  madeWaiting.set(topology, found);
  return found;
}

function targetAttribute(record: DnsRecord): string {
  return record.alias === undefined ? "records" : "alias.name";
}

function leadingTo(record: DnsRecord, balancer: Balancer): Edit[] {
  const name = symbol(balancer.address, "dns_name");
  if (record.alias === undefined) return [setting(record.address, "records", [name])];
  return [
    setting(record.address, "alias.name", name),
    setting(record.address, "alias.zone_id", symbol(balancer.address, "zone_id")),
  ];
}
