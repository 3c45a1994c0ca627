import type { SecurityRule } from "../../../topology/model";
import { plain } from "../../../topology/symbols";
import { known } from "../../../topology/value";
import { balancerGroups } from "../../analysis/network/balancer-groups";
import { isAll } from "../../analysis/network/security-rules";
import { mayBeApplication } from "../../analysis/requests/balancer-types";
import { fix } from "../../fixes/fix";
import { ruleSetting, takenAway } from "../../fixes/group-fixes";
import type { Edit } from "../../report";
import type { PathCheck, Rule } from "../rule";

/** The default quota of rules in one direction of a security group; AWS raises it on request. */
const QUOTA = 60;
/** The weight of the AWS-managed prefix list for CloudFront, the usual list in a load balancer's rules. */
const CLOUDFRONT = 55;

const checkWeights: PathCheck = (path, report) => {
  const { balancer, topology } = path;
  if (balancer === undefined || !mayBeApplication(balancer)) return;
  for (const id of balancerGroups(path, balancer).ids.items) {
    const group = topology.byId.securityGroup(id);
    if (group === undefined) continue;
    const lists = group.ingress.filter(({ prefixListIds }) => prefixListIds.items.length > 0);
    const taken = group.ingress.reduce((sum, rule) => sum + weightOf(rule), 0);
    if (lists.length === 0 || taken <= QUOTA) continue;
    const names = [...new Set(lists.flatMap(({ prefixListIds }) => prefixListIds.items.map(plain)))];
    report.finding({
      address: group.address,
      attribute: "ingress",
      observed:
        `${lists.length} rules with ${names.join(", ")}: ${taken} rules, if the list is CloudFront's, which ` +
        `counts as ${CLOUDFRONT}`,
      required: `at most ${QUOTA} rules, unless the account's quota is higher`,
      symptom: P38.symptom,
      fix: fix(
        "Use one rule with the list for the range of ports, which also opens the ports between them, or spread the " +
          "rules over several security groups.",
        "no prop causes this; remove the rule you added",
        joined(lists),
      ),
    });
  }
};

/** A list counts as the maximum number of its entries; lists that the file declares are assumed to be small. */
function weightOf({ cidrs, ipv6Cidrs, groupIds, prefixListIds }: SecurityRule): number {
  const lists = prefixListIds.items.map((id) =>
    /^\$\{(?!.*data\.)|\.(s3|dynamodb)|_(s3|dynamodb)/.test(id) ? 1 : CLOUDFRONT,
  );
  return (
    Math.max(cidrs.items.length, ipv6Cidrs.items.length) +
    groupIds.items.length +
    lists.reduce((sum, it) => sum + it, 0)
  );
}

/** Widens the first rule to all ports, and removes the rules that have only the same list. */
function joined(lists: readonly SecurityRule[]): readonly Edit[] {
  const [first] = lists;
  if (first === undefined) return [];
  const same = lists.filter(
    (it) =>
      it.cidrs.items.length === 0 &&
      it.groupIds.items.length === 0 &&
      it.prefixListIds.items.join() === first.prefixListIds.items.join(),
  );
  if (!same.includes(first) || same.length < 2 || same.some(({ protocol }) => isAll(known(protocol)))) return [];
  const ports = same.flatMap(({ fromPort, toPort }) => [known(fromPort) ?? 0, known(toPort) ?? 0]);
  // From last to first, so that the indexes of the others do not change.
  const others = same.filter((it) => it !== first).reverse();
  return [
    ruleSetting(
      first,
      "from_port",
      ports.reduce((a, b) => Math.min(a, b)),
    ),
    ruleSetting(
      first,
      "to_port",
      ports.reduce((a, b) => Math.max(a, b)),
    ),
    ...others.flatMap(takenAway),
  ];
}

export const P38: Rule = {
  id: "P38",
  hop: "listener",
  title: "prefix lists in security group rules exceed the rule quota",
  certainty: ["likely"],
  why:
    "A rule that references a prefix list counts as the list's maximum number of entries against the rule quota of " +
    "the security group. The list of CloudFront addresses counts as 55, and the default quota is 60 rules in each " +
    "direction, so a second port for the same list exceeds it. This is a warning because neither the account's " +
    "quota nor the AWS-managed lists are in the file.",
  symptom: "RulesPerSecurityGroupLimitExceeded at apply",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html",
  needs: [],
  review: { effect: "outage" },
  check: { path: checkWeights },
};
