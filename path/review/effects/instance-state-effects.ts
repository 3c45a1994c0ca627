import type { TargetGroup } from "../../../topology/model";
import { groupsWith } from "../actions";
import { type CauseParts, type EffectRule, named, report } from "../because";
import { idIn, isStopping } from "../stopped";
import { targetsAway } from "../targets-away";
import type { World } from "../world";

/* `aws_ec2_instance_state`, which stops and starts an instance of another resource. */

const [hop, attribute] = ["target", "state"] as const;

export const instanceStateRule: EffectRule = (change, world) => {
  if (!isStopping(change)) return [];
  const id = idIn(change);
  const groups = id === undefined ? [] : groupsWith(id, world);
  if (groups.length > 0) return report(change, world, stopped(groups, world));
  return isElsewhere(id, world) ? report(change, world, STOPS_ANOTHER) : [];
};

const STOPS_ANOTHER: CauseParts = {
  hop,
  effect: "unknown",
  attribute,
  then: "the instance that it stops is not in this plan",
  avoid: "check which instance it is; a stopped target does not respond",
  phrase: "Terraform stops an instance that may be a target",
};

function stopped(groups: readonly TargetGroup[], world: World): CauseParts {
  const emptied = groups.filter((group) => targetsAway(world, group).left === 0);
  const common = {
    hop,
    attribute,
    avoid: "deregister the instance first, or keep enough other targets running",
  };
  if (emptied.length === 0)
    return {
      ...common,
      effect: "brief",
      then: `the instance is stopped, and ${named(groups.map(({ address }) => address))} has one target fewer`,
      phrase: "because some targets are stopped",
    };
  return {
    ...common,
    effect: "outage",
    then:
      "the instance is stopped; together with the other changes of this apply, " +
      `${named(emptied.map(({ address }) => address))} has no running target, and the load balancer returns 503 or ` +
      "504 until one is started again",
    phrase: "after the targets are stopped",
  };
}

/** Whether the instance is not in the plan. An instance that the plan creates is not a current target. */
function isElsewhere(id: string | undefined, { before, after }: World): boolean {
  return id !== undefined && ![before, after].some((topology) => topology?.servers.some((server) => server.id === id));
}
