import type { Balancer, Route, RouteTable, Topology } from "../../../topology/model";
import { missing, plain } from "../../../topology/symbols";
import { isUnknown, known, Unknown } from "../../../topology/value";
import { internetGatewayOf, type ShutSubnet, type SubnetWay, type WaysBack } from "../../analysis/network/ways-back";
import type { Way } from "../../analysis/network/ways-out";
import { analysePath } from "../../analysis/path-analysis";
import { publicSubnetsInstead } from "../../fixes/balancer-subnets";
import { fix, setting } from "../../fixes/fix";
import { nameFrom } from "../../fixes/free-ranges";
import {
  ANYWHERE,
  DESTINATION,
  destinationSetting,
  newInternetGateway,
  routeArgument,
  routeSetting,
} from "../../fixes/routes";
import { NO_ROUTE, shareOfSubnets } from "../../fixes/ways-back";
import type { Edit } from "../../report";
import type { FindingDetails, PathCheck, Reporter, Rule } from "../rule";

const routes: PathCheck = (path, report) => {
  for (const back of analysePath(path).waysBack) {
    const { balancer, elsewhere, ways, shut } = back;
    for (const id of elsewhere)
      report.open(
        "listener",
        new Unknown(balancer.address, "subnets", missing(`the routes of ${plain(id)}`, id, "are")),
      );
    for (const it of ways) leftOpen(path.topology, balancer, it, report);
    // It is not known whether the load balancer is internet-facing.
    if (isUnknown(balancer.isInternal) && shut.length > 0) report.open("listener", balancer.isInternal);
    else
      for (const it of shut)
        if (it.way.kind !== "internet-gateway" && it.forgotten === undefined)
          report.finding(noRoute(path.topology, it, back));
  }
};

function leftOpen(topology: Topology, balancer: Balancer, { subnet, way }: SubnetWay, report: Reporter): void {
  if (way.kind === "open") report.open("listener", way.why);
  const vpc = topology.byId.vpc(subnet.vpcId);
  if (subnet.isData && vpc?.isDefault === true)
    report.assume({
      hop: "listener",
      address: vpc.address,
      text: `${vpc.address} has, as AWS creates it, an internet gateway and a public subnet in each zone`,
    });
  if (way.kind === "elsewhere")
    report.assume({
      hop: "listener",
      address: subnet.address,
      text:
        `the target of ${way.route.address} sends the responses of ${balancer.address} to the internet and ` +
        "forwards requests to it",
    });
}

function noRoute(topology: Topology, it: ShutSubnet, back: WaysBack): FindingDetails {
  const { at, text, edits } = repairOf(topology, it, back);
  return {
    ...at,
    observed: `${it.subnet.address} ${observedOf(it, back)}`,
    required: `a route ${ANYWHERE[back.family]} to an internet gateway of its VPC`,
    symptom: NO_ROUTE,
    ...shareOfSubnets(back),
    fix: fix(
      text,
      "a new network has this route, and `network: { publicSubnetIds }` must list subnets that have it; remove " +
        "the override",
      edits,
    ),
  };
}

/** The text after the subnet's address. */
function observedOf({ subnet, way }: SubnetWay, { family }: WaysBack): string {
  if (way.kind === "nat-gateway")
    return `routes ${ANYWHERE[family]} to the NAT gateway ${way.gateway?.address ?? ""}, which allows nothing inbound`;
  const table = known(subnet.routeTable);
  const destinations = (table?.routes ?? []).flatMap(({ destination }) => known(destination) ?? []);
  const name =
    table === undefined
      ? "a route table"
      : /(^|\.)(data\.)?aws_(default_)?vpc\./.test(table.address)
        ? `the main route table of ${table.address}`
        : table.address;
  return (
    `uses ${name}, which has no route to the ` +
    `internet${destinations.length === 0 ? "" : `, only to ${destinations.slice(0, 4).map(plain).join(", ")}`}`
  );
}

interface Repair {
  readonly at: { readonly address: string; readonly attribute: string };
  readonly text: string;
  readonly edits: readonly Edit[];
}

/** The smallest change. */
function repairOf(topology: Topology, { subnet, way }: ShutSubnet, { balancer, shut, family }: WaysBack): Repair {
  const table = known(subnet.routeTable);
  const narrow = family === "IPv4" ? table?.routes.find(isNarrow) : undefined;
  if (narrow !== undefined)
    return {
      at: { address: narrow.address, attribute: narrow.attribute },
      text: "Change the destination of the route to all addresses.",
      edits: [destinationSetting(narrow, ANYWHERE[family])],
    };
  const bad = shut.map((it) => it.subnet);
  const others = family === "IPv4" ? publicSubnetsInstead(topology, balancer, bad) : undefined;
  if (others !== undefined)
    return {
      at: { address: balancer.address, attribute: "subnets" },
      text: "Use the public subnets of its Availability Zones; or make it internal, if its clients are in the VPC.",
      edits: [setting(balancer.address, "subnets", others)],
    };
  const gateway = internetGatewayOf(topology, subnet);
  const leading = (to: (id: string) => readonly Edit[]): readonly Edit[] =>
    gateway === undefined ? newInternetGateway(subnet, to) : to(gateway);
  if (way.kind === "nat-gateway")
    return {
      at: { address: way.route.address, attribute: routeArgument(way.route, "gateway_id") },
      text: "Point the route to the internet gateway.",
      edits: leading((id) => turned(way, id)),
    };
  return {
    at: { address: table?.address ?? subnet.address, attribute: missingArgument(table, family) },
    text: "Add a route to the internet gateway.",
    edits: leading((id) => (table === undefined ? [] : [addedRoute(table, family, id)])),
  };
}

/** Whether a route points to an internet gateway, but covers only some of the addresses. */
function isNarrow({ target, destination }: Route): boolean {
  return !isUnknown(target) && target?.kind === "internet-gateway" && known(destination)?.includes(".") === true;
}

function turned({ route }: Extract<Way, { kind: "nat-gateway" }>, id: string): readonly Edit[] {
  return [routeSetting(route, "nat_gateway_id", undefined), routeSetting(route, "gateway_id", id)];
}

function missingArgument(table: RouteTable | undefined, family: WaysBack["family"]): string {
  if (family === "IPv6") return DESTINATION.IPv6;
  return table?.isMain === true && !/route_table/.test(table.address) ? "main_route_table_id" : "route";
}

/** As a block if the table's routes are blocks. */
function addedRoute(table: RouteTable, family: WaysBack["family"], gateway: string): Edit {
  const blocks = table.routes.filter(({ address }) => address === table.address).length;
  return blocks > 0 && family === "IPv4"
    ? setting(table.address, `route.${blocks}`, { cidr_block: ANYWHERE[family], gateway_id: gateway })
    : {
        add: "aws_route",
        name: `${nameFrom(table.address)}_internet${family === "IPv6" ? "_ipv6" : ""}`,
        body: { route_table_id: known(table.id), [DESTINATION[family]]: ANYWHERE[family], gateway_id: gateway },
        like: table.address,
      };
}

export const P44: Rule = {
  id: "P44",
  hop: "listener",
  title: "a subnet of the internet-facing load balancer has no route to an internet gateway",
  certainty: ["certain"],
  why:
    "An internet-facing load balancer has nodes in each of its subnets, and each subnet's route table decides where " +
    "their responses go. Without a route for all addresses to an internet gateway, responses do not reach the " +
    "client. A route to a NAT gateway does not help, because it allows no inbound connections. DNS returns the " +
    "addresses of all nodes, so one such subnet makes some connections time out.",
  symptom: "ERR_CONNECTION_TIMED_OUT for some or all clients",
  symptoms: ["timeout", "sometimes"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html",
  needs: ["whole configuration"],
  review: { effect: "outage" },
  check: { path: routes },
};
