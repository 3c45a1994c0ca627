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
  title: "the health check or target group is not valid for an Application Load Balancer",
  certainty: ["plan"],
  onlyIn: "synthesized files",
  why:
    "An Application Load Balancer checks its targets with HTTP or HTTPS at a path that begins with a slash, and a " +
    "target group of instances, IP addresses or load balancers requires a port, a protocol and a VPC. The provider " +
    "validates this and refuses other values before it calls AWS.",
  symptom: "`terraform plan` fails: health_check.protocol, health_check.path, or a required argument",
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

/** One finding for each missing argument that targets of its type require. */
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
      observed: `a target group of type ${type} without ${attribute}`,
      required: `${attribute}, which targets of this type require`,
      symptom: `\`terraform plan\` fails: "${attribute}" is required`,
      fix: fix(
        `Set ${attribute} of ${address}.`,
        attribute === "port" ? "`appPort` sets the port; remove the override" : BY_NO_PROP,
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
    observed: `a health check with protocol ${checked} in a target group with protocol ${known(protocol)}`,
    required: "a health check with protocol HTTP or HTTPS",
    symptom: "`terraform plan` fails: health_check.protocol",
    fix: fix(`Set the health check protocol to ${known(protocol)}.`, BY_NO_PROP, [
      setting(address, "health_check.protocol", known(protocol)),
    ]),
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
    symptom: "`terraform plan` fails: health_check.path",
    fix: fix(
      `Set the health check path to ${better}.`,
      isHealthPath(better) ? `\`healthCheck: { path: ${JSON.stringify(better)} }\`` : BY_NO_PROP,
      [setting(address, "health_check.path", better)],
    ),
  };
}
