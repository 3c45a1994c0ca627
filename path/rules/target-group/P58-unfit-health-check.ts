import { isHealthPath } from "../../../topology/health-check-values";
import type { TargetGroup, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { checkedGroups } from "../../analysis/targets/checked-groups";
import { vpcOf } from "../../analysis/targets/vpcs";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FileReporter, FindingDetails, Rule } from "../rule";

export const P58: Rule = {
  id: "P58",
  hop: "target-group",
  title: "the health check or the group is not one of an application load balancer",
  certainty: ["plan"],
  why:
    "An application load balancer checks its targets by HTTP or HTTPS at a path that begins with a slash, and a " +
    "target group of instances, addresses or load balancers needs a port, a protocol and a VPC. The provider knows " +
    "that and refuses other values before AWS is asked.",
  symptom: "terraform plan fails: health_check.protocol, health_check.path, or an argument that is required",
  symptoms: ["plan"],
  source: "https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/lb_target_group",
  needs: [],
  review: { effect: "outage" },
  check: { file: isOneOfAnApplication },
};

function isOneOfAnApplication(topology: Topology, report: FileReporter): void {
  for (const group of topology.targetGroups)
    for (const finding of lacking(topology, group))
      report.finding(finding, analyse(topology).groupUsers.balancersOf(group));
  for (const group of checkedGroups(topology))
    for (const finding of [protocolOfOthers(group), pathWithoutSlash(group)])
      if (finding !== undefined) report.finding(finding, analyse(topology).groupUsers.balancersOf(group));
}

/** One for each argument that targets of its type need. */
function lacking(topology: Topology, group: TargetGroup): FindingDetails[] {
  const { address, isData, targetType: type } = group;
  if (isData || (type !== "instance" && type !== "ip" && type !== "alb")) return [];
  const [balancer] = analyse(topology).groupUsers.balancersOf(group) ?? topology.balancers;
  const needed = [
    ["port", group.port, known(group.registrations[0]?.port) ?? 80],
    ["protocol", group.protocol, "HTTP"],
    ["vpc_id", group.vpcId, vpcOf(topology, balancer)],
  ] as const;
  return needed
    .filter(([, value]) => value === undefined)
    .map(([attribute, , better]) => ({
      address,
      attribute,
      observed: `a target group of the type ${type} without ${attribute}`,
      required: `${attribute} for targets of this type`,
      symptom: `terraform plan fails: "${attribute}" is required`,
      fix: fix(
        `Give ${address} its ${attribute}.`,
        attribute === "port" ? "appPort; remove the override" : BY_NO_PROP,
        better === undefined ? [] : [setting(address, attribute, better)],
      ),
    }));
}

function protocolOfOthers({ address, healthCheck, protocol }: TargetGroup): FindingDetails | undefined {
  const checked = known(healthCheck.protocol)?.toUpperCase();
  if (checked === undefined || checked === "HTTP" || checked === "HTTPS") return undefined;
  return {
    address,
    attribute: "health_check.protocol",
    observed: `a health check by ${checked} in a group of protocol ${known(protocol)}`,
    required: "a health check by HTTP or HTTPS",
    symptom: "terraform plan fails: health_check.protocol",
    fix: fix(`Check by ${known(protocol)}.`, BY_NO_PROP, [setting(address, "health_check.protocol", known(protocol))]),
  };
}

function pathWithoutSlash({ address, healthCheck }: TargetGroup): FindingDetails | undefined {
  const asked = known(healthCheck.path);
  if (asked === undefined || /^[/$]/.test(asked)) return undefined;
  const better = `/${asked}`;
  return {
    address,
    attribute: "health_check.path",
    observed: `the path "${asked.slice(0, 60)}"`,
    required: "a path that begins with /",
    symptom: "terraform plan fails: health_check.path",
    fix: fix(
      `Ask for ${better}.`,
      isHealthPath(better) ? `healthCheck: { path: ${JSON.stringify(better)} }` : BY_NO_PROP,
      [setting(address, "health_check.path", better)],
    ),
  };
}
