import type { Change } from "../../../topology/changes";
import { type Json, listOf, own } from "../../../topology/json";
import type { TargetGroup, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import type { OwnTargetGroups } from "../../../topology/writers";
import { once } from "../once";
import { changeOf } from "./coming";

/* Destroyed attachments of Auto Scaling groups that also remove what the group's own list now defines. */

export interface TakenLink {
  readonly list: OwnTargetGroups;
  readonly group: TargetGroup;
}

/** Attachments of an Auto Scaling group whose own list also has the target group, by address. */
export const linksTaken = once((topology: Topology): ReadonlyMap<string, TakenLink> => {
  const links = topology.writers.changes.filter(
    ({ type, doing }) =>
      doing === "destroy" &&
      (type === "aws_autoscaling_attachment" || type === "aws_autoscaling_traffic_source_attachment"),
  );
  if (links.length === 0) return new Map();
  const lists = new Map(
    topology.writers.ownTargetGroups.map((it) => [JSON.stringify([known(it.id), it.argument]), it]),
  );
  const staying = new Set(
    topology.targetGroups.flatMap(({ registrations, arn }) =>
      registrations
        .filter(({ attribute }) => attribute === "autoscaling_group_name")
        .map((it) => JSON.stringify([known(it.autoScalingGroup), known(arn)])),
    ),
  );
  return new Map(
    links.flatMap((link): [string, TakenLink][] => {
      const taken = takenBy(link, lists, staying, topology);
      return taken === undefined ? [] : [[link.address, taken]];
    }),
  );
});

function takenBy(
  { before }: Change,
  lists: ReadonlyMap<string, OwnTargetGroups>,
  staying: ReadonlySet<string>,
  topology: Topology,
): TakenLink | undefined {
  const name = own(before, "autoscaling_group_name");
  const arn = groupNamedBy(before);
  const group = topology.byId.targetGroup(arn);
  const list = (["target_group_arns", "traffic_source"] as const)
    .map((argument) => lists.get(JSON.stringify([name, argument])))
    .find((it) => arn !== undefined && it?.items.includes(arn) === true);
  if (list === undefined || group === undefined || staying.has(JSON.stringify([name, arn]))) return undefined;
  // The group's own update adds what does not exist yet.
  const had = listOf(own(changeOf(topology, list.address)?.before, list.argument)).some(
    (it) => it === arn || own(it, "identifier") === arn,
  );
  return had ? { list, group } : undefined;
}

function groupNamedBy(before: Json | undefined): string | undefined {
  return [
    own(before, "lb_target_group_arn"),
    own(before, "alb_target_group_arn"),
    own(listOf(own(before, "traffic_source"))[0], "identifier"),
  ].find((it): it is string => typeof it === "string" && it !== "");
}
