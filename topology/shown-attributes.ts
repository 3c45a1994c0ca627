import { isObject, type Json, listOf, own } from "./json";
import { destinationOf, keyOf, type Place, text } from "./made-elsewhere";
import { withoutPeers } from "./permissions";

/* The attributes that show what other resources create. */

/** One attribute that shows what others create. */
export interface Shown {
  readonly attribute: string;
  readonly place: Place;
  /** The parent's attribute with the id that others refer to. @default "id" */
  readonly by?: string;
  /**
   * Whether the readers also get the same items from the other resources, so that they would count twice. @default
   * false
   */
  readonly isRead?: boolean;
  /** Whether its configuration also lists what others register. @default false */
  readonly isListed?: boolean;
  /** The value without what is removed; `instead` replaces it. */
  readonly less: (value: unknown, goes: (key: string) => boolean, parent: Json, instead: readonly string[]) => unknown;
}

const members: Shown["less"] = (value, goes) => listOf(value).filter((it) => typeof it !== "string" || !goes(it));
const blocksBy =
  (name: (block: Json) => string): Shown["less"] =>
  (value, goes) =>
    listOf(value).filter((it) => !isObject(it) || !goes(name(it)));
const nothing: Shown["less"] = (value, goes) => (typeof value === "string" && goes(value) ? null : value);

/** A security group's list combines all permissions for one port in one entry. */
const permissions: Shown["less"] = (value, goes, parent) =>
  listOf(value).flatMap((it) =>
    isObject(it) ? (withoutPeers(it, text(parent, "id"), (key) => !goes(key)) ?? []) : [it],
  );

const RULES_OF_GROUP: readonly Shown[] = [
  { attribute: "ingress", place: "ingress", isRead: true, less: permissions },
  { attribute: "egress", place: "egress", isRead: true, less: permissions },
];
const ROUTES: Shown["less"] = blocksBy((route) => destinationOf(route));
const ENTRIES: readonly Shown[] = [
  { attribute: "ingress", place: "acl-ingress", isRead: true, less: blocksBy((entry) => keyOf(own(entry, "rule_no"))) },
  { attribute: "egress", place: "acl-egress", isRead: true, less: blocksBy((entry) => keyOf(own(entry, "rule_no"))) },
  { attribute: "subnet_ids", place: "acl-subnets", less: members },
];
/** Once an association is removed, the VPC's initial table is the main one again. */
const MAIN_TABLE: Shown = {
  attribute: "main_route_table_id",
  place: "main-table",
  less: (value, goes, _, instead) => (typeof value === "string" && goes(value) ? (instead[0] ?? null) : value),
};
const ENDPOINT: readonly Shown[] = [{ attribute: "route_table_ids", place: "endpoint-tables", less: members }];

const GROUPS_OF_INSTANCE: readonly Shown[] = [
  { attribute: "vpc_security_group_ids", place: "interface-groups", by: "primary_network_interface_id", less: members },
];

/**
 * All attributes that are read and that show what other resources create. Other computed attributes are a resource's
 * own. `load_balancer_arns` of a target group is not read, because listeners contain the same information.
 */
export const SHOWN: Readonly<Record<string, readonly Shown[]>> = {
  aws_security_group: RULES_OF_GROUP,
  aws_default_security_group: RULES_OF_GROUP,
  aws_route_table: [{ attribute: "route", place: "routes", isRead: true, less: ROUTES }],
  aws_default_route_table: [{ attribute: "route", place: "routes", isRead: true, less: ROUTES }],
  "data.aws_route_table": [{ attribute: "routes", place: "routes", isRead: true, less: ROUTES }],
  aws_network_acl: ENTRIES,
  aws_default_network_acl: ENTRIES,
  aws_vpc: [MAIN_TABLE],
  aws_default_vpc: [MAIN_TABLE],
  "data.aws_vpc": [MAIN_TABLE],
  aws_internet_gateway: [{ attribute: "vpc_id", place: "gateway-vpc", less: nothing }],
  aws_vpc_endpoint: ENDPOINT,
  "data.aws_vpc_endpoint": ENDPOINT,
  aws_autoscaling_group: [
    { attribute: "target_group_arns", place: "target-groups", by: "name", isListed: true, less: members },
    {
      attribute: "traffic_source",
      place: "target-groups",
      by: "name",
      isListed: true,
      less: blocksBy((source) => text(source, "identifier")),
    },
  ],
  aws_instance: GROUPS_OF_INSTANCE,
  aws_spot_instance_request: GROUPS_OF_INSTANCE,
  aws_network_interface: [{ attribute: "security_groups", place: "interface-groups", less: members }],
  aws_eip: [
    { attribute: "instance", place: "address", less: nothing },
    { attribute: "network_interface", place: "address", less: nothing },
  ],
  aws_s3_bucket: [
    {
      attribute: "server_side_encryption_configuration",
      place: "encryption",
      less: (value, goes) => (goes("") ? [] : value),
    },
  ],
  aws_route53_zone: [{ attribute: "vpc", place: "zone-vpcs", less: blocksBy((vpc) => text(vpc, "vpc_id")) }],
};

/** The items of such an attribute, by the keys of what creates them. */
export function keysIn(less: Shown["less"], value: unknown, parent: Json): ReadonlySet<string> {
  const keys = new Set<string>();
  less(
    value,
    (key) => {
      keys.add(key);
      return false;
    },
    parent,
    [],
  );
  return keys;
}
