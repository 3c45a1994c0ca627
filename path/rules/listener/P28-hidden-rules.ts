import type { Balancer, Listener, ListenerRule, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { hiddenRules, prioritized } from "../../analysis/requests/hidden-rules";
import { fix, setting } from "../../fixes/fix";
import { lastPriority } from "../../fixes/listener-repairs";
import { BY_NO_RULE_PROP } from "../../fixes/shared-wording";
import type { FileReporter, Rule } from "../rule";

export const P28: Rule = {
  id: "P28",
  hop: "listener",
  title: "a rule that matches everything hides later ones",
  certainty: ["certain"],
  why:
    "A listener tries its rules in the order of their priorities, the lowest number first, and the first one that " +
    "matches answers: AWS does not look for a more specific one. A broad rule with a low number takes the requests " +
    "of the narrow rules after it.",
  symptom: "the wrong target group answers; the later rule is never reached",
  symptoms: ["wrong-answer"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html",
  needs: [],
  review: { effect: "outage" },
  check: { file: isReached },
};

function isReached(topology: Topology, report: FileReporter): void {
  for (const balancer of topology.balancers)
    for (const listener of balancer.listeners)
      for (const [by, hidden] of hiddenRules(listener)) reportHidden(balancer, listener, by, hidden, report);
}

function reportHidden(
  balancer: Balancer,
  listener: Listener,
  by: ListenerRule,
  hidden: readonly ListenerRule[],
  report: FileReporter,
): void {
  const free = lastPriority(listener);
  const shown = hidden
    .slice(0, 3)
    .map(({ address, priority }) => `${address} (${known(priority)})`)
    .join(", ");
  const count = hidden.length === 1 ? "1 rule" : `${hidden.length} rules`;
  report.finding(
    {
      address: by.address,
      attribute: "priority",
      observed:
        `priority ${known(by.priority)} comes first and takes every request of ` +
        `${shown}${hidden.length > 3 ? ` and ${hidden.length - 3} others` : ""}`,
      required: "the narrower rule first",
      symptom: P28.symptom,
      share: `requests meant for ${count} of ${prioritized(listener).length}`,
      fix: fix(`Give ${by.address} a priority after those that it hides, such as ${free}.`, BY_NO_RULE_PROP, [
        setting(by.address, "priority", free),
      ]),
    },
    [balancer],
  );
}
