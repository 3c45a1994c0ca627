import * as expected from "./expected";
import type { Fields } from "./fields";
import { grouped, strayAmong } from "./lists";
import type { Gateway, Route, RouteTable, Vpc } from "./network-model";
import { partOf } from "./part";
import type { Resource, Source } from "./source";
import { type Attr, isUnknown, known, Unknown } from "./value";

type Kinds = ReadonlyMap<Attr<string>, Gateway["kind"]>;

/** The parts of route tables, indexed once for all of them. */
interface Around {
  readonly source: Source;
  readonly kinds: Kinds;
  /** The routes that are separate resources, by their table. */
  readonly beside: ReadonlyMap<string, readonly Resource[]>;
  /** A route that may belong to any table. */
  readonly stray: Unknown | undefined;
  readonly vpcOfMain: ReadonlyMap<Attr<string>, Vpc>;
  /** Tables that are set as main tables. */
  readonly main: ReadonlySet<Attr<string>>;
  /** VPCs whose initial main table was replaced. */
  readonly replaced: ReadonlySet<Attr<string>>;
}

const tableOf = ({ fields }: Resource) => fields.text("route_table_id", expected.ROUTE_TABLE);

export function routeTablesOf(source: Source, vpcs: readonly Vpc[], gateways: readonly Gateway[]): RouteTable[] {
  const mains = source.ofType("aws_main_route_table_association");
  const around: Around = {
    source,
    kinds: new Map(gateways.map(({ id, kind }) => [id, kind])),
    beside: grouped(
      source.ofType("aws_route").filter(({ address }) => source.revoked?.has(address) !== true),
      tableOf,
    ),
    stray: strayAmong(source.ofType("aws_route"), tableOf),
    vpcOfMain: new Map(vpcs.map((vpc) => [vpc.mainRouteTableId, vpc])),
    main: new Set(mains.map(tableOf)),
    replaced: new Set(mains.map(({ fields }) => fields.text("vpc_id", expected.VPC))),
  };
  const written = source
    .ofType("aws_route_table", "aws_default_route_table", "data.aws_route_table")
    .map((it) => writtenTable(it, around));
  const isWritten = new Set(written.map(({ id }) => id));
  const implied = vpcs
    .filter(({ mainRouteTableId }) => !isWritten.has(mainRouteTableId))
    .map((vpc) => impliedTable(vpc, around));
  return [...written, ...implied];
}

function writtenTable(it: Resource, around: Around): RouteTable {
  const { kinds, stray, vpcOfMain, main, replaced } = around;
  const isDefault = it.type === "aws_default_route_table";
  const id = isDefault
    ? it.fields.text("default_route_table_id", { ...expected.ROUTE_TABLE, attribute: "main_route_table_id" })
    : it.identity("id");
  const inline = it.fields.blocks(it.isData ? "routes" : "route");
  const own = inline.items.map((block) => routeOf(block, it.isData ? "" : "cidr_block", kinds));
  const open =
    it.isData && !it.fields.isSet("routes")
      ? new Unknown(it.address, "routes", "read by a data source")
      : (inline.open ?? stray);
  const vpcId = it.fields.text("vpc_id", expected.VPC) ?? vpcOfMain.get(id)?.id;
  return {
    ...partOf(it),
    id,
    vpcId,
    // A VPC's initial table is the main one until another one replaces it.
    isMain: main.has(id) || (!replaced.has(vpcId) && (isDefault || vpcOfMain.has(id))),
    routes: leading([...own, ...routesBeside(id, around)], around),
    ...(open !== undefined && { open }),
  };
}

/** The initial main table of a VPC. */
function impliedTable(vpc: Vpc, around: Around): RouteTable {
  const toInternet: Route = {
    address: vpc.address,
    attribute: "main_route_table_id",
    destination: "0.0.0.0/0",
    target: { kind: "internet-gateway", id: undefined },
  };
  const open =
    vpc.isData && !vpc.isDefault
      ? new Unknown(vpc.address, "main_route_table_id", "its routes are not in the file")
      : around.stray;
  const { address, region, isData, actions } = vpc;
  return {
    address,
    region,
    isData,
    actions,
    id: vpc.mainRouteTableId,
    vpcId: vpc.id,
    isMain: !around.replaced.has(vpc.id),
    routes: [...leading(routesBeside(vpc.mainRouteTableId, around), around), ...(vpc.isDefault ? [toInternet] : [])],
    ...(open !== undefined && { open }),
  };
}

function routesBeside(tableId: Attr<string>, { beside, kinds }: Around): Route[] {
  return (beside.get(String(known(tableId))) ?? []).map(({ fields }) =>
    routeOf(fields, "destination_cidr_block", kinds),
  );
}

/** A route to a gateway that is destroyed leads nowhere. */
function leading(routes: readonly Route[], { source }: Around): Route[] {
  return routes.filter(
    ({ target }) => isUnknown(target) || target === undefined || source.destroyed?.has(known(target.id) ?? "") !== true,
  );
}

const TARGETS: readonly (readonly [
  string,
  "internet-gateway" | "nat-gateway" | "egress-only" | "endpoint" | "instance" | "other",
])[] = [
  ["nat_gateway_id", "nat-gateway"],
  ["gateway_id", "internet-gateway"],
  ["egress_only_gateway_id", "egress-only"],
  ["vpc_endpoint_id", "endpoint"],
  ["network_interface_id", "instance"],
  ["instance_id", "instance"],
  ["transit_gateway_id", "other"],
  ["vpc_peering_connection_id", "other"],
  ["carrier_gateway_id", "other"],
  ["local_gateway_id", "other"],
  ["core_network_arn", "other"],
];

function routeOf(fields: Fields, cidr: string, kinds: Kinds): Route {
  const prefix = cidr === "destination_cidr_block" ? "destination_" : "";
  const destinations = [cidr || "cidr_block", `${prefix}ipv6_cidr_block`, "destination_prefix_list_id"];
  const name = destinations.find((it) => fields.isSet(it)) ?? destinations[0] ?? "";
  const [argument, kind] = TARGETS.find(([it]) => fields.isSet(it)) ?? [undefined, "other" as const];
  const base = { address: fields.address, attribute: fields.path(name), destination: fields.text(name) };
  if (argument === undefined)
    return { ...base, target: new Unknown(fields.address, fields.path("gateway_id"), "its target is unknown") };
  const id = fields.text(
    argument,
    argument === "nat_gateway_id"
      ? expected.NAT_GATEWAY
      : argument === "egress_only_gateway_id"
        ? expected.EGRESS_ONLY_GATEWAY
        : argument === "gateway_id"
          ? expected.INTERNET_GATEWAY
          : undefined,
  );
  return { ...base, target: { kind: kindOf(id, kind, kinds), id } };
}

/** AWS accepts any gateway's id for `gateway_id`, including a NAT gateway's. */
function kindOf(id: Attr<string>, written: (typeof TARGETS)[number][1], kinds: Kinds): (typeof TARGETS)[number][1] {
  const found = typeof id === "string" ? kinds.get(id) : undefined;
  if (found !== undefined) return found;
  if (typeof id !== "string") return written;
  if (id.startsWith("nat-")) return "nat-gateway";
  if (id.startsWith("vgw-") || id === "local" || /(^|[.{])aws_vpn_gateway\./.test(id)) return "other";
  return written;
}
