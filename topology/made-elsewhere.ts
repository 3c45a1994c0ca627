import { type Json, listOf, objectOf, own, textOf } from "./json";
import { keyWithin, permissionsOfRule } from "./permissions";
import { typeOf } from "./source";

/* What resources create in others: a rule in its security group, a route in its table. */

/**
 * One thing that a resource creates in another one: its list there, the other one's id, its key, and which argument
 * creates it, if several can.
 */
export type Made = readonly [place: Place, parent: string, key: string, by?: string];

/** The list of the parent that contains it. */
export type Place =
  | "ingress"
  | "egress"
  | "acl-ingress"
  | "acl-egress"
  | "acl-subnets"
  | "routes"
  | "main-table"
  | "gateway-vpc"
  | "endpoint-tables"
  | "target-groups"
  | "interface-groups"
  | "address"
  | "encryption"
  | "zone-vpcs";

export const text = (values: Json, name: string): string => textOf(own(values, name)) ?? "";

/** A number or string as a key; empty for other values, which Terraform never writes there. */
export const keyOf = (value: unknown): string =>
  typeof value === "number" || typeof value === "string" ? String(value) : "";

const permissionsBy =
  (type: string) =>
  (values: Json): Made[] =>
    permissionsOfRule(type, values).map((it) => [it.direction, it.group, keyWithin(it)]);

/** What each type creates elsewhere. */
const MAKERS: Readonly<Record<string, (values: Json) => Made[]>> = {
  aws_security_group_rule: permissionsBy("aws_security_group_rule"),
  aws_vpc_security_group_ingress_rule: permissionsBy("aws_vpc_security_group_ingress_rule"),
  aws_vpc_security_group_egress_rule: permissionsBy("aws_vpc_security_group_egress_rule"),
  aws_network_acl_rule: (it) => [
    [
      own(it, "egress") === true ? "acl-egress" : "acl-ingress",
      text(it, "network_acl_id"),
      keyOf(own(it, "rule_number")),
    ],
  ],
  aws_network_acl_association: (it) => [["acl-subnets", text(it, "network_acl_id"), text(it, "subnet_id")]],
  aws_route: (it) => [["routes", text(it, "route_table_id"), destinationOf(it, "destination_")]],
  aws_main_route_table_association: (it) => [["main-table", text(it, "vpc_id"), text(it, "route_table_id")]],
  aws_internet_gateway_attachment: (it) => [["gateway-vpc", text(it, "internet_gateway_id"), text(it, "vpc_id")]],
  aws_vpc_endpoint_route_table_association: (it) => [
    ["endpoint-tables", text(it, "vpc_endpoint_id"), text(it, "route_table_id")],
  ],
  aws_autoscaling_attachment: (it) => [
    [
      "target-groups",
      text(it, "autoscaling_group_name"),
      text(it, "lb_target_group_arn") || text(it, "alb_target_group_arn"),
    ],
  ],
  aws_autoscaling_traffic_source_attachment: (it) =>
    listOf(own(it, "traffic_source")).flatMap((source) => [
      ["target-groups", text(it, "autoscaling_group_name"), text(objectOf(source), "identifier")],
    ]),
  // Each of its two lists of target groups also shows what the other one registers.
  aws_autoscaling_group: (it) => [
    ...listOf(own(it, "target_group_arns")).flatMap((arn): Made[] => [
      ["target-groups", text(it, "name"), keyOf(arn), "target_group_arns"],
    ]),
    ...listOf(own(it, "traffic_source")).flatMap((source): Made[] => [
      ["target-groups", text(it, "name"), text(objectOf(source), "identifier"), "traffic_source"],
    ]),
  ],
  aws_network_interface_sg_attachment: (it) => [
    ["interface-groups", text(it, "network_interface_id"), text(it, "security_group_id")],
  ],
  aws_eip_association: (it) =>
    ["instance_id", "network_interface_id"].map((name) => ["address", text(it, "allocation_id"), text(it, name)]),
  aws_s3_bucket_server_side_encryption_configuration: (it) => [["encryption", text(it, "bucket"), ""]],
  aws_route53_zone_association: (it) => [["zone-vpcs", text(it, "zone_id"), text(it, "vpc_id")]],
};

export function destinationOf(it: Json, prefix = ""): string {
  return (
    text(it, `${prefix}cidr_block`) ||
    text(it, `${prefix}ipv6_cidr_block`) ||
    text(it, "destination_prefix_list_id")
  ).toLowerCase();
}

/** What a resource of a plan or state creates elsewhere; nothing for other types. */
export function makerOf(item: unknown): ((values: Json) => Made[]) | undefined {
  const type = typeOf(textOf(own(item, "type")) ?? "");
  return own(item, "mode") !== "data" && Object.hasOwn(MAKERS, type) ? MAKERS[type] : undefined;
}
