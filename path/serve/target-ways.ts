import type { Balancer, Subnet, Topology } from "../../topology/model";
import { isUnknown, known, type Unknown } from "../../topology/value";
import { decide } from "../analysis/network/acl-decisions";
import { type Flow, isBlocked, isCertain } from "../analysis/network/acl-flow";
import { passageOfTarget, type Side } from "../analysis/network/passage-of-target";
import { placesOf } from "../analysis/network/places";
import { ruleSet } from "../analysis/network/security-rules";
import { flowsAtBalancer, flowsAtTargets } from "../analysis/network/target-flows";
import type { Target } from "../analysis/requests/traced-path";
import { isSamePort } from "../analysis/targets/target-ports";
import { assumed, closed, worstOf } from "./client-ways";
import type { Way } from "./decisions";

/* Whether packets pass between the nodes of a load balancer and a target. */

const OPEN: Way = { kind: "open" };

/** The ways from each node, one in each of the load balancer's subnets, to one target. */
export interface TargetWays {
  readonly requests: readonly Way[];
  readonly healthChecks: readonly Way[];
}

export function targetWays(topology: Topology, balancer: Balancer, target: Target): TargetWays {
  const type = known(target.targetGroup.targetType) ?? "";
  if (["lambda", "alb"].includes(type)) return { requests: [OPEN], healthChecks: [OPEN] };
  const nodes = balancer.subnetIds.items.flatMap((id) => topology.byId.subnet(id) ?? []);
  const of = (port: Target["port"]) =>
    nodes.length === 0
      ? [groupWay(topology, balancer, undefined, target, port)]
      : nodes.map((node) =>
          worstOf([
            groupWay(topology, balancer, node, target, port),
            ...target.subnets.slice(0, 1).map((subnet) => aclWay(topology, node, subnet, port)),
          ]),
        );
  const requests = of(target.port);
  return { requests, healthChecks: isSamePort(target.port, target.healthPort) ? requests : of(target.healthPort) };
}

/** What the security groups of both sides do with connections to a port. */
function groupWay(
  topology: Topology,
  balancer: Balancer,
  node: Subnet | undefined,
  target: Target,
  port: Target["port"],
): Way {
  const { address, securityGroupIds: ids } = balancer;
  if ((ids.items.length === 0 && ids.open === undefined) || port === undefined) return OPEN;
  const subnets = node === undefined ? balancer.subnetIds : { items: [known(node.id) ?? ""] };
  const side: Side = {
    out: ruleSet(topology, ids, "egress", { address, attribute: "security_groups" }),
    peer: { groupIds: ids, places: placesOf(topology, subnets, { address, attribute: "subnets" }) },
    sets: new Map(),
  };
  const one = { ...target, port, healthPort: port };
  const seen = passageOfTarget(topology, side, one);
  const whom = nameOf(target);
  if (seen.out !== undefined)
    return closed(
      "target",
      seen.out.group.address,
      `${seen.out.group.address} of ${address} does not allow outbound traffic to ${whom} on port ${portText(port)}`,
    );
  if (known(target.server?.hasSecurityGroups) === false)
    return closed(
      "target",
      whom,
      `${whom} has no security group of its own, and the default one allows only its members`,
    );
  const group = seen.in?.group.address ?? seen.missed[0]?.rule.address;
  if (group !== undefined)
    return closed(
      "target",
      group,
      `${group} of ${whom} does not allow inbound traffic from ${address} on port ${portText(port)}`,
    );
  const open = [...seen.openOut, ...seen.openIn][0];
  return open === undefined ? OPEN : assumed("target", open);
}

function nameOf({ server, registration }: Target): string {
  return server?.address ?? known(registration.targetId) ?? registration.address;
}

function portText(port: Target["port"]): string {
  return isUnknown(port) ? "that is not known" : String(port);
}

/** What the network ACLs of both subnets do with connections to a port, and with the responses. */
function aclWay(topology: Topology, node: Subnet, subnet: Subnet, port: Target["port"]): Way {
  if (node === subnet || port === undefined) return OPEN;
  const ports = new Map([[String(port), { port, health: undefined }]]);
  const there = { subnet, ports };
  const [own, other] = [known(node.networkAcl), known(subnet.networkAcl)];
  const flows = [
    ...(own === undefined ? [] : flowsAtBalancer(topology, { acl: own, subnets: [node] }, [there])),
    ...(other === undefined
      ? []
      : flowsAtTargets(topology, { acl: other, subnets: [subnet] }, new Map([[subnet, ports]]), [node])),
  ];
  const unread = [node, subnet].find(({ networkAcl, isData }) => isUnknown(networkAcl) && !isData)?.networkAcl;
  return worstOf([...flows.map(flowWay), ...(isUnknown(unread) ? [assumed("target", unread)] : [])]);
}

function flowWay(flow: Flow): Way {
  const decisions = flow.packets.map((it) => decide(flow.acl[flow.direction], it));
  const open: Unknown | undefined =
    decisions.find((it) => it.open !== undefined)?.open ?? (isUnknown(flow.acl.open) ? flow.acl.open : undefined);
  if (!isBlocked(flow, decisions)) return decisions.some((it) => it.open) && open ? assumed("target", open) : OPEN;
  if (open !== undefined) return assumed("target", open);
  if (!isCertain(flow, decisions) && flow.vague !== undefined) return assumed("target", flow.vague);
  const { acl, direction, what } = flow;
  return closed("target", acl.address, `${acl.address} denies ${what} (${direction})`);
}
