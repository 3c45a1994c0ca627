import type { Gateway, Route, RouteTable, Subnet, Topology } from "../../../topology/model";
import { isSymbolic, plain } from "../../../topology/symbols";
import { isUnknown, known, Unknown } from "../../../topology/value";
import { once } from "../once";
import { coversInternet, rangesOf } from "./ipv4";

/* Where packets to the internet go from a subnet. */

export type Way =
  /** `route` is absent if AWS itself created it. */
  | { readonly kind: "internet-gateway"; readonly route: Route; readonly gateway?: Gateway }
  | { readonly kind: "nat-gateway"; readonly route: Route; readonly gateway?: Gateway }
  /** To something that may reach the internet, such as a transit gateway, a firewall or a NAT instance. */
  | { readonly kind: "elsewhere"; readonly route: Route }
  /** IPv6, outbound only. */
  | { readonly kind: "egress-only"; readonly route: Route }
  /** For the subnets of the default VPC, whose routes are in no file. */
  | { readonly kind: "by-default" }
  | { readonly kind: "none"; readonly table: RouteTable }
  | { readonly kind: "open"; readonly why: Unknown };

export type Family = "IPv4" | "IPv6";

/** By IP version, as many subnets share a table. */
const waysOfTables = once((topology: Topology) => ({
  IPv4: once((table: RouteTable) => wayOfTable(topology, table, "IPv4")),
  IPv6: once((table: RouteTable) => wayOfTable(topology, table, "IPv6")),
}));

export function wayOut(topology: Topology, { routeTable }: Subnet, family: Family = "IPv4"): Way {
  if (isUnknown(routeTable)) return { kind: "open", why: routeTable };
  return routeTable === undefined ? { kind: "by-default" } : waysOfTables(topology)[family](routeTable);
}

function wayOfTable(topology: Topology, table: RouteTable, family: Family): Way {
  const of = (...kinds: readonly string[]) =>
    table.routes.filter(({ target }) => !isUnknown(target) && target !== undefined && kinds.includes(target.kind));
  const gateway = gatewayWay(topology, of, family);
  if (gateway !== undefined) return gateway;
  const others = of("endpoint", "instance", "other");
  const [other] = others.filter((it) => leadsFar(it, family));
  if (other !== undefined && isEverywhere([...others, ...of("internet-gateway", "nat-gateway")], family))
    return { kind: "elsewhere", route: other };
  const [inner] = of("egress-only").filter((it) => leadsFar(it, family));
  if (inner !== undefined) return { kind: "egress-only", route: inner };
  const [open] = table.routes.flatMap((route) => openOf(route, family) ?? []);
  const why = open ?? table.open;
  return why instanceof Unknown ? { kind: "open", why } : { kind: "none", table };
}

/** An internet gateway before a NAT gateway, if both are for all addresses. */
function gatewayWay({ byId }: Topology, of: (kind: string) => readonly Route[], family: Family): Way | undefined {
  for (const kind of ["internet-gateway", "nat-gateway"] as const) {
    const routes = of(kind);
    const [route] = routes.filter((it) => leadsFar(it, family));
    if (route === undefined || !isEverywhere(routes, family)) continue;
    const { target } = route;
    const gateway = isUnknown(target) || target === undefined ? undefined : byId.gateway(target.id);
    return { kind, route, ...(gateway !== undefined && { gateway }) };
  }
  return undefined;
}

/** Why it is not certain that a route does not lead to the internet. */
function openOf({ destination, target, address, attribute }: Route, family: Family): Unknown | undefined {
  if (isUnknown(destination)) return destination;
  if (isUnknown(target)) return destination === undefined || !isPartOnly(destination, family) ? target : undefined;
  // The addresses of a list are not in the file.
  return destination !== undefined && /^pl-|prefix_list/.test(destination) && target?.kind !== "endpoint"
    ? new Unknown(address, attribute, `the addresses of ${plain(destination)} are not in the file`)
    : undefined;
}

/** Whether a route covers a large part of all addresses. */
function leadsFar({ destination }: Route, family: Family): boolean {
  const text = known(destination) ?? "";
  return family === "IPv6" ? text === "::/0" : rangesOf(text).some(({ first, last }) => last - first >= 2 ** 30 - 1);
}

function isEverywhere(routes: readonly Route[], family: Family): boolean {
  if (family === "IPv6") return routes.some(({ destination }) => destination === "::/0");
  return coversInternet(routes.flatMap(({ destination }) => rangesOf(known(destination) ?? "")));
}

/** Whether a destination certainly covers only some addresses. */
function isPartOnly(destination: string, family: Family): boolean {
  return family === "IPv6"
    ? destination !== "::/0" && destination.includes("/")
    : destination.includes(":") || (rangesOf(destination).length > 0 && !coversInternet(rangesOf(destination)));
}

/** Whether an internet gateway belongs to another VPC than the subnet, or to none. */
export function isForeign({ byId }: Topology, { vpcId }: Subnet, gateway: Gateway | undefined): boolean {
  if (gateway === undefined || gateway.isData || isUnknown(gateway.vpcId)) return false;
  const [own, other] = [known(vpcId), gateway.vpcId];
  if (other === undefined || other === "") return true;
  if (own === undefined || own === other) return false;
  const [here, there] = [byId.vpc(own), byId.vpc(other)];
  return (
    (here !== undefined && there !== undefined && !here.isData && !there.isData) ||
    (!isSymbolic(own) && !isSymbolic(other))
  );
}

/** Whether public addresses in the subnet are on the internet. */
export function isPublic(topology: Topology, subnet: Subnet, family: Family = "IPv4"): boolean {
  const way = wayOut(topology, subnet, family);
  return way.kind === "by-default" || (way.kind === "internet-gateway" && !isForeign(topology, subnet, way.gateway));
}

/** Whether certainly no packet gets from the subnet to the internet and back. */
export function isShut(topology: Topology, subnet: Subnet, family: Family = "IPv4"): boolean {
  const { kind } = wayOut(topology, subnet, family);
  return !["by-default", "open", "elsewhere"].includes(kind) && !isPublic(topology, subnet, family);
}
