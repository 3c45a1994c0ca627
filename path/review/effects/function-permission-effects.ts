import type { Change } from "../../../topology/changes";
import { own } from "../../../topology/json";
import { known } from "../../../topology/value";
import { type EffectRule, report } from "../because";
import { isGone, type World } from "../world";

/* The permission that lets load balancers invoke a function; without it every request gets a 502. */

export const functionPermissionRule: EffectRule = (change, world) => {
  if (!isGone(change) || !isOfBalancers(change)) return [];
  const invoked = functionIn(change.before);
  const isTarget =
    invoked !== undefined &&
    [...world.serving.registrations.values()].some(
      ({ registration }) => nameOf(known(registration.targetId)) === invoked,
    );
  if (
    !isTarget ||
    world.changes.some(
      (it) =>
        it !== change &&
        isOfBalancers(it) &&
        it.doing !== "destroy" &&
        functionIn(it.before) === invoked &&
        !isGone(it),
    )
  )
    return [];
  const hop = "target";
  if (change.doing === "replace")
    return report(change, world, {
      hop,
      effect: "brief",
      then: "until the new permission is created, the load balancer cannot invoke the function and returns 502",
      phrase: "while the permission of a function is replaced",
    });
  return report(change, world, {
    hop,
    effect: "outage",
    then: "the load balancer can no longer invoke the function and returns 502",
    avoid: "keep the permission until nothing forwards to the function",
    phrase: "because the load balancer can no longer invoke the function",
  });
};

function isOfBalancers({ type, isData, before }: Change): boolean {
  return (
    type === "aws_lambda_permission" && !isData && own(before, "principal") === "elasticloadbalancing.amazonaws.com"
  );
}

function functionIn(values: World["changes"][number]["before"]): string | undefined {
  const name = own(values, "function_name");
  return typeof name === "string" ? nameOf(name) : undefined;
}

/** The name in a function's ARN, or the name itself. */
function nameOf(name: string | undefined): string | undefined {
  return name?.split(":function:").at(-1)?.split(":")[0];
}
