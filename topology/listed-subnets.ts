import type { Subnet, Vpc } from "./network-model";
import type { Source } from "./source";
import { symbol } from "./source";
import { known, Unknown } from "./value";

/* Subnets of which a file has no more than their ids, read as a list. */

/** Filters that leave AWS's own subnets what they are: one in each zone. */
const HARMLESS = ["vpc-id", "vpc_id", "availability-zone", "availabilityZone", "availability-zone-id", "default-for-az", "defaultForAz", "state"];

/**
 * Those of the default VPC, as `data.aws_subnets` lists them: public, in its main route table, and each in a zone of its own. Of other VPCs'
 * subnets an id says nothing.
 */
export function listedSubnetsOf(source: Source, vpcs: readonly Vpc[], written: readonly Subnet[], tableOf: (vpc: Vpc) => Subnet["routeTable"]): Subnet[] {
  const seen = new Set(written.map(({ id }) => id));
  const defaults = new Map(vpcs.filter(({ isDefault }) => isDefault).map((vpc) => [vpc.id, vpc]));
  return source.ofType("data.aws_subnets", "data.aws_subnet_ids").flatMap((it) => {
    const filters = it.fields.blocks("filter").items;
    const vpcIds = [it.fields.text("vpc_id"), ...filters.filter((filter) => /^vpc[-_]id$/.test(known(filter.text("name")) ?? "")).flatMap((filter) => filter.list("values").items)].filter((id) => id !== undefined);
    const vpc = vpcIds.length === 1 ? defaults.get(vpcIds[0]) : undefined;
    if (vpc === undefined || it.fields.isSet("tags") || !filters.every((filter) => HARMLESS.includes(known(filter.text("name")) ?? ""))) return [];
    return it.fields.list("ids").items.flatMap((id, index): Subnet[] => {
      if (seen.has(id)) return [];
      seen.add(id);
      const read = new Unknown(it.address, "ids", "only read here");
      return [{
        address: `${it.address}.ids[${index}]`, region: it.region, isData: true, actions: it.actions, id, vpcId: vpc.id, cidr: read, ipv6Cidr: undefined,
        zone: symbol(it.address, `zones.${index}`), mapPublicIp: true, routeTable: tableOf(vpc), isAssociated: false, networkAcl: read,
      }];
    });
  });
}
