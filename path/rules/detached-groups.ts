import { listOf, own } from "../../topology/json";
import type { Registration, TargetGroup, Topology } from "../../topology/model";
import { known } from "../../topology/value";
import type { OwnTargetGroups } from "../../topology/writers";
import { groupUsers } from "../analysis/targets/group-users";
import { changeOf, isMade } from "../analysis/writers/coming";
import { fix, setting } from "../fixes/fix";
import { BY_NO_PROP } from "../fixes/wording";
import type { FileReporter } from "./rule";

/*
 * P49, of an Auto Scaling group whose own list leaves out a target group that is attached beside it: each apply makes
 * the list true, and detaches what the attachment has attached.
 */

export function detachesItself(topology: Topology, report: FileReporter): void {
  const lists = new Map<string, OwnTargetGroups[]>();
  for (const list of topology.writers.ownTargetGroups) {
    const id = known(list.id);
    if (id !== undefined && list.isIgnored !== true) lists.set(id, [...(lists.get(id) ?? []), list]);
  }
  if (lists.size === 0) return;
  for (const group of topology.targetGroups) {
    const on = groupUsers(topology).balancersOf(group);
    if (on === undefined) continue;
    for (const registration of group.registrations) {
      if (registration.attribute !== "autoscaling_group_name") continue;
      const own = lists.get(known(registration.autoScalingGroup) ?? "") ?? [];
      const found = own.find(({ items }) => !items.includes(known(group.arn) ?? ""));
      // Of two arguments, each of which may hold it, the other one has it.
      if (found === undefined || own.some(({ items }) => items.includes(known(group.arn) ?? ""))) continue;
      reportList(found, registration, group, topology, report, on);
    }
  }
}

type On = Parameters<FileReporter["fault"]>[1];

function reportList(
  { address, argument, items, isIgnored }: OwnTargetGroups,
  registration: Registration,
  group: TargetGroup,
  topology: Topology,
  report: FileReporter,
  on: On,
): void {
  const isNow =
    detachesNow(address, argument, known(group.arn) ?? "", topology) && !isMade(topology, registration.address);
  const isSure = isNow || (topology.source === "synthesized" && isIgnored !== true);
  const others = group.registrations.length - 1;
  report.fault(
    {
      id: "P49",
      hop: "target-group",
      ...(!isSure && { severity: "warning" as const }),
      address,
      attribute: argument,
      observed:
        `${argument} of ${address} ${items.length === 0 ? "is empty" : `does not name ${group.address}`}, and ` +
        `${registration.address} attaches ${group.address} to it${isNow ? "; this apply detaches it" : ""}`,
      required:
        `${argument} left out, or under \`lifecycle { ignore_changes }\`, where attachments are resources of ` +
        "their own",
      symptom:
        `503 Service Temporarily Unavailable after ${isNow ? "this apply" : "the next apply"}: terraform ` +
        "detaches the target group at every second apply",
      ...(others > 0 && { share: `1 of ${others + 1} registrations` }),
      fix: fix(`Remove ${argument} from ${address}; the attachment is enough.`, BY_NO_PROP, [
        setting(address, argument, undefined),
      ]),
    },
    on,
  );
}

/** Whether the plan takes the target group out of the list, as AWS has it today. */
function detachesNow(address: string, argument: string, arn: string, topology: Topology): boolean {
  const change = changeOf(topology, address);
  if (change?.doing !== "update") return false;
  const has = (values: unknown): boolean =>
    listOf(own(values, argument)).some((it) => it === arn || own(it, "identifier") === arn);
  return has(change.before) && !has(change.after);
}
