import type { DnsRecord } from "../../../topology/model";
import { analyse } from "../../analysis/analysis";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FindingDetails, Reporter, Rule } from "../rule";

export const P10: Rule = {
  id: "P10",
  hop: "dns",
  title: "failover or weighted routing has no target health to act on",
  certainty: ["likely"],
  why:
    "An alias with `evaluate_target_health` inherits the health of its load balancer. A load balancer whose target " +
    "groups are all empty counts as unhealthy, so Route 53 answers with other records of the name. A failover pair " +
    "in which no record evaluates health always answers with its primary record, even if the primary is down.",
  symptom: "another record of the name is returned, or failover never happens",
  symptoms: ["nxdomain"],
  source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-failover-alias.html",
  needs: [],
  review: { effect: "outage", headline: "observed" },
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
    observed: `the ${routing} record evaluates target health, but no target is registered`,
    required: "registered targets, so that their health can be evaluated",
    symptom: "Route 53 does not return the record; the name resolves to another record or not at all",
    fix: fix("Do not evaluate target health until targets are registered.", BY_NO_PROP, [
      setting(address, "alias.evaluate_target_health", false),
    ]),
  };
}

function blind({ address }: DnsRecord): FindingDetails {
  return {
    address,
    attribute: "alias.evaluate_target_health",
    observed: "no failover record of this name evaluates the health of its load balancer",
    required: "evaluate_target_health or a health check on the primary record",
    symptom: "failover to the secondary record never happens",
    fix: fix("Let the record evaluate its load balancer's health.", BY_NO_PROP, [
      setting(address, "alias.evaluate_target_health", true),
    ]),
  };
}
