import type { Subnet, Vpc } from "./network-model";
import type { Resource, Source } from "./source";
import { symbol } from "./symbols";
import { type Attr, known, Unknown } from "./value";

/* Subnets that a file lists by id only. */

/** Filters that still select default subnets, one in each zone. */
const HARMLESS = [
  "vpc-id",
  "vpc_id",
  "availability-zone",
  "availabilityZone",
  "availability-zone-id",
  "default-for-az",
  "defaultForAz",
  "state",
];

/** Of these, those that exclude none. */
const WHOLE = ["vpc-id", "vpc_id", "default-for-az", "defaultForAz", "state"];

interface List {
  readonly resource: Resource;
  readonly vpc: Vpc;
  readonly isWhole: boolean;
}

/** The subnet lists of the default VPC. For other VPCs, an id shows nothing about a subnet. */
function listsOf(source: Source, vpcs: readonly Vpc[]): List[] {
  const defaults = new Map(vpcs.filter(({ isDefault }) => isDefault).map((vpc) => [vpc.id, vpc]));
  return source.ofType("data.aws_subnets", "data.aws_subnet_ids").flatMap((resource): List[] => {
    const { fields } = resource;
    const filters = fields
      .blocks("filter")
      .items.map((filter) => ({ name: known(filter.text("name")) ?? "", values: filter.list("values").items }));
    const vpcIds = [
      fields.text("vpc_id"),
      ...filters.filter(({ name }) => /^vpc[-_]id$/.test(name)).flatMap(({ values }) => values),
    ].filter((id) => id !== undefined);
    const vpc = vpcIds.length === 1 ? defaults.get(vpcIds[0]) : undefined;
    if (vpc === undefined || fields.isSet("tags") || !filters.every(({ name }) => HARMLESS.includes(name))) return [];
    return [{ resource, vpc, isWhole: filters.every(({ name }) => WHOLE.includes(name)) }];
  });
}

/** As `data.aws_subnets` lists them: public, in the VPC's main route table, and each in its own zone. */
export function listedSubnetsOf(
  source: Source,
  vpcs: readonly Vpc[],
  written: readonly Subnet[],
  tableOf: (vpc: Vpc) => Subnet["routeTable"],
): Subnet[] {
  const seen = new Set(written.map(({ id }) => id));
  return listsOf(source, vpcs).flatMap(({ resource, vpc }) => {
    const { address, region, actions } = resource;
    const read = new Unknown(address, "ids", "read by a data source");
    return resource.fields.list("ids").items.flatMap((id, index): Subnet[] => {
      if (seen.has(id)) return [];
      seen.add(id);
      return [
        {
          address: `${address}.ids[${index}]`,
          region,
          isData: true,
          actions,
          id,
          vpcId: vpc.id,
          cidr: read,
          ipv6Cidr: undefined,
          zone: symbol(address, `zones.${index}`),
          mapPublicIp: true,
          routeTable: tableOf(vpc),
          isAssociated: false,
          networkAcl: read,
        },
      ];
    });
  });
}

/** All subnets of the default VPC by region, if a file reads all: a server without a subnet is in one of them. */
export function defaultSubnetsOf(source: Source, vpcs: readonly Vpc[]): ReadonlyMap<Attr<string>, readonly string[]> {
  return new Map(
    listsOf(source, vpcs)
      .filter(({ isWhole }) => isWhole)
      .map(({ resource }) => [resource.region, resource.fields.list("ids").items]),
  );
}
