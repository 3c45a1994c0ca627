import type { SecurityGroup } from "../../../topology/model";
import { known } from "../../../topology/value";
import { hopOfRulesIn } from "../../analysis/network/hop-of-rules";
import { refusedOf, repeated } from "../../analysis/writers/written-twice";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FileCheck, Rule } from "../rule";

const names: FileCheck = (topology, report) => {
  if (topology.source === "state") return;
  for (const pair of repeated(topology.securityGroups, keyOf)) {
    const refused = refusedOf(topology, pair);
    if (refused === undefined) continue;
    const [kept] = pair.filter((it) => it !== refused);
    const name = known(refused.name) ?? "";
    report.finding({
      hop: hopOfRulesIn(known(refused.id), topology),
      address: refused.address,
      attribute: "name",
      observed: `${kept?.address} has the same name, ${name}, in the same VPC`,
      required: "a unique name for each security group of a VPC",
      symptom: "InvalidGroup.Duplicate at apply",
      fix: fix("Choose another name, or use `name_prefix` instead of `name`.", BY_NO_PROP, [
        setting(refused.address, "name", `${name}-2`),
      ]),
    });
  }
};

/** Nothing for a security group that the file does not create, or whose name or VPC is unknown. */
function keyOf({ name, vpcId, isData, isDefault }: SecurityGroup): string | undefined {
  const [text, vpc] = [known(name) ?? "", known(vpcId)];
  return isData || isDefault || text === "" || text.includes("${") || vpc === undefined
    ? undefined
    : JSON.stringify([vpc, text]);
}

export const P70: Rule = {
  id: "P70",
  hop: "target",
  title: "two security groups of a VPC have the same name",
  certainty: ["apply"],
  why:
    "The name of a security group is unique within its VPC, and AWS refuses a second security group with that " +
    "name. Terraform does not compare names, so only the apply fails.",
  symptom: "InvalidGroup.Duplicate at apply",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html",
  needs: [],
  review: { effect: "fails", hasBlocks: true },
  check: { file: names },
};
