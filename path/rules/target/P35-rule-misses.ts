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
    const { name, why, text, edits } = MENDS[missed.what](missed);
    report.finding({
      address: rule.address,
      attribute: attributeOf(rule, name),
      observed: `${ruleInWords(path.topology, rule, "ingress")}: ${why}`,
      required: `${portsInWords([port])} from ${whom}`,
      ...symptomOf([port], [health]),
      ...shareOfTargets(missed, passages, "the load balancer's subnets"),
      fix: fix(
        text,
        "`appPort` and `healthCheck.port` write the rules right: remove the override or the added resource",
        edits,
      ),
    });
  }
};

/** The argument that is wrong, why, and how it is mended. */
interface Mend {
  readonly name: string;
  readonly why: string;
  readonly text: string;
  readonly edits: readonly Edit[];
}

const MENDS: Readonly<Record<NearMiss["what"], (missed: MissedPort) => Mend>> = {
  ports: ({ rule }) => ({
    name: "from_port",
    why: "its first port is above its last",
    text: "Give the rule's ports from the lower to the higher.",
    edits: [ruleSetting(rule, "from_port", known(rule.toPort)), ruleSetting(rule, "to_port", known(rule.fromPort))],
  }),
  protocol: ({ rule }) => ({
    name: argument(rule, "protocol"),
    why: "the load balancer speaks tcp",
    text: "Make it a rule for tcp.",
    edits: [ruleSetting(rule, argument(rule, "protocol"), "tcp")],
  }),
  addresses: ({ rule, groupId }) => ({
    name: argument(rule, "cidrs"),
    why: "the load balancer's addresses are others",
    text: "Make it a rule for the load balancer's group.",
    edits: groupId === undefined ? [] : renamed(rule, [groupId]),
  }),
};

export const P35: Rule = {
  id: "P35",
  hop: "target",
  title: "a rule's ports, protocol or addresses miss what it is for",
  certainty: ["certain"],
  why:
    "A security group rule matches only if its protocol, its ports and its source all fit the packet. A range from " +
    "the higher port to the lower, udp in place of tcp, or addresses that the load balancer does not have look right " +
    "in a review and let nothing in. A rule for the load balancer's group stays right whatever its addresses become.",
  symptom: "504 Gateway Timeout; Target.Timeout in the target's health",
  symptoms: ["504", "unhealthy"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
  needs: [],
  review: { effect: "outage", blames: "security groups" },
  check: { path: checkNearMisses },
};
