import type { Balancer, BlockPublicAccess, RouteTable, Subnet, Topology } from "../../topology/model";
import { isUnknown, known, Unknown } from "../../topology/value";
import { isApplication } from "../analysis/network/balancer-groups";
import { networkIndex } from "../analysis/network/network-index";
import { plain } from "../analysis/network/reachability";
import {
  type Family,
  isForeign,
  isPublic,
  lastOf,
  routeArgument,
  routeSetting,
  type Way,
  wayOut,
} from "../analysis/network/ways-out";
import { fix, setting } from "../fixes/fix";
import { nameFrom } from "../fixes/free-ranges";
import { BY_NO_PROP } from "../fixes/wording";
import type { Edit } from "../report";
import type { PathCheck, Reporter } from "./rule";
import type { Rules } from "./subjects";

const ANYWHERE: Readonly<Record<Family, string>> = { IPv4: "0.0.0.0/0", IPv6: "::/0" };
const DESTINATION: Readonly<Record<Family, string>> = {
  IPv4: "destination_cidr_block",
  IPv6: "destination_ipv6_cidr_block",
};
const TIMED_OUT = "ERR_CONNECTION_TIMED_OUT; Reachability Analyzer: NO_ROUTE_TO_DESTINATION";

/** A subnet of the balancer from which no answer gets back to the clients. */
interface Bad {
  readonly subnet: Subnet;
  readonly way: Way;
}

/** P44 and P45: a subnet of the public balancer has no way to the internet. */
const routes: PathCheck = (path, report) => {
  const { balancer, topology, from } = path;
  if (balancer === undefined || from !== "internet" || !isApplication(balancer) || known(balancer.isInternal) === true)
    return;
  const type = known(balancer.ipAddressType) ?? "ipv4";
  const families: Family[] = [
    ...(type === "dualstack-without-public-ipv4" ? [] : ["IPv4" as const]),
    ...(type.startsWith("dualstack") ? ["IPv6" as const] : []),
  ];
  for (const family of families) {
    const bad = balancer.subnetIds.items.flatMap((id): Bad[] => {
      const subnet = topology.byId.subnet(id);
      if (subnet === undefined) {
        report.open(
          "listener",
          new Unknown(balancer.address, "subnets", `the file does not hold the routes of ${plain(id)}`),
        );
        return [];
      }
      const way = wayOut(topology, subnet, family);
      if (way.kind === "open") report.open("listener", way.why);
      const vpc = topology.byId.vpc(subnet.vpcId);
      if (subnet.isData && vpc?.isDefault === true)
        report.assume({
          hop: "listener",
          address: vpc.address,
          text: `${vpc.address} is as AWS made it: with an internet gateway, and a public subnet in each zone`,
        });
      if (way.kind === "elsewhere")
        report.assume({
          hop: "listener",
          address: subnet.address,
          text:
            `what ${way.route.address} leads to takes the answers of ${balancer.address} to the internet and ` +
            "brings requests in",
        });
      return ["by-default", "open", "elsewhere"].includes(way.kind) ||
        (way.kind === "internet-gateway" && !isForeign(topology, subnet, way.gateway))
        ? []
        : [{ subnet, way }];
    });
    // Whether it is public at all is not known.
    if (bad.length > 0 && isUnknown(balancer.isInternal)) report.open("listener", balancer.isInternal);
    else for (const it of bad) tell(topology, balancer, it, bad, family, report);
  }
};

function tell(
  topology: Topology,
  balancer: Balancer,
  { subnet, way }: Bad,
  all: readonly Bad[],
  family: Family,
  report: Reporter,
): void {
  const count = balancer.subnetIds.items.length;
  const parts = [
    ...(all.length < count ? [`${all.length} of ${count} subnets`] : []),
    ...(family === "IPv6" ? ["clients that come by IPv6"] : []),
  ];
  const common = { hop: "listener" as const, symptom: TIMED_OUT, ...(parts.length > 0 && { share: parts.join(", ") }) };
  const required = `a route ${ANYWHERE[family]} to an internet gateway of its VPC`;
  if (way.kind === "internet-gateway") return foreign(topology, subnet, way, { ...common, required }, report);
  const publicTable = family === "IPv4" ? forgottenTable(topology, balancer, subnet) : undefined;
  const tableId = known(publicTable?.id);
  if (publicTable !== undefined && tableId !== undefined) {
    return report.fault({
      id: "P45",
      ...common,
      address: subnet.address,
      attribute: "route_table_id",
      required: `an association with ${publicTable.address}`,
      observed:
        "no association, so that the VPC's main route table holds for it, which has no route to the internet; " +
        `${publicTable.address} has one`,
      fix: fix(`Associate ${subnet.address} with ${publicTable.address}.`, `${BY_NO_PROP}`, [
        {
          add: "aws_route_table_association",
          name: `${nameFrom(subnet.address)}_public`,
          body: { subnet_id: known(subnet.id), route_table_id: tableId },
          like: subnet.address,
        },
      ]),
    });
  }
  const repair = repairOf(topology, balancer, { subnet, way }, all, family);
  const table = known(subnet.routeTable);
  report.fault({
    id: "P44",
    ...common,
    ...repair.at,
    required,
    observed: `${subnet.address} ${observedOf(way, table, family)}`,
    fix: fix(
      repair.text,
      "a new network has this route, and `network: { publicSubnetIds }` must name subnets that have it: remove " +
        "the override",
      repair.edits,
    ),
  });
}

/** What follows the subnet's address. */
function observedOf(way: Way, table: RouteTable | undefined, family: Family): string {
  if (way.kind === "nat-gateway")
    return `has ${ANYWHERE[family]} by the NAT gateway ${way.gateway?.address ?? ""}, which lets nobody in`;
  const destinations = (table?.routes ?? []).flatMap(({ destination }) => known(destination) ?? []);
  const name =
    table === undefined
      ? "a route table"
      : /(^|\.)(data\.)?aws_(default_)?vpc\./.test(table.address)
        ? `the main route table of ${table.address}`
        : table.address;
  return (
    `is on ${name}, which has no route to the ` +
    `internet${destinations.length === 0 ? "" : `, but to ${destinations.slice(0, 4).map(plain).join(", ")}`}`
  );
}

function foreign(
  topology: Topology,
  subnet: Subnet,
  { route, gateway }: Extract<Way, { kind: "internet-gateway" }>,
  common: { hop: "listener"; symptom: string; share?: string; required: string },
  report: Reporter,
): void {
  const own = gatewayOf(topology, subnet);
  const vpcId = known(gateway?.vpcId);
  // Nobody else needs one that is attached to nothing.
  const edits =
    own !== undefined
      ? [routeSetting(route, "gateway_id", own)]
      : vpcId === undefined || vpcId === ""
        ? [setting(gateway?.address ?? "", "vpc_id", known(subnet.vpcId))]
        : addedGateway(subnet, (id) => [routeSetting(route, "gateway_id", id)]);
  report.fault({
    id: "P45",
    ...common,
    address: route.address,
    attribute: routeArgument(route, "gateway_id"),
    observed:
      vpcId === undefined || vpcId === ""
        ? `${gateway?.address} is attached to no VPC`
        : `${gateway?.address} belongs to ${topology.byId.vpc(vpcId)?.address ?? vpcId}, not to the VPC of ` +
          `${subnet.address}`,
    fix: fix("Let the route lead to the internet gateway of its own VPC.", BY_NO_PROP, edits),
  });
}

/** A table with a route to the internet that a subnet on the main table was most likely meant to have. */
function forgottenTable(topology: Topology, { subnetIds }: Balancer, subnet: Subnet): RouteTable | undefined {
  if (subnet.isAssociated) return undefined;
  const index = networkIndex(topology);
  const siblings = new Set(subnetIds.items.flatMap((id) => known(topology.byId.subnet(id)?.routeTable) ?? []));
  return index.tablesOf(subnet.vpcId).find((table) => {
    const isMeant = !index.isAssociated(table) || siblings.has(table) || known(subnet.mapPublicIp) === true;
    return table !== known(subnet.routeTable) && isMeant && isPublic(topology, { ...subnet, routeTable: table });
  });
}

interface Repair {
  readonly at: { readonly address: string; readonly attribute: string };
  readonly text: string;
  readonly edits: readonly Edit[];
}

function repairOf(
  topology: Topology,
  balancer: Balancer,
  { subnet, way }: Bad,
  all: readonly Bad[],
  family: Family,
): Repair {
  const table = known(subnet.routeTable);
  const gateway = gatewayOf(topology, subnet);
  const narrow =
    family === "IPv4"
      ? table?.routes.find(
          ({ target, destination }) =>
            !isUnknown(target) && target?.kind === "internet-gateway" && known(destination)?.includes("."),
        )
      : undefined;
  if (narrow !== undefined) {
    return {
      at: { address: narrow.address, attribute: narrow.attribute },
      text: "Let the route be for all addresses.",
      edits: [routeSetting(narrow, lastOf(narrow.attribute), ANYWHERE[family])],
    };
  }
  const others = family === "IPv4" ? publicInstead(topology, balancer, all) : undefined;
  if (others !== undefined) {
    return {
      at: { address: balancer.address, attribute: "subnets" },
      text: "Let the balancer have the public subnets of its zones; or make it internal, if its clients are inside.",
      edits: [setting(balancer.address, "subnets", others)],
    };
  }
  if (way.kind === "nat-gateway") {
    const { route } = way;
    const to = (id: string) => [
      routeSetting(route, "nat_gateway_id", undefined),
      routeSetting(route, "gateway_id", id),
    ];
    return {
      at: { address: route.address, attribute: routeArgument(route, "gateway_id") },
      text: "Let the route lead to the internet gateway.",
      edits: gateway === undefined ? addedGateway(subnet, to) : to(gateway),
    };
  }
  const [inline] = (table?.routes ?? []).filter(({ address }) => address === table?.address);
  const at = {
    address: table?.address ?? subnet.address,
    attribute:
      family === "IPv6"
        ? DESTINATION.IPv6
        : table?.isMain === true && !/route_table/.test(table.address)
          ? "main_route_table_id"
          : "route",
  };
  const added = (id: string): Edit[] =>
    table === undefined
      ? []
      : inline === undefined || family === "IPv6"
        ? [
            {
              add: "aws_route",
              name: `${nameFrom(table.address)}_internet${family === "IPv6" ? "_ipv6" : ""}`,
              body: { route_table_id: known(table.id), [DESTINATION[family]]: ANYWHERE[family], gateway_id: id },
              like: table.address,
            },
          ]
        : [
            setting(table.address, `route.${table.routes.filter(({ address }) => address === table.address).length}`, {
              cidr_block: ANYWHERE[family],
              gateway_id: id,
            }),
          ];
  return {
    at,
    text: "Add the route to the internet gateway.",
    edits: gateway === undefined ? addedGateway(subnet, added) : added(gateway),
  };
}

/**
 * For each bad subnet a public one in the same zone that the balancer has not yet; nothing if one cannot be replaced.
 */
function publicInstead(
  topology: Topology,
  { subnetIds }: Balancer,
  bad: readonly Bad[],
): readonly string[] | undefined {
  const instead = new Map<string, string>();
  for (const { subnet } of bad) {
    const zone = known(subnet.zone);
    const other =
      zone === undefined
        ? undefined
        : networkIndex(topology)
            .subnetsOf(subnet.vpcId)
            .find(
              (it) =>
                known(it.zone) === zone && !subnetIds.items.includes(known(it.id) ?? "") && isPublic(topology, it),
            );
    const [from, to] = [known(subnet.id), known(other?.id)];
    if (from === undefined || to === undefined) return undefined;
    instead.set(from, to);
  }
  return subnetIds.items.map((id) => instead.get(id) ?? id);
}

/** The internet gateway of a subnet's VPC. */
function gatewayOf(topology: Topology, { vpcId }: Subnet): string | undefined {
  return known(
    networkIndex(topology)
      .gatewaysOf(vpcId)
      .find(({ kind }) => kind === "internet-gateway")?.id,
  );
}

function addedGateway(subnet: Subnet, then: (id: string) => readonly Edit[]): readonly Edit[] {
  return [
    { add: "aws_internet_gateway", name: "internet", body: { vpc_id: known(subnet.vpcId) }, like: subnet.address },
    ...then("${aws_internet_gateway.internet.id}"),
  ];
}

/** P47: the account keeps the internet out of its VPCs. */
const publicAccess: PathCheck = ({ balancer, topology, from }, report) => {
  if (balancer === undefined || from !== "internet" || known(balancer.isInternal) === true) return;
  for (const it of topology.blockPublicAccess) {
    if (isElsewhere(it, balancer)) continue;
    if (isUnknown(it.mode)) report.open("listener", it.mode);
    const mode = known(it.mode);
    if (mode !== "block-bidirectional" && mode !== "block-ingress") continue;
    const subnets = balancer.subnetIds.items.map((id) => ({ id, vpcId: known(topology.byId.subnet(id)?.vpcId) }));
    const blocked = subnets.filter(
      ({ id, vpcId }) => !it.excluded.items.includes(id) && !(vpcId !== undefined && it.excluded.items.includes(vpcId)),
    );
    const open = it.excluded.open ?? balancer.subnetIds.open;
    if (open !== undefined) report.open("listener", open);
    else if (blocked.length > 0) {
      report.fault({
        id: "P47",
        hop: "listener",
        address: it.address,
        attribute: "internet_gateway_block_mode",
        observed:
          `${mode}, and neither the balancer's VPC nor ` +
          `${blocked.length < subnets.length ? "each of its subnets" : "any of its subnets"} is excluded`,
        required: "`off`, or an exclusion of the balancer's VPC",
        symptom: "ERR_CONNECTION_TIMED_OUT; Reachability Analyzer: VPC_BLOCK_PUBLIC_ACCESS_ENABLED",
        ...(blocked.length < subnets.length && { share: `${blocked.length} of ${subnets.length} subnets` }),
        fix: fix("Turn the block off, or exclude the balancer's VPC.", BY_NO_PROP, [
          setting(it.address, "internet_gateway_block_mode", "off"),
        ]),
      });
    }
  }
};

function isElsewhere(it: BlockPublicAccess, balancer: Balancer): boolean {
  const [there, here] = [known(it.region), known(balancer.region)];
  return there !== undefined && here !== undefined && there !== here;
}

export const routingRules: Rules = { path: [routes, publicAccess], file: [] };
