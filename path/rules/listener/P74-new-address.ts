import { own } from "../../../topology/json";
import type { Topology } from "../../../topology/model";
import { isRuleBeside } from "../../../topology/permissions";
import { hopOfRulesIn } from "../../analysis/network/hop-of-rules";
import { type Twins, twinsOf } from "../../analysis/writers/twins";
import { HOP_OF_TYPE } from "../../facts/hops-of-types";
import { keeping } from "../../fixes/kept-resources";
import type { Hop } from "../../report";
import type { FileCheck, Rule } from "../rule";

/** AWS refuses the new one while the old one is there. */
const oldOneInTheWay: FileCheck = (topology, report) => {
  const { changes } = topology.writers;
  for (const twins of twinsOf(changes).all) {
    const { old, fresh, code } = twins;
    const hop = hopOfTwins(twins, topology);
    const { address: was } = old;
    if (code === undefined || hop === undefined) continue;
    report.finding({
      hop,
      address: fresh.address,
      attribute: "",
      observed: `${was} is the same on AWS, and is destroyed in the same apply; terraform does not wait for that`,
      required:
        old.type === fresh.type
          ? "a `moved` block, so that terraform keeps what is there"
          : "terraform to forget the one, and to import the other",
      symptom: `${code} at apply${OTHERWISE[code] ?? ""}`,
      fix: keeping(twins, changes),
    });
  }
};

/** Nothing for what stands on no path. */
function hopOfTwins({ fresh }: Twins, topology: Topology): Hop | undefined {
  return isRuleBeside(fresh.type)
    ? hopOfRulesIn(own(fresh.after, "security_group_id"), topology)
    : HOP_OF_TYPE[fresh.type];
}

/** What comes of it where the destroy is the faster one. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "Resource.AlreadyAssociated": ", or the new association is gone after it",
  RouteAlreadyExists: ", or terraform waits five minutes for the old route to be gone, and fails",
};

export const P74: Rule = {
  id: "P74",
  hop: "listener",
  title: "a resource has a new address, and the old one is in the way",
  certainty: ["apply"],
  why:
    "Terraform knows a resource by its address. When a block is renamed, moved into a module or given `for_each` " +
    "without a `moved` block, Terraform plans to destroy the old address and to create the new one, and does not " +
    "order the two. AWS refuses the new one while the old one still has its name, port, priority or number.",
  symptom: "An error at apply that the name, the rule or the route exists already, such as DuplicateTargetGroupName",
  symptoms: ["apply"],
  source: "https://developer.hashicorp.com/terraform/language/modules/develop/refactoring",
  needs: [],
  review: { effect: "fails", hasBlocks: true, breaksHop: false },
  check: { file: oldOneInTheWay },
};
