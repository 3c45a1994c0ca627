import * as expected from "./expected";
import { listedSubnetsOf } from "./listed-subnets";
import { grouped, strayAmong } from "./lists";
import type { NetworkAcls } from "./network-acls";
import type { NetworkAcl, RouteTable, Subnet, Vpc } from "./network-model";
import { partOf } from "./part";
import type { Resource, Source } from "./source";
import { missing } from "./symbols";
import { type Attr, known, Unknown } from "./value";

/** The surroundings of subnets, indexed once for all of them. */
interface Around {
  readonly tables: ReadonlyMap<Attr<string>, RouteTable>;
  /** The main tables, by their VPC. */
  readonly mainOf: ReadonlyMap<Attr<string>, RouteTable>;
  readonly vpcById: ReadonlyMap<Attr<string>, Vpc>;
  readonly theDefault: Vpc | undefined;
  /** Associations with a route table, by their subnet. */
  readonly associated: ReadonlyMap<string, readonly Resource[]>;
  /** An association that may belong to any subnet. */
  readonly stray: Unknown | undefined;
  readonly acls: NetworkAcls;
  /** The default ACLs, by their VPC. */
  readonly defaultAcl: ReadonlyMap<Attr<string>, NetworkAcl>;
}

const subnetOf = ({ fields }: Resource) => fields.text("subnet_id", expected.SUBNET);

export function subnetsOf(
  source: Source,
  vpcs: readonly Vpc[],
  tables: readonly RouteTable[],
  acls: NetworkAcls,
): Subnet[] {
  // For a table that is both a resource and a data source, the resource has more information.
  const ordered = [...tables].sort((a, b) => Number(b.isData) - Number(a.isData));
  const associations = associationsOf(source);
  const around: Around = {
    tables: new Map(ordered.map((it) => [it.id, it])),
    mainOf: new Map(ordered.filter(({ isMain }) => isMain).map((it) => [it.vpcId, it])),
    vpcById: new Map(vpcs.map((it) => [it.id, it])),
    theDefault: vpcs.find(({ isDefault }) => isDefault),
    associated: grouped(associations, subnetOf),
    stray: strayAmong(associations, subnetOf),
    acls,
    defaultAcl: new Map(acls.acls.filter(({ isDefault }) => isDefault).map((it) => [it.vpcId, it])),
  };
  const written = source
    .ofType("aws_subnet", "aws_default_subnet", "data.aws_subnet")
    .map((it) => writtenSubnet(it, around));
  return [...written, ...listedSubnetsOf(source, vpcs, written, (vpc) => around.mainOf.get(vpc.id))];
}

/** When a table is destroyed, its associations are too, and the subnet uses the main table. */
function associationsOf(source: Source): Resource[] {
  return source
    .ofType("aws_route_table_association")
    .filter(
      ({ fields }) =>
        !fields.isSet("gateway_id") &&
        source.destroyed?.has(known(fields.text("route_table_id", expected.ROUTE_TABLE)) ?? "") !== true,
    );
}

function writtenSubnet(it: Resource, around: Around): Subnet {
  const { theDefault, associated, stray, acls, defaultAcl } = around;
  const { fields, address, isData } = it;
  const id = it.identity("id");
  const isDefault = it.type === "aws_default_subnet";
  const vpcId = fields.text("vpc_id", expected.VPC) ?? (isDefault ? theDefault?.id : undefined);
  const [association] = associated.get(String(known(id))) ?? [];
  const table = association === undefined ? undefined : associatedTable(association, around);
  const isOfNoVpc = isDefault && around.vpcById.get(vpcId) === undefined;
  return {
    ...partOf(it),
    id,
    vpcId,
    cidr: fields.text("cidr_block"),
    ipv6Cidr: fields.text("ipv6_cidr_block"),
    zone:
      fields.text("availability_zone") ??
      fields.text("availability_zone_id") ??
      new Unknown(address, "availability_zone", isData ? "read by a data source" : "AWS chooses the Availability Zone"),
    mapPublicIp:
      fields.flag("map_public_ip_on_launch") ??
      (isDefault ? true : isData ? new Unknown(address, "map_public_ip_on_launch", "read by a data source") : false),
    routeTable: table ?? stray ?? (isOfNoVpc ? undefined : unassociatedTable(it, vpcId, around)),
    isAssociated: table !== undefined,
    networkAcl: acls.ofSubnet.get(String(known(id))) ?? acls.stray ?? defaultAcl.get(vpcId) ?? onlyRead(it),
  };
}

function associatedTable({ address, fields }: Resource, { tables }: Around): Attr<RouteTable> {
  const id = fields.text("route_table_id", expected.ROUTE_TABLE);
  if (id === undefined || id instanceof Unknown) return id;
  return tables.get(id) ?? new Unknown(address, "route_table_id", missing("the route table", id));
}

/** The table of a subnet without an association: its VPC's main one. */
function unassociatedTable(it: Resource, vpcId: Attr<string>, { vpcById, mainOf }: Around): Attr<RouteTable> {
  const read = onlyRead(it);
  if (read !== undefined && vpcById.get(vpcId)?.isDefault !== true) return read;
  return mainOf.get(vpcId) ?? new Unknown(it.address, "vpc_id", "the main route table of its VPC is not in the file");
}

function onlyRead({ address, isData }: Resource): Unknown | undefined {
  return isData ? new Unknown(address, "id", "its route table is not in the file") : undefined;
}
