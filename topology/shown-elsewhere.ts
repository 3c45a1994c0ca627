import { isObject, type Json, listOf, objectOf, own, textOf } from "./json";
import { protocolName } from "./protocols";
import { typeOf } from "./source";

/*
 * Attributes in which a resource shows what others make: a security group its rules, a route table its routes. A
 * refresh fills them with what stands before the apply, so that a rule which the plan destroys would still let requests
 * through. What the plan takes away is taken out of them here, and what stays is told once; what the plan adds the
 * readers have from the other resources themselves.
 */

/**
 * One thing that a resource makes in another one: its place there, the other one's id, what it is, and by which of its
 * arguments it does, where several do.
 */
type Made = readonly [place: Place, parent: string, key: string, by?: string];

/** Which list of a parent it stands in. */
type Place =
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

const text = (values: Json, name: string): string => textOf(own(values, name)) ?? "";

/** A number or text as a key; of what terraform never writes there, none. */
const keyOf = (value: unknown): string => (typeof value === "number" || typeof value === "string" ? String(value) : "");

const permission = (values: Json, protocol: string, peer: string): string => {
  const name = protocolName(protocol);
  return JSON.stringify([name, ...(name === "-1" ? [] : [own(values, "from_port"), own(values, "to_port")]), peer]);
};

const PEERS = ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups"] as const;

/** What each type makes elsewhere. */
const MAKERS: Readonly<Record<string, (values: Json) => Made[]>> = {
  aws_security_group_rule: (it) => {
    const group = text(it, "security_group_id");
    const peers = [
      ...PEERS.flatMap((name) => listOf(own(it, name))),
      own(it, "source_security_group_id"),
      ...(own(it, "self") === true ? [group] : []),
    ];
    return peers
      .filter((peer) => typeof peer === "string")
      .map((peer) => [
        own(it, "type") === "egress" ? "egress" : "ingress",
        group,
        permission(it, text(it, "protocol"), peer),
      ]);
  },
  aws_vpc_security_group_ingress_rule: (it) => single(it, "ingress"),
  aws_vpc_security_group_egress_rule: (it) => single(it, "egress"),
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
  // Each of its two lists of target groups shows what the other one registers.
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

function single(it: Json, place: "ingress" | "egress"): Made[] {
  return ["cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"]
    .map((name) => text(it, name))
    .filter((peer) => peer !== "")
    .map((peer) => [place, text(it, "security_group_id"), permission(it, text(it, "ip_protocol"), peer)]);
}

function destinationOf(it: Json, prefix = ""): string {
  return (
    text(it, `${prefix}cidr_block`) ||
    text(it, `${prefix}ipv6_cidr_block`) ||
    text(it, "destination_prefix_list_id")
  ).toLowerCase();
}

/** One attribute that shows what others make. */
interface Shown {
  readonly attribute: string;
  readonly place: Place;
  /** Where the parent has the id by which the others name it. @default "id" */
  readonly by?: string;
  /**
   * Whether the readers have what stands there from the others as well, so that it would be told twice. @default false
   */
  readonly isRead?: boolean;
  /** Whether its configuration lists what others register as well. @default false */
  readonly isListed?: boolean;
  /** The value less what goes of it; `instead` is what comes in its place. */
  readonly less: (value: unknown, goes: (key: string) => boolean, parent: Json, instead: readonly string[]) => unknown;
}

const members: Shown["less"] = (value, goes) => listOf(value).filter((it) => typeof it !== "string" || !goes(it));
const blocksBy =
  (name: (block: Json) => string): Shown["less"] =>
  (value, goes) =>
    listOf(value).filter((it) => !isObject(it) || !goes(name(it)));
const nothing: Shown["less"] = (value, goes) => (typeof value === "string" && goes(value) ? null : value);

/** A group's list joins all permissions of one port into one entry. */
const permissions: Shown["less"] = (value, goes, parent) =>
  listOf(value).flatMap((it) => {
    if (!isObject(it)) return [it];
    const stays = (peer: unknown): boolean =>
      typeof peer !== "string" || !goes(permission(it, text(it, "protocol"), peer));
    const lists = PEERS.map((name) => [name, listOf(own(it, name))] as const);
    const left = lists.map(([name, peers]) => [name, peers.filter(stays)] as const);
    const self = own(it, "self") === true;
    const staysItself = self && stays(own(parent, "id"));
    const isSame = self === staysItself && lists.every(([, peers], index) => peers.length === left[index]?.[1].length);
    if (isSame) return [it];
    return staysItself || left.some(([, peers]) => peers.length > 0)
      ? [{ ...it, ...Object.fromEntries(left), self: staysItself }]
      : [];
  });

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
/** Once an association goes, the table that the VPC began with is the main one again. */
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
 * All attributes that the readers read in which others' work shows. What else the provider computes is a resource's
 * own. Nobody reads `load_balancer_arns` of a target group, whose listeners say that themselves.
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

/** What others make in such attributes, found once for all of them. */
export class ShownElsewhere {
  /** By place and parent: what the plan takes away, with what it leaves instead. */
  private readonly goes = new Map<string, Map<string, string>>();
  /** The same of what stands and stays. */
  private readonly stays = new Map<string, Map<string, string>>();

  /** @param changes a plan's `resource_changes` */
  static ofPlan(changes: readonly unknown[]): ShownElsewhere {
    const found = new ShownElsewhere();
    for (const item of changes) {
      const change = own(item, "change");
      const makes = makerOf(item);
      const before = own(change, "before");
      // What terraform forgets stays on AWS.
      if (makes === undefined || !isObject(before) || listOf(own(change, "actions")).includes("forget")) continue;
      const isLeft = own(item, "deposed") === undefined && isObject(own(change, "after"));
      const left = new Set(isLeft ? makes(objectOf(own(change, "after"))).map((it) => JSON.stringify(it)) : []);
      for (const made of makes(before))
        note(left.has(JSON.stringify(made)) ? found.stays : found.goes, made, text(before, "original_route_table_id"));
    }
    return found;
  }

  /** @param resources those of a state */
  static ofState(resources: readonly unknown[]): ShownElsewhere {
    const found = new ShownElsewhere();
    for (const item of resources)
      for (const made of makerOf(item)?.(objectOf(own(item, "values"))) ?? []) note(found.stays, made, "");
    return found;
  }

  /**
   * The values of a resource as they will be, less what the plan takes out of them by others, and less what is told of
   * the others already; the same object where that is nothing.
   * @param isConfigured whether the configuration sets an argument, which then shows its own
   */
  in(type: string, before: Json, after: Json, isConfigured: (argument: string) => boolean): Json {
    const shown = Object.hasOwn(SHOWN, type) ? (SHOWN[type] ?? []) : [];
    let left = after;
    for (const { attribute, place, by = "id", isRead = false, isListed = false, less } of shown) {
      const value = own(after, attribute);
      const slot = `${place} ${text(before, by)}`;
      // What a list of its own names as well is told as two writers of one thing.
      const going = isListed && isConfigured(attribute) ? undefined : this.goes.get(slot);
      const standing = isRead && !isConfigured(attribute) ? this.stays.get(slot) : undefined;
      if ((going ?? standing) === undefined || value === undefined || value === null) continue;
      const stood = keysIn(less, own(before, attribute), before);
      // What the resource adds by itself is its own.
      left = {
        ...left,
        [attribute]: less(
          value,
          (key) => stood.has(key) && (going?.has(key) === true || standing?.has(key) === true),
          before,
          [...(going?.values() ?? [])].filter((it) => it !== ""),
        ),
      };
    }
    return left;
  }
}

/**
 * Addresses of resources that stay and whose work a parent takes away in this plan: once its own configuration writes
 * such blocks, an update revokes whatever else it has shown.
 */
export function revokedBeside(changes: readonly unknown[]): ReadonlySet<string> {
  const gone = new Map<string, Set<string>>();
  for (const item of changes) {
    const [change, type] = [own(item, "change"), typeOf(textOf(own(item, "type")) ?? "")];
    const [before, after] = [own(change, "before"), own(change, "after")];
    if (
      own(item, "mode") === "data" ||
      !Object.hasOwn(SHOWN, type) ||
      listOf(own(change, "actions")).join() !== "update" ||
      !isObject(before) ||
      !isObject(after)
    )
      continue;
    for (const { attribute, place, by = "id", isRead = false, less } of SHOWN[type] ?? []) {
      if (!isRead || !Array.isArray(own(after, attribute))) continue;
      const left = keysIn(less, own(after, attribute), before);
      const taken = [...keysIn(less, own(before, attribute), before)].filter((key) => !left.has(key));
      if (taken.length > 0) gone.set(`${place} ${text(before, by)}`, new Set(taken));
    }
  }
  if (gone.size === 0) return new Set();
  return new Set(
    changes.flatMap((item) => {
      const actions = listOf(own(own(item, "change"), "actions")).join();
      const made =
        actions === "no-op" || actions === "update"
          ? (makerOf(item)?.(objectOf(own(own(item, "change"), "after"))) ?? [])
          : [];
      return made.length > 0 && made.every(([place, parent, key]) => gone.get(`${place} ${parent}`)?.has(key) === true)
        ? [textOf(own(item, "address")) ?? ""]
        : [];
    }),
  );
}

function keysIn(less: Shown["less"], value: unknown, parent: Json): ReadonlySet<string> {
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

function makerOf(item: unknown): ((values: Json) => Made[]) | undefined {
  const type = typeOf(textOf(own(item, "type")) ?? "");
  return own(item, "mode") !== "data" && Object.hasOwn(MAKERS, type) ? MAKERS[type] : undefined;
}

function note(places: Map<string, Map<string, string>>, [place, parent, key]: Made, instead: string): void {
  const slot = `${place} ${parent}`;
  places.set(slot, (places.get(slot) ?? new Map<string, string>()).set(key, instead));
}
