import type { Change } from "../../topology/changes";
import { listOf, own } from "../../topology/json";
import type { TargetGroup, Topology } from "../../topology/model";
import { known } from "../../topology/value";
import type { OwnTargetGroups } from "../../topology/writers";
import { groupUsers } from "../analysis/targets/group-users";
import { changeOf } from "../analysis/writers/coming";
import { isOnTheWay } from "../analysis/writers/on-the-way";
import { forgetting } from "./moved-resources";
import type { FileReporter } from "./rule";
import { blocksIn, CHILDREN } from "./standing-blocks";

/*
 * P75, of resources beside a parent whose configuration writes the same by now: AWS has it already, so the parent is
 * left as it is, and the destroy of the resource takes it away until the next apply.
 */

export function takenFromParent(topology: Topology, report: FileReporter): void {
  const { changes } = topology.writers;
  const gone = changes.filter(({ doing, isData }) => !isData && doing === "destroy");
  if (gone.length === 0) return;
  fromBlocks(gone, topology, report);
  fromLists(topology, report);
}

function fromBlocks(gone: readonly Change[], topology: Topology, report: FileReporter): void {
  const children = gone.filter(({ type }) => Object.hasOwn(CHILDREN, type));
  if (children.length === 0) return;
  const kept = new Map<string, Change>();
  const again = new Set<string>();
  for (const change of topology.writers.changes) {
    const { type, before, after, doing, isData } = change;
    if (isData || after === undefined) continue;
    // What stays or comes as a resource is not the parent's alone.
    for (const key of CHILDREN[type]?.keysOf(type, after, change.unknown) ?? []) again.add(key);
    if (before === undefined || doing === "replace") continue;
    const now = new Set(blocksIn(type, after));
    for (const key of now.size === 0 ? [] : blocksIn(type, before)) if (now.has(key)) kept.set(key, change);
  }
  for (const change of children) {
    const child = CHILDREN[change.type];
    const block = child?.blockOf({ ...change, after: change.before });
    const parent = child
      ?.keysOf(change.type, change.before)
      .filter((key) => !again.has(key))
      .map((key) => kept.get(key))
      .find((it) => it !== undefined && topology.writers.isInline(it.address, block ?? ""));
    if (child === undefined || parent === undefined) continue;
    report.fault({
      id: "P75",
      ...(!isOnTheWay(change, topology) && { severity: "warning" as const }),
      hop: child.hopOf({ ...change, after: change.before }, topology),
      address: change.address,
      attribute: child.attribute,
      observed:
        `destroyed, and the \`${block ?? ""}\` block of ${parent.address} stands for ` +
        `${child.says({ ...change, after: change.before })}: AWS has that already, so this apply does not add it ` +
        "again",
      required: "terraform to forget the resource, and to leave on AWS what the block stands for",
      symptom: "it is missing after the apply, and until the next one",
      fix: forgetting(change.address, topology.writers.changes),
    });
  }
}

/** An attachment that goes, and takes away what the Auto Scaling group's own list stands for by now. */
interface TakenLink {
  readonly list: OwnTargetGroups;
  readonly group: TargetGroup;
}

const takenLinks = new WeakMap<Topology, ReadonlyMap<string, TakenLink>>();

/** Attachments of an Auto Scaling group whose own list names the target group as well, by address. */
export function linksTaken(topology: Topology): ReadonlyMap<string, TakenLink> {
  const found = takenLinks.get(topology) ?? new Map(linksIn(topology));
  takenLinks.set(topology, found);
  return found;
}

function linksIn(topology: Topology): (readonly [string, TakenLink])[] {
  const links = topology.writers.changes.filter(
    ({ type, doing }) =>
      doing === "destroy" &&
      (type === "aws_autoscaling_attachment" || type === "aws_autoscaling_traffic_source_attachment"),
  );
  if (links.length === 0) return [];
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
  return links.flatMap(({ address, before }) => {
    const name = own(before, "autoscaling_group_name");
    const arn = [
      own(before, "lb_target_group_arn"),
      own(before, "alb_target_group_arn"),
      own(listOf(own(before, "traffic_source"))[0], "identifier"),
    ].find((it): it is string => typeof it === "string" && it !== "");
    const list = (["target_group_arns", "traffic_source"] as const)
      .map((argument) => lists.get(JSON.stringify([name, argument])))
      .find((it) => arn !== undefined && it?.items.includes(arn) === true);
    const group = topology.byId.targetGroup(arn);
    if (list === undefined || group === undefined || staying.has(JSON.stringify([name, arn]))) return [];
    // What is not there yet, the group's own update adds.
    const had = listOf(own(changeOf(topology, list.address)?.before, list.argument)).some(
      (it) => it === arn || own(it, "identifier") === arn,
    );
    return had ? [[address, { list, group }] as const] : [];
  });
}

function fromLists(topology: Topology, report: FileReporter): void {
  for (const [address, { list, group }] of linksTaken(topology)) {
    const on = groupUsers(topology).balancersOf(group);
    const others = group.registrations.length - 1;
    if (on === undefined) continue;
    report.fault(
      {
        id: "P75",
        hop: "target-group",
        address,
        attribute: "autoscaling_group_name",
        observed:
          `destroyed, and ${list.argument} of ${list.address} names ${group.address}: AWS has that already, so ` +
          "this apply does not attach it again",
        required: "terraform to forget the attachment, and to leave on AWS what the list stands for",
        symptom: "503 Service Temporarily Unavailable after the apply, and until the next one",
        ...(others > 0 && { share: `1 of ${others + 1} registrations` }),
        fix: forgetting(address, topology.writers.changes),
      },
      on,
    );
  }
}
