import type { Zone } from "../../../topology/model";
import { symbol } from "../../../topology/symbols";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix } from "../../fixes/fix";
import type { Fix } from "../../report";
import type { Reporter, Rule } from "../rule";

export const P02: Rule = {
  id: "P02",
  hop: "dns",
  title: "nothing in the file delegates to the new hosted zone",
  certainty: ["likely"],
  why:
    "Route 53 assigns four name servers to each new hosted zone. Resolvers find them only through NS records in the " +
    "parent zone or at the registrar. Until these list the new name servers, no client and no certificate authority " +
    "finds a record of the zone.",
  symptom: "NXDOMAIN or an outdated answer, and the certificate stays PENDING_VALIDATION",
  symptoms: ["nxdomain", "pending"],
  source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-routing-traffic-for-subdomains.html",
  needs: [],
  review: { effect: "outage" },
  check: { path: delegated },
};

function delegated(path: TracedPath, report: Reporter): void {
  const records = analyse(path.topology).records;
  for (const record of [...path.records, ...path.over]) {
    const zone = path.topology.byId.zone(record.zoneId);
    const name = known(zone?.name);
    if (zone === undefined || name === undefined || zone.isPrivate === true) continue;
    const above = records.zoneFor(name.slice(name.indexOf(".") + 1));
    const isNamedAbove = records.named(name).some((it) => known(it.type) === "NS" && it.zoneId !== zone.id);
    if (isNamedAbove) continue;
    const isNew = path.topology.source === "synthesized" || zone.actions.includes("create");
    // An existing zone is assumed to be delegated.
    if (zone.isData || (!isNew && above === undefined)) continue;
    report.finding({
      address: zone.address,
      attribute: "name_servers",
      observed:
        above === undefined
          ? `the zone ${name} is created here, and nothing in the file delegates to it`
          : `${above.address} has no NS record for ${name}`,
      required: `NS records with this zone's name servers in the parent zone of ${name} or at its registrar`,
      symptom:
        'NXDOMAIN; the certificate stays PENDING_VALIDATION and terraform prints "Still creating" until its timeout',
      fix: delegation(zone, name, above),
    });
  }
}

function delegation(zone: Zone, name: string, above: Zone | undefined): Fix {
  const props =
    "first hostedZone: { create: true, delegated: false }, then delegated: true; without hostedZone, the existing " +
    "zone is used";
  if (above === undefined) {
    const text =
      "Enter the zone's name servers at the registrar (or in the parent zone) before anything waits for the name.";
    const output = `output "name_servers" {\n  value = ${zone.address}.name_servers\n}`;
    return { ...fix(text, props, []), hcl: output };
  }
  return fix(`Add an NS record with the zone's name servers to ${above.address}.`, props, [
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
