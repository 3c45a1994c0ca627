import { type Change, valueAt } from "../../../topology/changes";
import { listOf } from "../../../topology/json";
import type { Action, Listener } from "../../../topology/model";
import { type Attr, known } from "../../../topology/value";
import { code, outstandingOf, type Telling } from "../because";
import type { World } from "../world";
import { NOT_YET } from "./target-group-effects";

/* Where listeners and their rules turn requests to. */

/** Whether actions, as a plan writes them, end in a text of the load balancer's own. */
export function answersItself(actions: unknown): boolean {
  return valueAt({ last: listOf(actions).slice(-1) }, "last.type") === "fixed-response";
}

export function shownPort({ port }: Listener): string {
  return String(known(port) ?? "that it had");
}

/** Whether requests that came to targets are sent to a name that nothing in the plan answers. */
export function toOtherHost(change: Change, world: World): Telling | undefined {
  const { later, serving } = world;
  const [had, has] = [actionsBefore(change, world).at(-1), later.actions.get(change.address)?.at(-1)];
  const host = had?.type === "forward" && has?.type === "redirect" ? known(has.host)?.toLowerCase() : undefined;
  if (host === undefined || host.includes("#{") || later.answering(host).length > 0) return undefined;
  return {
    hop: "listener",
    effect: "unknown",
    attribute: `${serving.listeners.has(change.address) ? "default_action" : "action"}.redirect`,
    then:
      `requests are sent to ${code(host)}, of which this plan has no record, so nobody can tell here whether ` +
      "that answers",
    avoid: "make sure that it answers before the apply",
    phrase: `as requests are sent to ${code(host)}, which is not in this plan`,
  };
}

/** Whether it turns to a group that cannot answer at once: a new one has no healthy target at first. */
export function toNewGroup(change: Change, world: World): Telling | undefined {
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

/** The ARNs of groups that are forwarded to; one of weight 0 gets no requests. */
function groupsWithRequests(actions: readonly Action[]): Attr<string>[] {
  return actions.flatMap((it) =>
    it.type === "forward" ? it.targetGroups.filter(({ weight }) => known(weight) !== 0).map(({ arn }) => arn) : [],
  );
}

function actionsBefore({ address }: Change, { serving }: World): readonly Action[] {
  return serving.listeners.get(address)?.defaultActions ?? serving.rules.get(address)?.actions ?? [];
}

const WITHOUT_WEIGHT: Telling = {
  hop: "listener",
  effect: "unknown",
  then:
    "all target groups that it forwards to have the weight 0 from then on, and nobody can tell here what is answered " +
    "then",
  avoid: "give one of them a weight",
  phrase: "as no target group has a weight",
};

function toFreshGroup(attribute: string, isOneOfSeveral: boolean): Telling {
  const group = isOneOfSeveral ? "a target group that it turns to as well" : "the target group that it turns to";
  return {
    hop: "listener",
    effect: "brief",
    attribute,
    then: `${group} is new, and ${NOT_YET}`,
    avoid: "make the new target group and its targets in an earlier apply",
    phrase: "until the new target group's targets are healthy",
  };
}

function toIdleGroup(attribute: string, address: string): Telling {
  return {
    hop: "target-group",
    effect: "unknown",
    attribute,
    then:
      `the plan holds no target of ${code(address)}, to which it turns, so nobody can tell here whether that ` +
      "answers",
    avoid: "make sure that the target group has healthy targets before the apply",
    phrase: `as ${code(address)}, to which requests are turned, has no targets in this plan`,
  };
}
