import type { Balancer, Subnet, Topology } from "../../topology/model";
import { isUnknown, known, Unknown } from "../../topology/value";
import { type Decision, decide } from "../analysis/network/acl-decisions";
import { CLIENTS_EPHEMERAL } from "../analysis/network/acl-flow";
import { audience, clientsOf } from "../analysis/network/audience";
import { holdsPublic, overlaps, type Range, rangesOf } from "../analysis/network/ipv4";
import { passage } from "../analysis/network/passage";
import { vpcIdOf, vpcRanges } from "../analysis/network/places";
import { accessSettingsOf, blocksInbound, isExcluded } from "../analysis/network/public-access";
import { type RuleSet, ruleSet } from "../analysis/network/security-rules";
import { isShut, wayOut } from "../analysis/network/ways-out";
import type { Cause, Way } from "./decisions";

/* Whether packets of a client reach a load balancer, and its responses the client. */

const OPEN: Way = { kind: "open" };

/** Where a client is: its address, and whether that belongs to the load balancer's VPC. */
export interface Client {
  readonly ip: string;
  readonly from: "internet" | "vpc";
}

export function clientAt(ip: string, topology: Topology, balancer: Balancer): Client {
  // Only clients on the internet are modeled over IPv6.
  if (ip.includes(":")) return { ip, from: "internet" };
  const [address] = rangesOf(ip);
  const inside = vpcRanges(topology.byId.vpc(vpcIdOf(topology, balancer.subnetIds)));
  const isInside = address !== undefined && (inside.some((it) => overlaps(it, address)) || !holdsPublic(address));
  // Addresses for documentation are not on the internet; here they represent those that are.
  return { ip, from: isInside && !isForDocumentation(address) ? "vpc" : "internet" };
}

function isForDocumentation(address: Range): boolean {
  return ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"].some((it) =>
    rangesOf(it).some((range) => overlaps(range, address)),
  );
}

/**
 * The ways to each node of a load balancer, one node in each of its subnets. Route 53 returns the addresses of all
 * nodes, and clients use any of them.
 */
export function clientWays(topology: Topology, balancer: Balancer, port: number, client: Client): readonly Way[] {
  const { address, ipAddressType } = balancer;
  if (client.ip.includes(":") && known(ipAddressType)?.startsWith("dualstack") !== true)
    return [
      isUnknown(ipAddressType)
        ? assumed("dns", ipAddressType)
        : closed("dns", address, `${address} has no IPv6 addresses`),
    ];
  const group = groupWay(topology, balancer, port, client);
  if (group.kind === "closed") return [group];
  if (known(balancer.isInternal) === true && client.from === "internet")
    return [
      closed(
        "dns",
        balancer.address,
        `${balancer.address} is internal: its addresses are private (${client.ip} is not)`,
      ),
    ];
  const subnets = balancer.subnetIds.items.flatMap((id) => topology.byId.subnet(id) ?? []);
  if (subnets.length === 0) return [group];
  return subnets.map((subnet) => worstOf([group, ...nodeWays(topology, balancer, subnet, port, client)]));
}

/** The first that is closed, else the first that is assumed. */
export function worstOf(ways: readonly Way[]): Way {
  return ways.find(({ kind }) => kind === "closed") ?? ways.find(({ kind }) => kind === "assumed") ?? OPEN;
}

export function closed(hop: Cause["hop"], address: string, text: string): Way {
  return { kind: "closed", cause: { hop, address, text } };
}

export function assumed(hop: Cause["hop"], why: Unknown): Way {
  const { address, attribute } = why;
  return { kind: "assumed", cause: { hop, address, text: `${address}: ${attribute} is not known: ${why.why}` } };
}

/** Clients of a load balancer without public IPv4 addresses use IPv6 as well. */
function isOverIpv6(topology: Topology, balancer: Balancer, { ip, from }: Client): boolean {
  return ip.includes(":") || clientsOf(topology, balancer, from).isIpv6Only;
}

/** What the load balancer's security groups do with the client's packets. */
function groupWay(topology: Topology, balancer: Balancer, port: number, client: Client): Way {
  const { address, securityGroupIds: ids } = balancer;
  const set = ruleSet(topology, ids, "ingress", { address, attribute: "security_groups" });
  if (isOverIpv6(topology, balancer, client)) return groupWayOverIpv6(topology, set, port, balancer);
  const peer = {
    groupIds: { items: [] },
    places: [{ ranges: rangesOf(client.ip), isExact: true, why: new Unknown(address, "client", "") }],
  };
  const passes = passage(topology, set, port, peer);
  if (passes.answer === "yes") return OPEN;
  if (passes.answer === "open") return assumed("listener", passes.why);
  return closed("listener", set.groups[0]?.address ?? address, noRule(set, balancer, port, client.ip));
}

function groupWayOverIpv6(topology: Topology, set: RuleSet, port: number, balancer: Balancer): Way {
  const who = audience(topology, set, port, { ...clientsOf(topology, balancer, "internet"), isIpv6Only: true });
  if (who.answer === "open") return assumed("listener", who.why);
  return who.answer === "nobody"
    ? closed("listener", set.groups[0]?.address ?? balancer.address, noRule(set, balancer, port, "IPv6 clients"))
    : OPEN;
}

function noRule({ groups }: RuleSet, balancer: Balancer, port: number, whom: string): string {
  const names =
    known(balancer.hasSecurityGroups) === false
      ? `${balancer.address} has no security group of its own, and the default one`
      : `${groups.map(({ address }) => address).join(" and ")} of ${balancer.address}`;
  return `${names} does not allow inbound traffic on port ${port} from ${whom}`;
}

/** Routes, network ACL and public access of one of its subnets. */
function nodeWays(topology: Topology, balancer: Balancer, subnet: Subnet, port: number, client: Client): Way[] {
  const family = isOverIpv6(topology, balancer, client) ? "IPv6" : "IPv4";
  return [
    ...(client.from === "internet" ? [routeWay(topology, subnet, family), accessWay(topology, balancer, subnet)] : []),
    ...(family === "IPv4" ? [aclWay(subnet, port, client)] : []),
  ];
}

function routeWay(topology: Topology, subnet: Subnet, family: "IPv4" | "IPv6"): Way {
  const way = wayOut(topology, subnet, family);
  if (way.kind === "open") return assumed("listener", way.why);
  if (!isShut(topology, subnet, family)) return OPEN;
  const table = "table" in way ? way.table.address : "route" in way ? way.route.address : subnet.address;
  return closed("listener", table, `${table} leads ${subnet.address} to no internet gateway of its VPC`);
}

function accessWay(topology: Topology, balancer: Balancer, subnet: Subnet): Way {
  for (const it of accessSettingsOf(topology, balancer)) {
    const { address, mode, excluded } = it;
    if (isUnknown(mode)) return assumed("listener", mode);
    if (!blocksInbound(mode) || isExcluded(it, subnet.id, subnet.vpcId)) continue;
    if (excluded.open !== undefined) return assumed("listener", excluded.open);
    return closed("listener", address, `${address} blocks inbound traffic from the internet to ${subnet.address}`);
  }
  return OPEN;
}

/** A network ACL is stateless: requests and responses are decided separately. */
function aclWay({ networkAcl: acl, isData }: Subnet, port: number, { ip }: Client): Way {
  if (isUnknown(acl)) return isData ? OPEN : assumed("listener", acl);
  const [addresses] = rangesOf(ip);
  if (acl === undefined || addresses === undefined) return OPEN;
  const requests = decide(acl.ingress, { addresses, ports: { first: port, last: port } });
  const responses = decide(acl.egress, { addresses, ports: CLIENTS_EPHEMERAL });
  const more = isUnknown(acl.open) ? acl.open : undefined;
  const isCertain = ({ denied, open }: Decision) => denied.length > 0 && open === undefined && more === undefined;
  if (isCertain(requests))
    return closed("listener", acl.address, `${acl.address} denies requests from ${ip} to port ${port}`);
  if (isCertain(responses))
    return closed("listener", acl.address, `${acl.address} denies responses to ${ip} on ports 32768 to 65535`);
  const open = requests.open ?? responses.open ?? more;
  return open === undefined ? OPEN : assumed("listener", open);
}
