import { grouped, strayAmong } from "./balancers";
import * as expected from "./expected";
import type { Fields } from "./fields";
import { listedSubnetsOf } from "./listed-subnets";
import type { Gateway, NetworkAcl, Route, RouteTable, Subnet, Vpc } from "./network-model";
import { partOf } from "./part";
import type { Resource, Source } from "./source";
import { type Attr, isUnknown, known, Unknown } from "./value";

export function vpcsOf(source: Source): Vpc[] {
  const more = grouped(source.ofType("aws_vpc_ipv4_cidr_block_association"), ({ fields }) =>
    fields.text("vpc_id", expected.VPC),
  );
  return source.ofType("aws_vpc", "aws_default_vpc", "data.aws_vpc").map((it): Vpc => {
    const id = it.identity("id");
    const cidrs = [
      it.fields.text("cidr_block"),
      ...(more.get(String(known(id))) ?? []).map(({ fields }) => fields.text("cidr_block")),
    ];
    const isOpen =
      it.isData || it.type === "aws_default_vpc" ? new Unknown(it.address, "cidr_block", "only read here") : undefined;
    const open =
      cidrs.find((cidr) => cidr instanceof Unknown) ??
      (cidrs[0] === undefined ? (isOpen ?? new Unknown(it.address, "cidr_block", "known after apply")) : undefined);
    return {
      ...partOf(it),
      id,
      cidrs: { items: cidrs.filter((cidr) => typeof cidr === "string"), ...(open instanceof Unknown && { open }) },
      mainRouteTableId: it.identity("main_route_table_id"),
      defaultSecurityGroupId: it.identity("default_security_group_id"),
      defaultNetworkAclId: it.identity("default_network_acl_id"),
      isDefault: it.type === "aws_default_vpc" || (it.isData && it.fields.flag("default") === true),
    };
  });
}

export function gatewaysOf(source: Source): Gateway[] {
  const attached = grouped(source.ofType("aws_internet_gateway_attachment"), ({ fields }) =>
    fields.text("internet_gateway_id", expected.INTERNET_GATEWAY),
  );
  const tables = grouped(source.ofType("aws_vpc_endpoint_route_table_association"), ({ fields }) =>
    fields.text("vpc_endpoint_id", { types: ["aws_vpc_endpoint"], attribute: "id", literal: /^vpce-/ }),
  );
  const of = (kind: Gateway["kind"], it: Resource, more: Partial<Gateway> = {}): Gateway => ({
    ...partOf(it),
    kind,
    id: it.identity("id"),
    vpcId: it.fields.text("vpc_id", expected.VPC),
    subnetId: undefined,
    connectivity: undefined,
    service: undefined,
    endpointType: undefined,
    routeTableIds: { items: [] },
    ...more,
  });
  return [
    ...source.ofType("aws_internet_gateway", "data.aws_internet_gateway").map((it) => {
      const [attachment] = attached.get(String(known(it.identity("id")))) ?? [];
      return of(
        "internet-gateway",
        it,
        attachment === undefined ? {} : { vpcId: attachment.fields.text("vpc_id", expected.VPC) },
      );
    }),
    ...source.ofType("aws_egress_only_internet_gateway").map((it) => of("egress-only", it)),
    ...source.ofType("aws_nat_gateway", "data.aws_nat_gateway").map((it) =>
      of("nat-gateway", it, {
        subnetId: it.fields.text("subnet_id", expected.SUBNET),
        connectivity: it.fields.text("connectivity_type") ?? "public",
      }),
    ),
    ...source.ofType("aws_vpc_endpoint", "data.aws_vpc_endpoint").map((it) => {
      const own = it.fields.list("route_table_ids", expected.ROUTE_TABLE);
      const beside = (tables.get(String(known(it.identity("id")))) ?? []).flatMap(
        ({ fields }) => known(fields.text("route_table_id", expected.ROUTE_TABLE)) ?? [],
      );
      return of("endpoint", it, {
        service: it.fields.text("service_name"),
        endpointType: it.fields.text("vpc_endpoint_type") ?? "Gateway",
        routeTableIds: { ...own, items: [...own.items, ...beside] },
      });
    }),
  ];
}

export function routeTablesOf(source: Source, vpcs: readonly Vpc[], gateways: readonly Gateway[]): RouteTable[] {
  const vpcOfMain = new Map(vpcs.map((vpc) => [vpc.mainRouteTableId, vpc]));
  const kinds = new Map(gateways.map(({ id, kind }) => [id, kind]));
  const tableOf = ({ fields }: Resource) => fields.text("route_table_id", expected.ROUTE_TABLE);
  // One to a gateway that is destroyed leads nowhere.
  const leads = (route: Route) =>
    isUnknown(route.target) ||
    route.target === undefined ||
    source.destroyed?.has(known(route.target.id) ?? "") !== true;
  const routes = grouped(
    source.ofType("aws_route").filter(({ address }) => source.revoked?.has(address) !== true),
    tableOf,
  );
  const stray = strayAmong(source.ofType("aws_route"), tableOf);
  const mains = source.ofType("aws_main_route_table_association");
  const main = new Set(mains.map(({ fields }) => fields.text("route_table_id", expected.ROUTE_TABLE)));
  const replaced = new Set(mains.map(({ fields }) => fields.text("vpc_id", expected.VPC)));
  const written = source
    .ofType("aws_route_table", "aws_default_route_table", "data.aws_route_table")
    .map((it): RouteTable => {
      const id =
        it.type === "aws_default_route_table"
          ? it.fields.text("default_route_table_id", { ...expected.ROUTE_TABLE, attribute: "main_route_table_id" })
          : it.identity("id");
      const inline = it.fields.blocks(it.isData ? "routes" : "route");
      const own = inline.items.map((block) => routeOf(block, it.isData ? "" : "cidr_block", kinds));
      const beside = (routes.get(String(known(id))) ?? []).map(({ fields }) =>
        routeOf(fields, "destination_cidr_block", kinds),
      );
      const open =
        it.isData && !it.fields.isSet("routes")
          ? new Unknown(it.address, "routes", "only read here")
          : (inline.open ?? stray);
      const vpcId = it.fields.text("vpc_id", expected.VPC) ?? vpcOfMain.get(id)?.id;
      return {
        ...partOf(it),
        id,
        vpcId,
        // The table that a VPC began with is the main one until another one takes its place.
        isMain: main.has(id) || (!replaced.has(vpcId) && (it.type === "aws_default_route_table" || vpcOfMain.has(id))),
        routes: [...own, ...beside].filter(leads),
        ...(open !== undefined && { open }),
      };
    });
  const isWritten = new Set(written.map(({ id }) => id));
  const implied = vpcs
    .filter(({ mainRouteTableId }) => !isWritten.has(mainRouteTableId))
    .map((vpc): RouteTable => {
      const beside = (routes.get(String(known(vpc.mainRouteTableId))) ?? []).map(({ fields }) =>
        routeOf(fields, "destination_cidr_block", kinds),
      );
      const toInternet: Route[] = vpc.isDefault
        ? [
            {
              address: vpc.address,
              attribute: "main_route_table_id",
              destination: "0.0.0.0/0",
              target: { kind: "internet-gateway", id: undefined },
            },
          ]
        : [];
      const open =
        vpc.isData && !vpc.isDefault
          ? new Unknown(vpc.address, "main_route_table_id", "its routes are not in the file")
          : stray;
      const { address, region, isData, actions } = vpc;
      return {
        address,
        region,
        isData,
        actions,
        id: vpc.mainRouteTableId,
        vpcId: vpc.id,
        isMain: !replaced.has(vpc.id),
        routes: [...beside.filter(leads), ...toInternet],
        ...(open !== undefined && { open }),
      };
    });
  return [...written, ...implied];
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

function routeOf(fields: Fields, cidr: string, kinds: ReadonlyMap<Attr<string>, Gateway["kind"]>): Route {
  const prefix = cidr === "destination_cidr_block" ? "destination_" : "";
  const destinations = [cidr || "cidr_block", `${prefix}ipv6_cidr_block`, "destination_prefix_list_id"];
  const name = destinations.find((it) => fields.isSet(it)) ?? destinations[0] ?? "";
  const [argument, kind] = TARGETS.find(([it]) => fields.isSet(it)) ?? [undefined, "other" as const];
  const base = { address: fields.address, attribute: fields.path(name), destination: fields.text(name) };
  if (argument === undefined)
    return { ...base, target: new Unknown(fields.address, fields.path("gateway_id"), "its target is not known") };
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

/** AWS takes any gateway's id for `gateway_id`, a NAT gateway's included. */
function kindOf(
  id: Attr<string>,
  written: (typeof TARGETS)[number][1],
  kinds: ReadonlyMap<Attr<string>, Gateway["kind"]>,
): (typeof TARGETS)[number][1] {
  const found = typeof id === "string" ? kinds.get(id) : undefined;
  if (found !== undefined) return found;
  if (typeof id !== "string") return written;
  if (id.startsWith("nat-")) return "nat-gateway";
  if (id.startsWith("vgw-") || id === "local" || /(^|[.{])aws_vpn_gateway\./.test(id)) return "other";
  return written;
}

export function networkAclsOf(
  source: Source,
  vpcs: readonly Vpc[],
): { acls: NetworkAcl[]; ofSubnet: ReadonlyMap<string, NetworkAcl>; stray?: Unknown } {
  const aclOf = ({ fields }: Resource) => fields.text("network_acl_id", expected.NETWORK_ACL);
  const beside = grouped(
    source.ofType("aws_network_acl_rule").filter(({ address }) => source.revoked?.has(address) !== true),
    aclOf,
  );
  const stray = strayAmong(source.ofType("aws_network_acl_rule"), aclOf);
  const vpcOfAcl = new Map(vpcs.map((vpc) => [vpc.defaultNetworkAclId, vpc]));
  const ofSubnet = new Map<string, NetworkAcl>();
  const resources = source.ofType("aws_network_acl", "aws_default_network_acl");
  const written = resources.map((it): NetworkAcl => {
    const isDefault = it.type === "aws_default_network_acl";
    const id = isDefault
      ? it.fields.text("default_network_acl_id", { ...expected.NETWORK_ACL, attribute: "default_network_acl_id" })
      : it.identity("id");
    const rules = beside.get(String(known(id))) ?? [];
    const entries = (direction: "ingress" | "egress") =>
      [
        ...it.fields.blocks(direction).items.map((block) => entryOf(block, "rule_no", "action")),
        ...rules
          .filter(({ fields }) => (fields.flag("egress") === true) === (direction === "egress"))
          .map(({ fields }) => entryOf(fields, "rule_number", "rule_action")),
      ].sort((a, b) => (known(a.number) ?? 0) - (known(b.number) ?? 0));
    const open = it.fields.blocks("ingress").open ?? it.fields.blocks("egress").open ?? stray;
    const acl: NetworkAcl = {
      ...partOf(it),
      id,
      isDefault,
      vpcId: it.fields.text("vpc_id", expected.VPC) ?? vpcOfAcl.get(id)?.id,
      ingress: entries("ingress"),
      egress: entries("egress"),
      ...(open !== undefined && { open }),
    };
    return acl;
  });
  const isWritten = new Set(written.map(({ id }) => id));
  const implied = vpcs
    .filter(({ defaultNetworkAclId: id }) => !isWritten.has(id) && beside.has(String(known(id))))
    .map((vpc) => defaultAclOf(vpc, beside.get(String(known(vpc.defaultNetworkAclId))) ?? []));
  // The subnets that an ACL shows can be those of before another one took them: the default one's least of all, then
  // one that does not say it.
  const rank = (it: Resource) => (it.type === "aws_default_network_acl" ? 0 : it.isConfigured("subnet_ids") ? 2 : 1);
  const byRank = [...resources.entries()].sort(([, a], [, b]) => rank(a) - rank(b));
  for (const [place, { fields }] of byRank)
    for (const subnet of fields.list("subnet_ids", expected.SUBNET).items)
      ofSubnet.set(subnet, written[place] as NetworkAcl);
  const byId = new Map([...written, ...implied].map((acl) => [acl.id, acl]));
  for (const { fields } of source.ofType("aws_network_acl_association")) {
    const acl = byId.get(fields.text("network_acl_id", expected.NETWORK_ACL));
    const subnet = fields.text("subnet_id", expected.SUBNET);
    if (acl !== undefined && typeof subnet === "string") ofSubnet.set(subnet, acl);
  }
  const takers = source.ofType("aws_network_acl", "aws_network_acl_association");
  const strayTaker = strayAmong(takers, ({ fields, type }) =>
    type === "aws_network_acl"
      ? fields.list("subnet_ids", expected.SUBNET).open
      : fields.text("subnet_id", expected.SUBNET),
  );
  return { acls: [...written, ...implied], ofSubnet, ...(strayTaker !== undefined && { stray: strayTaker }) };
}

/** The ACL that a VPC begins with, which lets everything pass, with the rules beside it. */
function defaultAclOf(
  { address, region, isData, actions, id: vpcId, defaultNetworkAclId: id }: Vpc,
  rules: readonly Resource[],
): NetworkAcl {
  const everything: NetworkAcl["ingress"][number] = {
    address,
    attribute: "default_network_acl_id",
    number: 100,
    allow: true,
    protocol: "-1",
    cidr: "0.0.0.0/0",
    ipv6Cidr: undefined,
    fromPort: 0,
    toPort: 0,
  };
  const entries = (isEgress: boolean) =>
    [
      everything,
      ...rules
        .filter(({ fields }) => (fields.flag("egress") === true) === isEgress)
        .map(({ fields }) => entryOf(fields, "rule_number", "rule_action")),
    ].sort((a, b) => (known(a.number) ?? 0) - (known(b.number) ?? 0));
  return {
    address,
    region,
    isData,
    actions,
    id,
    isDefault: true,
    vpcId,
    ingress: entries(false),
    egress: entries(true),
  };
}

function entryOf(fields: Fields, number: string, action: string): NetworkAcl["ingress"][number] {
  const decision = fields.text(action);
  const protocol = fields.text("protocol");
  return {
    address: fields.address,
    attribute: fields.path(number),
    number: fields.number(number),
    allow: decision instanceof Unknown ? decision : decision?.toLowerCase() === "allow",
    protocol: typeof protocol === "string" ? protocolName(protocol) : protocol,
    cidr: fields.text("cidr_block"),
    ipv6Cidr: fields.text("ipv6_cidr_block"),
    fromPort: fields.number("from_port"),
    toPort: fields.number("to_port"),
  };
}

const PROTOCOLS: Readonly<Record<string, string>> = { "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", all: "-1" };

export function protocolName(protocol: string): string {
  const lower = protocol.toLowerCase().trim();
  return Object.hasOwn(PROTOCOLS, lower) ? (PROTOCOLS[lower] ?? lower) : lower;
}

export function subnetsOf(
  source: Source,
  vpcs: readonly Vpc[],
  tables: readonly RouteTable[],
  acls: ReturnType<typeof networkAclsOf>,
): Subnet[] {
  // Of a table that is both made and read, what makes it tells more.
  const ordered = [...tables].sort((a, b) => Number(b.isData) - Number(a.isData));
  const byId = new Map(ordered.map((it) => [it.id, it]));
  const mainOf = new Map(ordered.filter(({ isMain }) => isMain).map((it) => [it.vpcId, it]));
  const vpcById = new Map(vpcs.map((it) => [it.id, it]));
  const defaultAcl = new Map(acls.acls.filter(({ isDefault }) => isDefault).map((it) => [it.vpcId, it]));
  const subnetOf = ({ fields }: Resource) => fields.text("subnet_id", expected.SUBNET);
  // With its table an association goes too, and the subnet is left to the main table.
  const associations = source
    .ofType("aws_route_table_association")
    .filter(
      ({ fields }) =>
        !fields.isSet("gateway_id") &&
        source.destroyed?.has(known(fields.text("route_table_id", expected.ROUTE_TABLE)) ?? "") !== true,
    );
  const associated = grouped(associations, subnetOf);
  const stray = strayAmong(associations, subnetOf);
  const theDefault = vpcs.find(({ isDefault }) => isDefault);
  const written = source.ofType("aws_subnet", "aws_default_subnet", "data.aws_subnet").map((it): Subnet => {
    const id = it.identity("id");
    const isDefault = it.type === "aws_default_subnet";
    const vpcId = it.fields.text("vpc_id", expected.VPC) ?? (isDefault ? theDefault?.id : undefined);
    const [association] = associated.get(String(known(id))) ?? [];
    const tableId = association?.fields.text("route_table_id", expected.ROUTE_TABLE);
    const table =
      tableId instanceof Unknown
        ? tableId
        : tableId === undefined
          ? undefined
          : (byId.get(tableId) ??
            new Unknown(association?.address ?? it.address, "route_table_id", "the route table is not in the file"));
    const read = it.isData ? new Unknown(it.address, "id", "its route table is not in the file") : undefined;
    const vpc = vpcById.get(vpcId);
    const fallback =
      read !== undefined && vpc?.isDefault !== true
        ? read
        : (mainOf.get(vpcId) ??
          new Unknown(it.address, "vpc_id", "the main route table of its VPC is not in the file"));
    return {
      ...partOf(it),
      id,
      vpcId,
      cidr: it.fields.text("cidr_block"),
      ipv6Cidr: it.fields.text("ipv6_cidr_block"),
      zone:
        it.fields.text("availability_zone") ??
        it.fields.text("availability_zone_id") ??
        new Unknown(it.address, "availability_zone", it.isData ? "only read here" : "AWS chooses a zone"),
      mapPublicIp:
        it.fields.flag("map_public_ip_on_launch") ??
        (isDefault ? true : it.isData ? new Unknown(it.address, "map_public_ip_on_launch", "only read here") : false),
      routeTable: table ?? stray ?? (isDefault && vpc === undefined ? undefined : fallback),
      isAssociated: table !== undefined,
      networkAcl: acls.ofSubnet.get(String(known(id))) ?? acls.stray ?? defaultAcl.get(vpcId) ?? read,
    };
  });
  return [...written, ...listedSubnetsOf(source, vpcs, written, (vpc) => mainOf.get(vpc.id))];
}
