import type { SecurityGroup, SecurityRule } from "../../../topology/model";
import { plain } from "../../../topology/symbols";
import { isUnknown, known } from "../../../topology/value";
import { areInDifferentVpcs, mayBePeered } from "../../analysis/network/across-vpcs";
import type { GroupInUse } from "../../analysis/network/groups-in-use";
import { ruleInWords } from "../../analysis/network/rule-words";
import { argument, attributeOf, type Direction, opensPort } from "../../analysis/network/security-rules";
import { analysePath } from "../../analysis/path-analysis";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { renamed, takenAway } from "../../fixes/group-fixes";
import { BY_NO_PROP, replacing } from "../../fixes/shared-wording";
import type { Fix } from "../../report";
import type { PathCheck, Reporter, Rule } from "../rule";

const checkReferences: PathCheck = (path, report) => {
  for (const own of analysePath(path).groupsInUse) {
    for (const direction of ["ingress", "egress"] as const)
      for (const rule of own.group[direction]) checkReference(path, own, rule, direction, report);
  }
};

function checkReference(
  path: TracedPath,
  own: GroupInUse,
  rule: SecurityRule,
  direction: Direction,
  report: Reporter,
): void {
  const { topology } = path;
  const { group } = own;
  const other = rule.groupIds.items
    .map((id) => topology.byId.securityGroup(id))
    .find((it) => it !== undefined && areInDifferentVpcs(topology, group, it));
  if (other === undefined) return;
  if (mayBePeered(topology, [group, other])) {
    report.assume({
      hop: "target",
      address: rule.address,
      text:
        `the VPCs of ${group.address} and ${other.address} are peered, so a rule in one can reference ` + "the other",
    });
    return;
  }
  report.finding({
    address: rule.address,
    attribute: attributeOf(rule, argument(rule, "groups")),
    observed:
      `${ruleInWords(topology, rule, direction)}, in ${vpcInWords(group)}; ${other.address} is in ` +
      `${vpcInWords(other)}`,
    required: "a security group in the same VPC, or in a peered VPC",
    symptom: "InvalidGroup.NotFound at apply",
    fix: fixOf(path, own, rule, other),
  });
}

function fixOf(path: TracedPath, own: GroupInUse, rule: SecurityRule, other: SecurityGroup): Fix {
  const needed = analysePath(path).groupsInUse.find(({ group }) => group === other)?.vpcId;
  const wanted = needed ?? (other.vpcId === undefined ? known(own.group.vpcId) : undefined);
  const astray = [{ group: other, vpcId: wanted }, own].find(
    ({ group, vpcId }) => !group.isData && vpcId !== undefined && vpcId !== known(group.vpcId),
  );
  if (astray !== undefined)
    return fix(
      `Create ${astray.group.address} in the VPC that uses it. ${replacing(astray.group.address)}`,
      BY_NO_PROP,
      [setting(astray.group.address, "vpc_id", astray.vpcId)],
    );
  const others = rule.groupIds.items.filter((id) => id !== known(other.id));
  if (others.length > 0) return fix(`Remove ${other.address} from the rule.`, BY_NO_PROP, renamed(rule, others));
  const { opposite } = own;
  if (opposite === undefined || !isOnlyWay(path, own, rule, opposite))
    return fix("Remove the rule.", BY_NO_PROP, takenAway(rule));
  return fix(`Reference ${plain(opposite)} in the rule.`, BY_NO_PROP, renamed(rule, [opposite]));
}

/** Whether the rule is for a port of the targets, and no other rule opens it to the other side. */
function isOnlyWay({ targets }: TracedPath, { group }: GroupInUse, rule: SecurityRule, opposite: string): boolean {
  const serves = targets.some(
    ({ port, healthPort }) => opensPort(rule, port) === true || opensPort(rule, healthPort) === true,
  );
  return (
    serves &&
    ![...group.ingress, ...group.egress].some(
      (it) => it !== rule && it.groupIds.items.includes(opposite) && known(it.fromPort) === known(rule.fromPort),
    )
  );
}

function vpcInWords({ vpcId }: SecurityGroup): string {
  return vpcId === undefined ? "the default VPC" : isUnknown(vpcId) ? "an unknown VPC" : plain(vpcId);
}

export const P36: Rule = {
  id: "P36",
  hop: "target",
  title: "a security group rule references a security group in another VPC",
  certainty: ["apply"],
  why:
    "A security group belongs to one VPC. A rule can reference a security group in the same VPC or in a peered " +
    "VPC. AWS treats any other id as a security group that does not exist, and refuses the rule.",
  symptom: "InvalidGroup.NotFound at apply",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
  needs: [],
  review: { effect: "fails" },
  check: { path: checkReferences },
};
