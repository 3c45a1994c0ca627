import type { Change } from "../../../topology/changes";
import type { TargetGroup } from "../../../topology/model";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { once } from "../../analysis/once";
import { FAILS_OPEN, healthReaders } from "../../analysis/targets/health-readers";
import { type CauseParts, code, type EffectRule, listed, named, report } from "../because";
import type { Forwarder } from "../serving";
import { goesFirst, isGone, type World } from "../world";
import { takesPairAway } from "./same-pair-effects";

/* Target groups and their registered targets. */

const hop = "target-group";
/** Settings whose change can make a healthy target unhealthy. */
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
  if (isGone(change)) return report(change, world, taken(change, group, world));
  return change.doing === "update" ? report(change, world, updated(change, group, world)) : [];
};

function taken(change: Change, group: TargetGroup, world: World): CauseParts {
  const forwarders = world.serving.forwarders.get(known(group.arn) ?? "") ?? [];
  const inTheWay = forwarders.filter((it) => keeps(it, change.doing === "replace", world));
  if (goesFirst(change) && inTheWay.length > 0) return stillInUse(change, inTheWay);
  if (change.doing === "destroy") return { hop, effect: "none", then: "nothing forwards to it by then" };
  const isAlone = forwarders.every(({ address }) => goesFirst(world.byAddress.get(address)));
  return {
    hop,
    effect: "brief",
    then: isAlone
      ? `its listener is destroyed too, and the new target group ${NOT_YET}`
      : `the listener switches to the new target group as soon as it is created, and that one ${NOT_YET}`,
    avoid:
      "apply at a time of low traffic; or create the new target group in addition, and switch the listener to it in " +
      "a second apply",
    phrase: "until the targets of the new target group are healthy",
  };
}

function stillInUse({ doing }: Change, inTheWay: readonly Forwarder[]): CauseParts {
  return {
    hop,
    effect: "fails",
    then:
      "AWS refuses to delete it with `ResourceInUse` because " +
      `${named(inTheWay.map(({ address }) => address))} still ${inTheWay.length === 1 ? "forwards" : "forward"} to it`,
    avoid:
      doing === "replace"
        ? "add `lifecycle { create_before_destroy = true }` to the target group and use `name_prefix` instead of " +
          "`name` (or change the name too)"
        : "change the listener and its rules to another target group first",
    phrase:
      "the target group is still in use by " +
      `${inTheWay.some((it) => "defaultActions" in it) ? "the listener" : "a listener rule"}`,
  };
}

function updated({ differing }: Change, group: TargetGroup, world: World): CauseParts {
  const judging = differing.filter((it) => JUDGING.includes(it));
  if (judging.length === 0) return { hop, effect: "none", then: "its targets stay registered and healthy" };
  const by = `the health check uses the new ${listed(judging.map(code))} for all targets`;
  const {
    readers: [first],
    open,
  } = healthReaders(world.after, world.after.byId.targetGroup(group.arn) ?? group);
  const common = {
    hop,
    attribute: judging[0],
    avoid: "make sure that the targets pass the new health check before the apply",
  } as const;
  // Requests do not fail for that alone: if no target is healthy, the load balancer sends them to all.
  if (first === undefined && open === undefined) return { ...common, effect: "none", then: `${by}; ${FAILS_OPEN}` };
  return {
    ...common,
    effect: "brief",
    then:
      `${by}, and those that fail it become unhealthy after a few checks: ` +
      `${first?.does ?? `${open?.address} may replace them`}`,
    phrase: "if the targets do not pass the new health check immediately",
  };
}

/**
 * Whether a listener or a listener rule still refers to the target group when it is destroyed. Before a destroy without
 * replacement, Terraform first changes what refers to it; before a replacement that destroys first it cannot, as the
 * listener needs the new target group.
 */
function keeps({ address }: Forwarder, isReplaced: boolean, { byAddress }: World): boolean {
  const change = byAddress.get(address);
  if (change === undefined) return true;
  if (goesFirst(change)) return false;
  return isReplaced || change.doing === "none";
}

/** Until a target passes a health check, or all have failed theirs, the load balancer itself responds. */
export const NOT_YET = "has no healthy target at first: requests get a 502, 503 or 504 until one passes a health check";

export const attachmentRule: EffectRule = (change, world) => {
  const found = world.serving.registrations.get(change.address);
  if (found === undefined || !isGone(change) || !change.type.includes("attachment") || takesPairAway(change, world))
    return [];
  // The trace reports it.
  if (analyse(world.after).takenLinks.has(change.address)) return [];
  return report(change, world, takenOut(change, found.group, world));
};

function takenOut(change: Change, group: TargetGroup, world: World): CauseParts {
  const count = group.registrations.length;
  if (world.byAddress.get(group.address)?.doing === "destroy")
    return {
      hop,
      effect: "brief",
      then: "its target group is destroyed too; requests that are still forwarded to it get a 503",
      phrase: "while a target group is destroyed",
    };
  const kept = keptIn(group, world);
  if (kept > 0)
    return {
      hop,
      effect: "none",
      then:
        `${kept} of ${count} targets ${kept === 1 ? "stays" : "stay"} registered and in service, and requests in ` +
        "flight to this one can complete",
    };
  return change.doing === "replace" || world.created.has(change.type) ? registeredAgain(count) : NO_TARGET_LEFT;
}

const NO_TARGET_LEFT: CauseParts = {
  hop,
  effect: "outage",
  then: "no target is left in the target group, and the load balancer returns 503",
  avoid: "register another target first",
  phrase: "because no target is left",
};

function registeredAgain(count: number): CauseParts {
  const all = count === 1 ? "the only target" : count === 2 ? "both targets" : `all ${count} targets`;
  return {
    hop,
    effect: "brief",
    then:
      `${all} of the target group ${count === 1 ? "is" : "are"} deregistered and registered again, and requests get ` +
      "a 502, 503 or 504 until one passes a health check",
    avoid:
      "change one attachment in a separate apply, and the others when its target is healthy; or register the targets " +
      "in a second target group, and switch the listener to it",
    phrase: "while the targets are registered again",
  };
}

/** The number of current registrations of a target group that remain. */
function keptIn(group: TargetGroup, world: World): number {
  return keptInGroups(world)(group);
}

/** Cached, as each attachment of a target group needs it. */
const keptInGroups = once(({ byAddress }: World) =>
  once(
    ({ registrations }: TargetGroup) => registrations.filter(({ address }) => !isGone(byAddress.get(address))).length,
  ),
);
