import { analysePath } from "../../analysis/path-analysis";
import { fix } from "../../fixes/fix";
import { movedOut } from "../../fixes/group-fixes";
import { BY_NO_PROP, few } from "../../fixes/shared-wording";
import type { PathCheck, Rule } from "../rule";

const checkBothKinds: PathCheck = (path, report) => {
  // A state lists the rules beside a group in the group as well.
  if (path.topology.source === "state") return;
  for (const { group } of analysePath(path).groupsInUse) {
    for (const direction of ["ingress", "egress"] as const) {
      const beside = group.standalone.filter((it) => it.direction === direction);
      if (!group.hasInline[direction] || beside.length === 0) continue;
      report.finding({
        address: group.address,
        attribute: direction,
        observed:
          `${direction} rules in ${group.address} itself, and beside it ` +
          `${few(beside.map(({ address }) => address))}`,
        required: "rules either in the group or beside it",
        symptom: "rules vanish at every other apply, and with them the connections",
        fix: fix(`Write all ${direction} rules of the group beside it.`, BY_NO_PROP, movedOut(group, direction)),
      });
    }
  }
};

export const P37: Rule = {
  id: "P37",
  hop: "target",
  title: "rules stand in a group and beside it",
  certainty: ["certain"],
  why:
    "A security group with `ingress` or `egress` blocks owns all rules of that direction: terraform revokes every " +
    "rule that the blocks do not list. The rule resources beside it then create theirs again, so the rules alternate " +
    "from one apply to the next, and between two applies a port can be closed.",
  symptom: "rules disappear at every other apply, and connections with them",
  symptoms: ["sometimes", "later"],
  source: "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group",
  needs: ["plan"],
  review: { effect: "outage" },
  check: { path: checkBothKinds },
};
