import { listOf, own } from "../../../topology/json";
import type { Registration, Server, TargetGroup, Topology } from "../../../topology/model";
import { symbol } from "../../../topology/symbols";
import { known, Unknown } from "../../../topology/value";
import type { OwnTargetGroups } from "../../../topology/writers";
import { analyse } from "../../analysis/analysis";
import { portsOf } from "../../analysis/boot-scripts/served-ports";
import { opensPort } from "../../analysis/network/security-rules";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { type Share, sharesOf } from "../../analysis/targets/shares";
import { changeOf, isMade } from "../../analysis/writers/coming";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP, few, shareOf } from "../../fixes/shared-wording";
import type { Edit } from "../../report";
import type { FileReporter, FindingDetails, Reporter, Rule } from "../rule";

export const P49: Rule = {
  id: "P49",
  hop: "target-group",
  title: "the target group has no registered targets",
  certainty: ["certain"],
  severity: { usual: "error", otherIf: "this apply does not detach the target group but a later one does" },
  why:
    "Instances receive requests only once they are registered in the target group, by an attachment or by an Auto " +
    "Scaling group that lists it. While none is registered, the load balancer returns a 503 itself. An Auto " +
    "Scaling group whose own list omits a target group that an attachment attaches has the same effect: each apply " +
    "restores the list, and detaches the target group.",
  symptom: "503 Service Temporarily Unavailable; the target group has no registered targets",
  symptoms: ["503", "unhealthy", "sometimes"],
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html" +
    "#http-503-issues",
  needs: ["whole configuration"],
  review: { effect: "outage", hasBlocks: true, hits: "every request to its group" },
  check: { path: hasTargets, file: staysAttached },
};

function hasTargets(path: TracedPath, report: Reporter): void {
  const { topology } = path;
  const { openRegistration, registrarOf } = analyse(topology).groupUsers;
  const shares = sharesOf(path);
  for (const group of path.targetGroups) {
    const share = shares.get(known(group.arn) ?? "");
    if (group.isData || group.registrations.length > 0 || share?.own === 0) continue;
    const registrar = registrarOf(group);
    const idle = idleFor(path, group);
    const open =
      openRegistration ??
      (registrar && new Unknown(group.address, "targets", `${registrar.address} may register targets`)) ??
      (idle.length === 0
        ? new Unknown(
            group.address,
            "targets",
            "nothing in the file registers targets in it, and the file has no unused server for it",
          )
        : undefined);
    if (open !== undefined) report.open("target-group", open);
    else report.finding(emptyGroup(topology, group, idle, share));
  }
}

function emptyGroup(
  topology: Topology,
  group: TargetGroup,
  idle: readonly Server[],
  share: Share | undefined,
): FindingDetails {
  const { address } = group;
  const names = few(idle.map((it) => it.address));
  const are = idle.length === 1 ? "is" : "are";
  return {
    address,
    attribute: "targets",
    observed: `${address} has no registered targets; ${names} ${are} in no target group that a listener uses`,
    required: "an attachment for each instance, or an Auto Scaling group that lists the target group",
    symptom: P49.symptom,
    ...(share !== undefined && share.own < share.all && { share: `${share.own} of ${share.all} requests, by weight` }),
    fix: fix(
      `Register ${idle.length === 1 ? idle[0]?.address : `the ${idle.length} servers`} in ${address}.`,
      "`instances: { count }` registers each instance; remove the override",
      idle.map((server, index) => registration(topology, group, server, index)),
    ),
  };
}

function registration(topology: Topology, group: TargetGroup, server: Server, index: number): Edit {
  const arn = known(group.arn) ?? symbol(group.address, "arn");
  const elsewhere = analyse(topology).groupUsers.attachmentOf(server);
  if (elsewhere !== undefined) return setting(elsewhere.address, "target_group_arn", arn);
  const name = `registered_${index + 1}`;
  if (server.kind === "instance")
    return {
      add: "aws_lb_target_group_attachment",
      name,
      like: group.address,
      body: { target_group_arn: arn, target_id: known(server.id) ?? symbol(server.address, "id") },
    };
  return {
    add: "aws_autoscaling_attachment",
    name,
    like: group.address,
    body: { lb_target_group_arn: arn, autoscaling_group_name: symbol(server.address, "name") },
  };
}

/** Servers that are most likely meant for the target group, not a bastion or a worker. */
function idleFor({ topology, balancer }: TracedPath, group: TargetGroup): readonly Server[] {
  if (group.targetType !== "instance") return [];
  return analyse(topology).groupUsers.idleServers.filter(({ userData, securityGroupIds }) => {
    const script = known(userData);
    if (script !== undefined && portsOf(script).length > 0) return true;
    const rules = securityGroupIds.items.flatMap((id) => topology.byId.securityGroup(id)?.ingress ?? []);
    return rules.some(
      (rule) =>
        opensPort(rule, group.port) === true ||
        rule.groupIds.items.some((id) => balancer?.securityGroupIds.items.includes(id)),
    );
  });
}

function staysAttached(topology: Topology, report: FileReporter): void {
  const lists = new Map<string, OwnTargetGroups[]>();
  for (const list of topology.writers.ownTargetGroups) {
    const id = known(list.id);
    if (id !== undefined && list.isIgnored !== true) lists.set(id, [...(lists.get(id) ?? []), list]);
  }
  if (lists.size === 0) return;
  for (const group of topology.targetGroups) {
    const on = analyse(topology).groupUsers.balancersOf(group);
    if (on === undefined) continue;
    for (const registration of group.registrations) {
      if (registration.attribute !== "autoscaling_group_name") continue;
      const own = lists.get(known(registration.autoScalingGroup) ?? "") ?? [];
      const found = own.find(({ items }) => !items.includes(known(group.arn) ?? ""));
      // Two arguments can list it, and the other one does.
      if (found === undefined || own.some(({ items }) => items.includes(known(group.arn) ?? ""))) continue;
      report.finding(detached(topology, found, registration, group), on);
    }
  }
}

function detached(
  topology: Topology,
  { address, argument, items, isIgnored }: OwnTargetGroups,
  registration: Registration,
  group: TargetGroup,
): FindingDetails {
  const isNow =
    detachesNow(address, argument, known(group.arn) ?? "", topology) && !isMade(topology, registration.address);
  const isSure = isNow || (topology.source === "synthesized" && isIgnored !== true);
  return {
    ...(!isSure && { severity: "warning" as const }),
    address,
    attribute: argument,
    observed:
      `${argument} of ${address} ${items.length === 0 ? "is empty" : `does not list ${group.address}`}, and ` +
      `${registration.address} attaches ${group.address} to it${isNow ? "; this apply detaches it" : ""}`,
    required: `no ${argument}, or \`lifecycle { ignore_changes }\` for it, if attachments are separate resources`,
    symptom:
      `503 Service Temporarily Unavailable after ${isNow ? "this apply" : "the next apply"}: terraform ` +
      "detaches the target group at every other apply",
    ...shareOf(1, group.registrations.length, "registrations"),
    fix: fix(`Remove ${argument} from ${address}; the attachment is enough.`, BY_NO_PROP, [
      setting(address, argument, undefined),
    ]),
  };
}

/** Whether the plan removes the target group from the list that AWS has today. */
function detachesNow(address: string, argument: string, arn: string, topology: Topology): boolean {
  const change = changeOf(topology, address);
  if (change?.doing !== "update") return false;
  const has = (values: unknown): boolean =>
    listOf(own(values, argument)).some((it) => it === arn || own(it, "identifier") === arn);
  return has(change.before) && !has(change.after);
}
