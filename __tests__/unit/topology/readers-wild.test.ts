import { trace } from "../../../path/trace/trace";
import { readDocument } from "../../../topology/document";
import { SECURITY_GROUP, SUBNET, TARGET, TARGET_GROUP } from "../../../topology/expected";
import { readTopology } from "../../../topology/topology";
import { constant, handMadePlan, type PlannedModule, refs } from "../../support/hand-made-plan";

/* Shapes that public root modules have, each in the smallest plan that shows it. */

describe("count.index", () => {
  const SUBNETS: PlannedModule = {
    blocks: { "aws_subnet.public": { keys: ["a", "b"] } },
    outputs: { ids: refs("aws_subnet.public") },
  };
  const servers = (expression: object): PlannedModule => ({
    variables: { subnets: {}, others: {} },
    blocks: { "aws_instance.web": { keys: [0, 1, 2], expressions: { subnet_id: expression } } },
  });
  const subnetOf = (expression: object, index: number) =>
    readDocument(
      handMadePlan({
        calls: {
          net: { module: SUBNETS },
          web: {
            expressions: {
              subnets: refs("module.net.ids", "module.net"),
              others: refs("module.net.ids", "module.net"),
            },
            module: servers(expression),
          },
        },
      }),
    )
      .ofType("aws_instance")
      [index]?.fields.text("subnet_id", SUBNET);

  test.each([
    [0, "a"],
    [1, "b"],
    [2, "a"],
  ])("takes one of the list that a variable brings, round after round: %i", (index, key) => {
    expect(subnetOf(refs("var.subnets", "count.index"), index)).toBe(`\${module.net.aws_subnet.public["${key}"].id}`);
  });

  test("that may choose between two things stays open", () => {
    expect(subnetOf(refs("count.index", "var.subnets", "var.others"), 0)).toMatchObject({ attribute: "subnet_id" });
  });
});

describe("a block that count leaves out", () => {
  const GROUPS: PlannedModule = {
    blocks: {
      "aws_security_group.this": { keys: [0] },
      "aws_security_group.prefixed": { keys: [], count: constant(0) },
    },
    outputs: {
      id: refs(
        "aws_security_group.this[0].id",
        "aws_security_group.this[0]",
        "aws_security_group.this",
        "aws_security_group.prefixed[0].id",
        "aws_security_group.prefixed[0]",
        "aws_security_group.prefixed",
      ),
    },
  };
  const groupsOf = (calls: PlannedModule["calls"], more: object = {}) =>
    readDocument({
      ...handMadePlan({
        blocks: { "aws_lb.web": { expressions: { security_groups: refs("module.one.id", "module.one") } } },
        calls,
      }),
      ...more,
    })
      .ofType("aws_lb")[0]
      ?.fields.list("security_groups", SECURITY_GROUP);

  test("is none of those that an output chooses from", () => {
    expect(groupsOf({ one: { module: GROUPS } })).toEqual({ items: ["${module.one.aws_security_group.this[0].id}"] });
  });

  test("may be there all the same where the plan is of some targets only", () => {
    expect(groupsOf({ one: { module: GROUPS } }, { complete: false })?.open).toMatchObject({
      why: expect.stringContaining("aws_security_group.prefixed[0].id") as string,
    });
  });

  test("may be a whole module", () => {
    expect(
      groupsOf({
        one: {
          module: {
            outputs: {
              id: refs(
                "module.left_out[0].id",
                "module.left_out[0]",
                "module.left_out",
                "module.made.id",
                "module.made",
              ),
            },
            calls: { left_out: { count: constant(0), module: GROUPS, isMade: false }, made: { module: GROUPS } },
          },
        },
      }),
    ).toEqual({ items: ["${module.one.module.made.aws_security_group.this[0].id}"] });
  });
});

test("A module that makes nothing hands on what it is given", () => {
  const handing: PlannedModule = { variables: { ids: {} }, outputs: { same: refs("var.ids") } };
  const source = readDocument(
    handMadePlan({
      blocks: {
        "aws_subnet.public": { keys: [0, 1] },
        "aws_lb.web": { expressions: { subnets: refs("module.names.same", "module.names") } },
      },
      calls: { names: { expressions: { ids: refs("aws_subnet.public") }, module: handing } },
    }),
  );
  expect(source.ofType("aws_lb")[0]?.fields.list("subnets", SUBNET)).toEqual({
    items: ["${aws_subnet.public[0].id}", "${aws_subnet.public[1].id}"],
  });
});

describe("what a plan does not say stays open:", () => {
  const listOf = (type: string, argument: string, kind: typeof TARGET, blocks: PlannedModule["blocks"]) =>
    readDocument(handMadePlan({ blocks })).ofType(type)[0]?.fields.list(argument, kind);

  test("which one an instance looks up by a name of its own, however many there are", () => {
    const servers = { "aws_instance.app": { keys: ["a", "b"] } };
    const attachment = {
      keys: ["x", "y"],
      forEach: refs("local.attachments"),
      expressions: { target_id: refs("aws_instance.app", "each.value.server", "each.value") },
    };
    expect(
      listOf("aws_lb_target_group_attachment", "target_id", TARGET, {
        ...servers,
        "aws_lb_target_group_attachment.x": attachment,
      }),
    ).toMatchObject({ items: ['${aws_instance.app["a"].id}', '${aws_instance.app["b"].id}'] });
  });

  test("the blocks of a dynamic block within one that is written out", () => {
    const forward = [{ target_group: [{ weight: 1 }, { weight: 2 }], stickiness: [{ enabled: true, duration: 60 }] }];
    const listener = {
      after: { port: 80, protocol: "HTTP", default_action: [{ type: "forward", forward }] },
      unknown: {
        load_balancer_arn: true,
        default_action: [{ forward: [{ target_group: [{ arn: true }, { arn: true }], stickiness: [{}] }] }],
      },
      expressions: {
        load_balancer_arn: refs("aws_lb.web.arn", "aws_lb.web"),
        default_action: [
          {
            type: constant("forward"),
            forward: [{ stickiness: [{ enabled: constant(true), duration: constant(60) }] }],
          },
        ],
      },
    };
    const { balancers } = readTopology(
      handMadePlan({
        blocks: {
          "aws_lb.web": {},
          "aws_lb_listener.http": listener,
          "aws_lb_target_group.blue": {},
          "aws_lb_target_group.green": {},
        },
      }),
    );
    const [action] = balancers[0]?.listeners[0]?.defaultActions ?? [];
    expect(action).toMatchObject({
      type: "forward",
      targetGroups: [
        { arn: { why: expect.stringContaining("known after apply") as string } },
        { arn: { why: expect.stringContaining("known after apply") as string } },
      ],
    });
  });

  test("a local that is called by what it holds, however its name begins", () => {
    const blocks = {
      "aws_subnet.public": { keys: [0, 1] },
      "aws_subnet.other": { keys: [0, 1] },
      "aws_lb.web": {
        expressions: {
          subnets: refs("aws_subnet.public[0].id", "aws_subnet.public[0]", "aws_subnet.public", "local.env_subnets"),
        },
      },
    };
    expect(listOf("aws_lb", "subnets", SUBNET, blocks)).toMatchObject({
      items: ["${aws_subnet.public[0].id}"],
      open: { why: expect.stringContaining("local.env_subnets") as string },
    });
    const decided = {
      ...blocks,
      "aws_lb.web": {
        expressions: {
          subnets: refs("aws_subnet.public[0].id", "aws_subnet.public[0]", "aws_subnet.public", "local.env_name"),
        },
      },
    };
    expect(listOf("aws_lb", "subnets", SUBNET, decided)).toEqual({ items: ["${aws_subnet.public[0].id}"] });
  });

  test("which of several certificates a record validates that all of them wait for", () => {
    const certificates = {
      keys: ["one", "two"],
      forEach: refs("local.sites"),
      after: { validation_method: "DNS" },
      expressions: { domain_name: refs("each.value") },
      unknown: { domain_name: true },
    };
    const records = {
      keys: ["a.example.com", "b.example.org"],
      forEach: refs("local.records"),
      after: { type: "CNAME" },
      expressions: { name: refs("each.value.name", "each.value"), records: refs("each.value.value", "each.value") },
    };
    const validations = {
      keys: ["one", "two"],
      forEach: refs("aws_acm_certificate.site"),
      expressions: {
        certificate_arn: refs("each.value.arn", "each.value"),
        validation_record_fqdns: refs("aws_route53_record.validation"),
      },
    };
    const { records: read } = readTopology(
      handMadePlan({
        blocks: {
          "aws_acm_certificate.site": certificates,
          "aws_route53_record.validation": records,
          "aws_acm_certificate_validation.site": validations,
        },
      }),
    );
    for (const { validates } of read)
      expect(validates.map(({ certificate }) => certificate)).toEqual([
        'aws_acm_certificate.site["one"]',
        'aws_acm_certificate.site["two"]',
      ]);
  });
});

describe("an instance's groups by their names", () => {
  const serverOf = (blocks: PlannedModule["blocks"]) =>
    readTopology(
      handMadePlan({
        blocks: { "aws_instance.web": { after: { ami: "ami-1", security_groups: ["web"] } }, ...blocks },
      }),
    ).servers[0];

  test("are the groups of the file", () => {
    expect(serverOf({ "aws_security_group.web": { after: { name: "web" } } })?.securityGroupIds).toEqual({
      items: ["${aws_security_group.web.id}"],
    });
  });

  test("are the groups of the file where the name is known after apply", () => {
    const web = {
      "aws_instance.web": {
        after: { ami: "ami-1" },
        expressions: { security_groups: refs("aws_security_group.web.name", "aws_security_group.web") },
      },
    };
    expect(serverOf({ "aws_security_group.web": { unknown: { name: true } }, ...web })?.securityGroupIds).toEqual({
      items: ["${aws_security_group.web.id}"],
    });
  });

  test("stay names where two have that name", () => {
    expect(
      serverOf({
        "aws_security_group.web": { after: { name: "web" } },
        "aws_security_group.other": { after: { name: "web" } },
      })?.securityGroupIds,
    ).toEqual({ items: ["web"] });
  });
});

describe("the subnets of the default VPC, read as a list", () => {
  const filter = (name: string, ...values: string[]) => ({ name, values });
  const read = (list: object, vpc: object = {}) =>
    readTopology(
      handMadePlan(
        {},
        {
          "aws_vpc.default": { id: "vpc-1", default: true, main_route_table_id: "rtb-1", ...vpc },
          "aws_subnets.default": { ids: ["subnet-1", "subnet-2"], filter: [filter("vpc-id", "vpc-1")], ...list },
        },
      ),
    );

  test("are public subnets, each in a zone of its own", () => {
    const { subnets } = read({});
    expect(subnets).toEqual([
      expect.objectContaining({ id: "subnet-1", vpcId: "vpc-1", isData: true, mapPublicIp: true }),
      expect.objectContaining({ id: "subnet-2" }),
    ]);
    expect(new Set(subnets.map(({ zone }) => zone)).size).toBe(2);
    expect(subnets[0]?.routeTable).toMatchObject({
      routes: [{ destination: "0.0.0.0/0", target: { kind: "internet-gateway" } }],
    });
  });

  test.each([
    ["of another VPC", {}, { default: false }],
    ["that are chosen by their tags", { tags: { tier: "web" } }, {}],
    [
      "that are chosen by more than their zone",
      { filter: [filter("vpc-id", "vpc-1"), filter("map-public-ip-on-launch", "false")] },
      {},
    ],
    ["of no VPC in particular", { filter: [] }, {}],
  ])("%s may be anything", (_, list, vpc) => {
    expect(read(list, vpc).subnets).toEqual([]);
  });

  test("that the file reads one by one are what it reads", () => {
    const { byId } = readTopology(
      handMadePlan(
        {},
        {
          "aws_vpc.default": { id: "vpc-1", default: true },
          "aws_subnets.default": { ids: ["subnet-1"], filter: [filter("vpc-id", "vpc-1")] },
          "aws_subnet.one": { id: "subnet-1", vpc_id: "vpc-1", availability_zone: "us-east-1a" },
        },
      ),
    );
    expect(byId.subnet("subnet-1")).toMatchObject({ address: "data.aws_subnet.one", zone: "us-east-1a" });
  });
});

test("An index after a single identity belongs to the list that a variable made of it", () => {
  const groups: PlannedModule = {
    blocks: { "aws_lb_target_group.this": {} },
    outputs: { arn: refs("aws_lb_target_group.this.arn", "aws_lb_target_group.this") },
  };
  const servers: PlannedModule = {
    variables: { arns: {} },
    blocks: { "aws_autoscaling_group.web": { expressions: { target_group_arns: refs("var.arns[0]", "var.arns") } } },
  };
  const source = readDocument(
    handMadePlan({
      calls: {
        alb: { module: groups },
        web: { expressions: { arns: refs("module.alb.arn", "module.alb") }, module: servers },
      },
    }),
  );
  expect(source.ofType("aws_autoscaling_group")[0]?.fields.list("target_group_arns", TARGET_GROUP)).toEqual({
    items: ["${module.alb.aws_lb_target_group.this.arn}"],
  });
});

describe("a block of subnets by count", () => {
  const listOf = (type: string, argument: string, zones: readonly string[]) =>
    readDocument({
      ...handMadePlan({ blocks: { [`${type}.web`]: { expressions: { [argument]: refs("aws_subnet.all") } } } }),
      resource_changes: [
        {
          address: `${type}.web`,
          mode: "managed",
          type,
          name: "web",
          change: { actions: ["create"], after: {}, after_unknown: { [argument]: true } },
        },
        ...zones.map((zone, index) => ({
          address: `aws_subnet.all[${index}]`,
          mode: "managed",
          type: "aws_subnet",
          name: "all",
          index,
          change: { actions: ["create"], after: { availability_zone: zone }, after_unknown: {} },
        })),
      ],
    })
      .ofType(type)[0]
      ?.fields.list(argument, SUBNET);

  test.each([
    ["of several tiers may be meant in part by a load balancer", "aws_lb", "subnets", ["a", "b", "a", "b"], 0, true],
    [
      "of several tiers is meant as a whole by machines",
      "aws_autoscaling_group",
      "vpc_zone_identifier",
      ["a", "b", "a", "b"],
      4,
      false,
    ],
    ["with one in each zone is meant as a whole", "aws_lb", "subnets", ["a", "b"], 2, false],
    ["in one zone is meant as a whole, as no part of it is right either", "aws_lb", "subnets", ["a", "a"], 2, false],
  ] as const)("%s", (_, type, argument, zones, count, isOpen) => {
    const list = listOf(type, argument, zones);
    expect([list?.items.length, list?.open !== undefined]).toEqual([count, isOpen]);
  });
});

describe("one of a block of subnets, nobody knows which", () => {
  const topologyOf = ({
    zones,
    associated,
    balancers = zones,
  }: {
    zones: readonly string[];
    associated: readonly number[];
    balancers?: readonly string[];
  }) => {
    const resource = (type: string, name: string, after: object, index?: number) => ({
      address: `${type}.${name}${index === undefined ? "" : `[${index}]`}`,
      mode: "managed",
      type,
      name,
      ...(index !== undefined && { index }),
      change: { actions: ["create"], after, after_unknown: {} },
    });
    const plan = handMadePlan({
      blocks: {
        "aws_nat_gateway.nat": { expressions: { subnet_id: refs("aws_subnet.all") } },
        "aws_instance.web": { after: { ami: "ami-1" }, expressions: { subnet_id: refs("aws_subnet.all") } },
        "aws_route_table_association.all": {
          keys: associated,
          expressions: {
            subnet_id: refs("aws_subnet.all", "count.index"),
            route_table_id: refs("aws_route_table.out.id", "aws_route_table.out"),
          },
        },
      },
    });
    return readTopology({
      ...plan,
      resource_changes: [
        ...(plan.resource_changes as object[]),
        resource("aws_vpc", "main", { id: "vpc-1" }),
        resource("aws_route_table", "out", { id: "rtb-1", vpc_id: "vpc-1" }),
        ...zones.map((zone, index) =>
          resource("aws_subnet", "all", { id: `subnet-${index}`, vpc_id: "vpc-1", availability_zone: zone }, index),
        ),
        resource("aws_lb", "web", {
          subnets: zones.flatMap((zone, index) => (balancers.includes(zone) ? [`subnet-${index}`] : [])),
        }),
      ],
    });
  };

  test("is the first where the way is the same through all", () => {
    const { gateways, servers } = topologyOf({ zones: ["a", "b"], associated: [0, 1] });
    expect([gateways[0]?.subnetId, servers[0]?.subnetIds]).toEqual(["subnet-0", { items: ["subnet-0"] }]);
  });

  test("stays open where the way is not the same", () => {
    const { gateways, servers } = topologyOf({ zones: ["a", "b"], associated: [0] });
    expect(gateways[0]?.subnetId).toMatchObject({ among: ["subnet-0", "subnet-1"] });
    expect(servers[0]?.subnetIds).toMatchObject({ items: [], open: { attribute: "subnet_id" } });
  });

  test("stays open for a machine that may be where the load balancer is not", () => {
    expect(
      topologyOf({ zones: ["a", "b", "c"], associated: [0, 1, 2], balancers: ["a", "b"] }).servers[0]?.subnetIds,
    ).toMatchObject({ items: [], open: { attribute: "subnet_id" } });
  });
});

describe("a condition that is known", () => {
  const groupsOf = (references: readonly string[]) =>
    readDocument({
      ...handMadePlan({
        blocks: {
          "aws_security_group.own": {},
          "aws_security_group.given": {},
          "aws_lb.web": { expressions: { security_groups: refs(...references) } },
        },
      }),
      variables: { own: { value: true } },
    })
      .ofType("aws_lb")[0]
      ?.fields.list("security_groups", SECURITY_GROUP).items;
  const OWN = ["aws_security_group.own.id", "aws_security_group.own"];
  const GIVEN = ["aws_security_group.given.id", "aws_security_group.given"];

  test("takes the side that holds", () => {
    expect(groupsOf(["var.own", ...OWN, ...GIVEN])).toEqual(["${aws_security_group.own.id}"]);
  });

  test("takes both where one of them is on both sides", () => {
    expect(groupsOf(["var.own", ...OWN, ...GIVEN, ...GIVEN])).toEqual([
      "${aws_security_group.own.id}",
      "${aws_security_group.given.id}",
    ]);
  });
});

describe("an argument by a variable that is null", () => {
  const balancerOf = (value: unknown) =>
    readTopology({
      ...handMadePlan({
        variables: { internal: {} },
        blocks: {
          "aws_lb.web": { expressions: { internal: refs("var.internal"), security_groups: refs("var.groups") } },
        },
      }),
      variables: { internal: { value }, groups: { value: null } },
    }).balancers[0];

  test("is not set, so that the provider's default counts", () => {
    expect(balancerOf(null)).toMatchObject({ isInternal: false, hasSecurityGroups: false });
  });

  test("stays open where the variable has no value", () => {
    expect(
      readTopology(
        handMadePlan({
          variables: { internal: {} },
          blocks: { "aws_lb.web": { expressions: { internal: refs("var.internal") } } },
        }),
      ).balancers[0]?.isInternal,
    ).toMatchObject({ attribute: "internal" });
  });
});

test("What a module waits for, all that it makes waits for", () => {
  const inner: PlannedModule = { blocks: { "aws_lb_listener.https": {} } };
  const source = readDocument(
    handMadePlan({
      calls: {
        site: {
          dependsOn: ["terraform_data.issued"],
          module: { calls: { alb: { dependsOn: ["module.network"], module: inner } } },
        },
      },
    }),
  );
  expect(source.ofType("aws_lb_listener")[0]?.dependsOn).toEqual(["module.network", "terraform_data.issued"]);
});

describe("a record whose name only a local has", () => {
  const recordOf = (names: readonly string[]) =>
    readTopology(
      handMadePlan({
        blocks: {
          "aws_acm_certificate.site": {
            after: { domain_name: names[0], subject_alternative_names: names, validation_method: "DNS" },
          },
          "aws_route53_record.validation": {
            keys: [0],
            expressions: { name: refs("local.domains", "count.index") },
            after: { zone_id: "Z1" },
          },
          "aws_acm_certificate_validation.site": {
            expressions: {
              certificate_arn: refs("aws_acm_certificate.site.arn", "aws_acm_certificate.site"),
              validation_record_fqdns: refs("aws_route53_record.validation"),
            },
          },
        },
      }),
    ).records[0];

  test("validates the certificate whose validation waits for it", () => {
    expect(recordOf(["example.com", "*.example.com"])?.validates).toEqual([
      { certificate: "aws_acm_certificate.site", domain: "example.com" },
    ]);
  });

  test("may be for any of several names", () => {
    expect(recordOf(["example.com", "www.example.com"])?.validates).toEqual([
      { certificate: "aws_acm_certificate.site", domain: expect.objectContaining({ attribute: "name" }) as object },
    ]);
  });
});

describe("attachments that a module makes of a local", () => {
  const attached = (after: object) => {
    const alb: PlannedModule = {
      variables: { targets: {} },
      blocks: {
        "aws_lb_target_group_attachment.this": {
          keys: ["0.a", "0.b"],
          after: { port: 80 },
          forEach: refs("local.attachments"),
          expressions: { target_id: refs("each.value.target_id", "each.value") },
        },
      },
    };
    const plan = handMadePlan({
      blocks: { "aws_instance.one": {}, "aws_instance.two": {} },
      calls: {
        alb: {
          expressions: {
            targets: refs("aws_instance.one.id", "aws_instance.one", "aws_instance.two.id", "aws_instance.two"),
          },
          module: alb,
        },
      },
    });
    const changes = (plan.resource_changes as { address: string; change: { after: object } }[]).map((it) =>
      it.address.endsWith('["0.b"]') ? { ...it, change: { ...it.change, after } } : it,
    );
    return readDocument({ ...plan, resource_changes: changes })
      .ofType("aws_lb_target_group_attachment")
      .map(({ fields }) => fields.text("target_id", TARGET));
  };

  test("have one each of as many targets", () => {
    expect(attached({ port: 80 })).toEqual(["${aws_instance.one.id}", "${aws_instance.two.id}"]);
  });

  test("stay open where it matters which has which", () => {
    expect(attached({ port: 8080 })).toEqual([
      expect.objectContaining({ attribute: "target_id" }),
      expect.objectContaining({ attribute: "target_id" }),
    ]);
  });
});

test("That the default VPC is as AWS made it is assumed, and said", () => {
  const plan = handMadePlan(
    { blocks: { "aws_lb.web": { after: { subnets: ["subnet-1", "subnet-2"] } } } },
    {
      "aws_vpc.default": { id: "vpc-1", default: true, main_route_table_id: "rtb-1" },
      "aws_subnets.default": { ids: ["subnet-1", "subnet-2"], filter: [{ name: "vpc-id", values: ["vpc-1"] }] },
    },
  );
  expect(trace(plan).assumed).toContainEqual({
    hop: "listener",
    address: "data.aws_vpc.default",
    text: expect.stringContaining("as AWS creates it") as string,
  });
});

test("What two instances of a block lack is added under two names", () => {
  const plan = handMadePlan({
    blocks: {
      "aws_vpc.main": {},
      "aws_internet_gateway.out": { expressions: { vpc_id: refs("aws_vpc.main.id", "aws_vpc.main") } },
      "aws_route_table.public": { expressions: { vpc_id: refs("aws_vpc.main.id", "aws_vpc.main") } },
      "aws_route.out": {
        after: { destination_cidr_block: "0.0.0.0/0" },
        expressions: {
          route_table_id: refs("aws_route_table.public.id", "aws_route_table.public"),
          gateway_id: refs("aws_internet_gateway.out.id", "aws_internet_gateway.out"),
        },
      },
      "aws_subnet.public": { keys: [0, 1], expressions: { vpc_id: refs("aws_vpc.main.id", "aws_vpc.main") } },
      "aws_lb.web": { expressions: { subnets: refs("aws_subnet.public") } },
    },
  });
  const added = trace(plan)
    .findings.filter(({ id }) => id === "P45")
    .flatMap(({ fix }) => fix.edits)
    .flatMap((edit) => ("add" in edit ? [edit.name] : []));
  expect(added).toEqual(["public_0_public", "public_1_public"]);
});

describe("a machine that names no subnet", () => {
  const serverOf = (balancerIn: readonly string[], filters: readonly string[] = ["vpc-id"]) =>
    readTopology(
      handMadePlan(
        {
          blocks: { "aws_instance.web": { after: { ami: "ami-1" } }, "aws_lb.web": { after: { subnets: balancerIn } } },
        },
        {
          "aws_vpc.default": { id: "vpc-1", default: true, main_route_table_id: "rtb-1" },
          "aws_subnets.default": {
            ids: ["subnet-1", "subnet-2"],
            filter: filters.map((name) => ({ name, values: name === "vpc-id" ? ["vpc-1"] : ["us-east-1a"] })),
          },
        },
      ),
    ).servers[0]?.subnetIds;

  test("is in any one of the default subnets if the load balancer is in all of them", () => {
    expect(serverOf(["subnet-1", "subnet-2"])).toEqual({ items: ["subnet-1"] });
  });

  test("may be where the load balancer is not", () => {
    expect(serverOf(["subnet-1"])).toMatchObject({ items: [], open: { why: "AWS chooses the subnet" } });
  });

  test("may be in a default subnet that the file does not read", () => {
    expect(serverOf(["subnet-1", "subnet-2"], ["vpc-id", "availability-zone"])).toEqual({ items: [] });
  });
});
