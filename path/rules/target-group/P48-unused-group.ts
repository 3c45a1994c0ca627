import type { Balancer, Listener, TargetGroup, Topology } from "../../../topology/model";
import { symbol } from "../../../topology/symbols";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { forwardedTo } from "../../analysis/requests/listeners";
import { fix, setting } from "../../fixes/fix";
import { forward, lastPriority } from "../../fixes/listener-repairs";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { Fix } from "../../report";
import type { FileReporter, Rule } from "../rule";

export const P48: Rule = {
  id: "P48",
  hop: "target-group",
  title: "no listener forwards to the target group",
  certainty: ["certain"],
  meaning: "the target group receives no requests",
  why:
    "A target group receives requests only through the action of a listener or of a listener rule. While nothing " +
    "forwards to it, its targets are registered but not checked, and receive no requests. An Auto Scaling group or " +
    "a service that waits for healthy targets times out.",
  symptom: "Target.NotInUse in the target's health, and the targets receive no requests",
  symptoms: ["503", "unhealthy"],
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html" +
    "#target-health-states",
  needs: ["whole configuration"],
  review: { effect: "none" },
  check: { file: isUsed },
};

/** Only target groups with a registration; nothing waits for an empty one. */
function isUsed(topology: Topology, report: FileReporter): void {
  const { idleGroups, openForward, balancersNear, moverOf } = analyse(topology).groupUsers;
  for (const group of idleGroups) {
    const on = balancersNear(group);
    if (on.length === 0 || moverOf(group) !== undefined) continue;
    if (openForward !== undefined) {
      report.open("target-group", openForward);
      continue;
    }
    report.finding(
      {
        address: group.address,
        attribute: "arn",
        observed:
          `no listener and no listener rule forwards to ${group.address}, which has ` +
          `${group.registrations.length === 1 ? "a registration" : `${group.registrations.length} registrations`}`,
        required: "a listener or a listener rule that forwards to it",
        symptom: "its targets are unused (Target.NotInUse) and receive no requests",
        fix: wayIn(topology, group, listenerFor(on)),
      },
      on,
    );
  }
}

/** The listener for the site's requests: HTTPS, or any other. */
function listenerFor([balancer, next]: readonly Balancer[]): Listener | undefined {
  const listeners = balancer?.listeners.length === 0 ? (next?.listeners ?? []) : (balancer?.listeners ?? []);
  return listeners.find(({ protocol }) => protocol === "HTTPS") ?? listeners[0];
}

/** The default action, unless it forwards to another group with targets. */
function wayIn(topology: Topology, group: TargetGroup, listener: Listener | undefined): Fix {
  if (listener === undefined) return fix(`Add a listener that forwards to ${group.address}.`, BY_NO_PROP, []);
  const isTaken = forwardedTo(listener.defaultActions).some(
    (arn) => topology.byId.targetGroup(arn)?.registrations.length !== 0,
  );
  if (!isTaken)
    return fix(`Forward from ${listener.address} to ${group.address}.`, BY_NO_PROP, [
      setting(listener.address, "default_action", forward(group)),
    ]);
  const name = (group.address.split("[")[0] ?? "").split(".").at(-1) ?? "";
  return fix(`Add a listener rule that forwards its requests, such as /${name}/*, to ${group.address}.`, BY_NO_PROP, [
    {
      add: "aws_lb_listener_rule",
      name: `to_${name}`,
      like: listener.address,
      body: {
        listener_arn: known(listener.arn) ?? symbol(listener.address, "arn"),
        priority: lastPriority(listener),
        condition: [{ path_pattern: { values: [`/${name}/*`] } }],
        action: forward(group),
      },
    },
  ]);
}
