import type { Change } from "../../../topology/changes";
import type { TargetGroup } from "../../../topology/model";
import { attributeOf, type CauseParts, code, type EffectRule, report } from "../because";
import { stoppingIn, type TargetsAway, targetsAway } from "../targets-away";
import { isGone, type World } from "../world";

const hop = "target";

export const instanceRule: EffectRule = (change, world) => {
  const found = change.type === "aws_instance" ? world.serving.servers.get(change.address) : undefined;
  if (found === undefined) return [];
  const stopping = stoppingIn(change);
  if (isGone(change) || stopping !== undefined)
    return report(change, world, awayFor(change, world, found.groups, stopping));
  if (change.doing !== "update") return [];
  const attribute = change.differing.find((it) => it !== "tags");
  return report(change, world, { hop, effect: "none", attribute, then: "the instance keeps running" });
};

/** The instance is destroyed, replaced, or stopped and started. */
function awayFor(
  change: Change,
  world: World,
  groups: readonly TargetGroup[],
  stopping: string | undefined,
): CauseParts {
  // A target group that is destroyed as well receives no requests.
  const asked = groups.filter(({ address }) => world.byAddress.get(address)?.doing !== "destroy");
  if (asked.length === 0)
    return {
      hop,
      effect: "none",
      attribute: stopping,
      then: "its target groups are destroyed as well, so it receives no requests by then",
    };
  const all = asked.map((group) => targetsAway(world, group));
  const emptied = all.find(({ left }) => left === 0);
  const [first] = all;
  // For a replacement or a destroy, the attribute is the one that forces it.
  const attribute = isGone(change) ? undefined : stopping;
  if (emptied === undefined) return someAway(change, first, attribute);
  return change.doing === "destroy" && !isReplacedElsewhere(world)
    ? LAST_DESTROYED
    : allAway(change, emptied, attribute);
}

/** How the instance itself is affected. */
function howItGoes(change: Change): string {
  if (!isGone(change)) return "the instance is stopped, modified and started again";
  if (change.doing === "destroy") return "its requests in flight fail";
  return change.isCreatedFirst
    ? "Terraform terminates the old instance without waiting for the new one to become healthy"
    : "the target is down until the new instance has booted and passes health checks";
}

function someAway(change: Change, share: TargetsAway | undefined, attribute: string | undefined): CauseParts {
  const { left, all } = share ?? { left: 0, all: 1 };
  const comesBack = !isGone(change) || change.doing === "replace";
  return {
    hop,
    effect: "brief",
    attribute,
    then: `${howItGoes(change)}; ${left} of ${all} targets ${left === 1 ? "stays" : "stay"} in service`,
    avoid: "deregister the instance first, and wait until its requests in flight have completed",
    phrase: comesBack ? "while some targets are down" : "because some targets are destroyed",
  };
}

const LAST_DESTROYED: CauseParts = {
  hop,
  effect: "outage",
  then: "no target is left in its target group, and the load balancer returns 503",
  avoid: "register another target first, and wait until it is healthy",
  phrase: "because its last targets are destroyed",
};

function allAway(change: Change, share: TargetsAway, attribute: string | undefined): CauseParts {
  const isRestart = !isGone(change);
  const { all } = share;
  const who = all === 1 ? "the only target is" : all === 2 ? "both targets are" : `all ${all} targets are`;
  const isPlain = change.doing === "replace" && !change.isCreatedFirst;
  return {
    hop,
    effect: "outage",
    attribute,
    then:
      `${isPlain ? "" : `${howItGoes(change)}; `}${who} down until ` +
      `${isRestart ? "the restart is complete" : "the new instances have booted and pass health checks"}, ` +
      "and the load balancer returns 503 or 504",
    avoid: oneByOne(change, all),
    phrase: isRestart ? `while ${restarting(all)}` : `until ${booting(share)}`,
  };
}

/** What a pull request can contain comes first. */
function oneByOne(change: Change, all: number): string {
  const refresh = "use an Auto Scaling group with an instance refresh";
  if (all === 1) return `add a second target in an earlier apply, and wait until it is healthy; or ${refresh}`;
  const attribute = attributeOf(change);
  return (
    `${attribute === "" ? "replace only one instance" : `change ${code(attribute)} of only one instance`} in this ` +
    `apply, and of the others in later applies, each when the previous instance is healthy; or ${refresh}`
  );
}

function restarting(all: number): string {
  return all === 1
    ? "its only instance stops and starts"
    : `${all === 2 ? "both" : `all ${all}`} instances stop and start`;
}

function booting({ all }: TargetsAway): string {
  return all === 1
    ? "the new instance has booted and passes health checks"
    : "the new instances have booted and pass health checks";
}

function isReplacedElsewhere({ created }: World): boolean {
  return created.has("aws_instance") || created.has("aws_autoscaling_group");
}
