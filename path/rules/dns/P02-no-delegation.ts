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
  title: "the zone is made here and nothing delegates to it",
  certainty: ["likely"],
  why:
    "Route 53 gives each new zone four name servers of its own. Resolvers learn of them only from NS records in the " +
    "zone above, or from the registrar; until these name them, no client and no certificate authority finds a record " +
    "of the zone.",
  symptom: "NXDOMAIN or an old answer, and the certificate stays PENDING_VALIDATION",
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
    // What is there already is taken to be delegated.
    if (zone.isData || (!isNew && above === undefined)) continue;
    report.finding({
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
    const text =
      "Give the zone's name servers to the registrar (or the zone above) before anything waits for the name.";
    const output = `output "name_servers" {\n  value = ${zone.address}.name_servers\n}`;
    return { ...fix(text, props, []), hcl: output };
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
