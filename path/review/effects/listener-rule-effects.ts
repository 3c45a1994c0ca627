import { type Change, valueAt } from "../../../topology/changes";
import { listOf } from "../../../topology/json";
import { known } from "../../../topology/value";
import { type CauseParts, type EffectRule, outstandingOf, report } from "../because";
import type { World } from "../world";
import { answersItself, shownPort, toNewGroup, toOtherHost } from "./listener-actions-effects";
import { leftToRefusal } from "./names-of-rules-effects";

/* Listener rules. */

const hop = "listener";

export const listenerRuleRule: EffectRule = (change, world) => {
  const reported = world.serving.rules.has(change.address) ? changed(change, world) : takingAll(change, world);
  return reported === undefined ? [] : report(change, world, reported);
};

function changed(change: Change, world: World): CauseParts | undefined {
  const refused = leftToRefusal(change, world);
  if (refused !== undefined) return refused;
  switch (change.doing) {
    case "destroy":
      return {
        hop,
        effect: "none",
        then: "later listener rules or the default action of the listener handle the requests that it matched",
      };
    case "replace":
      return {
        hop,
        effect: "brief",
        then: "until the new listener rule is created, later rules handle the requests that it matches",
        phrase: "while a listener rule is replaced",
      };
    case "update":
      return (
        toOtherHost(change, world) ??
        toNewGroup(change, world) ?? {
          hop,
          effect: "none",
          attribute: outstandingOf(change.differing),
          then: "new requests are served with the new settings immediately",
        }
      );
    default:
      return undefined;
  }
}

/** A new listener rule that matches every path and returns a fixed response. */
function takingAll({ type, doing, after }: Change, { serving }: World): CauseParts | undefined {
  const conditions = listOf(after?.condition);
  const isEvery = (condition: unknown) =>
    listOf(valueAt({ condition }, "condition.path_pattern.values")).some((it) => it === "*" || it === "/*");
  if (type !== "aws_lb_listener_rule" || doing !== "create" || !answersItself(after?.action)) return undefined;
  if (conditions.length === 0 || !conditions.every(isEvery)) return undefined;
  const listener = [...serving.listeners.values()].find(({ arn }) => known(arn) === after?.listener_arn);
  if (listener === undefined) return undefined;
  const port = shownPort(listener);
  return {
    hop,
    effect: "outage",
    attribute: "",
    then: `it matches every request to port ${port} and returns a fixed response, so no request reaches a target`,
    avoid: "",
    phrase: `on port ${port} because the load balancer returns a fixed response`,
  };
}
