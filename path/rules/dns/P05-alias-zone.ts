import type { Balancer, DnsRecord } from "../../../topology/model";
import { isSymbolic, symbol } from "../../../topology/symbols";
import { type Attr, isUnknown, known, Unknown } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { hostOf, targetNames } from "../../analysis/names/record-names";
import { isApplication } from "../../analysis/requests/balancer-types";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { ZONE_OF_REGION } from "../../facts/elb-zones";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { Reporter, Rule } from "../rule";

export const P05: Rule = {
  id: "P05",
  hop: "dns",
  title: "the alias has a zone_id that is not the load balancer's",
  certainty: ["apply"],
  why:
    "The `zone_id` of an alias is the ID of the hosted zone that contains the alias target. For a load balancer, " +
    "this is the zone that AWS keeps for load balancers of its type and region, not the zone of the record. Route " +
    "53 looks up the target in that zone and refuses the alias if it is not there.",
  symptom: "InvalidChangeBatch at apply: the alias target name does not lie within the target zone",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html",
  needs: [],
  review: { effect: "fails" },
  check: { path: zoneOfAlias },
};

const SYMPTOM = "InvalidChangeBatch at apply: the alias target name does not lie within the target zone";

function zoneOfAlias(path: TracedPath, report: Reporter): void {
  const records = analyse(path.topology).records;
  for (const record of [...path.records, ...path.over]) {
    const balancer = records.balancerOf(record);
    const zoneId = record.alias?.zoneId;
    if (balancer === undefined || zoneId === undefined) continue;
    if (hostOf(known(balancer.dnsName) ?? "") !== targetNames(record)[0]) ofRecord(record, zoneId, path, report);
    else ofBalancer(record, zoneId, balancer, path, report);
  }
}

function ofBalancer(
  record: DnsRecord,
  zoneId: Attr<string>,
  balancer: Balancer,
  path: TracedPath,
  report: Reporter,
): void {
  if (isUnknown(zoneId)) return report.open("dns", zoneId);
  const seen = zoneId === undefined ? undefined : whyWrong(zoneId, balancer, path);
  if (seen === undefined) return;
  if (isUnknown(seen)) return report.open("dns", new Unknown(record.address, "alias.zone_id", seen.why));
  report.finding({
    address: record.address,
    attribute: "alias.zone_id",
    observed: seen,
    required: `the zone_id of ${balancer.address}`,
    symptom: SYMPTOM,
    fix: fix("Set zone_id to the load balancer's zone_id.", BY_NO_PROP, [
      setting(record.address, "alias.zone_id", symbol(balancer.address, "zone_id")),
    ]),
  });
}

/** An alias for another record has the ID of the zone that contains both. */
function ofRecord(record: DnsRecord, zoneId: Attr<string>, { topology }: TracedPath, report: Reporter): void {
  const [named, own] = [known(zoneId), known(record.zoneId)];
  if (named === undefined || own === undefined || named === own) return;
  const [other, ownZone] = [topology.byId.zone(named), topology.byId.zone(own)];
  if ((other ?? named) === (ownZone ?? own)) return;
  const balancer = topology.balancers.find((it) => it.zoneId === named);
  // One of them may be an expression for the other's id.
  const maybeSame = other === undefined || known(other.name) === known(ownZone?.name);
  if (balancer === undefined && maybeSame && (isSymbolic(named) || isSymbolic(own))) return;
  report.finding({
    address: record.address,
    attribute: "alias.zone_id",
    observed:
      balancer === undefined
        ? `the zone ${other?.address ?? named}, but the alias target is a record in ${ownZone?.address ?? own}`
        : `the zone of ${balancer.address}, but the alias target is another record`,
    required: "the record's own zone_id, because both records are in the same zone",
    symptom: SYMPTOM,
    fix: fix("Set the alias's zone_id to the record's own zone.", BY_NO_PROP, [
      setting(record.address, "alias.zone_id", own),
    ]),
  });
}

const ZONE_DATA_SOURCE = /^\$\{(module\.[^{}]{1,500}\.)?data\.aws_(elb|lb|alb)_hosted_zone_id\./;

/** Describes the wrong zone; `Unknown` if it cannot be determined, `undefined` if the zone is correct. */
function whyWrong(zoneId: string, balancer: Balancer, { topology }: TracedPath): string | Unknown | undefined {
  if (zoneId === balancer.zoneId || ZONE_DATA_SOURCE.test(zoneId)) return undefined;
  const zone = topology.byId.zone(zoneId);
  if (zone !== undefined) return `the ID of the hosted zone ${zone.address}`;
  const other = topology.balancers.find((it) => it.zoneId === zoneId);
  const region = known(balancer.region);
  if (other !== undefined) {
    // All load balancers of a type in one region share a zone.
    const otherRegion = known(other.region);
    if (known(other.type) !== known(balancer.type))
      return `the zone of ${other.address}, a load balancer of another type`;
    return region !== undefined && otherRegion !== undefined && region !== otherRegion
      ? `the zone of ${other.address}, which is in ${otherRegion}`
      : undefined;
  }
  const right = isApplication(balancer) ? ZONE_OF_REGION[region ?? ""] : undefined;
  if (right === zoneId) return undefined;
  if (right === undefined || isSymbolic(zoneId))
    return new Unknown("", "", `the file does not say which zone ${zoneId} is`);
  return `the zone ${zoneId}, which is not the zone of load balancers in ${region}`;
}
