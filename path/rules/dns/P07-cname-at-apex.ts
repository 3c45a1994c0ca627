import type { Balancer, DnsRecord } from "../../../topology/model";
import { symbol } from "../../../topology/symbols";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { Edit } from "../../report";
import type { Reporter, Rule } from "../rule";

export const P07: Rule = {
  id: "P07",
  hop: "dns",
  title: "a CNAME record is at the zone apex",
  certainty: ["apply"],
  why:
    "DNS does not allow other records with the same name as a CNAME, and the zone apex always has NS and SOA " +
    "records. Route 53 therefore refuses a CNAME there. An alias record is the Route 53 alternative: queries for it " +
    "are answered with the load balancer's addresses.",
  symptom: "InvalidChangeBatch at apply; the zone apex has no record",
  symptoms: ["apply"],
  source:
    "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html",
  needs: [],
  review: { effect: "fails" },
  check: { path: noCnameAtTop },
};

function noCnameAtTop(path: TracedPath, report: Reporter): void {
  for (const record of [...path.records, ...path.over]) {
    const name = known(record.fqdn);
    if (
      known(record.type)?.toUpperCase() !== "CNAME" ||
      name === undefined ||
      name !== known(path.topology.byId.zone(record.zoneId)?.name)
    )
      continue;
    const balancer = analyse(path.topology).records.balancerOf(record);
    report.finding({
      address: record.address,
      attribute: "type",
      observed: `a CNAME for ${name}, the zone apex`,
      required: "an alias record, because the zone apex has other records (NS, SOA) that a CNAME would hide",
      symptom: "InvalidChangeBatch at apply",
      fix: fix(
        "Change it to an A record with an alias.",
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
