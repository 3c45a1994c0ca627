import type { Change } from "../../../topology/changes";
import type { TargetGroup } from "../../../topology/model";
import { type EffectRule, type Telling, tell } from "../because";
import { stoppingIn, type TargetsAway, targetsAway } from "../targets-away";
import { isGone, type World } from "../world";

const hop = "target";

export const instanceRule: EffectRule = (change, world) => {
  const found = change.type === "aws_instance" ? world.serving.servers.get(change.address) : undefined;
  if (found === undefined) return [];
  const stopping = stoppingIn(change);
  if (isGone(change) || stopping !== undefined)
    return tell(change, world, awayFor(change, world, found.groups, stopping));
  if (change.doing !== "update") return [];
  const attribute = change.differing.find((it) => it !== "tags");
  return tell(change, world, { hop, effect: "none", attribute, then: "the instance runs on" });
};

/** The instance goes, is replaced, or is stopped for a while. */
function awayFor(change: Change, world: World, groups: readonly TargetGroup[], stopping: string | undefined): Telling {
  // A group that goes as well is asked for nothing by then.
  const asked = groups.filter(({ address }) => world.byAddress.get(address)?.doing !== "destroy");
  if (asked.length === 0)
    return {
      hop,
      effect: "none",
      attribute: stopping,
      then: "the target groups that it is in go as well, and nothing is sent to it by then",
    };
  const all = asked.map((group) => targetsAway(world, group));
  const emptied = all.find(({ left }) => left === 0);
  const [first] = all;
  // What goes has no attribute to blame but what forces it.
  const attribute = isGone(change) ? undefined : stopping;
  if (emptied === undefined) return someAway(change, first, attribute);
  return change.doing === "destroy" && !isReplacedElsewhere(world)
    ? LAST_DESTROYED
    : allAway(change, emptied, attribute);
}

function howItGoes(change: Change): string {
  if (!isGone(change)) return "it is stopped, changed and started again";
  if (change.doing === "destroy") return "it goes, with the requests that it has begun";
  return change.isCreatedFirst
    ? "terraform takes the old one away without waiting until the new one answers"
    : "it is away until the new one has booted";
}

function someAway(change: Change, share: TargetsAway | undefined, attribute: string | undefined): Telling {
  const { left, all } = share ?? { left: 0, all: 1 };
  const comesBack = !isGone(change) || change.doing === "replace";
  return {
    hop,
    effect: "brief",
    attribute,
    then: `${howItGoes(change)}; ${left} of ${all} targets answer meanwhile`,
    avoid: "take it out of the target group first, and let it end what it has begun",
    phrase: comesBack ? "while some of the targets are away" : "as some of the targets go",
  };
}

const LAST_DESTROYED: Telling = {
  hop,
  effect: "outage",
  then: "no target is left in its group, and the load balancer answers 503",
  avoid: "register another target first, and let that one become healthy",
  phrase: "as its last targets are destroyed",
};

function allAway(change: Change, { all }: TargetsAway, attribute: string | undefined): Telling {
  const isRestart = !isGone(change);
  const many = all === 1 ? "the only target is" : all === 2 ? "both targets are" : `all ${all} targets are`;
  return {
    hop,
    effect: "outage",
    attribute,
    then:
      `${howItGoes(change)}, and so ${many} away at the same time: the load balancer answers 503 or 504 until they ` +
      "have booted",
    avoid:
      `${isRestart ? "change" : "replace"} one instance after the other (\`terraform apply -target=…\`), each ` +
      "once the last one is healthy; or put them into an Auto Scaling group that refreshes them in turn",
    phrase:
      `for the time ${all === 1 ? "an instance needs" : `${inWords(all)} instances need`} to ` +
      `${isRestart ? "stop and start" : "boot"}`,
  };
}

function isReplacedElsewhere({ created }: World): boolean {
  return created.has("aws_instance") || created.has("aws_autoscaling_group");
}

function inWords(count: number): string {
  return ["no", "one", "two", "three", "four", "five", "six"][count] ?? String(count);
}
