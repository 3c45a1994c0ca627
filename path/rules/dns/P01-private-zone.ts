import type { Balancer, DnsRecord, Zone } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { isPublicName } from "../../analysis/names/domain-names";
import { isPrivate } from "../../analysis/names/record-names";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix } from "../../fixes/fix";
import { intoPublicZone } from "../../fixes/zone-repairs";
import type { Fix } from "../../report";
import type { Reporter, Rule } from "../rule";

export const P01: Rule = {
  id: "P01",
  hop: "dns",
  title: "the record is in a private hosted zone",
  certainty: ["certain"],
  why:
    "Route 53 answers queries for a private hosted zone only from the VPCs that are associated with it. All other " +
    "resolvers use the public zone of the name, which has no such record, so clients on the internet cannot find an " +
    "internet-facing load balancer by that name.",
  symptom: "NXDOMAIN outside the VPC; the name resolves inside it",
  symptoms: ["nxdomain"],
  source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zones-private.html",
  needs: [],
  review: { effect: "outage" },
  check: { path: seenByEverybody },
};

function seenByEverybody(path: TracedPath, report: Reporter): void {
  const { topology, balancer } = path;
  const records = analyse(topology).records;
  for (const { zoneId } of [...path.records, ...path.over]) {
    const open = topology.byId.zone(zoneId)?.isPrivate;
    if (isUnknown(open)) report.open("dns", open);
  }
  const candidates = path.records.length > 0 ? path.records : balancer === undefined ? [] : records.to(balancer);
  const behind = candidates.map((record) => records.balancerOf(record)).find((it) => it !== undefined);
  if (behind === undefined || behind.isInternal !== false) return;
  // Split-horizon names, and additional names for use inside the VPC, are correct.
  if (
    records.isFoundFromOutside(behind) ||
    candidates.some(records.isSeen) ||
    candidates.some(({ fqdn }) => records.named(known(fqdn) ?? "").some(records.isSeen))
  )
    return;
  for (const candidate of candidates) hidden(candidate, behind, path, report);
}

function hidden(candidate: DnsRecord, behind: Balancer, { topology }: TracedPath, report: Reporter): void {
  const record = isPrivate(candidate, topology)
    ? candidate
    : (analyse(topology).chains.of(candidate).hiddenBy ?? candidate);
  const zone = topology.byId.zone(record.zoneId);
  const name = known(record.fqdn);
  if (zone === undefined || name === undefined || !isPublicName(name)) return;
  report.finding({
    address: record.address,
    attribute: "zone_id",
    observed:
      `${name} is in the private zone ${zone.address}` +
      `${record === candidate ? "" : `, and ${known(candidate.fqdn) ?? candidate.address} points to it`}`,
    required: `a record for ${name} in a public zone, because ${behind.address} is internet-facing`,
    symptom: "NXDOMAIN for clients outside the zone's VPCs",
    fix: moved(record, zone, analyse(topology).records.zoneFor(name)),
  });
}

function moved(record: DnsRecord, zone: Zone, publicZone: Zone | undefined): Fix {
  const text =
    publicZone !== undefined
      ? `Move the record to the public zone ${publicZone.address}.`
      : zone.isData
        ? "Look up the public zone with that name."
        : "Make the zone public: remove its VPC association.";
  return fix(
    text,
    'hostedZone: { id: "Z…" } selects the public zone; no prop selects a private one',
    intoPublicZone(record, zone, publicZone),
  );
}
