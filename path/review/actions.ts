import type { TargetGroup } from "../../topology/model";
import type { Invocation } from "../../topology/plan-format";
import { known } from "../../topology/value";
import { HARMLESS, OPEN_ENDED, STOP, stoppedId } from "../analysis/writers/invoked-actions";
import { code, type Told } from "./because";
import { targetsAway } from "./targets-away";
import type { World } from "./world";

/* What the actions do that terraform 1.14 or newer invokes while it applies. */

const LOOK = "Look up what the action does; if it leaves the path alone, the rest of this review holds";

/** What each invoked action does to the path. */
export function causesOfActions(world: World): Told[] {
  return world.format.invocations.map((it): Told => {
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
      why: `${invoked(it)}; ${open ?? "what it does is not known to this version of alb-web"}.`,
      avoid: LOOK,
      phrase: "as terraform invokes an action whose effect is not in the plan",
    };
  });
}

/** "Invoked as `aws_lambda_invoke`, triggered by `aws_instance.a`" */
function invoked({ type, trigger }: Invocation): string {
  return `Terraform invokes ${code(type)}${trigger === undefined ? "" : `, triggered by ${code(trigger)}`}`;
}

function stopOf(it: Invocation, world: World): Told {
  const id = stoppedId(it);
  if (id === undefined) return perhapsTarget(it, "which instance it stops is known after the apply only, or sensitive");
  const groups = groupsWith(id, world);
  if (groups.length > 0) return stopOfTarget(it, groups, world);
  const isHere = [world.before, world.after].some((topology) =>
    topology?.servers.some((server) => server.kind === "instance" && known(server.id) === id),
  );
  if (!isHere) return perhapsTarget(it, `the instance that it stops, ${code(id)}, is not in the plan`);
  return {
    address: it.address,
    attribute: "instance_id",
    hop: null,
    effect: "none",
    why: `${invoked(it)}; the instance that it stops is in no target group that something forwards to.`,
    avoid: "",
    phrase: "",
  };
}

function perhapsTarget(it: Invocation, why: string): Told {
  return {
    address: it.address,
    attribute: "instance_id",
    hop: "target",
    effect: "unknown",
    why: `${invoked(it)}; ${why}.`,
    avoid: "Look up which instance it is; a stopped target answers nothing until it is started again",
    phrase: "as terraform stops an instance that may be a target",
  };
}

function stopOfTarget(it: Invocation, groups: readonly TargetGroup[], world: World): Told {
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
        ? `${invoked(it)}, which stops a target; ${left} of ${all} targets of ${name} answer meanwhile.`
        : `${invoked(it)}, which stops a target; with what else this apply takes away, no target of ` +
          `${name} is left, and the load balancer answers 503 until one is started again.`,
    avoid:
      "Take the instance out of the target group first, or stop one instance at a time and start it again before " +
      "the next",
    phrase: worst === undefined ? "as some of the targets are stopped" : "once the targets are stopped",
  };
}

/** Target groups on a path, before or after, that have the instance in them. */
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
