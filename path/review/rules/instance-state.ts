import { groupsWith } from "../actions";
import { type EffectRule, named, tell } from "../because";
import { idIn, isStopping } from "../stopped";
import type { World } from "../world";
import { shareOf } from "./servers";

/* `aws_ec2_instance_state`, which stops and starts an instance beside the resource that makes it. */

export const instanceStateRule: EffectRule = (change, world) => {
  if (!isStopping(change)) return [];
  const id = idIn(change);
  const groups = id === undefined ? [] : groupsWith(id, world);
  const attribute = "state";
  if (groups.length === 0)
    return isElsewhere(id, world)
      ? tell(change, world, {
          hop: "target",
          effect: "unknown",
          attribute,
          then: "which instance it stops is not in this plan",
          avoid: "look up which instance it is; a stopped target answers nothing",
          phrase: "as terraform stops an instance that may be a target",
        })
      : [];
  const shares = groups.map((group) => ({ group, ...shareOf(group, world) }));
  const avoid = "take the instance out of the target group first, or leave enough others running";
  const emptied = shares.filter(({ left }) => left <= 0);
  if (emptied.length > 0)
    return tell(change, world, {
      hop: "target",
      effect: "outage",
      attribute,
      then:
        "the instance is stopped, and with what else this apply takes away no target of " +
        `${named(emptied.map(({ group }) => group.address))} is left: the load balancer answers 503 or 504 until ` +
        "one is started again",
      avoid,
      phrase: "once the targets are stopped",
    });
  return tell(change, world, {
    hop: "target",
    effect: "brief",
    attribute,
    then: `the instance is stopped, and ${named(groups.map(({ address }) => address))} has a target fewer`,
    avoid,
    phrase: "as some of the targets are stopped",
  });
};

/** Whether nobody can tell which instance it is; one that this plan makes is no target that stands. */
function isElsewhere(id: string | undefined, { before, after }: World): boolean {
  return id !== undefined && ![before, after].some((topology) => topology?.servers.some((server) => server.id === id));
}
