import type { Change } from "../../../topology/changes";
import { type Json, listOf, own } from "../../../topology/json";
import { type CauseParts, type EffectRule, report } from "../because";
import type { World } from "../world";

const hop = "target";

/** An ECS service, which registers its tasks itself. */
export const serviceRule: EffectRule = (change, world) => {
  if (change.type !== "aws_ecs_service") return [];
  const groups = forwardedGroups(change.before, world);
  if (groups.length === 0) return [];
  if (change.doing === "destroy") return report(change, world, DESTROYED);
  if (change.doing === "replace") return report(change, world, change.isCreatedFirst ? REPLACED_LATER : REPLACED_FIRST);
  return change.doing === "update" ? report(change, world, updated(change, groups)) : [];
};

/** The target groups of a service that receive requests. */
function forwardedGroups(values: Json | undefined, { serving }: World): readonly string[] {
  return listOf(own(values, "load_balancer"))
    .map((it) => own(it, "target_group_arn"))
    .filter((arn) => typeof arn === "string")
    .filter((arn) => serving.forwarders.has(arn));
}

const DESTROYED: CauseParts = {
  hop,
  effect: "outage",
  then: "its tasks are stopped",
  avoid: "keep it until another service serves the requests",
  phrase: "because its last targets are destroyed",
};
const REPLACED_LATER: CauseParts = {
  hop,
  effect: "brief",
  then:
    "Terraform stops the old tasks without waiting for the new ones to become healthy, unless " +
    "`wait_for_steady_state` is on",
  phrase: "while a service is replaced",
};
const REPLACED_FIRST: CauseParts = {
  hop,
  effect: "outage",
  then: "its tasks are stopped, and the new ones start only after that",
  avoid: "create a second service, and destroy the first one when the second is healthy",
  phrase: "until the tasks of the new service have started",
};

/** Attributes whose change makes ECS start new tasks. */
const RENEWING = new RegExp(
  "^(task_definition|force_new_deployment|network_configuration|load_balancer|platform_version|" +
    "capacity_provider_strategy)",
);

function updated(change: Change, groups: readonly string[]): CauseParts {
  const { after, differing } = change;
  if (differing.includes("desired_count") && own(after, "desired_count") === 0)
    return {
      hop,
      effect: "outage",
      attribute: "desired_count",
      then: "all its tasks are stopped",
      avoid: "keep at least one",
      phrase: "because all tasks are stopped",
    };
  if (leavesOneOf(change, groups))
    return {
      hop: "target-group",
      effect: "outage",
      attribute: "load_balancer",
      then: "its tasks are deregistered from a target group that receives requests",
      avoid: "register another service in that target group first",
      phrase: "because a service is removed from its target group",
    };
  const renewing = differing.find((it) => RENEWING.test(it));
  if (renewing === undefined) {
    const attribute = differing.find((it) => it !== "tags");
    return { hop, effect: "none", attribute, then: "its tasks stay in service" };
  }
  return own(after, "deployment_minimum_healthy_percent") === 0 ? allRenewed(renewing) : renewedInTurn(renewing);
}

function leavesOneOf({ after, unknown }: Change, groups: readonly string[]): boolean {
  const stays = new Set(listOf(own(after, "load_balancer")).map((it) => own(it, "target_group_arn")));
  // A value that is known after apply may be the same target group.
  return own(unknown, "load_balancer") === undefined && groups.some((arn) => !stays.has(arn));
}

function allRenewed(attribute: string): CauseParts {
  return {
    hop,
    effect: "outage",
    attribute,
    then: "ECS may stop all tasks before the new ones are healthy",
    avoid: "raise `deployment_minimum_healthy_percent`",
    phrase: "while all tasks of a service are replaced",
  };
}

function renewedInTurn(attribute: string): CauseParts {
  return { hop, effect: "none", attribute, then: "tasks are replaced in turn, each after a new one is healthy" };
}
