import { type Change, valueAt } from "../../../topology/changes";
import { listOf } from "../../../topology/json";
import { known } from "../../../topology/value";
import { type EffectRule, outstandingOf, type Telling, tell } from "../because";
import type { World } from "../world";
import { answersItself, shownPort, toNewGroup, toOtherHost } from "./listener-actions-effects";
import { leftToRefusal } from "./names-of-rules-effects";

/* Listener rules. */

const hop = "listener";

export const listenerRuleRule: EffectRule = (change, world) => {
  const told = world.serving.rules.has(change.address) ? changed(change, world) : takingAll(change, world);
  return told === undefined ? [] : tell(change, world, told);
};

function changed(change: Change, world: World): Telling | undefined {
  const refused = leftToRefusal(change, world);
  if (refused !== undefined) return refused;
  switch (change.doing) {
    case "destroy":
      return {
        hop,
        effect: "none",
        then: "what it matched is answered by the rules after it, or by the listener's default action",
      };
    case "replace":
      return {
        hop,
        effect: "brief",
        then: "in between, what it matches is answered by the rules after it",
        phrase: "while a listener rule is replaced",
      };
    case "update":
      return (
        toOtherHost(change, world) ??
        toNewGroup(change, world) ?? {
          hop,
          effect: "none",
          attribute: outstandingOf(change.differing),
          then: "new requests are answered in the new way at once",
        }
      );
    default:
      return undefined;
  }
}

/** A new rule for every path by which the load balancer answers itself. */
function takingAll({ type, doing, after }: Change, { serving }: World): Telling | undefined {
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
    then:
      `it matches every request to port ${port}, and the load balancer answers itself: no request comes to a target ` +
      "any more",
    avoid: "",
    phrase: `on port ${port}, where the load balancer answers a fixed text`,
  };
}
