import { addTo } from "../../../topology/lists";
import type { Balancer, SecurityGroup, Topology } from "../../../topology/model";
import { isUnknown, known, type Listed, type Unknown } from "../../../topology/value";
import { once } from "../once";
import type { TracedPath } from "../requests/traced-path";
import { audience, type Clients, clientsOf } from "./audience";
import { ruleSet } from "./security-rules";

/** The security groups of a load balancer, as far as the file contains them. */
export interface BalancerGroups {
  readonly ids: Listed<string>;
  /**
   * It sets none, and the VPC's default group does not allow the clients. `ids` are then what it should set, so that
   * the rest of the path is traced as it should be: nothing if no security group of the file is suitable.
   */
  readonly isMissing: boolean;
  /** Why it is unknown whether it sets any. */
  readonly open?: Unknown;
}

const NONE: Listed<string> = { items: [] };

export function balancerGroups(path: TracedPath, balancer: Balancer): BalancerGroups {
  const { topology, port, from } = path;
  // If it sets none, this is the VPC's default group; nothing if the VPC is not in the file.
  const { hasSecurityGroups, securityGroupIds: ids, address } = balancer;
  if (isUnknown(hasSecurityGroups))
    return {
      ids: ids.items.length > 0 ? ids : { items: [], open: hasSecurityGroups },
      isMissing: false,
      open: hasSecurityGroups,
    };
  if (hasSecurityGroups !== false) return { ids, isMissing: false };
  const set = ruleSet(topology, ids, "ingress", { address, attribute: "security_groups" });
  const clients = clientsOf(topology, balancer, from);
  if (set.groups.length === 0 || audience(topology, set, port, clients).answer !== "nobody")
    return { ids, isMissing: false };
  const id = known(fittingGroup(topology, port, clients)?.id);
  return { ids: id === undefined ? NONE : { items: [id] }, isMissing: true };
}

/** A security group that allows the clients and that no server uses. */
function fittingGroup(topology: Topology, port: number, clients: Clients): SecurityGroup | undefined {
  const candidates = unusedGroups(topology).get(known(clients.vpc?.id) ?? "") ?? [];
  return candidates.find((group) => {
    const ids = { items: [known(group.id) ?? ""] };
    const set = ruleSet(topology, ids, "ingress", { address: group.address, attribute: "id" });
    return audience(topology, set, port, clients).answer === "everyone";
  });
}

/** By their VPCs, the first twenty of each. */
const unusedGroups = once((topology: Topology): ReadonlyMap<string, readonly SecurityGroup[]> => {
  const used = new Set(topology.servers.flatMap(({ securityGroupIds }) => securityGroupIds.items));
  const byVpc = new Map<string, SecurityGroup[]>();
  for (const group of topology.securityGroups) {
    const [id, vpcId] = [known(group.id), known(group.vpcId)];
    if (id === undefined || vpcId === undefined || group.isDefault || used.has(id)) continue;
    if ((byVpc.get(vpcId)?.length ?? 0) < 20) addTo(byVpc, vpcId, group);
  }
  return byVpc;
});
