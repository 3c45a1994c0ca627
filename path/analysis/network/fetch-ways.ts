import type { Gateway, Route, Server, Subnet, Topology } from "../../../topology/model";
import { isUnknown, known, Unknown } from "../../../topology/value";
import type { Fetch } from "../boot-scripts/fetches";
import { rangesOf } from "./ipv4";
import { networkIndex } from "./network-index";
import { isForeign, isPublic, type Way, wayOut } from "./ways-out";

/* Whether an instance in a subnet can reach what it downloads. */

export type Reach =
  | { readonly answer: "yes" }
  /** Yes, if the assumption in the text holds. */
  | { readonly answer: "assumed"; readonly text: string }
  | { readonly answer: "open"; readonly why: Unknown }
  | { readonly answer: "no"; readonly way: Way };

const YES: Reach = { answer: "yes" };

/** Over the internet, or through an endpoint of the VPC. */
export function reachOf(topology: Topology, server: Server, subnet: Subnet, from: Fetch["from"]): Reach {
  const far = internetReach(topology, server, subnet);
  if (far.answer === "yes" || from === "internet") return far;
  const near = endpointReach(topology, subnet, from);
  if (near === undefined) return far;
  return near.answer === "open" && far.answer === "assumed" ? far : near;
}

function internetReach(topology: Topology, server: Server, subnet: Subnet): Reach {
  const way = wayOut(topology, subnet);
  switch (way.kind) {
    case "open":
      return { answer: "open", why: way.why };
    case "none":
    case "egress-only":
      return isIpv6Out(topology, subnet)
        ? {
            answer: "assumed",
            text: `${subnet.address} reaches the internet over IPv6, and the downloads are available over IPv6`,
          }
        : { answer: "no", way };
    case "elsewhere":
      return {
        answer: "assumed",
        text: `the target of ${way.route.address} connects ${subnet.address} to the internet`,
      };
    case "nat-gateway":
      return way.gateway === undefined
        ? { answer: "assumed", text: `the NAT gateway of ${way.route.address} has a route to the internet` }
        : natReach(topology, way.gateway, way);
    case "internet-gateway":
    case "by-default": {
      if (way.kind === "internet-gateway" && isForeign(topology, subnet, way.gateway)) return { answer: "no", way };
      const hasAddress = server.publicIp ?? subnet.mapPublicIp;
      if (isUnknown(hasAddress)) return { answer: "open", why: hasAddress };
      return hasAddress === true ? YES : { answer: "no", way };
    }
  }
}

function isIpv6Out(topology: Topology, subnet: Subnet): boolean {
  return subnet.ipv6Cidr !== undefined && !["none", "open"].includes(wayOut(topology, subnet, "IPv6").kind);
}

/** Whether a NAT gateway itself reaches the internet. */
function natReach(topology: Topology, nat: Gateway, way: Way): Reach {
  const subnet = topology.byId.subnet(nat.subnetId);
  if (isUnknown(nat.subnetId)) return { answer: "open", why: nat.subnetId };
  // Its subnet is in another file, or it is a regional NAT gateway, which has none.
  if (nat.isData || subnet === undefined)
    return { answer: "assumed", text: `${nat.address} has a route to the internet` };
  const own = wayOut(topology, subnet);
  if (own.kind === "open") return { answer: "open", why: own.why };
  if (known(nat.connectivity) === "private")
    return { answer: "assumed", text: `${nat.address}, a private NAT gateway, is connected to the internet` };
  if (own.kind === "elsewhere" || (own.kind === "nat-gateway" && own.gateway !== nat))
    return { answer: "assumed", text: `the target of ${own.route.address} connects ${nat.address} to the internet` };
  return isPublic(topology, subnet) ? YES : { answer: "no", way };
}

/** The NAT gateway of a subnet's route to the internet, if it has no such route itself. */
export function shutNat(topology: Topology, subnet: Subnet): Gateway | undefined {
  const way = wayOut(topology, subnet);
  return way.kind === "nat-gateway" && way.gateway !== undefined && natReach(topology, way.gateway, way).answer === "no"
    ? way.gateway
    : undefined;
}

/** A route to a NAT gateway for only some addresses, in a table without a route to the internet. */
export function narrowNatRoute(way: Way): Route | undefined {
  return way.kind !== "none"
    ? undefined
    : way.table.routes.find(
        ({ target, destination }) =>
          !isUnknown(target) && target?.kind === "nat-gateway" && rangesOf(known(destination) ?? "").length > 0,
      );
}

/** Through an endpoint of the VPC; nothing if there is no suitable one. */
function endpointReach(topology: Topology, subnet: Subnet, from: "s3" | "registry"): Reach | undefined {
  const index = networkIndex(topology);
  const table = known(subnet.routeTable);
  const inVpc = index.gatewaysOf(subnet.vpcId).filter((it) => isEndpointFor(it, from));
  if (from === "s3" && index.endpointsOf(table?.id).some((it) => known(it.service)?.endsWith(".s3") === true))
    return YES;
  const [between] = inVpc.filter(({ endpointType }) => known(endpointType) === "Interface");
  if (between !== undefined)
    return { answer: "assumed", text: `the instances in ${subnet.address} can reach ${between.address}` };
  const [why] = inVpc.flatMap((it) => openOf(it) ?? []);
  return why === undefined ? undefined : { answer: "open", why };
}

/** Why it is not certain that an endpoint does not serve a subnet. */
function openOf({ routeTableIds, service, isData, address }: Gateway): Unknown | undefined {
  if (routeTableIds.open !== undefined) return routeTableIds.open;
  if (isUnknown(service)) return service;
  return isData
    ? new Unknown(address, "route_table_ids", "the file does not say which route tables it is in")
    : undefined;
}

/** Whether an endpoint is, or may be, for this service. */
function isEndpointFor({ kind, service }: Gateway, from: Fetch["from"]): boolean {
  return (
    kind === "endpoint" && (isUnknown(service) || (from === "s3" ? /\.s3$/ : /\.ecr\.(dkr|api)$/).test(service ?? ""))
  );
}

/** Whether the source may have an address in one of these VPCs, as with an interface endpoint. */
export function isInVpc(topology: Topology, vpcIds: readonly string[], from: Fetch["from"]): boolean {
  return (
    from !== "internet" &&
    vpcIds.some((id) =>
      networkIndex(topology)
        .gatewaysOf(id)
        .some((it) => isEndpointFor(it, from) && known(it.endpointType) === "Interface"),
    )
  );
}
