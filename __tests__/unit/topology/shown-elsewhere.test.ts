import type { Topology } from "../../../topology/model";
import { SHOWN } from "../../../topology/shown-attributes";
import { readTopology } from "../../../topology/topology";
import { known } from "../../../topology/value";

/* What a refresh shows in one resource of another one: less what the plan takes away, and once. */

type Values = Readonly<Record<string, unknown>>;
type Read = (topology: Topology) => unknown;

/** A parent that shows what a child made; what the readers say of that while the child stands, and once it is gone. */
interface Pair {
  readonly parent: readonly [address: string, values: Values];
  readonly child: readonly [address: string, values: Values];
  /** The child as an update leaves it, which makes something else. */
  readonly updated: Values;
  /** What else must be there for it to be read. */
  readonly others?: Readonly<Record<string, Values>>;
  readonly read: Read;
  readonly stands: unknown;
  readonly gone: unknown;
  /** What the updated child makes. @default - nothing that is read */
  readonly made?: unknown;
  /** What is read once terraform forgets the child. @default - what is read while it exists */
  readonly forgotten?: unknown;
}

const entry = (peers: Values): Values => ({
  protocol: "tcp",
  from_port: 80,
  to_port: 80,
  cidr_blocks: [],
  ipv6_cidr_blocks: [],
  prefix_list_ids: [],
  security_groups: [],
  self: false,
  description: "",
  ...peers,
});
const rulesOf =
  (direction: "ingress" | "egress"): Read =>
  ({ securityGroups }) =>
    securityGroups
      .filter(({ id }) => known(id) === "sg-1")
      .flatMap((group) =>
        group[direction].flatMap(({ cidrs, ipv6Cidrs, groupIds, prefixListIds }) => [
          ...cidrs.items,
          ...ipv6Cidrs.items,
          ...groupIds.items,
          ...prefixListIds.items,
        ]),
      );
const routesOf: Read = ({ routeTables }) =>
  routeTables
    .filter(({ id }) => known(id) === "rtb-1")
    .flatMap(({ routes }) => routes.map(({ destination }) => known(destination)));
const entriesOf: Read = ({ networkAcls }) =>
  networkAcls.flatMap(({ ingress }) => ingress.map(({ number }) => known(number)));
const group = (values: Values): readonly [string, Values] => [
  "aws_security_group.g",
  { id: "sg-1", name: "g", ...values },
];
const acl = (values: Values): readonly [string, Values] => [
  "aws_network_acl.a",
  { id: "acl-1", vpc_id: "vpc-1", ingress: [], egress: [], subnet_ids: [], ...values },
];
const TG = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/1";
const SCALING = {
  id: "web",
  name: "web",
  vpc_zone_identifier: ["subnet-1"],
  target_group_arns: [],
  traffic_source: [],
};
const GROUP_OF_TARGETS: Readonly<Record<string, Values>> = {
  "aws_lb_target_group.t": { id: TG, arn: TG, port: 80, protocol: "HTTP", target_type: "instance" },
};
const registeredIn: Read = ({ targetGroups }) =>
  targetGroups.flatMap(({ registrations }) => registrations.map(({ address }) => address.split(".")[0]));
const endpoint = (values: Values): readonly [string, Values] => [
  "aws_vpc_endpoint.s3",
  {
    id: "vpce-1",
    vpc_id: "vpc-1",
    service_name: "com.amazonaws.us-east-1.s3",
    vpc_endpoint_type: "Gateway",
    route_table_ids: [],
    ...values,
  },
];
const tablesOf: Read = ({ gateways }) => [...new Set(gateways.flatMap(({ routeTableIds }) => routeTableIds.items))];
const mainOf: Read = ({ routeTables }) => routeTables.filter(({ isMain }) => isMain).map(({ id }) => known(id));
const TABLES: Readonly<Record<string, Values>> = {
  "aws_route_table.old": { id: "rtb-old", vpc_id: "vpc-1", route: [] },
  "aws_route_table.new": { id: "rtb-new", vpc_id: "vpc-1", route: [] },
};
const INSTANCE = {
  id: "i-1",
  ami: "ami-1",
  subnet_id: "subnet-1",
  primary_network_interface_id: "eni-1",
  vpc_security_group_ids: ["sg-default", "sg-1"],
};
const groupsOf: Read = ({ servers }) => servers.flatMap(({ securityGroupIds }) => securityGroupIds.items);

const PAIRS: Readonly<Record<string, Pair>> = {
  "a classic rule in its group": {
    parent: group({ ingress: [entry({ cidr_blocks: ["10.0.0.0/8", "0.0.0.0/0"] })], egress: [] }),
    child: [
      "aws_security_group_rule.r",
      {
        id: "sgrule-1",
        type: "ingress",
        security_group_id: "sg-1",
        protocol: "tcp",
        from_port: 80,
        to_port: 80,
        cidr_blocks: ["0.0.0.0/0"],
        self: false,
      },
    ],
    updated: { cidr_blocks: ["192.0.2.0/24"] },
    read: rulesOf("ingress"),
    stands: ["10.0.0.0/8", "0.0.0.0/0"],
    gone: ["10.0.0.0/8"],
    made: ["192.0.2.0/24"],
  },
  "a classic rule from a group itself": {
    parent: group({ ingress: [entry({ self: true })], egress: [] }),
    child: [
      "aws_security_group_rule.r",
      {
        id: "sgrule-1",
        type: "ingress",
        security_group_id: "sg-1",
        protocol: "6",
        from_port: 80,
        to_port: 80,
        self: true,
      },
    ],
    updated: { self: false, source_security_group_id: "sg-2" },
    read: rulesOf("ingress"),
    stands: ["sg-1"],
    gone: [],
    made: ["sg-2"],
  },
  "a rule from another group": {
    parent: group({ ingress: [entry({ security_groups: ["sg-2", "sg-3"] })], egress: [] }),
    child: [
      "aws_vpc_security_group_ingress_rule.r",
      {
        id: "sgr-1",
        security_group_id: "sg-1",
        ip_protocol: "tcp",
        from_port: 80,
        to_port: 80,
        referenced_security_group_id: "sg-3",
      },
    ],
    updated: { referenced_security_group_id: "sg-4" },
    read: rulesOf("ingress"),
    stands: ["sg-2", "sg-3"],
    gone: ["sg-2"],
    made: ["sg-4"],
  },
  "a rule for all traffic": {
    parent: group({
      ingress: [],
      egress: [entry({ protocol: "-1", from_port: 0, to_port: 0, ipv6_cidr_blocks: ["::/0"] })],
    }),
    child: [
      "aws_vpc_security_group_egress_rule.r",
      { id: "sgr-1", security_group_id: "sg-1", ip_protocol: "-1", from_port: null, to_port: null, cidr_ipv6: "::/0" },
    ],
    updated: { cidr_ipv6: "2001:db8::/32" },
    read: rulesOf("egress"),
    stands: ["::/0"],
    gone: [],
    made: ["2001:db8::/32"],
  },
  "a rule in a default group": {
    parent: [
      "aws_default_security_group.g",
      { id: "sg-1", vpc_id: "vpc-1", ingress: [entry({ prefix_list_ids: ["pl-1"] })], egress: [] },
    ],
    child: [
      "aws_vpc_security_group_ingress_rule.r",
      {
        id: "sgr-1",
        security_group_id: "sg-1",
        ip_protocol: "tcp",
        from_port: 80,
        to_port: 80,
        prefix_list_id: "pl-1",
      },
    ],
    updated: { prefix_list_id: "pl-2" },
    read: rulesOf("ingress"),
    stands: ["pl-1"],
    gone: [],
    made: ["pl-2"],
    others: { "aws_vpc.v": { id: "vpc-1", cidr_block: "10.0.0.0/16", default_security_group_id: "sg-1" } },
  },
  "a route in its table": {
    parent: [
      "aws_route_table.r",
      {
        id: "rtb-1",
        vpc_id: "vpc-1",
        route: [
          { cidr_block: "0.0.0.0/0", gateway_id: "igw-1" },
          { cidr_block: "10.9.0.0/16", transit_gateway_id: "tgw-1" },
        ],
      },
    ],
    child: [
      "aws_route.r",
      { id: "r-1", route_table_id: "rtb-1", destination_cidr_block: "0.0.0.0/0", gateway_id: "igw-1" },
    ],
    updated: { destination_cidr_block: "192.0.2.0/24" },
    read: routesOf,
    stands: ["10.9.0.0/16", "0.0.0.0/0"],
    gone: ["10.9.0.0/16"],
    made: ["192.0.2.0/24"],
  },
  "a route in a VPC's default table": {
    parent: [
      "aws_default_route_table.r",
      {
        id: "rtb-1",
        default_route_table_id: "rtb-1",
        vpc_id: "vpc-1",
        route: [{ cidr_block: "", ipv6_cidr_block: "::/0", gateway_id: "igw-1" }],
      },
    ],
    child: [
      "aws_route.r",
      { id: "r-1", route_table_id: "rtb-1", destination_ipv6_cidr_block: "::/0", gateway_id: "igw-1" },
    ],
    updated: { destination_ipv6_cidr_block: "2001:db8::/32" },
    read: routesOf,
    stands: ["::/0"],
    gone: [],
    made: ["2001:db8::/32"],
  },
  "a route in a table that is read": {
    parent: [
      "data.aws_route_table.r",
      {
        id: "rtb-1",
        route_table_id: "rtb-1",
        vpc_id: "vpc-1",
        routes: [{ cidr_block: "0.0.0.0/0", gateway_id: "igw-1" }],
      },
    ],
    child: [
      "aws_route.r",
      { id: "r-1", route_table_id: "rtb-1", destination_cidr_block: "0.0.0.0/0", gateway_id: "igw-1" },
    ],
    updated: { destination_cidr_block: "192.0.2.0/24" },
    read: routesOf,
    stands: ["0.0.0.0/0"],
    gone: [],
    made: ["192.0.2.0/24"],
  },
  "an entry in its network ACL": {
    parent: acl({
      ingress: [
        { rule_no: 100, action: "allow", protocol: "-1", cidr_block: "0.0.0.0/0" },
        { rule_no: 200, action: "deny", protocol: "-1", cidr_block: "0.0.0.0/0" },
      ],
    }),
    child: [
      "aws_network_acl_rule.r",
      {
        id: "nacl-1",
        network_acl_id: "acl-1",
        rule_number: 100,
        egress: false,
        protocol: "-1",
        rule_action: "allow",
        cidr_block: "0.0.0.0/0",
      },
    ],
    updated: { rule_number: 300 },
    read: entriesOf,
    stands: [100, 200],
    gone: [200],
    made: [300],
  },
  "a subnet in its network ACL": {
    parent: acl({ subnet_ids: ["subnet-1"] }),
    child: ["aws_network_acl_association.a", { id: "aclassoc-1", network_acl_id: "acl-1", subnet_id: "subnet-1" }],
    updated: { subnet_id: "subnet-2" },
    others: { "aws_subnet.s": { id: "subnet-1", vpc_id: "vpc-1" } },
    read: ({ subnets }) => subnets.map(({ networkAcl }) => (networkAcl === undefined ? "none" : "of the file")),
    stands: ["of the file"],
    gone: ["none"],
  },
  "a VPC's main route table": {
    parent: ["aws_vpc.v", { id: "vpc-1", cidr_block: "10.0.0.0/16", main_route_table_id: "rtb-new" }],
    child: [
      "aws_main_route_table_association.m",
      { id: "rtbassoc-1", vpc_id: "vpc-1", route_table_id: "rtb-new", original_route_table_id: "rtb-old" },
    ],
    updated: { route_table_id: "rtb-old" },
    others: TABLES,
    read: mainOf,
    stands: ["rtb-new"],
    gone: ["rtb-old"],
  },
  "the VPC of an internet gateway": {
    parent: ["aws_internet_gateway.g", { id: "igw-1", vpc_id: "vpc-1" }],
    child: ["aws_internet_gateway_attachment.a", { id: "igw-1:vpc-1", internet_gateway_id: "igw-1", vpc_id: "vpc-1" }],
    updated: { internet_gateway_id: "igw-2" },
    read: ({ gateways }) => gateways.map(({ vpcId }) => known(vpcId) ?? "none"),
    stands: ["vpc-1"],
    gone: ["none"],
  },
  "a route table of an endpoint": {
    parent: endpoint({ route_table_ids: ["rtb-1"] }),
    child: [
      "aws_vpc_endpoint_route_table_association.a",
      { id: "a-1", vpc_endpoint_id: "vpce-1", route_table_id: "rtb-1" },
    ],
    updated: { vpc_endpoint_id: "vpce-2" },
    read: tablesOf,
    stands: ["rtb-1"],
    gone: [],
  },
  "a target group of an Auto Scaling group": {
    parent: [
      "aws_autoscaling_group.g",
      { ...SCALING, target_group_arns: [TG], traffic_source: [{ identifier: TG, type: "elbv2" }] },
    ],
    child: ["aws_autoscaling_attachment.a", { id: "a-1", autoscaling_group_name: "web", lb_target_group_arn: TG }],
    updated: { lb_target_group_arn: "other" },
    others: GROUP_OF_TARGETS,
    read: registeredIn,
    stands: ["aws_autoscaling_attachment"],
    gone: [],
    forgotten: ["aws_autoscaling_group"],
  },
  "a traffic source of an Auto Scaling group": {
    parent: [
      "aws_autoscaling_group.g",
      { ...SCALING, target_group_arns: [TG], traffic_source: [{ identifier: TG, type: "elbv2" }] },
    ],
    child: [
      "aws_autoscaling_traffic_source_attachment.a",
      { id: "a-1", autoscaling_group_name: "web", traffic_source: [{ identifier: TG, type: "elbv2" }] },
    ],
    updated: { traffic_source: [{ identifier: "other", type: "elbv2" }] },
    others: GROUP_OF_TARGETS,
    read: registeredIn,
    stands: ["aws_autoscaling_traffic_source_attachment"],
    gone: [],
    forgotten: ["aws_autoscaling_group"],
  },
  "a security group of an instance": {
    parent: ["aws_instance.i", INSTANCE],
    child: [
      "aws_network_interface_sg_attachment.a",
      { id: "sg-1_eni-1", network_interface_id: "eni-1", security_group_id: "sg-1" },
    ],
    updated: { security_group_id: "sg-2" },
    read: groupsOf,
    stands: ["sg-default", "sg-1"],
    gone: ["sg-default"],
    made: ["sg-2"],
  },
  "a security group of an interface": {
    parent: [
      "aws_network_interface.i",
      { id: "eni-1", subnet_id: "subnet-1", security_groups: ["sg-default", "sg-1"] },
    ],
    child: [
      "aws_network_interface_sg_attachment.a",
      { id: "sg-1_eni-1", network_interface_id: "eni-1", security_group_id: "sg-1" },
    ],
    updated: { network_interface_id: "eni-2" },
    others: {
      "aws_instance.i": {
        id: "i-1",
        ami: "ami-1",
        network_interface: [{ network_interface_id: "eni-1", device_index: 0 }],
      },
    },
    read: groupsOf,
    stands: ["sg-default", "sg-1"],
    gone: ["sg-default"],
  },
  "the instance of an elastic address": {
    parent: ["aws_eip.e", { id: "eipalloc-1", instance: "i-1", network_interface: "eni-1" }],
    child: [
      "aws_eip_association.a",
      { id: "eipassoc-1", allocation_id: "eipalloc-1", instance_id: "i-1", network_interface_id: "eni-1" },
    ],
    updated: { instance_id: "i-2" },
    others: { "aws_instance.i": { ...INSTANCE, associate_public_ip_address: false } },
    read: ({ servers }) => servers.map(({ publicIp }) => publicIp),
    stands: [true],
    gone: [false],
  },
  "the encryption of a bucket": {
    parent: [
      "aws_s3_bucket.b",
      {
        id: "logs",
        bucket: "logs",
        server_side_encryption_configuration: [
          { rule: [{ apply_server_side_encryption_by_default: [{ sse_algorithm: "aws:kms" }] }] },
        ],
      },
    ],
    child: [
      "aws_s3_bucket_server_side_encryption_configuration.e",
      {
        id: "logs",
        bucket: "logs",
        rule: [{ apply_server_side_encryption_by_default: [{ sse_algorithm: "aws:kms" }] }],
      },
    ],
    updated: { bucket: "other" },
    read: ({ logBuckets }) => logBuckets.map(({ encryption }) => encryption?.algorithm ?? "AWS's own"),
    stands: ["aws:kms"],
    gone: ["AWS's own"],
  },
  "a VPC of a private zone": {
    parent: [
      "aws_route53_zone.z",
      { id: "Z1", zone_id: "Z1", name: "example.com", vpc: [{ vpc_id: "vpc-1" }, { vpc_id: "vpc-2" }] },
    ],
    child: ["aws_route53_zone_association.a", { id: "Z1:vpc-2", zone_id: "Z1", vpc_id: "vpc-2" }],
    updated: { vpc_id: "vpc-3" },
    read: ({ zones }) => zones.flatMap(({ vpcIds }) => vpcIds.items),
    stands: ["vpc-1", "vpc-2"],
    gone: ["vpc-1"],
  },
};

const partsOf = (address: string): object => {
  const [, data, type, name] = /^(data\.)?([^.]+)\.(.+)$/.exec(address) ?? [];
  return { address, type, name, mode: data === undefined ? "managed" : "data" };
};

/** The plan, made with a refresh, in which something is done to the child only. */
function planOf({ parent, child, others = {} }: Pair, doing: object): object {
  const all: Readonly<Record<string, Values>> = { ...others, [parent[0]]: parent[1], [child[0]]: child[1] };
  const managed = Object.keys(all).filter((address) => !address.startsWith("data."));
  return {
    format_version: "1.2",
    terraform_version: "1.11.4",
    resource_changes: managed.map((address) => ({
      ...partsOf(address),
      change: {
        actions: ["no-op"],
        before: all[address],
        after: all[address],
        after_unknown: {},
        ...(address === child[0] && doing),
      },
    })),
    prior_state: {
      format_version: "1.0",
      values: {
        root_module: { resources: Object.keys(all).map((address) => ({ ...partsOf(address), values: all[address] })) },
      },
    },
    configuration: {
      root_module: {
        resources: Object.keys(all).map((address) => ({
          ...partsOf(address),
          provider_config_key: "aws",
          expressions: {},
        })),
      },
    },
  };
}

describe.each(Object.entries(PAIRS))("%s", (_, pair) => {
  const {
    child: [, values],
    updated,
    read,
    stands,
    gone,
    made,
    forgotten,
  } = pair;
  const sorted = (value: unknown): unknown => (Array.isArray(value) ? [...value].sort() : value);
  const of = (document: unknown): unknown => sorted(read(readTopology(document)));

  test.each<[string, object, unknown]>([
    ["exists, and is read once", {}, stands],
    ["is no longer there once the plan destroys it", { actions: ["delete"], after: null }, gone],
    ["stays on AWS once terraform forgets it", { actions: ["forget"], after: null }, forgotten ?? stands],
    ["is there again once it is replaced", { actions: ["delete", "create"] }, stands],
  ])("%s", (__, doing, expected) => {
    expect(of(planOf(pair, doing))).toEqual(sorted(expected));
  });

  test("is no longer there once the plan has it make something else", () => {
    const others = [gone, made ?? []].flat();
    expect(of(planOf(pair, { actions: ["update"], after: { ...values, ...updated } }))).toEqual(sorted(others));
  });

  test("exists in a state, and is read once", () => {
    const plan = planOf(pair, {}) as { prior_state: object };
    expect(of({ terraform_version: "1.11.4", ...plan.prior_state })).toEqual(sorted(stands));
  });
});

test("every type in which others' work shows has such a pair", () => {
  const paired = Object.values(PAIRS).map(({ parent: [address] }) => address.replace(/\.[^.]+$/, ""));
  const alike: Readonly<Record<string, string>> = {
    aws_default_network_acl: "aws_network_acl",
    aws_default_vpc: "aws_vpc",
    "data.aws_vpc": "aws_vpc",
    "data.aws_vpc_endpoint": "aws_vpc_endpoint",
    aws_spot_instance_request: "aws_instance",
  };
  expect(Object.keys(SHOWN).filter((type) => !paired.includes(alike[type] ?? type))).toEqual([]);
});

test("a rule that is written into its group by the same plan stays, whatever is removed next to it", () => {
  const { "a rule from another group": pair } = PAIRS;
  const plan = planOf(
    { ...(pair as Pair), parent: group({ ingress: [], egress: [] }) },
    { actions: ["delete"], after: null },
  ) as { resource_changes: { type: string; change: { actions: string[]; after: Values } }[] };
  const parent = plan.resource_changes.find(({ type }) => type === "aws_security_group");
  Object.assign(parent?.change ?? {}, {
    actions: ["update"],
    after: { ...parent?.change.after, ingress: [entry({ security_groups: ["sg-3"] })] },
  });
  expect(rulesOf("ingress")(readTopology(plan))).toEqual(["sg-3"]);
});

test("an Auto Scaling group that is recreated under another name registers targets", () => {
  const before = { ...SCALING, target_group_arns: [TG] };
  const address = "aws_autoscaling_group.g";
  const plan = planOf(
    { ...(PAIRS["a target group of an Auto Scaling group"] as Pair), parent: [address, before] },
    {},
  ) as { resource_changes: { address: string; change: object }[] };
  Object.assign(plan.resource_changes.find((it) => it.address === address)?.change ?? {}, {
    actions: ["create", "delete"],
    after: { ...before, name: "other" },
    after_unknown: { id: true },
  });
  expect(
    readTopology(plan).targetGroups.flatMap(({ registrations }) => registrations.map((it) => it.address)),
  ).toContain(address);
});
