import { known } from "../../../topology/value";
import type { NearMiss } from "../../analysis/network/near-misses";
import type { MissedPort } from "../../analysis/network/passage-of-target";
import { ruleInWords } from "../../analysis/network/rule-words";
import { argument, attributeOf } from "../../analysis/network/security-rules";
import { analysePath } from "../../analysis/path-analysis";
import { fix } from "../../fixes/fix";
import { renamed, ruleSetting } from "../../fixes/group-fixes";
import { portsInWords, shareOfTargets, symptomOf } from "../../fixes/target-ports";
import type { Edit } from "../../report";
import type { PathCheck, Rule } from "../rule";

const checkNearMisses: PathCheck = (path, report) => {
  const passages = analysePath(path).targetPassages;
  for (const missed of passages.missed) {
    const { rule, port, health, whom } = missed;
    const { name, why, text, edits } = CORRECTIONS[missed.what](missed);
    report.finding({
      address: rule.address,
      attribute: attributeOf(rule, name),
      observed: `${ruleInWords(path.topology, rule, "ingress")}: ${why}`,
      required: `${portsInWords([port])} from ${whom}`,
      ...symptomOf([port], [health]),
      ...shareOfTargets(missed, passages, "the load balancer's subnets"),
      fix: fix(
        text,
        "`appPort` and `healthCheck.port` set these rules; remove the override or the resource you added",
        edits,
      ),
    });
  }
};

/** The argument that is wrong, why, and how it is corrected. */
interface Correction {
  readonly name: string;
  readonly why: string;
  readonly text: string;
  readonly edits: readonly Edit[];
}

const CORRECTIONS: Readonly<Record<NearMiss["what"], (missed: MissedPort) => Correction>> = {
  ports: ({ rule }) => ({
    name: "from_port",
    why: "from_port is greater than to_port",
    text: "Set `from_port` to the lower port and `to_port` to the higher one.",
    edits: [ruleSetting(rule, "from_port", known(rule.toPort)), ruleSetting(rule, "to_port", known(rule.fromPort))],
  }),
  protocol: ({ rule }) => ({
    name: argument(rule, "protocol"),
    why: "the load balancer uses tcp",
    text: "Set the protocol to tcp.",
    edits: [ruleSetting(rule, argument(rule, "protocol"), "tcp")],
  }),
  addresses: ({ rule, groupId }) => ({
    name: argument(rule, "cidrs"),
    why: "these are not the load balancer's addresses",
    text: "Reference the load balancer's security group as the source.",
    edits: groupId === undefined ? [] : renamed(rule, [groupId]),
  }),
};

export const P35: Rule = {
  id: "P35",
  hop: "target",
  title: "a security group rule has the wrong ports, protocol or addresses",
  certainty: ["certain"],
  severity: { usual: "error", otherIf: "only health checks fail and nothing acts on the targets' health" },
  why:
    "A security group rule matches only if its protocol, its ports and its source all fit the packet. A port range " +
    "from the higher port to the lower, udp instead of tcp, or addresses that the load balancer does not have look " +
    "right in a review and allow nothing. A rule that references the load balancer's security group stays correct " +
    "when its addresses change.",
  symptom: "504 Gateway Timeout; Target.Timeout in the target's health",
  symptoms: ["504", "unhealthy"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
  needs: [],
  review: { effect: "outage", headline: "observed", blames: "security groups" },
  check: { path: checkNearMisses },
};
