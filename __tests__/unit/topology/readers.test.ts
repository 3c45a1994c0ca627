import { readDocument } from "../../../topology/document";
import { BALANCER, SECURITY_GROUP, SUBNET, TARGET, VPC } from "../../../topology/expected";
import { expressionsIn, referencesIn } from "../../../topology/expressions";
import { readTopology } from "../../../topology/topology";
import { longest, stepsOf } from "../../../topology/traversal";
import { UnreadableFile } from "../../../topology/unreadable-file";
import { Unknown } from "../../../topology/value";

/* Plans, states and synthesized files in the smallest form that shows one thing each. */

type Expressions = Record<string, unknown>;

interface Block {
  readonly expressions?: Expressions;
  /** One instance for each key; `undefined` for a block without count. */
  readonly keys?: readonly (string | number)[];
  readonly after?: Record<string, unknown>;
  /** Arguments that are known after apply. */
  readonly unknown?: readonly string[];
  readonly forEach?: unknown;
  readonly dependsOn?: readonly string[];
  readonly provider?: string;
}

interface Module {
  readonly blocks?: Record<string, Block>;
  readonly outputs?: Record<string, unknown>;
  readonly variables?: Record<string, unknown>;
  readonly calls?: Record<
    string,
    { readonly expressions?: Expressions; readonly keys?: readonly (string | number)[]; readonly module: Module }
  >;
}

const refs = (...references: string[]) => ({ references });
const constant = (value: unknown) => ({ constant_value: value });

/** A plan of these modules, as terraform would write it. */
function plan(root: Module, more: Record<string, unknown> = {}): Record<string, unknown> {
  const changes: unknown[] = [];
  const configured = configurationOf(root);
  instancesOf(root, "", changes);
  return {
    format_version: "1.2",
    terraform_version: "1.11.4",
    resource_changes: changes,
    configuration: { provider_config: {}, root_module: configured, ...((more.configuration as object) ?? {}) },
    ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== "configuration")),
  };
}

function configurationOf({ blocks = {}, outputs = {}, variables = {}, calls = {} }: Module): Record<string, unknown> {
  return {
    resources: Object.entries(blocks).map(([address, block]) => ({
      address,
      mode: "managed",
      type: address.split(".")[0],
      name: address.split(".")[1],
      provider_config_key: block.provider ?? "aws",
      expressions: block.expressions ?? {},
      ...(block.forEach !== undefined && { for_each_expression: block.forEach }),
      ...(block.dependsOn !== undefined && { depends_on: block.dependsOn }),
    })),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, expression]) => [name, { expression }])),
    variables,
    module_calls: Object.fromEntries(
      Object.entries(calls).map(([name, call]) => [
        name,
        { source: "./x", expressions: call.expressions ?? {}, module: configurationOf(call.module) },
      ]),
    ),
  };
}

function instancesOf({ blocks = {}, calls = {} }: Module, prefix: string, changes: unknown[]): void {
  for (const [address, block] of Object.entries(blocks)) {
    const [type, name] = address.split(".");
    const unknown = Object.fromEntries(
      (block.unknown ?? Object.keys(block.expressions ?? {})).map((key) => [key, true]),
    );
    for (const key of block.keys ?? [undefined]) {
      const index = key === undefined ? "" : `[${JSON.stringify(key)}]`;
      changes.push({
        address: `${prefix}${address}${index}`,
        ...(prefix !== "" && { module_address: prefix.slice(0, -1) }),
        mode: "managed",
        type,
        name,
        ...(key !== undefined && { index: key }),
        change: { actions: ["create"], before: null, after: block.after ?? {}, after_unknown: unknown },
      });
    }
  }
  for (const [name, call] of Object.entries(calls)) {
    for (const key of call.keys ?? [undefined])
      instancesOf(
        call.module,
        `${prefix}module.${name}${key === undefined ? "" : `[${JSON.stringify(key)}]`}.`,
        changes,
      );
  }
}

const VPC_BLOCK = { "aws_vpc.main": { after: { cidr_block: "10.0.0.0/16" } } };
const SUBNETS = { "aws_subnet.public": { keys: [0, 1] } };

describe("a plan's reference", () => {
  const list = (module: Module, type: string, name: string, expected = SUBNET, index = 0) =>
    readDocument(plan(module)).ofType(type)[index]?.fields.list(name, expected);
  const text = (module: Module, type: string, name: string, expected = SUBNET, index = 0) =>
    readDocument(plan(module)).ofType(type)[index]?.fields.text(name, expected);

  test("to an attribute stands for it as a symbol, and equal symbols are equal ids", () => {
    const source = readDocument(
      plan({
        blocks: { ...VPC_BLOCK, "aws_subnet.a": { expressions: { vpc_id: refs("aws_vpc.main.id", "aws_vpc.main") } } },
      }),
    );
    expect(source.ofType("aws_subnet")[0]?.fields.text("vpc_id", VPC)).toBe("${aws_vpc.main.id}");
    expect(source.ofType("aws_vpc")[0]?.identity("id")).toBe("${aws_vpc.main.id}");
  });

  test("to a splat names every instance, with the attribute that is expected", () => {
    expect(
      list(
        { blocks: { ...SUBNETS, "aws_lb.x": { expressions: { subnets: refs("aws_subnet.public") } } } },
        "aws_lb",
        "subnets",
      ),
    ).toEqual({ items: ["${aws_subnet.public[0].id}", "${aws_subnet.public[1].id}"] });
  });

  test.each([
    [0, "${aws_subnet.public[0].id}"],
    [1, "${aws_subnet.public[1].id}"],
    [2, "${aws_subnet.public[0].id}"],
  ])("by count.index takes the instance of the same index, and element() goes round: %i", (index, expected) => {
    expect(
      text(
        {
          blocks: {
            ...SUBNETS,
            "aws_instance.x": { keys: [0, 1, 2], expressions: { subnet_id: refs("aws_subnet.public", "count.index") } },
          },
        },
        "aws_instance",
        "subnet_id",
        SUBNET,
        index,
      ),
    ).toBe(expected);
  });

  test("by each.key takes the instance of the same key", () => {
    const module = {
      blocks: {
        "aws_subnet.s": { keys: ["a", "b"] },
        "aws_instance.x": { keys: ["a", "b"], expressions: { subnet_id: refs("aws_subnet.s", "each.key") } },
      },
    };
    expect(text(module, "aws_instance", "subnet_id", SUBNET, 1)).toBe('${aws_subnet.s["b"].id}');
  });

  test("by each.value of a map of resources takes each its own", () => {
    const module = {
      blocks: {
        "aws_instance.s": { keys: ["a", "b"] },
        "aws_lb_target_group_attachment.x": {
          keys: ["a", "b"],
          forEach: refs("aws_instance.s"),
          expressions: { target_id: refs("each.value.id", "each.value") },
        },
      },
    };
    expect(text(module, "aws_lb_target_group_attachment", "target_id", TARGET, 1)).toBe('${aws_instance.s["b"].id}');
  });

  test("by each.value of as many things as there are instances takes one each", () => {
    const module = {
      blocks: {
        "aws_instance.one": {},
        "aws_instance.two": {},
        "aws_lb_target_group_attachment.x": {
          keys: ["a", "b"],
          forEach: refs("aws_instance.one.id", "aws_instance.one", "aws_instance.two.id", "aws_instance.two"),
          expressions: { target_id: refs("each.value") },
        },
      },
    };
    expect([0, 1].map((index) => text(module, "aws_lb_target_group_attachment", "target_id", TARGET, index))).toEqual([
      "${aws_instance.one.id}",
      "${aws_instance.two.id}",
    ]);
  });

  test(
    "by each.value of as many things stays open where it matters who takes which, as the order of the keys is " +
      "not theirs",
    () => {
      const module = {
        blocks: {
          "aws_security_group.web": {},
          "aws_security_group.alb": {},
          "aws_security_group.bastion": {},
          "aws_security_group_rule.x": {
            keys: ["http", "ssh"],
            forEach: refs(
              "aws_security_group.bastion.id",
              "aws_security_group.bastion",
              "aws_security_group.alb.id",
              "aws_security_group.alb",
            ),
            expressions: { source_security_group_id: refs("each.value.from", "each.value") },
          },
        },
      };
      const document = plan(module);
      for (const change of document.resource_changes as { index?: string; change: { after: unknown } }[])
        if (change.index !== undefined) change.change.after = { from_port: change.index === "http" ? 80 : 22 };
      expect(
        readDocument(document)
          .ofType("aws_security_group_rule")[0]
          ?.fields.text("source_security_group_id", SECURITY_GROUP),
      ).toBeInstanceOf(Unknown);
    },
  );

  test.each([
    [
      "a splat output",
      refs("aws_subnet.public"),
      refs("module.net.out", "module.net"),
      ["${module.net.aws_subnet.public[0].id}", "${module.net.aws_subnet.public[1].id}"],
    ],
    [
      "one of a splat output",
      refs("aws_subnet.public"),
      refs("module.net.out[1]", "module.net.out", "module.net"),
      ["${module.net.aws_subnet.public[1].id}"],
    ],
    [
      "one of a written list",
      refs(
        "aws_subnet.public[1].id",
        "aws_subnet.public[1]",
        "aws_subnet.public",
        "aws_subnet.public[0].id",
        "aws_subnet.public[0]",
        "aws_subnet.public",
      ),
      refs("module.net.out[0]", "module.net.out", "module.net"),
      ["${module.net.aws_subnet.public[1].id}"],
    ],
    [
      "a resource as a whole",
      refs("aws_subnet.public[0]", "aws_subnet.public"),
      refs("module.net.out.id", "module.net.out", "module.net"),
      ["${module.net.aws_subnet.public[0].id}"],
    ],
  ])("to a module leads through %s", (_, output, subnets, expected) => {
    expect(
      list(
        {
          blocks: { "aws_lb.x": { expressions: { subnets } } },
          calls: { net: { module: { blocks: SUBNETS, outputs: { out: output } } } },
        },
        "aws_lb",
        "subnets",
      )?.items,
    ).toEqual(expected);
  });

  test("to a map output of a module takes the key's instance", () => {
    const module: Module = {
      blocks: { "aws_lb.x": { expressions: { subnets: refs('module.net.out["b"]', "module.net.out", "module.net") } } },
      calls: {
        net: { module: { blocks: { "aws_subnet.s": { keys: ["a", "b"] } }, outputs: { out: refs("aws_subnet.s") } } },
      },
    };
    expect(list(module, "aws_lb", "subnets")?.items).toEqual(['${module.net.aws_subnet.s["b"].id}']);
  });

  test("inside a module leads through its variable to the caller's resource", () => {
    const module: Module = {
      blocks: VPC_BLOCK,
      calls: {
        net: {
          expressions: { vpc: refs("aws_vpc.main.id", "aws_vpc.main") },
          module: { variables: { vpc: {} }, blocks: { "aws_subnet.a": { expressions: { vpc_id: refs("var.vpc") } } } },
        },
      },
    };
    expect(text(module, "aws_subnet", "vpc_id", VPC)).toBe("${aws_vpc.main.id}");
  });

  test("of a module with keys stays within its own instance", () => {
    const module: Module = {
      calls: {
        net: {
          keys: ["eu", "us"],
          module: {
            blocks: {
              ...VPC_BLOCK,
              "aws_subnet.a": { expressions: { vpc_id: refs("aws_vpc.main.id", "aws_vpc.main") } },
            },
          },
        },
      },
    };
    expect(text(module, "aws_subnet", "vpc_id", VPC, 1)).toBe('${module.net["us"].aws_vpc.main.id}');
  });

  test("to several blocks of subnets, some in one zone, may mean some of them only", () => {
    const block = (zones: readonly string[]) => ({ keys: [0, 1], zones });
    const blocks = {
      "aws_subnet.public": block(["a", "b"]),
      "aws_subnet.private": block(["a", "b"]),
      "aws_lb.x": { expressions: { subnets: refs("aws_subnet.public", "aws_subnet.private") } },
    };
    const document = plan({ blocks });
    for (const { type, index, change } of document.resource_changes as {
      type: string;
      index?: number;
      change: { after: unknown };
    }[])
      if (type === "aws_subnet") change.after = { availability_zone: index === 0 ? "a" : "b" };
    expect(readDocument(document).ofType("aws_lb")[0]?.fields.list("subnets", SUBNET)).toMatchObject({
      items: [],
      open: expect.any(Unknown) as Unknown,
    });
  });

  test("to a local is what it can only be in its module", () => {
    expect(
      text(
        { blocks: { ...VPC_BLOCK, "aws_subnet.a": { expressions: { vpc_id: refs("local.vpc_id") } } } },
        "aws_subnet",
        "vpc_id",
        VPC,
      ),
    ).toBe("${aws_vpc.main.id}");
  });

  test("to a local that can be one of two stays open, and names the local", () => {
    const open = text(
      {
        blocks: {
          ...VPC_BLOCK,
          "aws_vpc.other": {},
          "aws_subnet.a": { expressions: { vpc_id: refs("local.vpc_id") } },
        },
      },
      "aws_subnet",
      "vpc_id",
      VPC,
    );
    expect(open).toBeInstanceOf(Unknown);
    expect(open).toMatchObject({
      address: "aws_subnet.a",
      attribute: "vpc_id",
      why: expect.stringContaining("local.vpc_id") as string,
    });
  });

  test("in a condition that is known takes the side that holds", () => {
    const of = (value: boolean) =>
      plan(
        {
          blocks: {
            "aws_subnet.a": {},
            "aws_subnet.b": {},
            "aws_lb.x": {
              expressions: {
                subnets: refs("var.on", "aws_subnet.a.id", "aws_subnet.a", "aws_subnet.b.id", "aws_subnet.b"),
              },
            },
          },
        },
        { variables: { on: { value } } },
      );
    expect(
      [true, false].map((value) => readDocument(of(value)).ofType("aws_lb")[0]?.fields.list("subnets", SUBNET).items),
    ).toEqual([["${aws_subnet.a.id}"], ["${aws_subnet.b.id}"]]);
  });

  test("to itself, through outputs, ends, and stays open", () => {
    const module: Module = {
      blocks: { "aws_lb.x": { expressions: { subnets: refs("module.a.out", "module.a") } } },
      calls: {
        a: {
          expressions: { in: refs("module.a.out", "module.a") },
          module: { variables: { in: {} }, outputs: { out: refs("var.in") }, blocks: { "aws_subnet.s": {} } },
        },
      },
    };
    expect(list(module, "aws_lb", "subnets")).toMatchObject({ items: [], open: expect.any(Unknown) as Unknown });
  });

  test("to a data source that the plan has read is its value", () => {
    const source = readDocument(
      plan(
        { blocks: { "aws_lb.x": { expressions: { subnets: refs("data.aws_subnets.d.ids", "data.aws_subnets.d") } } } },
        {
          prior_state: {
            values: {
              root_module: {
                resources: [
                  {
                    address: "data.aws_subnets.d",
                    mode: "data",
                    type: "aws_subnets",
                    name: "d",
                    values: { ids: ["subnet-1", "subnet-2"] },
                  },
                ],
              },
            },
          },
        },
      ),
    );
    expect(source.ofType("aws_lb")[0]?.fields.list("subnets", SUBNET)).toEqual({ items: ["subnet-1", "subnet-2"] });
  });

  test("to a list of a data source that is not read yet is open", () => {
    const source = readDocument({
      data: { aws_subnets: { d: {} } },
      resource: { aws_lb: { x: { subnets: "${data.aws_subnets.d.ids}" } } },
    });
    expect(source.ofType("aws_lb")[0]?.fields.list("subnets", SUBNET)).toMatchObject({
      items: [],
      open: { attribute: "subnets" },
    });
  });
});

describe("a plan", () => {
  test("shows an argument that the configuration leaves out as not set, though it is unknown", () => {
    const topology = readTopology(
      plan({ blocks: { "aws_security_group.x": { unknown: ["egress", "ingress", "id"] } } }),
    );
    expect(topology.securityGroups[0]).toMatchObject({
      ingress: [],
      egress: [],
      hasInline: { ingress: false, egress: false },
    });
  });

  test("shows a dynamic block whose condition is unknown as one entirely unknown rule", () => {
    const document = plan({
      blocks: { "aws_security_group.x": { after: { egress: [{ description: "" }] }, unknown: [] } },
    });
    const [change] = document.resource_changes as { change: { after_unknown: unknown } }[];
    if (change !== undefined)
      change.change.after_unknown = { egress: [{ from_port: true, to_port: true, protocol: true, cidr_blocks: true }] };
    const [rule] = readTopology(document).securityGroups[0]?.egress ?? [];
    expect(rule).toMatchObject({
      protocol: expect.any(Unknown) as Unknown,
      fromPort: expect.any(Unknown) as Unknown,
      cidrs: { items: [], open: expect.any(Unknown) as Unknown },
    });
  });

  test("leaves out what is only destroyed and what was put aside", () => {
    const document = plan({ blocks: { "aws_vpc.a": {} } });
    const gone = { mode: "managed", type: "aws_vpc", name: "b" };
    (document.resource_changes as unknown[]).push(
      { ...gone, address: "aws_vpc.b", change: { actions: ["delete"], before: {}, after: null } },
      {
        ...gone,
        address: "aws_vpc.a",
        name: "a",
        deposed: "00000000",
        change: { actions: ["delete"], before: {}, after: {} },
      },
    );
    expect(readTopology(document).vpcs.map(({ address }) => address)).toEqual(["aws_vpc.a"]);
  });

  test("has the text of user data in its configuration, where the value is a hash", () => {
    const hash = "1661b1d5cbbca9929d1d286920528de1c323b36a";
    const of = (expression: unknown) =>
      readTopology(
        plan({
          blocks: {
            "aws_instance.x": { after: { user_data: hash }, unknown: [], expressions: { user_data: expression } },
          },
        }),
      ).servers[0]?.userData;
    expect(of(constant("#!/bin/sh\nnginx"))).toBe("#!/bin/sh\nnginx");
    expect(of(refs("var.script"))).toMatchObject({
      attribute: "user_data",
      why: expect.stringContaining("hash") as string,
    });
  });

  test.each([
    [
      "its provider's",
      { provider_config: { aws: { expressions: { region: constant("eu-west-1") } } } },
      {},
      "eu-west-1",
    ],
    [
      "that of a variable",
      { provider_config: { aws: { expressions: { region: refs("var.region") } } } },
      {},
      "eu-north-1",
    ],
    [
      "its own, as provider 6 allows",
      { provider_config: { aws: { expressions: { region: constant("eu-west-1") } } } },
      { region: "us-east-1" },
      "us-east-1",
    ],
    ["not set where only the environment says it", { provider_config: { aws: {} } }, {}, undefined],
  ])("determines a resource's region: %s", (_, configuration, after, expected) => {
    const document = plan(
      { blocks: { "aws_lb.x": { after, unknown: [] } } },
      { configuration, variables: { region: { value: "eu-north-1" } } },
    );
    expect(readTopology(document).balancers[0]?.region).toBe(expected);
  });

  test("knows old and new names of a resource type as one", () => {
    const topology = readTopology(
      plan({
        blocks: {
          "aws_alb.x": {},
          "aws_alb_listener.y": {
            after: { port: "80" },
            expressions: { load_balancer_arn: refs("aws_alb.x.id", "aws_alb.x") },
          },
        },
      }),
    );
    expect(topology.balancers[0]).toMatchObject({
      address: "aws_alb.x",
      listeners: [{ address: "aws_alb_listener.y", port: 80, protocol: "HTTP" }],
    });
  });

  test.each([
    [
      "the validation",
      refs("aws_acm_certificate_validation.v.certificate_arn", "aws_acm_certificate_validation.v"),
      undefined,
      "validation",
    ],
    [
      "the validation of a key, without the attribute in the plan",
      refs("aws_acm_certificate_validation.v", "each.key"),
      undefined,
      "validation",
    ],
    ["the certificate", refs("aws_acm_certificate.c.arn", "aws_acm_certificate.c"), undefined, "certificate"],
    [
      "the certificate, after waiting for the validation",
      refs("aws_acm_certificate.c.arn", "aws_acm_certificate.c"),
      ["aws_acm_certificate_validation.v"],
      "validation",
    ],
  ])("determines whether a listener takes %s", (_, certificate_arn, dependsOn, via) => {
    const topology = readTopology(
      plan({
        blocks: {
          "aws_lb.x": {},
          "aws_acm_certificate.c": {},
          "aws_acm_certificate_validation.v": {
            expressions: { certificate_arn: refs("aws_acm_certificate.c.arn", "aws_acm_certificate.c") },
          },
          "aws_lb_listener.y": {
            dependsOn,
            expressions: { load_balancer_arn: refs("aws_lb.x.arn", "aws_lb.x"), certificate_arn },
          },
        },
      }),
    );
    expect(topology.balancers[0]?.listeners[0]?.certificates).toEqual([
      { arn: "${aws_acm_certificate.c.arn}", address: "aws_lb_listener.y", via },
    ]);
  });

  test("distinguishes the main route table of a VPC from an associated one", () => {
    const topology = readTopology(
      plan({
        blocks: {
          ...VPC_BLOCK,
          "aws_internet_gateway.g": { expressions: { vpc_id: refs("aws_vpc.main.id", "aws_vpc.main") } },
          "aws_route.r": {
            after: { destination_cidr_block: "0.0.0.0/0" },
            expressions: {
              route_table_id: refs("aws_vpc.main.main_route_table_id", "aws_vpc.main"),
              gateway_id: refs("aws_internet_gateway.g.id", "aws_internet_gateway.g"),
            },
          },
          "aws_subnet.a": { expressions: { vpc_id: refs("aws_vpc.main.id", "aws_vpc.main") } },
        },
      }),
    );
    expect(topology.subnets[0]).toMatchObject({
      isAssociated: false,
      routeTable: {
        isMain: true,
        routes: [
          { destination: "0.0.0.0/0", target: { kind: "internet-gateway", id: "${aws_internet_gateway.g.id}" } },
        ],
      },
    });
  });
});

describe("a synthesized file", () => {
  test.each([
    ["${aws_lb.x.arn}", ["aws_lb.x.arn"]],
    ["a ${one} and ${two}", ["one", "two"]],
    ["$${not} ${yes}", ["yes"]],
    ['${f("}")}', ['f("}")']],
    ["${ {a = 1}.a }", [" {a = 1}.a "]],
    ["${open", []],
  ])("has the expressions of %p", (text, expected) => {
    expect(expressionsIn(text)).toEqual(expected);
  });

  test.each([
    ["aws_lb.x.arn", ["aws_lb.x.arn"]],
    ["aws_subnet.s[*].id", ["aws_subnet.s.id"]],
    ['aws_subnet.s["a"].id', ['aws_subnet.s["a"].id']],
    [
      '[for o in aws_acm_certificate.c.domain_validation_options : o.name if o.domain_name == "www.example.com"]',
      ["aws_acm_certificate.c.domain_validation_options"],
    ],
    ["concat(aws_subnet.a[*].id, [data.aws_subnet.b.id])", ["aws_subnet.a.id", "data.aws_subnet.b.id"]],
    ["1.5 + 2", []],
    ['"aws_lb.x.arn"', []],
  ])("has the references of %p", (expression, expected) => {
    expect(referencesIn(expression)).toEqual(expected);
  });

  test.each([
    ["a text", "10.0.0.0/24", "10.0.0.0/24"],
    ["a template of what is known", "${aws_vpc.v.cidr_block}", "10.0.0.0/16"],
    ["text around it", "x ${aws_vpc.v.cidr_block}", "x 10.0.0.0/16"],
    ["an escape", "$${HOME}", "${HOME}"],
    ["a local", "${local.cidr}", "10.1.0.0/16"],
    ["a variable's default", "${var.cidr}", "10.2.0.0/16"],
  ])("resolves %s", (_, value, expected) => {
    const source = readDocument({
      locals: { cidr: "10.1.0.0/16" },
      variable: { cidr: { default: "10.2.0.0/16" } },
      resource: { aws_vpc: { v: { cidr_block: "10.0.0.0/16" } }, aws_subnet: { s: { cidr_block: value } } },
    });
    expect(source.ofType("aws_subnet")[0]?.fields.text("cidr_block")).toBe(expected);
  });

  test.each(["${cidrsubnet(aws_vpc.v.cidr_block, 8, 1)}", "${local.made}", "x ${upper(aws_vpc.v.cidr_block)}"])(
    "leaves open what a function makes: %s",
    (value) => {
      const source = readDocument({
        locals: { made: "${cidrsubnet(aws_vpc.v.cidr_block, 8, 1)}" },
        resource: { aws_vpc: { v: { cidr_block: "10.0.0.0/16" } }, aws_subnet: { s: { cidr_block: value } } },
      });
      expect(source.ofType("aws_subnet")[0]?.fields.text("cidr_block")).toBeInstanceOf(Unknown);
    },
  );

  test("gives each index of a list of zones its own symbol", () => {
    const subnet = (index: number) => ({ availability_zone: `\${data.aws_availability_zones.z.names[${index}]}` });
    const zones = readTopology({
      data: { aws_availability_zones: { z: {} } },
      resource: { aws_subnet: { a: subnet(0), b: subnet(1), c: subnet(0) } },
    }).subnets.map(({ zone }) => zone);
    expect(zones).toEqual([
      "${data.aws_availability_zones.z.names.0}",
      "${data.aws_availability_zones.z.names.1}",
      "${data.aws_availability_zones.z.names.0}",
    ]);
  });

  test("has as many instances as its count says", () => {
    const source = readDocument({
      resource: { aws_subnet: { s: { count: 2 } }, aws_lb: { x: { subnets: "${aws_subnet.s[*].id}" } } },
    });
    expect(source.ofType("aws_lb")[0]?.fields.list("subnets", SUBNET).items).toEqual([
      "${aws_subnet.s[0].id}",
      "${aws_subnet.s[1].id}",
    ]);
  });
});

test("a synthesized block whose count is an expression may have more instances than one", () => {
  const source = readDocument({
    resource: { aws_subnet: { s: { count: "${var.n}" } }, aws_lb: { x: { subnets: "${aws_subnet.s[*].id}" } } },
  });
  expect(source.ofType("aws_lb")[0]?.fields.list("subnets", SUBNET)).toMatchObject({
    items: ["${aws_subnet.s.id}"],
    open: expect.any(Unknown) as Unknown,
  });
});

test("a subnet that may only be left is not excluded from what comes in", () => {
  const exclusion = (mode: string) =>
    readTopology({
      resource: {
        aws_vpc_block_public_access_options: { o: { internet_gateway_block_mode: "block-ingress" } },
        aws_vpc_block_public_access_exclusion: { e: { vpc_id: "vpc-1", internet_gateway_exclusion_mode: mode } },
      },
    }).blockPublicAccess[0]?.excluded.items;
  expect([exclusion("allow-bidirectional"), exclusion("allow-egress")]).toEqual([["vpc-1"], []]);
});

describe("a state", () => {
  const state = (...resources: unknown[]) => ({
    format_version: "1.0",
    terraform_version: "1.11.4",
    values: { root_module: { child_modules: [{ resources }] } },
  });

  test("matches by the ids that it holds, in modules at any depth", () => {
    const topology = readTopology(
      state(
        {
          address: "module.a.aws_lb.x",
          mode: "managed",
          type: "aws_lb",
          name: "x",
          values: {
            arn: "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/x/1",
            id: "i",
            security_groups: ["sg-1"],
          },
        },
        {
          address: "module.a.aws_lb_listener.y",
          mode: "managed",
          type: "aws_lb_listener",
          name: "y",
          values: {
            arn: "l",
            load_balancer_arn: "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/x/1",
            port: 443,
            protocol: "HTTPS",
          },
        },
      ),
    );
    expect(topology.balancers[0]).toMatchObject({
      region: "eu-west-1",
      securityGroupIds: { items: ["sg-1"] },
      listeners: [{ address: "module.a.aws_lb_listener.y" }],
    });
  });

  test("holds no user data but its hash", () => {
    const topology = readTopology(
      state({
        address: "aws_instance.x",
        mode: "managed",
        type: "aws_instance",
        name: "x",
        values: { id: "i-1", user_data: "1661b1d5cbbca9929d1d286920528de1c323b36a" },
      }),
    );
    expect(topology.servers[0]?.userData).toMatchObject({ why: expect.stringContaining("hash") as string });
  });

  test("says nothing of rules that stand in a group: the provider reads all of them back", () => {
    const rule = { from_port: 80, to_port: 80, protocol: "tcp", cidr_blocks: ["0.0.0.0/0"] };
    const topology = readTopology(
      state({
        address: "aws_security_group.x",
        mode: "managed",
        type: "aws_security_group",
        name: "x",
        values: { id: "sg-1", ingress: [rule] },
      }),
    );
    expect(topology.securityGroups[0]).toMatchObject({
      hasInline: { ingress: false, egress: false },
      ingress: [{ protocol: "tcp", fromPort: 80 }],
      egress: [],
    });
  });
});

describe("what is no plan, no state and no synthesized file", () => {
  test.each<[string, unknown, RegExp]>([
    ["a list", [], /this is a list/],
    ["a text", "x", /this is a string/],
    ["null", null, /this is null/],
    ["a number", 5, /this is a number/],
    ["other JSON", { name: "alb-web", version: "1" }, /the keys "name", "version"/],
    ["an empty object", {}, /no keys/],
    ["a state file itself", { version: 4, serial: 1, lineage: "x", resources: [] }, /terraform show -json/],
    ["a plan without its configuration", { format_version: "1.2", resource_changes: [] }, /no configuration/],
  ])("%s is refused in one sentence that says what was expected and what it is", (_, document, got) => {
    expect(() => readTopology(document)).toThrow(UnreadableFile);
    expect(() => readTopology(document)).toThrow(got);
    expect(() => readTopology(document)).toThrow(/^expected the output of `terraform show -json`[^\n]*\.$/);
  });

  test("an empty state is a state", () => {
    expect(readTopology({ format_version: "1.0" }).source).toBe("state");
  });
});

describe("a traversal", () => {
  test("is its steps", () => {
    expect(stepsOf('module.net["a.b"].public[0].id')).toEqual(["module", "net", "a.b", "public", 0, "id"]);
  });

  test("is the longest of those that Terraform names", () => {
    expect(longest(["aws_lb.x[0].arn", "aws_lb.x[0]", "aws_lb.x", "aws_lb.xy.arn", "aws_lb.xy"])).toEqual([
      "aws_lb.x[0].arn",
      "aws_lb.xy.arn",
    ]);
  });
});

test("every kind of id that a part can name is recognized by its literal form", () => {
  expect([
    VPC.literal.test("vpc-1"),
    SUBNET.literal.test("subnet-1"),
    SECURITY_GROUP.literal.test("sg-1"),
    BALANCER.literal.test("arn:aws:x"),
    TARGET.literal.test("10.0.0.1"),
  ]).toEqual([true, true, true, true, true]);
});
