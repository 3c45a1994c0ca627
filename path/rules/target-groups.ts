import type { Balancer, Listener, Server, TargetGroup, Topology } from "../../topology/model";
import { symbol } from "../../topology/source";
import { known, Unknown } from "../../topology/value";
import { portsOf } from "../analysis/boot-scripts/user-data";
import { opensPort } from "../analysis/network/reachability";
import { forwardedTo } from "../analysis/requests/listeners";
import type { TracedPath } from "../analysis/requests/traced-path";
import { groupUsers } from "../analysis/targets/group-users";
import { fix, setting } from "../fixes/fix";
import { forward, lastPriority } from "../fixes/listener-repairs";
import { BY_NO_PROP } from "../fixes/wording";
import type { Edit, Fix } from "../report";
import type { FileReporter, Reporter } from "./rule";
import type { Rules } from "./subjects";

/* Whether requests come to a target group, and whether anything is in it. */

export const targetGroupRules: Rules = { path: [hasTargets, lastsAsLongAsRequests], file: [isUsed] };

/** P48, of groups in which something is registered; empty ones are nothing that anybody waits for. */
function isUsed(topology: Topology, report: FileReporter): void {
  const { idleGroups, openForward, balancersNear, moverOf } = groupUsers(topology);
  for (const group of idleGroups) {
    const on = balancersNear(group);
    if (on.length === 0 || moverOf(group) !== undefined) continue;
    if (openForward !== undefined) {
      report.open("target-group", openForward);
      continue;
    }
    report.fault(
      {
        id: "P48",
        hop: "target-group",
        address: group.address,
        attribute: "arn",
        observed:
          `no listener and no rule forwards to ${group.address}, which has ` +
          `${group.registrations.length === 1 ? "a registration" : `${group.registrations.length} registrations`}`,
        required: "a listener or a rule that forwards to it",
        symptom: "its targets stay unused: Target.NotInUse, and no request comes to them",
        fix: wayIn(topology, group, listenerFor(on)),
      },
      on,
    );
  }
}

/** Where the site's requests are answered: an HTTPS listener, or any other. */
function listenerFor([balancer, next]: readonly Balancer[]): Listener | undefined {
  const listeners = balancer?.listeners.length === 0 ? (next?.listeners ?? []) : (balancer?.listeners ?? []);
  return listeners.find(({ protocol }) => protocol === "HTTPS") ?? listeners[0];
}

/** By default, unless that leads to another group's targets. */
function wayIn(topology: Topology, group: TargetGroup, listener: Listener | undefined): Fix {
  if (listener === undefined) return fix(`Add a listener that forwards to ${group.address}.`, BY_NO_PROP, []);
  const isTaken = forwardedTo(listener.defaultActions).some(
    (arn) => topology.byId.targetGroup(arn)?.registrations.length !== 0,
  );
  if (!isTaken)
    return fix(`Let ${listener.address} forward to ${group.address}.`, BY_NO_PROP, [
      setting(listener.address, "default_action", forward(group)),
    ]);
  const name = (group.address.split("[")[0] ?? "").split(".").at(-1) ?? "";
  return fix(`Add a rule that forwards to ${group.address} what it is meant for, such as /${name}/*.`, BY_NO_PROP, [
    {
      add: "aws_lb_listener_rule",
      name: `to_${name}`,
      like: listener.address,
      body: {
        listener_arn: known(listener.arn) ?? symbol(listener.address, "arn"),
        priority: lastPriority(listener),
        condition: [{ path_pattern: { values: [`/${name}/*`] } }],
        action: forward(group),
      },
    },
  ]);
}

/** P49 */
function hasTargets(path: TracedPath, report: Reporter): void {
  const { topology, balancer } = path;
  const { idleServers, openRegistration, registrarOf } = groupUsers(topology);
  const shares = weightsOf(path);
  for (const group of path.targetGroups) {
    if (group.isData || group.registrations.length > 0) continue;
    const weights = shares.get(known(group.arn) ?? "");
    if (weights !== undefined && weights.own === 0) continue;
    const registrar = registrarOf(group);
    const open =
      openRegistration ??
      (registrar && new Unknown(group.address, "targets", `${registrar.address} may register them`));
    if (open !== undefined) {
      report.open("target-group", open);
      continue;
    }
    const idle =
      group.targetType === "instance" ? idleServers.filter((it) => isMeantFor(topology, it, group, balancer)) : [];
    if (idle.length === 0) {
      report.open(
        "target-group",
        new Unknown(
          group.address,
          "targets",
          "nothing in the file registers in it, and no machine of the file is left over for it",
        ),
      );
      continue;
    }
    report.fault({
      id: "P49",
      hop: "target-group",
      address: group.address,
      attribute: "targets",
      observed: `nothing is registered in ${group.address}; ${idle
        .slice(0, 3)
        .map(({ address }) => address)
        .join(
          ", ",
        )}${idle.length > 3 ? " and others are" : idle.length === 1 ? " is" : " are"} in no target group that a listener uses`,
      required: "an attachment for each instance, or an Auto Scaling group that names the target group",
      symptom: "503 Service Temporarily Unavailable; the target group has no registered targets",
      ...(weights !== undefined &&
        weights.own < weights.all && { share: `${weights.own} of ${weights.all} requests, by the weights` }),
      fix: fix(
        `Register ${idle.length === 1 ? idle[0]?.address : `the ${idle.length} machines`} in ${group.address}.`,
        "instances: { count }; each is registered by itself, so remove the override",
        idle.map((server, index) => registration(topology, group, server, index)),
      ),
    });
  }
}

function registration(topology: Topology, group: TargetGroup, server: Server, index: number): Edit {
  const arn = known(group.arn) ?? symbol(group.address, "arn");
  const elsewhere = groupUsers(topology).attachmentOf(server);
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

interface Share {
  readonly own: number;
  readonly all: number;
}

/**
 * The weight of each group among all groups of the forwards that lead to it; of one whose weights are left open,
 * nothing.
 */
function weightsOf({ steps }: TracedPath): ReadonlyMap<string, Share> {
  const shares = new Map<string, Share>();
  const open = new Set<string>();
  for (const action of steps.flatMap(({ outcomes }) => outcomes).flatMap(({ actions }) => actions)) {
    if (action.type !== "forward") continue;
    const all = action.targetGroups.reduce((sum, { weight }) => sum + (known(weight) ?? Number.NaN), 0);
    for (const { arn, weight } of action.targetGroups) {
      const key = known(arn) ?? "";
      const so = shares.get(key) ?? { own: 0, all: 0 };
      if (Number.isNaN(all)) open.add(key);
      shares.set(key, { own: so.own + (known(weight) ?? 0), all: so.all + all });
    }
  }
  for (const key of open) shares.delete(key);
  return shares;
}

/** Not a bastion or a worker: it serves, or its groups take the target group's port or anything from the balancer. */
function isMeantFor(
  topology: Topology,
  { userData, securityGroupIds }: Server,
  group: TargetGroup,
  balancer: Balancer | undefined,
): boolean {
  const script = known(userData);
  if (script !== undefined && portsOf(script).length > 0) return true;
  const rules = securityGroupIds.items.flatMap((id) => topology.byId.securityGroup(id)?.ingress ?? []);
  return rules.some(
    (rule) =>
      opensPort(rule, group.port) === true ||
      rule.groupIds.items.some((id) => balancer?.securityGroupIds.items.includes(id)),
  );
}

/** P60 */
function lastsAsLongAsRequests({ targetGroups, balancer }: TracedPath, report: Reporter): void {
  const idle = known(balancer?.idleTimeout) ?? USUAL_IDLE_SEC;
  for (const group of targetGroups) {
    const delay = group.deregistrationDelay === undefined ? USUAL_DELAY_SEC : known(group.deregistrationDelay);
    if (delay === undefined || group.isData || group.targetType === "lambda") continue;
    const longest = Math.min(idle, MAX_DELAY_SEC);
    // Who raises the idle timeout has requests that take that long.
    const isShort = delay === 0 || (idle > USUAL_IDLE_SEC && delay < longest);
    if (!isShort && (delay <= USUAL_DELAY_SEC || delay <= longest)) continue;
    const better = isShort ? longest : Math.max(longest, USUAL_IDLE_SEC);
    report.fault({
      id: "P60",
      hop: "target-group",
      address: group.address,
      attribute: "deregistration_delay",
      observed: `${delay} s, where a request may take ${idle} s without a byte moving`,
      required: isShort
        ? `as long as requests take, such as ${better} s`
        : `not much longer than requests take, such as ${better} s`,
      symptom: isShort
        ? "502 at requests that are under way when a target is taken out"
        : `each target that is replaced stays ${delay} s in "draining"`,
      fix: fix(`Wait ${better} s.`, `deregistrationDelaySec: ${better}, or none for as long as idleTimeoutSec`, [
        setting(group.address, "deregistration_delay", String(better)),
      ]),
    });
  }
}

/** AWS's defaults, and its limit. */
const USUAL_IDLE_SEC = 60;
const USUAL_DELAY_SEC = 300;
const MAX_DELAY_SEC = 3_600;
