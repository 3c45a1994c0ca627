import type { Change } from "../../../topology/changes";
import type { TargetGroup } from "../../../topology/model";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { once } from "../../analysis/once";
import { FAILS_OPEN, healthReaders } from "../../analysis/targets/health-readers";
import { code, type EffectRule, listed, named, type Telling, tell } from "../because";
import type { Forwarder } from "../serving";
import { goesFirst, isGone, type World } from "../world";
import { takesPairAway } from "./same-pair-effects";

/* Target groups, and what is registered in them. */

const hop = "target-group";
/** By these a target can become unhealthy that was healthy. */
const JUDGING = [
  "health_check.path",
  "health_check.port",
  "health_check.protocol",
  "health_check.matcher",
  "health_check.enabled",
];

export const targetGroupRule: EffectRule = (change, world) => {
  const group = world.serving.targetGroups.get(change.address);
  if (group === undefined || change.isData) return [];
  if (isGone(change)) return tell(change, world, taken(change, group, world));
  return change.doing === "update" ? tell(change, world, updated(change, group, world)) : [];
};

function taken(change: Change, group: TargetGroup, world: World): Telling {
  const forwarders = world.serving.forwarders.get(known(group.arn) ?? "") ?? [];
  const inTheWay = forwarders.filter((it) => keeps(it, change.doing === "replace", world));
  if (goesFirst(change) && inTheWay.length > 0) return stillInUse(change, inTheWay);
  if (change.doing === "destroy") return { hop, effect: "none", then: "nothing forwards to it by then" };
  const isAlone = forwarders.every(({ address }) => goesFirst(world.byAddress.get(address)));
  return {
    hop,
    effect: "brief",
    then: isAlone
      ? `its listener goes too, and the new group ${NOT_YET}`
      : `the listener turns to the new group as soon as it is there, and that one ${NOT_YET}`,
    avoid:
      "apply when few people visit; or make the new group beside the old one, and let the listener turn to " +
      "it in a second apply",
    phrase: "until the targets of the new group are healthy",
  };
}

function stillInUse({ doing }: Change, inTheWay: readonly Forwarder[]): Telling {
  return {
    hop,
    effect: "fails",
    then:
      `AWS refuses to destroy it with \`ResourceInUse\`, as ${named(inTheWay.map(({ address }) => address))} still ` +
      `${inTheWay.length === 1 ? "forwards" : "forward"} to it at that moment`,
    avoid:
      doing === "replace"
        ? "give the target group `lifecycle { create_before_destroy = true }`, and `name_prefix` in place of " +
          "`name` (or a name that changes with it)"
        : "let the listener and its rules forward to another target group first",
    phrase:
      "the target group is still in use by " +
      `${inTheWay.some((it) => "defaultActions" in it) ? "the listener" : "a listener rule"}`,
  };
}

function updated({ differing }: Change, group: TargetGroup, world: World): Telling {
  const judging = differing.filter((it) => JUDGING.includes(it));
  if (judging.length === 0) return { hop, effect: "none", then: "its targets stay registered and healthy" };
  const by = `all targets are judged by ${listed(judging.map(code))} from then on`;
  const {
    readers: [first],
    open,
  } = healthReaders(world.after, world.after.byId.targetGroup(group.arn) ?? group);
  const common = {
    hop,
    attribute: judging[0],
    avoid: "let the targets answer the new check before the apply",
  } as const;
  // Requests do not fail for that alone: while no target is healthy, the load balancer sends them to all.
  if (first === undefined && open === undefined) return { ...common, effect: "none", then: `${by}; ${FAILS_OPEN}` };
  return {
    ...common,
    effect: "brief",
    then:
      `${by}, and those that do not answer so become unhealthy within a few checks: ` +
      `${first?.does ?? `${open?.address} may replace them`}`,
    phrase: "if the targets do not answer the new health check at once",
  };
}

/**
 * Whether a listener or a rule still names the group when it is to be destroyed. Of a pure destruction terraform
 * changes those first that named it; of a replacement that destroys first it cannot, as they wait for the new one.
 */
function keeps({ address }: Forwarder, isReplaced: boolean, { byAddress }: World): boolean {
  const change = byAddress.get(address);
  if (change === undefined) return true;
  if (goesFirst(change)) return false;
  return isReplaced || change.doing === "none";
}

/**
 * AWS sends requests to a target that has passed a health check, or to all once all have failed theirs; before that it
 * answers itself.
 */
export const NOT_YET =
  "has no healthy target at first: requests are answered with 502, 503 or 504 until one has passed a health check";

export const attachmentRule: EffectRule = (change, world) => {
  const found = world.serving.registrations.get(change.address);
  if (found === undefined || !isGone(change) || !change.type.includes("attachment") || takesPairAway(change, world))
    return [];
  // The trace tells of it.
  if (analyse(world.after).takenLinks.has(change.address)) return [];
  return tell(change, world, takenOut(change, found.group, world));
};

function takenOut(change: Change, group: TargetGroup, world: World): Telling {
  const count = group.registrations.length;
  if (world.byAddress.get(group.address)?.doing === "destroy")
    return {
      hop,
      effect: "brief",
      then: "its target group goes as well; what still forwards to that for a moment is answered with 503",
      phrase: "while a target group is taken away",
    };
  const kept = keptIn(group, world);
  if (kept > 0)
    return {
      hop,
      effect: "none",
      then:
        `${kept} of ${count} targets stay registered and answer meanwhile, and the load balancer lets this one end ` +
        "what it has begun",
    };
  return change.doing === "replace" || world.created.has(change.type) ? registeredAnew(count) : NO_TARGET_LEFT;
}

const NO_TARGET_LEFT: Telling = {
  hop,
  effect: "outage",
  then: "no target is left in the group, and the load balancer answers 503",
  avoid: "register another target first",
  phrase: "as no target is left",
};

function registeredAnew(count: number): Telling {
  const all = count === 1 ? "the only target" : count === 2 ? "both targets" : `all ${count} targets`;
  return {
    hop,
    effect: "brief",
    then:
      `${all} of the group ${count === 1 ? "is" : "are"} taken out and registered anew, and requests are answered ` +
      "with 502, 503 or 504 until one has passed a health check",
    avoid:
      "change one attachment in an apply of its own, and the others after it is healthy; or register the " +
      "targets in a second group, and let the listener turn to that",
    phrase: "while the targets are registered anew",
  };
}

/** How many registrations of a group of what stands stay. */
function keptIn(group: TargetGroup, world: World): number {
  return keptInGroups(world)(group);
}

/** Asked for by each attachment of a group. */
const keptInGroups = once(({ byAddress }: World) =>
  once(
    ({ registrations }: TargetGroup) => registrations.filter(({ address }) => !isGone(byAddress.get(address))).length,
  ),
);
