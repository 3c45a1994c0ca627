import type { Balancer, TargetGroup, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { refusedBecause } from "../../facts/elb";
import { fix, setting } from "../../fixes/fix";
import type { FileReporter, FindingDetails, Rule } from "../rule";

export const P59: Rule = {
  id: "P59",
  hop: "listener",
  title: "a load balancer or target group name is not valid",
  certainty: ["plan"],
  onlyIn: "synthesized files",
  why:
    "The names of load balancers and target groups become part of DNS names and ARNs. They can have at most 32 " +
    "letters, digits and hyphens, and cannot begin or end with a hyphen. AWS reserves the prefix internal- for load " +
    "balancers. The provider refuses other names before it calls AWS.",
  symptom: '`terraform plan` fails: invalid value for "name"',
  symptoms: ["plan"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html",
  needs: [],
  review: { effect: "outage" },
  check: { file: hasNamesThatAwsTakes },
};

function hasNamesThatAwsTakes(topology: Topology, report: FileReporter): void {
  for (const balancer of topology.balancers)
    if (balancer.type !== "classic") reportName(balancer, "balancer", [balancer], report);
  for (const group of topology.targetGroups)
    reportName(group, "target group", analyse(topology).groupUsers.balancersOf(group), report);
}

function reportName(
  { address, name: given, isData }: Balancer | TargetGroup,
  of: Parameters<typeof refusedBecause>[1],
  on: readonly Balancer[] | undefined,
  report: FileReporter,
): void {
  const name = known(given);
  if (isData || name === undefined || name.includes("${")) return;
  const reason = refusedBecause(name, of);
  if (reason !== undefined) report.finding(refused(address, name, reason), on);
}

function refused(address: string, name: string, reason: string): FindingDetails {
  const better = allowedName(name);
  return {
    address,
    attribute: "name",
    observed: `"${name}" ${reason}`,
    required:
      "at most 32 letters, digits and hyphens, with no hyphen at the start or end; for a load balancer, no prefix " +
      "internal-",
    symptom: P59.symptom,
    fix: fix(`Change the name to ${better}.`, "no prop sets the name; remove the override", [
      setting(address, "name", better),
    ]),
  };
}

/** The valid part of a name. */
function allowedName(name: string): string {
  return (
    name
      .replace(/^internal-/, "")
      .replace(/[^A-Za-z0-9-]+/g, "-")
      .replace(/^-+/, "")
      .slice(0, 32)
      .replace(/(?<!-)-+$/, "") || "web"
  );
}
