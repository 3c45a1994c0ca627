import type { TraceReport } from "../../../../path/report";
import { review } from "../../../../path/review/review";
import { trace } from "../../../../path/trace/trace";
import { moduleOf } from "../../../../topology/addresses";
import { autoScalingStack } from "../../../mutants/auto-scaling-base";
import { handMadePlan } from "../../../support/hand-made-plan";
import { created, destroyed, type Planned, planOf, replaced, SITE, type Values } from "../../../support/standing-site";

/*
 * P49 and P69 to P75: two resources that write one thing. The mutants show that each is found in a new site; here stand
 * plans of a site that stands.
 */

type Site = Readonly<Record<string, Values>>;

const reported = ({ findings }: TraceReport): string[] =>
  findings
    .filter(({ id }) => id === "P49" || /^P(69|7\d)$/.test(id))
    .map(({ id, severity, address }) => `${id} ${severity} ${address}`);
const traced = (changes: Readonly<Record<string, Planned>>, site: Site = SITE): TraceReport =>
  trace(planOf(changes, site));
const reviewed = (changes: Readonly<Record<string, Planned>>, site: Site = SITE) =>
  review(planOf(changes, site)).report;
/** A plan with the arguments that the configuration names, by address. */
function configured(
  plan: Record<string, unknown>,
  expressions: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Record<string, unknown> {
  const { configuration } = plan as { configuration: { root_module: { resources: { address: string }[] } } };
  const resources = configuration.root_module.resources.map((it) => ({
    ...it,
    expressions: expressions[it.address] ?? {},
  }));
  return { ...plan, configuration: { ...configuration, root_module: { resources } } };
}

/** A plan in which the module's part of an address is no part of its type. */
function withModules(plan: Record<string, unknown>): Record<string, unknown> {
  const inModule = (it: { address: string }) => {
    const module = moduleOf(it.address);
    const [type, name] = it.address.slice(module.length).replace(/^\./, "").split(".");
    return module === "" ? it : { ...it, module_address: module, type, name };
  };
  const { resource_changes, prior_state } = plan as {
    resource_changes: { address: string }[];
    prior_state: { values: { root_module: { resources: { address: string }[] } } };
  };
  return {
    ...plan,
    resource_changes: resource_changes.map(inModule),
    prior_state: { values: { root_module: { resources: prior_state.values.root_module.resources.map(inModule) } } },
  };
}

const ZONE = "Z1";
const alias = SITE["aws_route53_record.www"]?.alias;
const record = (values: Values): Planned => ({
  ...created({ zone_id: ZONE, name: "www.example.com", type: "A", alias, ...values }),
  open: ["id", "fqdn"],
});
const weighted = (set: string, weight = 10): Values => ({ set_identifier: set, weighted_routing_policy: [{ weight }] });

describe("records of one name (P69)", () => {
  test.each<[what: string, changes: Readonly<Record<string, Planned>>, addresses: readonly string[]]>([
    ["a record of the name of one that stands", { "aws_route53_record.more": record({}) }, ["aws_route53_record.more"]],
    [
      "a name that Route 53 completes",
      { "aws_route53_record.more": record({ name: "www" }) },
      ["aws_route53_record.more"],
    ],
    [
      "a weighted record next to a simple one",
      { "aws_route53_record.more": record(weighted("blue")) },
      ["aws_route53_record.more"],
    ],
    [
      "two weighted records of one identifier",
      {
        "aws_route53_record.a": record({ name: "x.example.com", ...weighted("blue") }),
        "aws_route53_record.b": record({ name: "x.example.com", ...weighted("blue") }),
      },
      ["aws_route53_record.b"],
    ],
    [
      "two routing policies",
      {
        "aws_route53_record.a": record({ name: "x.example.com", ...weighted("blue") }),
        "aws_route53_record.b": record({
          name: "x.example.com",
          set_identifier: "eu",
          latency_routing_policy: [{ region: "eu-west-1" }],
        }),
      },
      ["aws_route53_record.b"],
    ],
    [
      "a CNAME next to an address",
      { "aws_route53_record.more": record({ type: "CNAME", alias: [], ttl: 60, records: ["x.example.net"] }) },
      ["aws_route53_record.more"],
    ],
    [
      "two weighted records",
      {
        "aws_route53_record.a": record({ name: "x.example.com", ...weighted("blue") }),
        "aws_route53_record.b": record({ name: "x.example.com", ...weighted("green") }),
      },
      [],
    ],
    [
      "two answers of a multivalue name",
      {
        "aws_route53_record.a": record({
          name: "x.example.com",
          set_identifier: "a",
          multivalue_answer_routing_policy: true,
        }),
        "aws_route53_record.b": record({
          name: "x.example.com",
          set_identifier: "b",
          multivalue_answer_routing_policy: true,
        }),
      },
      [],
    ],
    ["another type", { "aws_route53_record.more": record({ type: "AAAA" }) }, []],
    ["another zone", { "aws_route53_record.more": record({ zone_id: "Z2" }) }, []],
    ["one that may overwrite", { "aws_route53_record.more": record({ allow_overwrite: true }) }, []],
    ["a change of the one that stands", { "aws_route53_record.www": { set: { ttl: 5 } } }, []],
  ])("%s", (_, changes, addresses) => {
    expect(reported(traced(changes))).toEqual(addresses.map((it) => `P69 error ${it}`));
    expect(
      reviewed(changes)
        .causes.filter(({ effect }) => effect === "fails")
        .map(({ address }) => address),
    ).toEqual(addresses);
  });

  test("are no finding where both stand already, as one overwrote the other", () => {
    expect(
      reported(
        traced(
          { "aws_lb.web": { set: { idle_timeout: 70 } } },
          { ...SITE, "aws_route53_record.more": { ...SITE["aws_route53_record.www"] } },
        ),
      ),
    ).toEqual([]);
  });

  test("are the same record for a name that stands validated, whatever certificate asks for it", () => {
    const fqdn = "_0123456789abcdef0123456789abcdef.www.example.com";
    const validation = record({ name: fqdn, type: "CNAME", alias: [], ttl: 60, records: ["_1.acm-validations.aws."] });
    expect(reported(traced({ "aws_route53_record.v1": validation, "aws_route53_record.v2": validation }))).toEqual([
      "P69 error aws_route53_record.v1",
      "P69 error aws_route53_record.v2",
    ]);
  });
});

describe("a validation record whose name is known after the apply only (P69)", () => {
  const fresh: Planned = {
    ...created({ domain_name: "*.www.example.com", validation_method: "DNS" }),
    open: ["id", "arn", "domain_validation_options", "subject_alternative_names"],
  };
  const validation: Planned = {
    ...created({ zone_id: ZONE, ttl: 60, alias: [] }),
    open: ["id", "fqdn", "name", "type", "records"],
  };
  const plan = (more: Values = {}) =>
    configured(
      planOf({
        "aws_acm_certificate.more": fresh,
        "aws_route53_record.more": { ...validation, set: { ...validation.set, ...more } },
      }),
      {
        "aws_route53_record.more": Object.fromEntries(
          ["name", "type", "records"].map((it) => [
            it,
            { references: ["aws_acm_certificate.more.domain_validation_options", "aws_acm_certificate.more"] },
          ]),
        ),
      },
    );

  test("is that of another certificate's name, which stands", () => {
    expect(reported(trace(plan()))).toEqual(["P69 error aws_route53_record.more"]);
    expect(review(plan()).report.effect).toBe("fails");
  });

  test("may overwrite that", () => {
    expect(reported(trace(plan({ allow_overwrite: true })))).toEqual([]);
  });
});

describe("a rule that stands in its group already (P72)", () => {
  const { "aws_vpc_security_group_ingress_rule.web": _, ...rest } = SITE;
  const inside = {
    from_port: 80,
    to_port: 80,
    protocol: "tcp",
    cidr_blocks: ["10.0.0.0/8", "192.168.0.0/16"],
    ipv6_cidr_blocks: [],
    prefix_list_ids: [],
    security_groups: ["sg-alb"],
    self: true,
    description: "",
  };
  const site: Site = { ...rest, "aws_security_group.web": { ...SITE["aws_security_group.web"], ingress: [inside] } };
  const classic = (values: Values): Planned =>
    created({ security_group_id: "sg-web", type: "ingress", protocol: "tcp", from_port: 80, to_port: 80, ...values });
  const single = (values: Values): Planned =>
    created({ security_group_id: "sg-web", ip_protocol: "6", from_port: 80, to_port: 80, ...values });

  test.each<[what: string, address: string, planned: Planned, id: string]>([
    [
      "a CIDR block",
      "aws_security_group_rule.new",
      classic({ cidr_blocks: ["10.0.0.0/8"] }),
      "sg-web_ingress_tcp_80_80_10.0.0.0/8",
    ],
    [
      "two CIDR blocks",
      "aws_security_group_rule.new",
      classic({ cidr_blocks: ["10.0.0.0/8", "192.168.0.0/16"] }),
      "sg-web_ingress_tcp_80_80_10.0.0.0/8_192.168.0.0/16",
    ],
    [
      "another group",
      "aws_security_group_rule.new",
      classic({ source_security_group_id: "sg-alb" }),
      "sg-web_ingress_tcp_80_80_sg-alb",
    ],
    ["itself", "aws_security_group_rule.new", classic({ self: true }), "sg-web_ingress_tcp_80_80_self"],
    [
      "a group with its account's number",
      "aws_vpc_security_group_ingress_rule.new",
      single({ referenced_security_group_id: "123456789012/sg-alb" }),
      "sgr-…",
    ],
  ])("%s", (_what, address, planned, id) => {
    const { findings } = traced({ [address]: planned }, site);
    expect(
      findings
        .filter(({ id: rule }) => rule === "P72")
        .map(
          (it) =>
            `${it.address}: ${
              it.fix.hcl
                .split("\n")
                .find((line) => line.startsWith("  id"))
                ?.trim() ?? ""
            }`,
        ),
    ).toEqual([`${address}: id = "${id}"`]);
    expect(reviewed({ [address]: planned }, site)).toMatchObject({
      effect: "fails",
      summary: "Apply will fail: the security group already has this rule.",
    });
  });

  test.each<[what: string, changes: Readonly<Record<string, Planned>>]>([
    ["other ports", { "aws_security_group_rule.new": classic({ cidr_blocks: ["10.0.0.0/8"], to_port: 81 }) }],
    [
      "the other direction",
      { "aws_security_group_rule.new": classic({ cidr_blocks: ["10.0.0.0/8"], type: "egress" }) },
    ],
    ["another source", { "aws_security_group_rule.new": classic({ cidr_blocks: ["10.1.0.0/16"] }) }],
    [
      "what the same apply takes out of the group",
      {
        "aws_security_group_rule.new": classic({ cidr_blocks: ["10.0.0.0/8"] }),
        "aws_security_group.web": { set: { ingress: [] } },
      },
    ],
    [
      "an import",
      {
        "aws_security_group_rule.new": {
          ...classic({ cidr_blocks: ["10.0.0.0/8"] }),
          actions: ["no-op"],
          more: { importing: { id: "x" } },
        },
      },
    ],
  ])("is none for %s", (_what, changes) => {
    expect(reported(traced(changes, site))).toEqual([]);
  });
});

describe("two rules that are one (P72)", () => {
  const rule: Values = {
    security_group_id: "sg-web",
    ip_protocol: "tcp",
    from_port: 9000,
    to_port: 9000,
    cidr_ipv4: "10.0.0.0/8",
  };
  test("are reported at the later one, whatever their kind and description", () => {
    const changes = {
      "aws_vpc_security_group_ingress_rule.a": created(rule),
      "aws_security_group_rule.b": created({
        security_group_id: "sg-web",
        type: "ingress",
        protocol: "tcp",
        from_port: 9000,
        to_port: 9000,
        cidr_blocks: ["10.0.0.0/8"],
        description: "x",
      }),
    };
    expect(reported(traced(changes))).toHaveLength(1);
    expect(reviewed(changes).effect).toBe("fails");
  });
  test("are none where they stand already", () => {
    expect(
      reported(
        traced(
          {},
          {
            ...SITE,
            "aws_vpc_security_group_ingress_rule.a": { id: "sgr-a", ...rule },
            "aws_vpc_security_group_ingress_rule.b": { id: "sgr-b", ...rule },
          },
        ),
      ),
    ).toEqual([]);
  });
});

describe("a route of a table that is only read (P71)", () => {
  const plan = (destination: string, ...more: readonly string[]) =>
    handMadePlan(
      {
        blocks: Object.fromEntries(
          [destination, ...more].map((it, index) => [
            `aws_route.new_${index}`,
            {
              after: { route_table_id: "rtb-9", destination_cidr_block: it, gateway_id: "igw-9" },
              unknown: { id: true },
            },
          ]),
        ),
      },
      {
        "aws_route_table.read": {
          id: "rtb-9",
          route_table_id: "rtb-9",
          vpc_id: "vpc-9",
          routes: [{ cidr_block: "0.0.0.0/0", gateway_id: "igw-1" }],
        },
      },
    );

  test.each<[what: string, destinations: readonly [string, ...string[]], expected: readonly string[]]>([
    ["that stands", ["0.0.0.0/0"], ["P71 error aws_route.new_0"]],
    ["to somewhere else", ["10.9.0.0/16"], []],
    ["that is written twice", ["10.9.0.0/16", "10.9.0.0/16"], ["P71 error aws_route.new_1"]],
  ])("%s", (_, destinations, expected) => {
    expect(reported(trace(plan(...destinations)))).toEqual(expected);
  });
});

describe("an Auto Scaling group whose own list leaves a target group out (P49)", () => {
  const {
    "aws_instance.a": _a,
    "aws_instance.b": _b,
    "aws_lb_target_group_attachment.a": _c,
    "aws_lb_target_group_attachment.b": _d,
    "aws_lb_target_group_attachment.api": _e,
    "aws_lb_target_group_attachment.api-b": _f,
    ...rest
  } = SITE;
  const arn = SITE["aws_lb_target_group.web"]?.arn;
  const api = SITE["aws_lb_target_group.api"]?.arn;
  const group = {
    id: "shop",
    name: "shop",
    arn: "arn:asg",
    min_size: 2,
    max_size: 2,
    vpc_zone_identifier: ["subnet-a", "subnet-b"],
    target_group_arns: [arn, api],
    traffic_source: [],
  };
  const link = (target: unknown): Values => ({
    id: `shop-${String(target)}`,
    autoscaling_group_name: "shop",
    lb_target_group_arn: target,
  });
  const site: Site = {
    ...rest,
    "aws_autoscaling_group.app": group,
    "aws_autoscaling_attachment.web": link(arn),
    "aws_autoscaling_attachment.api": link(api),
  };
  const listed = (plan: Record<string, unknown>, list: readonly unknown[]) =>
    configured(plan, { "aws_autoscaling_group.app": { target_group_arns: { constant_value: list } } });
  const both = ["P49 error aws_autoscaling_group.app"];

  test("is reported if the plan detaches it", () => {
    expect(
      reported(trace(listed(planOf({ "aws_autoscaling_group.app": { set: { target_group_arns: [] } } }, site), []))),
    ).toEqual(both);
    expect(
      reported(
        trace(listed(planOf({ "aws_autoscaling_group.app": { set: { target_group_arns: [api] } } }, site), [api])),
      ),
    ).toEqual(both);
    expect(
      review(listed(planOf({ "aws_autoscaling_group.app": { set: { target_group_arns: [api] } } }, site), [api])).report
        .effect,
    ).toBe("outage");
  });

  test("is none where the plan leaves the group as it is, as `ignore_changes` does", () => {
    expect(reported(trace(listed(planOf({ "aws_lb.web": { set: { idle_timeout: 70 } } }, site), [])))).toEqual([]);
  });

  test("is none where the configuration does not set the list", () => {
    expect(reported(traced({ "aws_autoscaling_group.app": { set: { max_size: 4 } } }, site))).toEqual([]);
  });

  test("is a warning where the group is new, as a plan does not hold `ignore_changes`", () => {
    const plan = planOf(
      {
        "aws_autoscaling_group.app": { ...created({ ...group, target_group_arns: [] }), open: ["arn"] },
        "aws_autoscaling_attachment.web": created(link(arn)),
        "aws_autoscaling_attachment.api": created(link(api)),
      },
      rest,
    );
    expect(reported(trace(listed(plan, [])))).toEqual(["P49 warning aws_autoscaling_group.app"]);
  });
});

describe("an Auto Scaling group of a synthesized file (P49)", () => {
  const stackWith = (group: Record<string, unknown>): unknown => {
    const stack = autoScalingStack();
    Object.assign(stack.resource.aws_autoscaling_group?.app ?? {}, { target_group_arns: [] }, group);
    stack.resource.aws_autoscaling_attachment = {
      app: {
        autoscaling_group_name: "${aws_autoscaling_group.app.name}",
        lb_target_group_arn: "${aws_lb_target_group.app.arn}",
      },
    };
    return stack;
  };

  test.each<[what: string, group: Record<string, unknown>, expected: readonly string[]]>([
    ["whose list is empty", {}, ["P49 error aws_autoscaling_group.app"]],
    [
      "that ignores other changes",
      { lifecycle: { ignore_changes: ["desired_capacity"] } },
      ["P49 error aws_autoscaling_group.app"],
    ],
    ["that ignores changes of the list", { lifecycle: { ignore_changes: ["target_group_arns"] } }, []],
    ["that ignores all changes", { lifecycle: { ignore_changes: ["all"] } }, []],
    ["that lists the target group as well", { target_group_arns: ["${aws_lb_target_group.app.arn}"] }, []],
    ["without a list", { target_group_arns: null }, []],
  ])("%s", (_, group, expected) => {
    expect(reported(trace(stackWith(group)))).toEqual(expected);
  });
});

describe("what a destroy takes out of a parent (P75)", () => {
  const { "aws_route.out": out, ...rest } = SITE;
  const route = { cidr_block: "0.0.0.0/0", gateway_id: "igw-1" };
  const site: Site = {
    ...rest,
    "aws_route.out": out ?? {},
    "aws_route_table.public": { ...SITE["aws_route_table.public"], route: [route] },
  };
  const written = { "aws_route_table.public": { route: { constant_value: [route] } } };

  test("is an error where requests need it", () => {
    const plan = configured(planOf({ "aws_route.out": destroyed() }, site), written);
    expect(reported(trace(plan))).toEqual(["P75 error aws_route.out"]);
    const { effect, causes } = review(plan).report;
    expect([effect, causes.map(({ why }) => why).join("\n")]).toEqual([
      "outage",
      expect.stringMatching(/P75[^\n]*destroying a resource also removes what another resource manages/),
    ]);
  });

  test("is a warning where they do not", () => {
    const ssh = {
      from_port: 22,
      to_port: 22,
      protocol: "tcp",
      cidr_blocks: ["10.0.0.0/8"],
      ipv6_cidr_blocks: [],
      prefix_list_ids: [],
      security_groups: [],
      self: false,
      description: "",
    };
    const web = {
      from_port: 80,
      to_port: 80,
      protocol: "tcp",
      cidr_blocks: [],
      ipv6_cidr_blocks: [],
      prefix_list_ids: [],
      security_groups: ["sg-alb"],
      self: false,
      description: "",
    };
    const { "aws_vpc_security_group_ingress_rule.web": _web, ...others } = SITE;
    const inside: Site = {
      ...others,
      "aws_security_group.web": { ...SITE["aws_security_group.web"], ingress: [ssh, web] },
      "aws_vpc_security_group_ingress_rule.ssh": {
        id: "sgr-9",
        security_group_id: "sg-web",
        ip_protocol: "tcp",
        from_port: 22,
        to_port: 22,
        cidr_ipv4: "10.0.0.0/8",
      },
    };
    const plan = configured(planOf({ "aws_vpc_security_group_ingress_rule.ssh": destroyed() }, inside), {
      "aws_security_group.web": { ingress: { constant_value: [ssh, web] } },
    });
    expect(reported(trace(plan))).toEqual(["P75 warning aws_vpc_security_group_ingress_rule.ssh"]);
    expect(review(plan).report.effect).toBe("none");
  });

  test("is nothing where the configuration does not write it", () => {
    expect(reported(traced({ "aws_route.out": destroyed() }, site))).toEqual([]);
  });
});

describe("what has a new address (P74, P75)", () => {
  const listener = SITE["aws_lb_listener.http"] ?? {};

  test("AWS refuses, while the old one is there", () => {
    const changes = { "aws_lb_listener.http": destroyed(), "aws_lb_listener.plain": created({ ...listener }) };
    expect(reported(traced(changes))).toEqual(["P74 error aws_lb_listener.plain"]);
    const { causes, effect } = reviewed(changes);
    expect(effect).toBe("fails");
    expect([...new Set(causes.flatMap(({ hcl }) => hcl ?? []))]).toEqual([
      "moved {\n  from = aws_lb_listener.http\n  to   = aws_lb_listener.plain\n}",
    ]);
  });

  test("is no finding with a moved block", () => {
    const plan = planOf(
      { "aws_lb_listener.plain": { actions: ["no-op"] } },
      { ...SITE, "aws_lb_listener.plain": listener },
    );
    const changes = (plan.resource_changes as { address: string }[])
      .filter(({ address }) => address !== "aws_lb_listener.http")
      .map((it) => (it.address === "aws_lb_listener.plain" ? { ...it, previous_address: "aws_lb_listener.http" } : it));
    expect(reported(trace({ ...plan, resource_changes: changes }))).toEqual([]);
  });

  test("instances are moved too, although AWS has no name for them", () => {
    const { id: _id, arn: _arn, ...instance } = SITE["aws_instance.a"] as Record<string, unknown>;
    const changes = { "aws_instance.a": destroyed(), "aws_instance.first": created(instance) };
    expect(reviewed(changes).causes.find(({ address }) => address === "aws_instance.a")).toMatchObject({
      avoid: "add the `moved` block if it is the same resource under another address",
      hcl: "moved {\n  from = aws_instance.a\n  to   = aws_instance.first\n}",
    });
  });

  test("all that is in a module is moved with it", () => {
    const inModule = (name: string, site: Site): Site =>
      Object.fromEntries(
        Object.entries(site).map(([address, values]) => [
          /^aws_(instance|lb_target_group_attachment)\./.test(address)
            ? `module.${name}.module.app["x"].${address}`
            : address,
          values,
        ]),
      );
    const before = inModule("old", SITE);
    const fresh = Object.entries(inModule("new", SITE))
      .filter(([address]) => address.startsWith("module."))
      .map(([address, values]): [string, Planned] => [
        address,
        { ...created(values), open: ["id", "arn", "target_id"] },
      ]);
    const changes = {
      ...Object.fromEntries(
        Object.keys(before)
          .filter((it) => it.startsWith("module."))
          .map((it) => [it, destroyed("delete_because_no_module")]),
      ),
      ...Object.fromEntries(fresh),
    };
    const { causes, effect } = review(withModules(planOf(changes, before))).report;
    expect(effect).toBe("outage");
    expect([...new Set(causes.flatMap(({ hcl }) => hcl ?? []))]).toEqual([
      "moved {\n  from = module.old\n  to   = module.new\n}",
    ]);
  });

  test.each([
    ["module.a.aws_lb.web", "module.a"],
    ['module.a["x.y[\\"]"].module.b[0].aws_lb.web["a.b"]', 'module.a["x.y[\\"]"].module.b[0]'],
    ["aws_lb.module", ""],
    ["module.a", ""],
    ['module.a["', ""],
  ])("the module of %s is %j", (address, module) => {
    expect(moduleOf(address)).toBe(module);
  });

  test("a route table's association may be refused, or be gone", () => {
    const site = {
      ...SITE,
      "aws_route_table_association.a": { id: "rtbassoc-a", subnet_id: "subnet-a", route_table_id: "rtb-1" },
    };
    const changes = {
      "aws_route_table_association.a": destroyed(),
      "aws_route_table_association.x": created({ subnet_id: "subnet-a", route_table_id: "rtb-1" }),
    };
    expect(reported(traced(changes, site))).toEqual(["P74 error aws_route_table_association.x"]);
    expect(reviewed(changes, site).effect).toBe("fails");
  });

  test("one attachment of two leaves the other", () => {
    const changes = {
      "aws_lb_target_group_attachment.b": destroyed(),
      "aws_lb_target_group_attachment.second": created({
        target_group_arn: SITE["aws_lb_target_group.web"]?.arn,
        target_id: "i-b",
        port: null,
      }),
    };
    expect(traced(changes).verdict).toBe("ok");
    expect(traced(changes).findings.find(({ id }) => id === "P75")).toMatchObject({
      severity: "warning",
      share: "1 of 2 registrations",
    });
    expect(reviewed(changes)).toMatchObject({
      effect: "brief",
      summary: "Some requests will fail until the next apply registers its targets again.",
    });
  });

  test("an attachment to another port is another one", () => {
    const changes = {
      "aws_lb_target_group_attachment.a": replaced("port", { port: 9090 }, true),
      "aws_lb_target_group_attachment.b": replaced("port", { port: 9090 }, true),
    };
    expect(reported(traced(changes))).toEqual([]);
  });

  test("an attachment that is destroyed before it is recreated is as before", () => {
    const changes = {
      "aws_lb_target_group_attachment.a": replaced("port"),
      "aws_lb_target_group_attachment.b": replaced("port"),
    };
    expect(reported(traced(changes))).toEqual([]);
    expect(reviewed(changes).effect).toBe("brief");
  });

  test("a record that overwrites may be destroyed after that", () => {
    const changes = {
      "aws_route53_record.www": destroyed(),
      "aws_route53_record.site": record({ allow_overwrite: true }),
    };
    expect(reported(traced(changes))).toEqual(["P75 warning aws_route53_record.site"]);
    expect(traced(changes).verdict).toBe("unknown");
    expect(reviewed(changes)).toMatchObject({
      effect: "outage",
      summary:
        "Outage: `www.example.com` is unreachable until the next apply, if its old record is " + "destroyed last.",
    });
  });

  test("one of two records of a name is destroyed, and takes the other one away", () => {
    const site = { ...SITE, "aws_route53_record.more": { ...SITE["aws_route53_record.www"], allow_overwrite: true } };
    const changes = { "aws_route53_record.more": destroyed() };
    expect(reported(traced(changes, site))).toEqual(["P75 error aws_route53_record.www"]);
    expect(reviewed(changes, site)).toMatchObject({
      effect: "outage",
      summary:
        "Outage: `www.example.com` is unreachable until the next apply, because another record of the " +
        "name is destroyed.",
    });
  });

  test("one of two attachments of a target is destroyed, and takes the other one away", () => {
    const site = {
      ...SITE,
      "aws_lb_target_group_attachment.a2": { ...SITE["aws_lb_target_group_attachment.a"], port: 80 },
      "aws_lb_target_group_attachment.b2": { ...SITE["aws_lb_target_group_attachment.b"] },
    };
    const changes = {
      "aws_lb_target_group_attachment.a2": destroyed(),
      "aws_lb_target_group_attachment.b2": destroyed(),
    };
    expect(reported(traced(changes, site))).toEqual([
      "P75 error aws_lb_target_group_attachment.a",
      "P75 error aws_lb_target_group_attachment.b",
    ]);
    const { effect, causes } = reviewed(changes, site);
    expect(effect).toBe("outage");
    expect(causes[0]?.hcl).toBe(
      "removed {\n  from = aws_lb_target_group_attachment.a2\n  lifecycle {\n    destroy = false\n  }\n}",
    );
    expect(
      reported(
        traced(
          { "aws_lb_target_group_attachment.a2": destroyed() },
          { ...site, "aws_lb_target_group_attachment.a2": { ...SITE["aws_lb_target_group_attachment.a"], port: 9090 } },
        ),
      ),
    ).toEqual([]);
  });

  test("no block forgets one of several instances", () => {
    const site = {
      ...SITE,
      'aws_lb_target_group_attachment.more["a"]': SITE["aws_lb_target_group_attachment.a"] ?? {},
      'aws_lb_target_group_attachment.more["b"]': SITE["aws_lb_target_group_attachment.b"] ?? {},
    };
    const [cause] = reviewed(
      { 'aws_lb_target_group_attachment.more["a"]': destroyed("delete_because_each_key") },
      site,
    ).causes;
    expect(cause?.avoid).toContain("`terraform state rm`");
    expect(cause?.hcl).toBeUndefined();
  });

  test("a record that does not overwrite is refused", () => {
    const changes = { "aws_route53_record.www": destroyed(), "aws_route53_record.site": record({}) };
    expect(reported(traced(changes))).toEqual(["P74 error aws_route53_record.site"]);
    expect(reviewed(changes).effect).toBe("fails");
  });

  test("a certificate of a listener is missed there", () => {
    const pair: Values = {
      listener_arn: SITE["aws_lb_listener.https"]?.arn,
      certificate_arn: "arn:aws:acm:us-east-1:123456789012:certificate/more",
    };
    const site = { ...SITE, "aws_lb_listener_certificate.more": { id: "x", ...pair } };
    const changes = {
      "aws_lb_listener_certificate.more": destroyed(),
      'aws_lb_listener_certificate.again["more"]': created(pair),
    };
    expect(reported(traced(changes, site))).toEqual(['P75 warning aws_lb_listener_certificate.again["more"]']);
    expect(reviewed(changes, site)).toMatchObject({ effect: "outage" });
  });
});

test("no `moved` block leads from an address that stays", () => {
  const web = "aws_lb_target_group.web";
  const { effect, causes } = reviewed({
    [web]: replaced("name", { name: "web-2" }),
    "aws_lb_target_group.other": created({ ...SITE[web], id: undefined, arn: undefined }),
  });
  const reported = causes.find(({ address }) => address === "aws_lb_target_group.other");
  expect(effect).toBe("fails");
  expect(reported).toMatchObject({ effect: "fails", avoid: expect.stringContaining("in a separate apply") as string });
  expect(reported?.hcl).toBeUndefined();
});
