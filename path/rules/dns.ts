import type { Balancer, DnsRecord, Zone } from "../../topology/model";
import { symbol } from "../../topology/source";
import { isUnknown, known } from "../../topology/value";
import { isPublicName } from "../analysis/names/domain-names";
import { chainsOf, isPrivate } from "../analysis/names/record-chains";
import { leadsSomewhere, mayLeadSomewhere } from "../analysis/names/record-ends";
import { writtenOutside } from "../analysis/names/record-names";
import { recordsOf } from "../analysis/names/record-targets";
import type { TracedPath } from "../analysis/requests/traced-path";
import { fix, setting } from "../fixes/fix";
import { BY_NO_PROP } from "../fixes/wording";
import type { Edit, Fix } from "../report";
import { balancerBehindRecord, zoneOfAlias } from "./aliases";
import { ipVersions } from "./ip-versions";
import type { Reporter } from "./rule";
import type { Rules } from "./subjects";

/* Whether the client's question for the name is answered with the balancer's addresses. */

export const dnsRules: Rules = {
  path: [
    seenByEverybody,
    delegated,
    oneZone,
    writtenOutside,
    zoneOfAlias,
    balancerBehindRecord,
    leadsSomewhere,
    noCnameAtTop,
    ipVersions,
    noInternalBalancer,
    healthDecides,
  ],
  file: [mayLeadSomewhere],
};

/** P01. */
function seenByEverybody(path: TracedPath, report: Reporter): void {
  const { topology, balancer } = path;
  const records = recordsOf(topology);
  for (const { zoneId } of [...path.records, ...path.over]) {
    const open = topology.byId.zone(zoneId)?.isPrivate;
    if (isUnknown(open)) report.open("dns", open);
  }

  const candidates = path.records.length > 0 ? path.records : balancer === undefined ? [] : records.to(balancer);
  const behind = candidates.map((record) => records.balancerOf(record)).find((it) => it !== undefined);
  if (behind === undefined || behind.isInternal !== false) return;
  // A name that is answered inside and outside, or a further name for the VPC's own use, is as it should be.
  if (
    records.isFoundFromOutside(behind) ||
    candidates.some(records.isSeen) ||
    candidates.some(({ fqdn }) => records.named(known(fqdn) ?? "").some(records.isSeen))
  )
    return;
  for (const candidate of candidates) {
    const record = isPrivate(candidate, topology)
      ? candidate
      : (chainsOf(topology).of(candidate).hiddenBy ?? candidate);
    const zone = topology.byId.zone(record.zoneId);
    const name = known(record.fqdn);
    if (zone === undefined || name === undefined || !isPublicName(name)) continue;
    report.fault({
      id: "P01",
      hop: "dns",
      address: record.address,
      attribute: "zone_id",
      observed:
        `${name} is in ${zone.address}, a private ` +
        `zone${record === candidate ? "" : `, and ${known(candidate.fqdn) ?? candidate.address} leads to it`}`,
      required: `a record for ${name} in a public zone, as ${behind.address} serves the internet`,
      symptom: "NXDOMAIN for everybody outside the zone's VPCs",
      fix: intoPublicZone(record, zone, records.zoneFor(name)),
    });
  }
}

function intoPublicZone(record: DnsRecord, zone: Zone, publicZone: Zone | undefined): Fix {
  const props = 'hostedZone: { id: "Z…" } names the public zone; no prop takes a private one';
  if (publicZone !== undefined)
    return fix(`Put the record into the public zone ${publicZone.address}.`, props, [
      setting(record.address, "zone_id", symbol(publicZone.address, "zone_id")),
    ]);
  if (zone.isData)
    return fix("Look up the public zone of that name.", props, [
      setting(zone.address, "private_zone", false),
      setting(zone.address, "vpc_id", undefined),
    ]);
  return fix("Make the zone a public one: without a VPC.", props, [setting(zone.address, "vpc", undefined)]);
}

/** P02. */
function delegated(path: TracedPath, report: Reporter): void {
  const records = recordsOf(path.topology);
  for (const record of [...path.records, ...path.over]) {
    const zone = path.topology.byId.zone(record.zoneId);
    const name = known(zone?.name);
    if (zone === undefined || name === undefined || zone.isPrivate === true) continue;
    const above = records.zoneFor(name.slice(name.indexOf(".") + 1));
    const isNamedAbove = records.named(name).some((it) => known(it.type) === "NS" && it.zoneId !== zone.id);
    if (isNamedAbove) continue;
    const isNew = path.topology.source === "synthesized" || zone.actions.includes("create");
    // What is there already is taken to be delegated.
    if (zone.isData || (!isNew && above === undefined)) continue;
    report.fault({
      id: "P02",
      hop: "dns",
      address: zone.address,
      attribute: "name_servers",
      observed:
        above === undefined
          ? `the zone ${name} is made here, and nothing in the file delegates to it`
          : `${above.address} has no NS record for ${name}`,
      required: `the name servers of this zone where ${name} is delegated`,
      symptom:
        'NXDOMAIN; the certificate stays PENDING_VALIDATION and terraform prints "Still creating" until its timeout',
      fix: delegation(zone, name, above),
    });
  }
}

function delegation(zone: Zone, name: string, above: Zone | undefined): Fix {
  const props =
    "hostedZone: { create: true, delegated: false } first, then delegated: true; without hostedZone the " +
    "existing zone is taken";
  if (above === undefined) {
    const output = `output "name_servers" {\n  value = ${zone.address}.name_servers\n}`;
    return {
      ...fix(
        "Give the zone's name servers to the registrar (or the zone above) before anything waits for the name.",
        props,
        [],
      ),
      hcl: output,
    };
  }
  return fix(`Name the zone's servers in ${above.address}.`, props, [
    {
      add: "aws_route53_record",
      name: `delegation-${name.replaceAll(".", "-")}`,
      like: zone.address,
      body: {
        zone_id: symbol(above.address, "zone_id"),
        name,
        type: "NS",
        ttl: 3600,
        records: symbol(zone.address, "name_servers"),
      },
    },
  ]);
}

/** P03. */
function oneZone(path: TracedPath, report: Reporter): void {
  const records = recordsOf(path.topology);
  for (const record of [...path.records, ...path.over]) {
    const zone = path.topology.byId.zone(record.zoneId);
    const same = records.publicZones(known(zone?.name) ?? "");
    // Two data sources of one name read one zone.
    if (zone === undefined || same.length < 2 || same.every(({ isData }) => isData)) continue;
    const [kept, ...others] = [...same].sort((a, b) => Number(b.isData) - Number(a.isData));
    if (kept === undefined) continue;
    const moved = [...path.records, ...path.over]
      .filter(({ zoneId }) => others.some(({ id }) => id === zoneId))
      .map((it): Edit => setting(it.address, "zone_id", symbol(kept.address, "zone_id")));
    report.fault({
      id: "P03",
      hop: "dns",
      address: others[0]?.address ?? zone.address,
      attribute: "name",
      observed: `${same.map(({ address }) => address).join(" and ")} are both called ${known(zone.name)}`,
      required: "one public zone of a name, to which the registrar delegates",
      symptom: "NXDOMAIN or old answers, depending on which zone the name is delegated to",
      fix: fix(
        `Keep ${kept.address} alone, with all records in it.`,
        "without hostedZone.create the existing zone is taken",
        [...moved, ...others.filter(({ isData }) => !isData).map((it): Edit => ({ remove: it.address }))],
      ),
    });
  }
}

/** P07. */
function noCnameAtTop(path: TracedPath, report: Reporter): void {
  for (const record of [...path.records, ...path.over]) {
    const name = known(record.fqdn);
    if (
      known(record.type)?.toUpperCase() !== "CNAME" ||
      name === undefined ||
      name !== known(path.topology.byId.zone(record.zoneId)?.name)
    )
      continue;
    const balancer = recordsOf(path.topology).balancerOf(record);
    report.fault({
      id: "P07",
      hop: "dns",
      address: record.address,
      attribute: "type",
      observed: `a CNAME for ${name}, which is the zone's own name`,
      required: "an alias, as the top of a zone has other records (NS, SOA) that a CNAME would hide",
      symptom: "InvalidChangeBatch when it is applied",
      fix: fix(
        "Make it an A record with an alias.",
        BY_NO_PROP,
        balancer === undefined ? [] : aliasTo(record, balancer),
      ),
    });
  }
}

function aliasTo({ address }: DnsRecord, balancer: Balancer): Edit[] {
  return [
    setting(address, "type", "A"),
    setting(address, "ttl", undefined),
    setting(address, "records", undefined),
    setting(address, "alias", {
      name: symbol(balancer.address, "dns_name"),
      zone_id: symbol(balancer.address, "zone_id"),
      evaluate_target_health: false,
    }),
  ];
}

/** P09. */
function noInternalBalancer(path: TracedPath, report: Reporter): void {
  for (const record of path.records) {
    const balancer = recordsOf(path.topology).balancerOf(record);
    if (
      balancer === undefined ||
      balancer.isInternal !== true ||
      path.topology.byId.zone(record.zoneId)?.isPrivate !== false ||
      !recordsOf(path.topology).isSeen(record)
    )
      continue;
    report.fault({
      id: "P09",
      hop: "dns",
      address: balancer.address,
      attribute: "internal",
      observed:
        `${record.address} gives the internet the name ${known(record.fqdn) ?? path.host}, and the balancer is ` +
        "internal",
      required: "a balancer that faces the internet, or a record in a private zone",
      symptom: "the name resolves to private addresses; ERR_CONNECTION_TIMED_OUT",
      fix: fix("Let the balancer face the internet (or put the record into a private zone).", BY_NO_PROP, [
        setting(balancer.address, "internal", false),
      ]),
    });
  }
}

/** P10. */
function healthDecides(path: TracedPath, report: Reporter): void {
  const { balancer } = path;
  if (balancer === undefined) return;
  const records = [...path.records, ...path.over];
  const routed = records.filter(
    (record) => recordsOf(path.topology).leadsTo(record, balancer) && record.alias !== undefined,
  );
  const failover = records.filter(({ routing }) => routing === "failover");
  const isBlind =
    failover.length > 0 && failover.every(({ alias }) => alias !== undefined && alias.evaluateTargetHealth === false);
  const empty =
    path.targetGroups.length > 0 && path.targetGroups.every(({ registrations }) => registrations.length === 0);
  for (const record of routed) {
    const isRouted = record.routing === "failover" || record.routing === "weighted";
    const isWithheld = isRouted && empty && record.alias?.evaluateTargetHealth === true;
    if (!isWithheld && !(isBlind && record.routing === "failover")) continue;
    report.fault({
      id: "P10",
      hop: "dns",
      address: record.address,
      attribute: "alias.evaluate_target_health",
      observed: isWithheld
        ? `the ${record.routing} record follows the targets' health, and no target is registered`
        : "no failover record of this name looks at the health of its balancer",
      required: isWithheld
        ? "targets whose health can be told"
        : "evaluate_target_health (or a health check of its own) on the primary record",
      symptom: isWithheld
        ? "the record is withheld, so that the name has no answer or another one"
        : "the secondary never takes over",
      fix: fix(
        isWithheld
          ? "Do not let the record follow the targets' health before there are any."
          : "Let the record follow its balancer's health.",
        BY_NO_PROP,
        [setting(record.address, "alias.evaluate_target_health", !isWithheld)],
      ),
    });
  }
}
