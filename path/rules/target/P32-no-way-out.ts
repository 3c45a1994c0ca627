import { rulesInWords } from "../../analysis/network/rule-words";
import { analysePath } from "../../analysis/path-analysis";
import { fix } from "../../fixes/fix";
import { openingOf, portsInWords, shareOfTargets, symptomOf } from "../../fixes/target-ports";
import type { PathCheck, Rule } from "../rule";

const checkWayOut: PathCheck = (path, report) => {
  const passages = analysePath(path).targetPassages;
  for (const { openOut } of passages.kinds) for (const it of openOut) report.open("target", it);
  for (const shut of passages.out) {
    const shown = portsInWords(shut.ports);
    report.finding({
      address: shut.group.address,
      attribute: "egress",
      observed: rulesInWords(path.topology, shut.set),
      required: `${shown} to ${shut.whom.join(", ")}`,
      ...symptomOf(shut.ports, shut.health),
      ...shareOfTargets(shut, passages, "the targets' subnets"),
      fix: fix(
        `Allow outbound ${shown} from the load balancer to its targets.`,
        "`appPort` and `healthCheck.port` set these rules, so no prop causes this; remove the override",
        openingOf(shut, "to_targets"),
      ),
    });
  }
};

export const P32: Rule = {
  id: "P32",
  hop: "target",
  title: "the load balancer's security group does not allow outbound traffic to the targets",
  certainty: ["certain"],
  severity: { usual: "error", otherIf: "only health checks fail and nothing acts on the targets' health" },
  why:
    "The load balancer opens its own connections to the targets, for requests and for health checks, and its " +
    "security groups must allow both. AWS gives a new security group a rule that allows all outbound traffic, but " +
    "Terraform removes it. Without another rule the connections are dropped, and the load balancer waits until it " +
    "times out.",
  symptom: "504 Gateway Timeout; Target.Timeout in the target's health",
  symptoms: ["504", "unhealthy"],
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html",
  needs: ["whole configuration"],
  review: { effect: "outage", blames: "security groups", direction: "egress" },
  check: { path: checkWayOut },
};
