import * as expected from "./expected";
import { grouped } from "./lists";
import type { Vpc } from "./network-model";
import { partOf } from "./part";
import type { Resource, Source } from "./source";
import { type Attr, known, type Listed, Unknown } from "./value";

export function vpcsOf(source: Source): Vpc[] {
  const more = grouped(source.ofType("aws_vpc_ipv4_cidr_block_association"), ({ fields }) =>
    fields.text("vpc_id", expected.VPC),
  );
  return source.ofType("aws_vpc", "aws_default_vpc", "data.aws_vpc").map((it): Vpc => {
    const id = it.identity("id");
    return {
      ...partOf(it),
      id,
      cidrs: cidrsOf(it, more.get(String(known(id))) ?? []),
      mainRouteTableId: it.identity("main_route_table_id"),
      defaultSecurityGroupId: it.identity("default_security_group_id"),
      defaultNetworkAclId: it.identity("default_network_acl_id"),
      isDefault: it.type === "aws_default_vpc" || (it.isData && it.fields.flag("default") === true),
    };
  });
}

function cidrsOf(vpc: Resource, more: readonly Resource[]): Listed<string> {
  const cidrs = [vpc, ...more].map(({ fields }) => fields.text("cidr_block"));
  const open = cidrs.find((cidr) => cidr instanceof Unknown) ?? (cidrs[0] === undefined ? missingCidr(vpc) : undefined);
  return { items: cidrs.filter((cidr) => typeof cidr === "string"), ...(open instanceof Unknown && { open }) };
}

function missingCidr({ address, isData, type }: Resource): Attr<never> {
  const isRead = isData || type === "aws_default_vpc";
  return new Unknown(address, "cidr_block", isRead ? "read by a data source" : "known after apply");
}
