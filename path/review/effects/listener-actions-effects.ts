import { type Change, valueAt } from "../../../topology/changes";
import { listOf } from "../../../topology/json";
import type { Action, Listener } from "../../../topology/model";
import { type Attr, known } from "../../../topology/value";
import { type CauseParts, code, outstandingOf } from "../because";
import type { World } from "../world";
import { NOT_YET } from "./target-group-effects";

/* Where listeners and listener rules send requests. */

/** Whether a plan's actions end in a fixed response of the load balancer. */
export function answersItself(actions: unknown): boolean {
  return valueAt({ last: listOf(actions).slice(-1) }, "last.type") === "fixed-response";
}

export function shownPort({ port }: Listener): string {
  return String(known(port) ?? "(unknown)");
}

/** Requests that were forwarded to targets and are redirected to a host that is not in the plan. */
export function toOtherHost(change: Change, world: World): CauseParts | undefined {
  const { later, serving } = world;
  const [had, has] = [actionsBefore(change, world).at(-1), later.actions.get(change.address)?.at(-1)];
  const host = had?.type === "forward" && has?.type === "redirect" ? known(has.host)?.toLowerCase() : undefined;
  if (host === undefined || host.includes("#{") || later.answering(host).length > 0) return undefined;
  return {
    hop: "listener",
    effect: "unknown",
    attribute: `${serving.listeners.has(change.address) ? "default_action" : "action"}.redirect`,
    then:
      `requests are redirected to ${code(host)}, which has no record in this plan, so it cannot be determined ` +
      "whether it responds",
    avoid: "make sure that it responds before the apply",
    phrase: `requests are redirected to ${code(host)}, which is not in this plan`,
  };
}

/** A new target group, which has no healthy target at first, or one without targets in the plan. */
export function toNewGroup(change: Change, world: World): CauseParts | undefined {
  const { after, later, byAddress, serving } = world;
  if (serving.targetGroups.size === 0) return undefined;
  const actions = later.actions.get(change.address) ?? [];
  const groups = groupsWithRequests(actions).map(after.byId.targetGroup);
  const had = new Set(groupsWithRequests(actionsBefore(change, world)).map(known));
  const attribute =
    change.differing.find((it) => it.includes("target_group") || it.includes("forward")) ??
    outstandingOf(change.differing);
  if (groups.length === 0 && had.size > 0 && actions.some(({ type }) => type === "forward"))
    return { ...WITHOUT_WEIGHT, attribute };
  const fresh = groups.filter((it) => it !== undefined && byAddress.get(it.address)?.doing === "create");
  if (fresh.length > 0) return toFreshGroup(attribute, fresh.length < groups.length);
  const idle = groups.find((it) => it !== undefined && it.registrations.length === 0 && !had.has(known(it.arn)));
  return idle === undefined ? undefined : toIdleGroup(attribute, idle.address);
}

/** The ARNs of target groups that receive requests; one with weight 0 does not. */
function groupsWithRequests(actions: readonly Action[]): Attr<string>[] {
  return actions.flatMap((it) =>
    it.type === "forward" ? it.targetGroups.filter(({ weight }) => known(weight) !== 0).map(({ arn }) => arn) : [],
  );
}

function actionsBefore({ address }: Change, { serving }: World): readonly Action[] {
  return serving.listeners.get(address)?.defaultActions ?? serving.rules.get(address)?.actions ?? [];
}

const WITHOUT_WEIGHT: CauseParts = {
  hop: "listener",
  effect: "unknown",
  then: "all its target groups have weight 0, and it cannot be determined how the load balancer responds",
  avoid: "set a weight above 0 for one of them",
  phrase: "all target groups of a forward action have weight 0",
};

function toFreshGroup(attribute: string, isOneOfSeveral: boolean): CauseParts {
  const group = isOneOfSeveral ? "one of its target groups" : "its target group";
  return {
    hop: "listener",
    effect: "brief",
    attribute,
    then: `${group} is new and ${NOT_YET}`,
    avoid: "create the new target group and its targets in an earlier apply",
    phrase: "until the targets of the new target group are healthy",
  };
}

function toIdleGroup(attribute: string, address: string): CauseParts {
  return {
    hop: "target-group",
    effect: "unknown",
    attribute,
    then:
      `it forwards to ${code(address)}, which has no targets in this plan, so it cannot be determined whether ` +
      "requests get a response",
    avoid: "make sure that the target group has healthy targets before the apply",
    phrase: `requests are forwarded to ${code(address)}, which has no targets in this plan`,
  };
}
