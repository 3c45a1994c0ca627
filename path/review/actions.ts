import type { TargetGroup } from "../../topology/model";
import type { Invocation } from "../../topology/plan-format";
import { known } from "../../topology/value";
import { HARMLESS, OPEN_ENDED, STOP, stoppedId } from "../analysis/writers/invoked-actions";
import { code, type PhrasedCause } from "./because";
import { targetsAway } from "./targets-away";
import type { World } from "./world";

/* Effects of the actions that Terraform 1.14 and newer invokes during an apply. */

const LOOK = "Check what the action does; if it does not affect the path, the rest of this review is valid";

/** The effect of each invoked action on the path. */
export function causesOfActions(world: World): PhrasedCause[] {
  return world.format.invocations.map((it): PhrasedCause => {
    if (it.type === STOP) return stopOf(it, world);
    const done = Object.hasOwn(HARMLESS, it.type) ? HARMLESS[it.type] : undefined;
    if (done !== undefined)
      return {
        address: it.address,
        attribute: "",
        hop: null,
        effect: "none",
        why: `${invoked(it)}; ${done}.`,
        avoid: "",
        phrase: "",
      };
    const open = Object.hasOwn(OPEN_ENDED, it.type) ? OPEN_ENDED[it.type] : undefined;
    return {
      address: it.address,
      attribute: "",
      hop: null,
      effect: "unknown",
      why: `${invoked(it)}; ${open ?? "this version of alb-web does not know the action"}.`,
      avoid: LOOK,
      phrase: "Terraform invokes an action whose effect is not in the plan",
    };
  });
}

/** "Terraform invokes `aws_lambda_invoke`, triggered by `aws_instance.a`" */
function invoked({ type, trigger }: Invocation): string {
  return `Terraform invokes ${code(type)}${trigger === undefined ? "" : `, triggered by ${code(trigger)}`}`;
}

function stopOf(it: Invocation, world: World): PhrasedCause {
  const id = stoppedId(it);
  if (id === undefined)
    return perhapsTarget(it, "the ID of the instance that it stops is known after apply, or sensitive");
  const groups = groupsWith(id, world);
  if (groups.length > 0) return stopOfTarget(it, groups, world);
  const isHere = [world.before, world.after].some((topology) =>
    topology?.servers.some((server) => server.kind === "instance" && known(server.id) === id),
  );
  if (!isHere) return perhapsTarget(it, `it stops instance ${code(id)}, which is not in the plan`);
  return {
    address: it.address,
    attribute: "instance_id",
    hop: null,
    effect: "none",
    why: `${invoked(it)}; the instance that it stops is not in a target group that receives requests.`,
    avoid: "",
    phrase: "",
  };
}

function perhapsTarget(it: Invocation, why: string): PhrasedCause {
  return {
    address: it.address,
    attribute: "instance_id",
    hop: "target",
    effect: "unknown",
    why: `${invoked(it)}; ${why}.`,
    avoid: "Check which instance it is; a stopped target does not respond until it is started again",
    phrase: "Terraform stops an instance that may be a target",
  };
}

function stopOfTarget(it: Invocation, groups: readonly TargetGroup[], world: World): PhrasedCause {
  const shares = groups.map((group) => targetsAway(world, group));
  const worst = shares.find(({ left }) => left === 0);
  const { group, all, left } = worst ?? shares[0] ?? { group: undefined, all: 1, left: 0 };
  const name = code(group?.address ?? "");
  return {
    address: it.address,
    attribute: "instance_id",
    hop: "target",
    effect: worst === undefined ? "brief" : "outage",
    why:
      worst === undefined
        ? `${invoked(it)}, which stops a target; ${left} of ${all} targets of ${name} remain in service.`
        : `${invoked(it)}, which stops a target; together with the other changes of this apply, ${name} has no ` +
          "running target, and the load balancer returns 503 until one is started again.",
    avoid: "Deregister the instance first, or stop one instance at a time and start it again before you stop the next",
    phrase: worst === undefined ? "because some targets are stopped" : "after the targets are stopped",
  };
}

/** Target groups on a path, before or after, in which the instance is registered. */
export function groupsWith(id: string, { serving, before, after, byAddress, later }: World): readonly TargetGroup[] {
  const standing = [...serving.targetGroups.values()].filter(
    (group) => byAddress.get(group.address)?.doing !== "destroy" && holds(group, id, before),
  );
  if (standing.length > 0) return standing;
  const forwarded = new Set(
    [...later.actions.values()].flatMap((actions) =>
      actions.flatMap((it) => (it.type === "forward" ? it.targetGroups.map(({ arn }) => known(arn)) : [])),
    ),
  );
  return after.targetGroups.filter((group) => forwarded.has(known(group.arn) ?? "") && holds(group, id, after));
}

function holds({ registrations }: TargetGroup, id: string, topology: World["before"]): boolean {
  return registrations.some(
    ({ targetId }) => known(targetId) === id || known(topology?.byId.server(targetId)?.id) === id,
  );
}
