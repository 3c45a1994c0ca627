import type { Change } from "../../../topology/changes";
import { own } from "../../../topology/json";
import type { Subnet, Topology } from "../../../topology/model";
import { permissionsOfRule } from "../../../topology/permissions";
import { known } from "../../../topology/value";
import { once } from "../once";

/* Whether requests need what a separate resource defines in its parent: a rule, a route, a network ACL entry. */

interface Ways {
  /** The listener ports of the load balancers with a security group, by its id. */
  readonly listened: ReadonlyMap<string, ReadonlySet<number>>;
  /** Security groups of targets. */
  readonly targets: ReadonlySet<string>;
  /** Ports of targets, including health check ports. */
  readonly served: ReadonlySet<number>;
  readonly balancerSubnets: readonly Subnet[];
  readonly subnets: readonly Subnet[];
}

const waysOf = once(waysIn);

function waysIn({ balancers, servers, targetGroups, byId }: Topology): Ways {
  const listened = new Map<string, Set<number>>();
  for (const { securityGroupIds, listeners } of balancers) {
    for (const id of securityGroupIds.items) {
      const ports = listened.get(id) ?? new Set<number>();
      listened.set(id, ports);
      for (const { port } of listeners) ports.add(known(port) ?? Number.NaN);
    }
  }
  const subnetsOf = (parts: readonly { readonly subnetIds: { readonly items: readonly string[] } }[]) =>
    [...new Set(parts.flatMap(({ subnetIds }) => subnetIds.items.map((id) => byId.subnet(id))))].filter(
      (it) => it !== undefined,
    );
  return {
    listened,
    targets: new Set(servers.flatMap(({ securityGroupIds }) => securityGroupIds.items)),
    served: new Set(
      targetGroups.flatMap(({ port, healthCheck, registrations }) =>
        [known(port), Number(known(healthCheck.port)), ...registrations.map((it) => known(it.port))].filter(
          (it) => it !== undefined,
        ),
      ),
    ),
    balancerSubnets: subnetsOf(balancers),
    subnets: subnetsOf([...balancers, ...servers]),
  };
}

/** Without checking whether something else also allows the requests. */
export function isOnTheWay({ type, before }: Change, topology: Topology): boolean {
  const { listened, targets, served, balancerSubnets, subnets } = waysOf(topology);
  if (type === "aws_route")
    return (
      balancerSubnets.some(
        ({ routeTable }) =>
          typeof routeTable === "object" &&
          "routes" in routeTable &&
          known(routeTable.id) === own(before, "route_table_id"),
      ) &&
      typeof own(before, "gateway_id") === "string" &&
      own(before, "gateway_id") !== ""
    );
  if (type === "aws_network_acl_rule")
    return (
      own(before, "rule_action") !== "deny" &&
      subnets.some(
        ({ networkAcl }) =>
          typeof networkAcl === "object" &&
          "ingress" in networkAcl &&
          known(networkAcl.id) === own(before, "network_acl_id"),
      )
    );
  return permissionsOfRule(type, before).some(({ group, direction, from = 0, to = 65_535 }) => {
    const isMet = (ports: ReadonlySet<number>): boolean => [...ports].some((port) => port >= from && port <= to);
    const ports = listened.get(group);
    // A load balancer serves no client whose requests it cannot forward.
    return ports !== undefined
      ? isMet(direction === "ingress" ? ports : served)
      : direction === "ingress" && targets.has(group) && isMet(served);
  });
}
