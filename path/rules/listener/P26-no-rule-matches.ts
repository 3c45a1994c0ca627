import type { Listener } from "../../../topology/model";
import { plain } from "../../../topology/symbols";
import { isUnknown, known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { refusalOf } from "../../analysis/requests/listener-answers";
import { shownNames } from "../../analysis/requests/rule-names";
import type { Step, TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { forward, lastPriority, likelyGroup } from "../../fixes/listener-repairs";
import { BY_NO_RULE_PROP } from "../../fixes/shared-wording";
import type { Fix } from "../../report";
import type { Reporter, Rule } from "../rule";

export const P26: Rule = {
  id: "P26",
  hop: "listener",
  title: "no listener rule matches, and the default action returns a fixed response",
  certainty: ["certain"],
  severity: { usual: "error", otherIf: "the listener rules are probably for names whose records are in other files" },
  why:
    "A listener evaluates its rules in priority order. If no rule matches, its default action applies. A default " +
    "action that returns a fixed 404 or 403 is good practice, but then each name of the site needs a listener rule. " +
    "Requests to a name without one never reach a target.",
  symptom: "404, 403 or another fixed response to every request for the name",
  symptoms: ["503", "wrong-answer"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html",
  needs: ["whole configuration"],
  review: { effect: "outage" },
  check: { path: isAnsweredBySomething },
};

function isAnsweredBySomething(path: TracedPath, report: Reporter): void {
  const { balancer, records } = path;
  // For a wildcard record, rules match some of the names.
  if (balancer === undefined || records.some(({ fqdn }) => /^(\*|\\052)\./.test(known(fqdn) ?? "*."))) return;
  for (const step of path.steps) {
    const code = onlyRefusal(step);
    if (code !== undefined) reportRefused(path, step.listener, code, report);
  }
}

/** The code if every request gets a fixed response; `undefined` if another response is possible. */
function onlyRefusal({ outcomes }: Step): string | undefined {
  const codes = outcomes.map(({ actions, rule }) => (rule === undefined ? refusalOf(actions.at(-1)) : undefined));
  return codes.every((it) => it !== undefined) ? codes[0] : undefined;
}

function reportRefused(path: TracedPath, listener: Listener, code: string, report: Reporter): void {
  const { host, isOwnName, topology } = path;
  const { address, rules } = listener;
  // Services that add their own listener rules declare them in other files.
  if (rules.length === 0 && analyse(topology).groupUsers.idleGroups.length === 0)
    return assume(`other files add listener rules to ${address}, which only returns ${code} here`);
  if (isOwnName && rules.length > 0)
    return assume(
      `the names in the rules of ${address} point to the load balancer through records that are not in this file`,
    );
  // Such a rule may belong to this listener.
  const open = topology.looseRules.map(({ listenerArn }) => listenerArn).find(isUnknown);
  if (open !== undefined) return report.open("listener", open);
  const which =
    rules.length === 0 ? "no listener rule" : `none of ${rules.length} listener rules (${shownNames(listener)})`;
  // The load balancer's own DNS name is then one that no client uses.
  const isForOthers = !path.hasPath && analyse(topology).servesNamesElsewhere(listener);
  report.finding({
    severity: isForOthers ? "warning" : "error",
    address,
    attribute: listener.defaultActions.at(-1)?.attribute ?? "default_action",
    observed:
      `${which} matches requests to ${isOwnName ? "this load balancer" : host}` +
      `${path.hasPath ? path.url.pathname : ""}, and the default action returns ${code}`,
    required: `a listener rule for ${plain(host)}, or a default action that forwards`,
    symptom: `a fixed ${code} response to every request to ${plain(host)}`,
    fix: isOwnName ? forwardByDefault(path, listener) : addRule(path, listener),
  });

  function assume(text: string): void {
    report.assume({ hop: "listener", address, text });
  }
}

function forwardByDefault({ topology, balancer }: TracedPath, listener: Listener): Fix {
  const group = balancer && likelyGroup(topology, balancer);
  return fix(
    `Add a listener rule for each name of the site, or change the default action of ${listener.address} to forward ` +
      `to ${group?.address ?? "the target group"}.`,
    BY_NO_RULE_PROP,
    group === undefined ? [] : [setting(listener.address, "default_action", forward(group))],
  );
}

function addRule({ topology, balancer, host }: TracedPath, listener: Listener): Fix {
  const text = `Add a listener rule for ${host} to ${listener.address}.`;
  const group = balancer && likelyGroup(topology, balancer);
  if (group === undefined) return fix(text, BY_NO_RULE_PROP, []);
  return fix(text, BY_NO_RULE_PROP, [
    {
      add: "aws_lb_listener_rule",
      name: host.replace(/[^A-Za-z0-9]/g, "_"),
      like: listener.address,
      body: {
        listener_arn: known(listener.arn) ?? `\${${listener.address}.arn}`,
        priority: lastPriority(listener),
        condition: [{ host_header: { values: [host] } }],
        action: forward(group),
      },
    },
  ]);
}
