import type { Balancer, SecurityRule, Topology, Vpc } from "../../../topology/model";
import { plain } from "../../../topology/symbols";
import { isUnknown, known, type Unknown } from "../../../topology/value";
import { covers, coversInternet, EVERY_ADDRESS, holdsPublic, type Range, rangesOf } from "./ipv4";
import { vpcIdOf, vpcRanges } from "./places";
import { cidrsOpen, opensPort, type RuleSet } from "./security-rules";

/* Which clients security groups allow. */

/** The clients of a load balancer. */
export interface Clients {
  readonly from: "internet" | "vpc";
  readonly vpc: Vpc | undefined;
  /** They use IPv6, as the load balancer has no public IPv4 address. */
  readonly isIpv6Only: boolean;
}

/** Who can reach a port: everyone (on the internet or in the VPC), some, nobody; or it is open. */
export type Audience =
  | { readonly answer: "everyone" | "nobody" }
  | { readonly answer: "some"; readonly who: readonly string[] }
  | { readonly answer: "open"; readonly why: Unknown };

export function clientsOf(topology: Topology, balancer: Balancer, from: Clients["from"]): Clients {
  return {
    from,
    vpc: topology.byId.vpc(vpcIdOf(topology, balancer.subnetIds)),
    isIpv6Only: known(balancer.ipAddressType) === "dualstack-without-public-ipv4",
  };
}

/** Whom the rules allow. Packets from the internet never match a security group or come from a private address. */
export function audience(topology: Topology, set: RuleSet, port: number, clients: Clients): Audience {
  const rules = set.rules.map((rule) => ({ rule, opens: opensPort(rule, port) }));
  const sure = rules.filter(({ opens }) => opens === true).map(({ rule }) => rule);
  const cidrs = sure.flatMap((rule) => cidrsFor(rule, clients));
  if (areEveryone(cidrs, clients)) return { answer: "everyone" };
  const groups =
    clients.from === "vpc"
      ? sure.flatMap(({ groupIds }) => groupIds.items).map((id) => topology.byId.securityGroup(id)?.address ?? id)
      : [];
  const lists = sure.flatMap(({ prefixListIds }) => prefixListIds.items.map((id) => `prefix list ${plain(id)}`));
  const who = [...cidrs, ...groups, ...lists];
  if (who.length > 0) return { answer: "some", who: [...new Set(who)] };
  const why = rules.map(({ rule, opens }) => leftOpen(rule, opens, clients)).find(isUnknown) ?? set.open;
  return why === undefined ? { answer: "nobody" } : { answer: "open", why };
}

/** The addresses of a rule that such clients can have. */
function cidrsFor({ cidrs, ipv6Cidrs }: SecurityRule, clients: Clients): readonly string[] {
  if (clients.isIpv6Only) return ipv6Cidrs.items;
  return cidrs.items.filter((cidr) => rangesOf(cidr).some((it) => canBeClients(it, clients)));
}

function areEveryone(cidrs: readonly string[], { from, vpc, isIpv6Only }: Clients): boolean {
  if (isIpv6Only) return cidrs.includes("::/0");
  const ranges = cidrs.flatMap(rangesOf);
  if (from === "internet") return coversInternet(ranges);
  return addressesOf({ from, vpc }).every((it) => covers(ranges, it));
}

/** The IPv4 addresses that clients may have. */
export function addressesOf({ from, vpc }: Pick<Clients, "from" | "vpc">): readonly Range[] {
  const inside = from === "vpc" ? vpcRanges(vpc) : [];
  return inside.length > 0 ? inside : [EVERY_ADDRESS];
}

/** Whether any of the addresses can be that of a client. */
export function canBeClients(range: Range, { from }: Pick<Clients, "from">): boolean {
  return from === "vpc" || holdsPublic(range);
}

/** Why a rule may allow clients. */
function leftOpen(rule: SecurityRule, opens: boolean | Unknown, clients: Clients): Unknown | undefined {
  if (opens === false) return undefined;
  const { from, isIpv6Only } = clients;
  const open =
    (isIpv6Only ? rule.ipv6Cidrs.open : cidrsOpen(rule)) ??
    rule.prefixListIds.open ??
    (from === "vpc" ? rule.groupIds.open : undefined);
  if (open !== undefined) return open;
  const reaches =
    cidrsFor(rule, { ...clients, isIpv6Only: false }).length > 0 ||
    rule.prefixListIds.items.length > 0 ||
    (from === "vpc" && rule.groupIds.items.length > 0) ||
    (isIpv6Only && rule.ipv6Cidrs.items.length > 0);
  return isUnknown(opens) && reaches ? opens : undefined;
}
