import type { Balancer, SecurityGroup, Topology, Vpc } from "../../../topology/model";
import { isUnknown, known, type Listed, type Unknown } from "../../../topology/value";
import type { TracedPath } from "../requests/traced-path";
import { audience, ruleSet, vpcIdOf } from "./reachability";

/** The groups of a balancer, as far as the file says them. */
export interface BalancerGroups {
  readonly ids: Listed<string>;
  /**
   * It names none, and the VPC's default group keeps the clients out. `ids` are then what it should name, so that the
   * path behind it is looked at as it will be: nothing where no group of the file would do.
   */
  readonly isMissing: boolean;
  /** Whether it names any, where the file does not say. */
  readonly open?: Unknown;
}

const NONE: Listed<string> = { items: [] };

/** Rules of security groups are those of an application load balancer only. */
export function isApplication({ type }: Balancer): boolean {
  return (known(type) ?? "application") === "application";
}

export function balancerGroups(path: TracedPath, balancer: Balancer): BalancerGroups {
  const { topology, port, from } = path;
  const { hasSecurityGroups, securityGroupIds, address } = balancer;
  if (isUnknown(hasSecurityGroups))
    return {
      ids: securityGroupIds.items.length > 0 ? securityGroupIds : { items: [], open: hasSecurityGroups },
      isMissing: false,
      open: hasSecurityGroups,
    };
  if (hasSecurityGroups !== false) return { ids: securityGroupIds, isMissing: false };
  const vpc = topology.byId.vpc(vpcIdOf(topology, balancer.subnetIds));
  // The VPC's default group; nothing if the file does not hold the VPC.
  const ids = securityGroupIds;
  const own = ids.items.map((id) => topology.byId.securityGroup(id)).find((it) => it !== undefined);
  if (own === undefined) return { ids, isMissing: false };
  const who = audience(
    topology,
    ruleSet(topology, ids, "ingress", { address, attribute: "security_groups" }),
    port,
    from,
    vpc,
  );
  if (who.answer !== "nobody") return { ids, isMissing: false };
  const [fitting] = vpc === undefined ? [] : fittingGroups(topology, vpc, port, from);
  const id = known(fitting?.id);
  return { ids: id === undefined ? NONE : { items: [id] }, isMissing: true };
}

const unused = new WeakMap<Topology, ReadonlyMap<string, readonly SecurityGroup[]>>();

/** Groups of a VPC that let clients in and that no server has. */
function fittingGroups(topology: Topology, vpc: Vpc, port: number, from: TracedPath["from"]): readonly SecurityGroup[] {
  const id = known(vpc.id);
  const candidates = id === undefined ? [] : (unusedGroups(topology).get(id) ?? []);
  return candidates.filter((group) => {
    const set = ruleSet(topology, { items: [known(group.id) ?? ""] }, "ingress", {
      address: group.address,
      attribute: "id",
    });
    return audience(topology, set, port, from, vpc).answer === "everyone";
  });
}

function unusedGroups(topology: Topology): ReadonlyMap<string, readonly SecurityGroup[]> {
  const found = unused.get(topology);
  if (found !== undefined) return found;
  const used = new Set(topology.servers.flatMap(({ securityGroupIds }) => securityGroupIds.items));
  const byVpc = new Map<string, SecurityGroup[]>();
  for (const group of topology.securityGroups) {
    const [id, vpcId] = [known(group.id), known(group.vpcId)];
    if (id === undefined || vpcId === undefined || group.isDefault || used.has(id)) continue;
    byVpc.set(vpcId, [...(byVpc.get(vpcId) ?? []).slice(0, 19), group]);
  }
  unused.set(topology, byVpc);
  return byVpc;
}
