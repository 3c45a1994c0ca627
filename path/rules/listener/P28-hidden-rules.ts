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
  title: "a broad listener rule hides later rules",
  certainty: ["certain"],
  meaning: "requests get the wrong response",
  why:
    "A listener evaluates its rules in priority order, lowest number first, and applies the first rule that " +
    "matches. AWS does not look for a more specific one. A broad rule with a low number matches the requests for " +
    "the narrow rules after it.",
  symptom: "the wrong target group responds; requests never reach the later rule",
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
        `priority ${known(by.priority)} comes first and matches every request for ` +
        `${shown}${hidden.length > 3 ? ` and ${hidden.length - 3} others` : ""}`,
      required: "the narrower rule before the broader one",
      symptom: P28.symptom,
      share: `requests for ${count} of ${prioritized(listener).length}`,
      fix: fix(
        `Set the priority of ${by.address} after the rules that it hides, for example ${free}.`,
        BY_NO_RULE_PROP,
        [setting(by.address, "priority", free)],
      ),
    },
    [balancer],
  );
}
