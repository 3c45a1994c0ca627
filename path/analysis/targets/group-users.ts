import { addTo } from "../../../topology/lists";
import type { Action, Balancer, Mover, Registration, Server, TargetGroup, Topology } from "../../../topology/model";
import { isUnknown, known, Unknown } from "../../../topology/value";
import { once } from "../once";
import { actionsOf, forwardedTo } from "../requests/listeners";
import { balancersByVpc } from "./vpcs";

/* Who forwards to a target group, what is in it, and what of that the file leaves open; made once for each file. */

export interface GroupUsers {
  /** Groups of the file in which something is registered and to which nothing forwards. */
  readonly idleGroups: readonly TargetGroup[];
  /** Machines that are in no target group which a listener uses; no more than can be told in a sentence. */
  readonly idleServers: readonly Server[];
  /** A forward that may lead to any group. */
  readonly openForward?: Unknown;
  /** A registration that may be in any group. */
  readonly openRegistration?: Unknown;
  /** The load balancers that use a group; nothing if none does. */
  balancersOf(group: TargetGroup): readonly Balancer[] | undefined;
  /** The file's own load balancers in the group's VPC; all of them where there is none. */
  balancersNear(group: TargetGroup): readonly Balancer[];
  /** What moves listeners to the group, or from it. */
  moverOf(group: TargetGroup): Mover | undefined;
  /** What may register targets in the group by itself. */
  registrarOf(group: TargetGroup): Mover | undefined;
  /** The attachment that registers a machine, in whatever group. */
  attachmentOf(server: Server): Registration | undefined;
}

/** A plan can have thousands of workers that are in no target group. */
const MAX_IDLE_SERVERS = 20;

export const groupUsers = once((topology: Topology): GroupUsers => {
  const actions = allActions(topology);
  const used = new Set(actions.flatMap((it) => forwardedTo(it.actions)));
  const isUsed = ({ arn }: TargetGroup): boolean => used.has(known(arn) ?? "");
  const users = balancersByGroup(topology);
  const own = topology.balancers.filter(({ isData, type }) => !isData && type !== "classic");
  const near = balancersByVpc(own, topology);
  const attachments = new Map(
    topology.targetGroups
      .flatMap(({ registrations }) => registrations)
      .filter(({ attribute }) => attribute === "target_id")
      .map((registration) => [known(registration.targetId), registration]),
  );
  return {
    idleGroups: topology.targetGroups.filter(
      (it) => !it.isData && known(it.arn) !== undefined && it.registrations.length > 0 && !isUsed(it),
    ),
    idleServers: serversBeside(topology.targetGroups.filter(isUsed), topology).slice(0, MAX_IDLE_SERVERS),
    openForward: openForward(actions),
    openRegistration: topology.looseRegistrations.map(({ targetGroupArn }) => targetGroupArn).find(isUnknown),
    balancersOf: ({ arn }) => users.get(known(arn) ?? ""),
    balancersNear: ({ vpcId }) => near.get(known(vpcId)) ?? own,
    moverOf: finder(topology.movers.filter(({ onlyRegisters }) => !onlyRegisters)),
    registrarOf: finder(topology.movers),
    attachmentOf: ({ id }) => attachments.get(known(id)),
  };
});

/** By the ARNs of the groups that they forward to. */
function balancersByGroup({ balancers }: Topology): ReadonlyMap<string, readonly Balancer[]> {
  const users = new Map<string, Balancer[]>();
  for (const balancer of balancers)
    for (const arn of new Set(balancer.listeners.flatMap((it) => forwardedTo(actionsOf(it)))))
      addTo(users, arn, balancer);
  return users;
}

/** Machines that are registered in none of these groups. */
function serversBeside(groups: readonly TargetGroup[], { servers }: Topology): readonly Server[] {
  const busy = new Set(
    groups
      .flatMap(({ registrations }) => registrations)
      .map(({ autoScalingGroup, targetId }) => known(autoScalingGroup) ?? known(targetId)),
  );
  return servers.filter(
    ({ id, privateIp, isData }) =>
      !isData &&
      known(id) !== undefined &&
      !busy.has(known(id)) &&
      (known(privateIp) === undefined || !busy.has(known(privateIp))),
  );
}

function finder(movers: readonly Mover[]): (group: TargetGroup) => Mover | undefined {
  const named = new Map<string | undefined, Mover>(
    movers.flatMap((mover) => mover.targetGroups.items.map((it) => [it, mover] as const)),
  );
  const any = movers.find(({ targetGroups }) => targetGroups.open !== undefined);
  return ({ arn, name }) => any ?? named.get(known(arn)) ?? named.get(known(name));
}

/** The actions of each listener and rule, those included whose load balancer or listener is not in the file. */
function allActions(topology: Topology): { readonly address: string; readonly actions: readonly Action[] }[] {
  const listeners = [...topology.balancers.flatMap((it) => it.listeners), ...topology.looseListeners];
  return [
    ...listeners.flatMap(({ address, defaultActions, rules }) => [{ address, actions: defaultActions }, ...rules]),
    ...topology.looseRules,
  ];
}

function openForward(all: ReturnType<typeof allActions>): Unknown | undefined {
  for (const { address, actions } of all) {
    for (const action of actions) {
      if (action.type === "unknown") return new Unknown(address, action.attribute, action.why);
      const arn = action.type === "forward" ? action.targetGroups.map((it) => it.arn).find(isUnknown) : undefined;
      if (arn !== undefined) return arn;
    }
  }
  return undefined;
}
