import type { Change } from "../../../topology/changes";
import { type Json, listOf, own } from "../../../topology/json";
import { type EffectRule, type Telling, tell } from "../because";
import type { World } from "../world";

const hop = "target";

/** A service of ECS, which registers its tasks itself. */
export const serviceRule: EffectRule = (change, world) => {
  if (change.type !== "aws_ecs_service") return [];
  const groups = forwardedGroups(change.before, world);
  if (groups.length === 0) return [];
  if (change.doing === "destroy") return tell(change, world, DESTROYED);
  if (change.doing === "replace") return tell(change, world, change.isCreatedFirst ? REPLACED_LATER : REPLACED_FIRST);
  return change.doing === "update" ? tell(change, world, updated(change, groups)) : [];
};

/** The target groups of a service that requests are forwarded to. */
function forwardedGroups(values: Json | undefined, { serving }: World): readonly string[] {
  return listOf(own(values, "load_balancer"))
    .map((it) => own(it, "target_group_arn"))
    .filter((arn) => typeof arn === "string")
    .filter((arn) => serving.forwarders.has(arn));
}

const DESTROYED: Telling = {
  hop,
  effect: "outage",
  then: "its tasks go with it",
  avoid: "keep it until another one serves",
  phrase: "as its last targets are destroyed",
};
const REPLACED_LATER: Telling = {
  hop,
  effect: "brief",
  then:
    "terraform takes the old tasks away without waiting until the new ones answer, unless " +
    "`wait_for_steady_state` is on",
  phrase: "while a service is exchanged",
};
const REPLACED_FIRST: Telling = {
  hop,
  effect: "outage",
  then: "its tasks go, and new ones are started once they are gone",
  avoid: "make a second service beside it, and take the first one away when that is healthy",
  phrase: "until the tasks of a new service have started",
};

/** Attributes for which ECS starts new tasks. */
const RENEWING = new RegExp(
  "^(task_definition|force_new_deployment|network_configuration|load_balancer|platform_version|" +
    "capacity_provider_strategy)",
);

function updated(change: Change, groups: readonly string[]): Telling {
  const { after, differing } = change;
  if (differing.includes("desired_count") && own(after, "desired_count") === 0)
    return {
      hop,
      effect: "outage",
      attribute: "desired_count",
      then: "all its tasks are stopped",
      avoid: "keep at least one",
      phrase: "as all tasks are stopped",
    };
  if (leavesOneOf(change, groups))
    return {
      hop: "target-group",
      effect: "outage",
      attribute: "load_balancer",
      then: "its tasks leave a target group that requests are forwarded to",
      avoid: "let another service answer in that group first",
      phrase: "as a service leaves its target group",
    };
  const renewing = differing.find((it) => RENEWING.test(it));
  if (renewing === undefined) {
    const attribute = differing.find((it) => it !== "tags");
    return { hop, effect: "none", attribute, then: "its tasks go on answering" };
  }
  return own(after, "deployment_minimum_healthy_percent") === 0 ? allRenewed(renewing) : renewedInTurn(renewing);
}

function leavesOneOf({ after, unknown }: Change, groups: readonly string[]): boolean {
  const stays = new Set(listOf(own(after, "load_balancer")).map((it) => own(it, "target_group_arn")));
  // What is known after the apply only may be the same group.
  return own(unknown, "load_balancer") === undefined && groups.some((arn) => !stays.has(arn));
}

function allRenewed(attribute: string): Telling {
  return {
    hop,
    effect: "outage",
    attribute,
    then: "ECS may stop all tasks before new ones answer",
    avoid: "raise `deployment_minimum_healthy_percent`",
    phrase: "while all tasks of a service are exchanged",
  };
}

function renewedInTurn(attribute: string): Telling {
  return { hop, effect: "none", attribute, then: "tasks are exchanged in turn, each once a new one is healthy" };
}
