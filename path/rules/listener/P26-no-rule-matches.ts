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
  title: "no rule matches, and the default only answers a fixed text",
  certainty: ["certain"],
  why:
    "A listener tries its rules in the order of their priorities, and its default action answers what none of them " +
    "takes. A default that answers a fixed 404 or 403 is a good habit, but then each name of the site needs a rule: " +
    "a name without one never comes to a target.",
  symptom: "404, 403 or another code with a fixed text at every request to the name",
  symptoms: ["503", "wrong-answer"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html",
  needs: ["whole configuration"],
  review: { effect: "outage" },
  check: { path: isAnsweredBySomething },
};

function isAnsweredBySomething(path: TracedPath, report: Reporter): void {
  const { balancer, records } = path;
  // Of names that stand for many, rules take some.
  if (balancer === undefined || records.some(({ fqdn }) => /^(\*|\\052)\./.test(known(fqdn) ?? "*."))) return;
  for (const step of path.steps) {
    const code = onlyRefusal(step);
    if (code !== undefined) reportRefused(path, step.listener, code, report);
  }
}

/** The code of the fixed text that is all a request can get; nothing if it can get something else, or perhaps can. */
function onlyRefusal({ outcomes }: Step): string | undefined {
  const codes = outcomes.map(({ actions, rule }) => (rule === undefined ? refusalOf(actions.at(-1)) : undefined));
  return codes.every((it) => it !== undefined) ? codes[0] : undefined;
}

function reportRefused(path: TracedPath, listener: Listener, code: string, report: Reporter): void {
  const { host, isOwnName, topology } = path;
  const { address, rules } = listener;
  // Services that bring their own rules have them in files of their own.
  if (rules.length === 0 && analyse(topology).groupUsers.idleGroups.length === 0)
    return assume(`other files add the rules of ${address}, which only answers ${code} here`);
  if (isOwnName && rules.length > 0)
    return assume(
      `the names in the rules of ${address} lead to the load balancer by records that are not in this file`,
    );
  // Such a rule may be this listener's.
  const open = topology.looseRules.map(({ listenerArn }) => listenerArn).find(isUnknown);
  if (open !== undefined) return report.open("listener", open);
  const which = rules.length === 0 ? "no rule" : `none of ${rules.length} rules (${shownNames(listener)})`;
  // It is then the load balancer's technical name that nobody asks for.
  const isForOthers = !path.hasPath && analyse(topology).servesNamesElsewhere(listener);
  report.finding({
    severity: isForOthers ? "warning" : "error",
    address,
    attribute: listener.defaultActions.at(-1)?.attribute ?? "default_action",
    observed:
      `${which} takes requests to ${isOwnName ? "this load balancer" : host}` +
      `${path.hasPath ? path.url.pathname : ""}, and the default answers ${code}`,
    required: `a rule for ${plain(host)}, or a default action that forwards`,
    symptom: `${code} with a fixed text at every request to ${plain(host)}`,
    fix: isOwnName || rules.length === 0 ? forwardByDefault(path, listener) : addRule(path, listener),
  });

  function assume(text: string): void {
    report.assume({ hop: "listener", address, text });
  }
}

function forwardByDefault({ topology, balancer }: TracedPath, listener: Listener): Fix {
  const group = balancer && likelyGroup(topology, balancer);
  return fix(
    `Let the default action of ${listener.address} forward to ${group?.address ?? "the target group"}.`,
    BY_NO_RULE_PROP,
    group === undefined ? [] : [setting(listener.address, "default_action", forward(group))],
  );
}

function addRule({ topology, balancer, host }: TracedPath, listener: Listener): Fix {
  const text = `Add a rule for ${host} to ${listener.address}.`;
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
