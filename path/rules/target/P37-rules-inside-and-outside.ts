import { analysePath } from "../../analysis/path-analysis";
import { fix } from "../../fixes/fix";
import { movedOut } from "../../fixes/group-fixes";
import { BY_NO_PROP, few } from "../../fixes/shared-wording";
import type { PathCheck, Rule } from "../rule";

const checkBothKinds: PathCheck = (path, report) => {
  // A state lists separate rules in the security group as well.
  if (path.topology.source === "state") return;
  for (const { group } of analysePath(path).groupsInUse) {
    for (const direction of ["ingress", "egress"] as const) {
      const separate = group.standalone.filter((it) => it.direction === direction);
      if (!group.hasInline[direction] || separate.length === 0) continue;
      report.finding({
        address: group.address,
        attribute: direction,
        observed:
          `inline ${direction} rules in ${group.address}, and separate rule resources: ` +
          `${few(separate.map(({ address }) => address))}`,
        required: "either inline rules or separate rule resources",
        symptom: "rules disappear at every other apply, and connections with them",
        fix: fix(
          `Move all ${direction} rules of the security group to separate resources. If the security group already ` +
            "exists, add `import` blocks for its existing rules; `alb-web review` prints them.",
          BY_NO_PROP,
          movedOut(group, direction),
        ),
      });
    }
  }
};

export const P37: Rule = {
  id: "P37",
  hop: "target",
  title: "a security group has both inline rules and separate rule resources",
  certainty: ["certain"],
  why:
    "A security group with `ingress` or `egress` blocks owns all rules of that direction: Terraform revokes every " +
    "rule that the blocks do not list. The separate rule resources then create theirs again, so the rules " +
    "alternate from one apply to the next, and between two applies a port can be closed.",
  symptom: "rules disappear at every other apply, and connections with them",
  symptoms: ["sometimes", "later"],
  source: "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group",
  needs: ["plan"],
  review: { effect: "outage" },
  check: { path: checkBothKinds },
};
