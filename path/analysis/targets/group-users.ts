import { addTo } from "../../../topology/lists";
import type { Action, Balancer, Mover, Registration, Server, TargetGroup, Topology } from "../../../topology/model";
import { isUnknown, known, Unknown } from "../../../topology/value";
import { once } from "../once";
import { actionsOf, forwardedTo } from "../requests/listeners";
import { balancersByVpc } from "./vpcs";

/*
 * What forwards to a target group, what is registered in it, and what of this is unknown; created once for each file.
 */

export interface GroupUsers {
  /** Target groups of the file with registrations, to which nothing forwards. */
  readonly idleGroups: readonly TargetGroup[];
  /** Servers in no target group that a listener uses; limited in number. */
  readonly idleServers: readonly Server[];
  /** A forward action whose target group is unknown. */
  readonly openForward?: Unknown;
  /** A registration whose target group is unknown. */
  readonly openRegistration?: Unknown;
  /** The load balancers that use a group; nothing if none does. */
  balancersOf(group: TargetGroup): readonly Balancer[] | undefined;
  /** The file's own load balancers in the group's VPC; all of them if there is none. */
  balancersNear(group: TargetGroup): readonly Balancer[];
  /** What moves listeners to the group, or from it. */
  moverOf(group: TargetGroup): Mover | undefined;
  /** What may register targets in the group outside Terraform. */
  registrarOf(group: TargetGroup): Mover | undefined;
  /** The attachment that registers a server in any group. */
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
    idleServers: unregisteredServers(topology.targetGroups.filter(isUsed), topology).slice(0, MAX_IDLE_SERVERS),
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

/** Servers that are registered in none of these groups. */
function unregisteredServers(groups: readonly TargetGroup[], { servers }: Topology): readonly Server[] {
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

/** The actions of each listener and rule, including those whose load balancer or listener is not in the file. */
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
