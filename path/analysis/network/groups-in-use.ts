import type { SecurityGroup } from "../../../topology/model";
import { known } from "../../../topology/value";
import { once } from "../once";
import { mayBeApplication } from "../requests/balancer-types";
import type { TracedPath } from "../requests/traced-path";
import { vpcIdOf } from "./places";

/** A security group on a path. */
export interface GroupInUse {
  readonly group: SecurityGroup;
  /** The VPC in which it is used. */
  readonly vpcId: string | undefined;
  /** The id of a group on the other side: a target's for the load balancer's, and the reverse. */
  readonly opposite: string | undefined;
}

/** The load balancer's groups and those of its targets, each once. */
export const groupsInUse = once(({ topology, balancer, targets }: TracedPath): readonly GroupInUse[] => {
  if (balancer === undefined || !mayBeApplication(balancer)) return [];
  const servers = targets.flatMap(({ server }) => server ?? []);
  const ofBalancer = balancer.securityGroupIds.items[0];
  const ofTargets = servers[0]?.securityGroupIds.items[0];
  const found = new Map<string, GroupInUse | undefined>();
  for (const user of [balancer, ...new Set(servers)]) {
    const vpcId = known(vpcIdOf(topology, user.subnetIds));
    for (const id of user.securityGroupIds.items) {
      if (found.has(id)) continue;
      const group = topology.byId.securityGroup(id);
      const opposite = user === balancer ? ofTargets : ofBalancer;
      found.set(id, group === undefined ? undefined : { group, vpcId, opposite });
    }
  }
  return [...found.values()].filter((it) => it !== undefined);
});
