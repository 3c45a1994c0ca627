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
  title: "a CNAME stands at the top of its zone",
  certainty: ["apply"],
  why:
    "DNS allows no other record beside a CNAME, and the top of a zone always has its NS and SOA records, so Route 53 " +
    "refuses a CNAME there. An alias record is Route 53's own kind for this: it is answered with the load balancer's " +
    "addresses.",
  symptom: "InvalidChangeBatch at apply; the zone's own name has no record",
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
