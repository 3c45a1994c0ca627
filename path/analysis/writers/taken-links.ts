import type { Change } from "../../../topology/changes";
import { type Json, listOf, own } from "../../../topology/json";
import type { TargetGroup, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import type { OwnTargetGroups } from "../../../topology/writers";
import { once } from "../once";
import { changeOf } from "./coming";

/* Attachments of Auto Scaling groups that go, and take away what the group's own list stands for by now. */

export interface TakenLink {
  readonly list: OwnTargetGroups;
  readonly group: TargetGroup;
}

/** Attachments of an Auto Scaling group whose own list names the target group as well, by address. */
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
  // What is not there yet, the group's own update adds.
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
