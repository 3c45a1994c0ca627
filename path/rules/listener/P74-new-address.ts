import { own } from "../../../topology/json";
import type { Topology } from "../../../topology/model";
import { isRuleBeside } from "../../../topology/permissions";
import { hopOfRulesIn } from "../../analysis/network/hop-of-rules";
import { type Twins, twinsOf } from "../../analysis/writers/twins";
import { HOP_OF_TYPE } from "../../facts/hops-of-types";
import { keeping } from "../../fixes/kept-resources";
import type { Hop } from "../../report";
import type { FileCheck, Rule } from "../rule";

/** AWS refuses the new resource while the old one exists. */
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
      observed: `${was}, the same object on AWS, is destroyed in the same apply, and Terraform does not wait for that`,
      required:
        old.type === fresh.type
          ? "a `moved` block, so that Terraform keeps the existing object"
          : "a `removed` block for the old address and an `import` block for the new one",
      symptom: `${code} at apply${OTHERWISE[code] ?? ""}`,
      fix: keeping(twins, changes),
    });
  }
};

/** `undefined` for resources that are not on a path. */
function hopOfTwins({ fresh }: Twins, topology: Topology): Hop | undefined {
  return isRuleBeside(fresh.type)
    ? hopOfRulesIn(own(fresh.after, "security_group_id"), topology)
    : HOP_OF_TYPE[fresh.type];
}

/** The result if the destroy is faster. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "Resource.AlreadyAssociated": ", or the apply ends without the new association",
  RouteAlreadyExists: ", or Terraform waits five minutes for the old route to be deleted, and fails",
};

export const P74: Rule = {
  id: "P74",
  hop: "listener",
  title: "a resource has a new address and conflicts with the old one",
  certainty: ["apply"],
  onlyIn: "plans of changes",
  why:
    "Terraform identifies a resource by its address. If a block is renamed, moved into a module or given `for_each` " +
    "without a `moved` block, Terraform plans to destroy the old address and create the new one, in no particular " +
    "order. AWS refuses the new resource while the old one still has its name, port, priority or number.",
  symptom: "an error at apply that the name, listener rule or route already exists, such as DuplicateTargetGroupName",
  symptoms: ["apply"],
  source: "https://developer.hashicorp.com/terraform/language/modules/develop/refactoring",
  needs: [],
  review: {
    effect: "fails",
    hasBlocks: true,
    breaksHop: false,
    headline: ({ address, observed }, quoted) => {
      const [, was] = /^(\S+), the same object on AWS, /.exec(observed) ?? [];
      if (was === undefined) return undefined;
      return `${quoted(address)} is created before ${quoted(was)}, the same object on AWS, is destroyed`;
    },
  },
  check: { file: oldOneInTheWay },
};
