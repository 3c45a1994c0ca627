import { own } from "../../../topology/json";
import type { SecurityGroup, Topology } from "../../../topology/model";
import { permissionKey, permissionsOf } from "../../../topology/permissions";
import { known } from "../../../topology/value";
import { hopOfRulesIn } from "../../analysis/network/hop-of-rules";
import { childKind, standingInParents } from "../../analysis/writers/parents";
import { refusedOf, repeated } from "../../analysis/writers/written-twice";
import { standingChild } from "../../fixes/children";
import { fix } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FileCheck, FileReporter, Rule } from "../rule";

const rules: FileCheck = (topology, report) => {
  if (topology.source !== "state")
    for (const group of topology.securityGroups) if (group.standalone.length > 1) twoRules(topology, group, report);
  for (const it of standingInParents(topology.writers.changes))
    if (childKind(it.change.type) === "rule")
      report.finding({
        ...standingChild(it),
        hop: hopOfRulesIn(own(it.change.after, "security_group_id"), topology),
        attribute: "security_group_id",
        symptom: P72.symptom,
      });
};

/** Each known source with its ports; unknown ones are not compared. */
function twoRules(topology: Topology, group: SecurityGroup, report: FileReporter): void {
  const all = (["ingress", "egress"] as const).flatMap((direction) =>
    group[direction]
      .filter(({ address, attribute }) => attribute === "" && address !== group.address)
      .flatMap((rule) =>
        permissionsOf(rule, group.address, direction).map((it) => ({ address: rule.address, key: permissionKey(it) })),
      ),
  );
  for (const pair of repeated(all, ({ key }) => key)) {
    const [one, other] = pair;
    const refused = one.address === other.address ? undefined : refusedOf(topology, pair);
    if (refused === undefined) continue;
    report.finding({
      hop: hopOfRulesIn(known(group.id), topology),
      address: refused.address,
      attribute: "security_group_id",
      observed: `${(refused === one ? other : one).address} adds the same rule to ${group.address}`,
      required: "one resource for each rule",
      symptom: "InvalidPermission.Duplicate at apply",
      fix: fix("Keep one of the two rules.", BY_NO_PROP, [{ remove: refused.address }]),
    });
  }
}

export const P72: Rule = {
  id: "P72",
  hop: "target",
  title: "the security group already has this rule",
  certainty: ["apply"],
  why:
    "A security group has each rule once: a direction, a protocol, its ports and one source. AWS refuses to add " +
    "the rule again, whether two resources write it or the security group still has it from a block that was " +
    "removed from the configuration. A rule with several sources counts as several rules, so one source in common " +
    "is enough.",
  symptom: "InvalidPermission.Duplicate at apply: the specified rule already exists",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html",
  needs: [],
  review: { effect: "fails", hasBlocks: true },
  check: { file: rules },
};
