import type { TargetGroup } from "../../../topology/model";
import { groupsWith } from "../actions";
import { type EffectRule, named, type Telling, tell } from "../because";
import { idIn, isStopping } from "../stopped";
import { targetsAway } from "../targets-away";
import type { World } from "../world";

/* `aws_ec2_instance_state`, which stops and starts an instance beside the resource that makes it. */

const [hop, attribute] = ["target", "state"] as const;

export const instanceStateRule: EffectRule = (change, world) => {
  if (!isStopping(change)) return [];
  const id = idIn(change);
  const groups = id === undefined ? [] : groupsWith(id, world);
  if (groups.length > 0) return tell(change, world, stopped(groups, world));
  return isElsewhere(id, world) ? tell(change, world, STOPS_ANOTHER) : [];
};

const STOPS_ANOTHER: Telling = {
  hop,
  effect: "unknown",
  attribute,
  then: "which instance it stops is not in this plan",
  avoid: "look up which instance it is; a stopped target answers nothing",
  phrase: "as terraform stops an instance that may be a target",
};

function stopped(groups: readonly TargetGroup[], world: World): Telling {
  const emptied = groups.filter((group) => targetsAway(world, group).left === 0);
  const common = {
    hop,
    attribute,
    avoid: "take the instance out of the target group first, or leave enough others running",
  };
  if (emptied.length === 0)
    return {
      ...common,
      effect: "brief",
      then: `the instance is stopped, and ${named(groups.map(({ address }) => address))} has a target fewer`,
      phrase: "as some of the targets are stopped",
    };
  return {
    ...common,
    effect: "outage",
    then:
      "the instance is stopped, and with what else this apply takes away no target of " +
      `${named(emptied.map(({ address }) => address))} is left: the load balancer answers 503 or 504 until ` +
      "one is started again",
    phrase: "once the targets are stopped",
  };
}

/** Whether the plan does not say which instance it is; one that this plan makes is no target that stands. */
function isElsewhere(id: string | undefined, { before, after }: World): boolean {
  return id !== undefined && ![before, after].some((topology) => topology?.servers.some((server) => server.id === id));
}
