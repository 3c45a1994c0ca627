import type { DnsRecord } from "../../../topology/model";
import { analyse } from "../../analysis/analysis";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FindingDetails, Reporter, Rule } from "../rule";

export const P10: Rule = {
  id: "P10",
  hop: "dns",
  title: "target health decides on a record, with nothing to decide on",
  certainty: ["likely"],
  why:
    "An alias with `evaluate_target_health` inherits the health of its load balancer, and a load balancer whose " +
    "target groups are empty counts as unhealthy: Route 53 then answers with other records of the name. A failover " +
    "pair in which no record looks at any health stays with its primary, whatever happens to that.",
  symptom: "another record of the name answers, or a failover record never takes over",
  symptoms: ["nxdomain"],
  source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-failover-alias.html",
  needs: [],
  review: { effect: "outage" },
  check: { path: healthDecides },
};

function healthDecides(path: TracedPath, report: Reporter): void {
  const { balancer, topology, targetGroups } = path;
  if (balancer === undefined) return;
  const records = [...path.records, ...path.over];
  const failover = records.filter(({ routing }) => routing === "failover");
  const isBlind =
    failover.length > 0 && failover.every(({ alias }) => alias !== undefined && alias.evaluateTargetHealth === false);
  const isEmpty = targetGroups.length > 0 && targetGroups.every(({ registrations }) => registrations.length === 0);
  for (const record of records) {
    if (!analyse(topology).records.leadsTo(record, balancer) || record.alias === undefined) continue;
    const isRouted = record.routing === "failover" || record.routing === "weighted";
    if (isRouted && isEmpty && record.alias.evaluateTargetHealth === true) report.finding(withheld(record));
    else if (isBlind && record.routing === "failover") report.finding(blind(record));
  }
}

function withheld({ address, routing }: DnsRecord): FindingDetails {
  return {
    address,
    attribute: "alias.evaluate_target_health",
    observed: `the ${routing} record follows the targets' health, and no target is registered`,
    required: "targets whose health can be told",
    symptom: "the record is withheld, so that the name has no answer or another one",
    fix: fix("Do not let the record follow the targets' health before there are any.", BY_NO_PROP, [
      setting(address, "alias.evaluate_target_health", false),
    ]),
  };
}

function blind({ address }: DnsRecord): FindingDetails {
  return {
    address,
    attribute: "alias.evaluate_target_health",
    observed: "no failover record of this name looks at the health of its load balancer",
    required: "evaluate_target_health (or a health check of its own) on the primary record",
    symptom: "the secondary never takes over",
    fix: fix("Let the record follow its load balancer's health.", BY_NO_PROP, [
      setting(address, "alias.evaluate_target_health", true),
    ]),
  };
}
