import { review } from "../../../../path/review/review";
import { trace } from "../../../../path/trace/trace";
import { created, destroyed, type Planned, planOf, replaced, SITE, type Values } from "../../../support/standing-site";

/* Plans that people make of an existing site. "No downtime expected" would be wrong for them. */

const reported = (changes: Readonly<Record<string, Planned>>, site: Readonly<Record<string, Values>> = SITE) => {
  const plan = planOf(changes, site);
  const { report } = review(plan);
  const [worst] = report.causes;
  return { effect: report.effect, cause: [worst?.hop, worst?.address, worst?.attribute], trace: trace(plan).verdict };
};

describe("instances that an aws_ec2_instance_state stops", () => {
  const state = (id: string, is: string): Values => ({ id, instance_id: id, state: is, force: false });
  const running = {
    ...SITE,
    "aws_ec2_instance_state.a": state("i-a", "running"),
    "aws_ec2_instance_state.b": state("i-b", "running"),
  };

  test("are an outage if no target is left", () => {
    expect(
      reported(
        {
          "aws_ec2_instance_state.a": { set: { state: "stopped" } },
          "aws_ec2_instance_state.b": { set: { state: "stopped" } },
        },
        running,
      ),
    ).toEqual({ effect: "outage", cause: ["target", "aws_ec2_instance_state.a", "state"], trace: "unknown" });
    expect(
      reported({
        "aws_ec2_instance_state.a": created(state("i-a", "stopped")),
        "aws_ec2_instance_state.b": created(state("i-b", "stopped")),
      }).effect,
    ).toBe("outage");
  });

  test("are some failures if others are left", () => {
    expect(reported({ "aws_ec2_instance_state.a": { set: { state: "stopped" } } }, running)).toEqual({
      effect: "brief",
      cause: ["target", "aws_ec2_instance_state.a", "state"],
      trace: "unknown",
    });
  });

  test("are nothing where they are no targets, are stopped already, or are started", () => {
    const other = {
      ...SITE,
      "aws_instance.other": {
        ...SITE["aws_instance.a"],
        id: "i-other",
        arn: "arn:aws:ec2:us-east-1:123456789012:instance/i-other",
      },
    };
    expect(reported({ "aws_ec2_instance_state.other": created(state("i-other", "stopped")) }, other)).toMatchObject({
      effect: "none",
      trace: "ok",
    });
    expect(
      reported(
        { "aws_ec2_instance_state.a": { set: { force: true } } },
        { ...SITE, "aws_ec2_instance_state.a": state("i-a", "stopped") },
      ).effect,
    ).toBe("none");
    expect(
      reported(
        { "aws_ec2_instance_state.a": { set: { state: "running" } } },
        { ...SITE, "aws_ec2_instance_state.a": state("i-a", "stopped") },
      ),
    ).toMatchObject({ effect: "none", trace: "ok" });
  });

  test("are unknown if nothing determines which one it is", () => {
    expect(reported({ "aws_ec2_instance_state.x": created(state("i-elsewhere", "stopped")) }).effect).toBe("unknown");
  });
});

describe("a rule in the VPC's own network ACL, which is no resource", () => {
  const rule = (number: number, more: Values = {}): Values => ({
    network_acl_id: "acl-1",
    rule_number: number,
    egress: false,
    protocol: "tcp",
    rule_action: "deny",
    cidr_block: "0.0.0.0/0",
    from_port: 443,
    to_port: 443,
    ...more,
  });

  test("that denies before everything is allowed is an outage", () => {
    expect(reported({ "aws_network_acl_rule.deny": created(rule(50)) })).toEqual({
      effect: "outage",
      cause: ["listener", "aws_network_acl_rule.deny", ""],
      trace: "broken",
    });
    expect(
      reported({ "aws_network_acl_rule.deny": created(rule(50, { egress: true, from_port: 1024, to_port: 65535 })) }),
    ).toMatchObject({ effect: "outage", trace: "broken" });
  });

  test("that comes after that, or denies other ports, is nothing", () => {
    expect(reported({ "aws_network_acl_rule.deny": created(rule(200)) })).toMatchObject({
      effect: "none",
      trace: "ok",
    });
    expect(reported({ "aws_network_acl_rule.deny": created(rule(50, { from_port: 22, to_port: 22 })) })).toMatchObject({
      effect: "none",
      trace: "ok",
    });
    const denied = { ...SITE, "aws_network_acl_rule.deny": { id: "nacl-1", ...rule(50) } };
    expect(reported({ "aws_network_acl_rule.deny": destroyed() }, denied)).toMatchObject({
      effect: "none",
      trace: "ok",
    });
  });
});

describe("a parent whose configuration writes blocks of its own from now on removes what is defined outside it", () => {
  const group = (from: number): Values => ({
    protocol: "tcp",
    from_port: from,
    to_port: from,
    description: "",
    self: false,
    prefix_list_ids: [],
    cidr_blocks: ["10.0.0.0/8"],
    ipv6_cidr_blocks: [],
    security_groups: [],
  });
  const balancer: Values = { ...group(80), cidr_blocks: [], security_groups: ["sg-alb"] };

  test("as the group of the targets its only rule", () => {
    expect(reported({ "aws_security_group.web": { set: { ingress: [group(22)] } } })).toEqual({
      effect: "outage",
      cause: ["target", "aws_security_group.web", "ingress.security_groups"],
      trace: "broken",
    });
    expect(reported({ "aws_security_group.web": { set: { ingress: [] } } })).toMatchObject({
      effect: "outage",
      trace: "broken",
    });
  });

  test("but not what its blocks stand for as well", () => {
    expect(reported({ "aws_security_group.web": { set: { ingress: [balancer, group(22)] } } }).effect).toBe("none");
  });

  test("as the route table its only route", () => {
    expect(reported({ "aws_route_table.public": { set: { route: [] } } })).toMatchObject({
      effect: "outage",
      cause: ["listener", "aws_route_table.public", "route"],
      trace: "broken",
    });
  });

  test("as the network ACL its entries", () => {
    const entry = (from: number, protocol = "tcp"): Values => ({
      rule_no: 100,
      action: "allow",
      protocol,
      from_port: from,
      to_port: from,
      cidr_block: "0.0.0.0/0",
    });
    const rule = (egress: boolean): Values => ({
      id: `nacl-${egress}`,
      network_acl_id: "acl-2",
      rule_number: 100,
      egress,
      protocol: "-1",
      rule_action: "allow",
      cidr_block: "0.0.0.0/0",
      from_port: 0,
      to_port: 0,
    });
    const site = {
      ...SITE,
      "aws_network_acl.main": {
        id: "acl-2",
        vpc_id: "vpc-1",
        subnet_ids: ["subnet-a", "subnet-b"],
        ingress: [entry(0, "-1")],
        egress: [entry(0, "-1")],
      },
      "aws_network_acl_rule.in": rule(false),
      "aws_network_acl_rule.out": rule(true),
    };
    expect(reported({}, site)).toMatchObject({ effect: "none", trace: "ok" });
    expect(
      reported({ "aws_network_acl.main": { set: { ingress: [{ ...entry(22), rule_no: 50 }] } } }, site),
    ).toMatchObject({ effect: "outage", trace: "broken" });
  });
});

test("a route that goes is missed although the route table is read as well", () => {
  const plan = planOf({ "aws_route.out": destroyed() }) as {
    prior_state: { values: { root_module: { resources: object[] } } };
  };
  const route = { cidr_block: "0.0.0.0/0", gateway_id: "igw-1", ipv6_cidr_block: "", nat_gateway_id: "" };
  plan.prior_state.values.root_module.resources.push({
    address: "data.aws_route_table.public",
    mode: "data",
    type: "aws_route_table",
    name: "public",
    values: { id: "rtb-1", route_table_id: "rtb-1", vpc_id: "vpc-1", routes: [route] },
  });
  expect([review(plan).report.effect, trace(plan).verdict]).toEqual(["outage", "broken"]);
});

describe("a listener that turns to another target group as well", () => {
  const to = (weight: number): Planned => {
    const old = { arn: SITE["aws_lb_target_group.web"]?.arn, weight: 50 };
    return {
      set: {
        default_action: [
          {
            type: "forward",
            order: 1,
            forward: [
              {
                target_group: [
                  old,
                  { arn: "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/green/5", weight },
                ],
              },
            ],
          },
        ],
      },
    };
  };
  const green = {
    ...SITE["aws_lb_target_group.web"],
    id: "green",
    arn: "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/green/5",
    name: "green",
  };

  test.each<[weight: number, effect: string]>([
    [50, "brief"],
    [0, "none"],
  ])("that is new, with weight %d, is %s", (weight, effect) => {
    expect(
      reported({
        "aws_lb_target_group.green": { actions: ["create"], set: green },
        "aws_lb_listener.https": to(weight),
      }).effect,
    ).toBe(effect);
  });

  test.each<[weight: number, effect: string]>([
    [50, "unknown"],
    [0, "none"],
  ])("that stands without targets, with weight %d, is %s", (weight, effect) => {
    expect(
      reported({ "aws_lb_listener.https": to(weight) }, { ...SITE, "aws_lb_target_group.green": green }).effect,
    ).toBe(effect);
  });

  test("that stands with targets is nothing", () => {
    const attachment = { ...SITE["aws_lb_target_group_attachment.a"], id: "att-g", target_group_arn: green.arn };
    expect(
      reported(
        { "aws_lb_listener.https": to(50) },
        { ...SITE, "aws_lb_target_group.green": green, "aws_lb_target_group_attachment.green": attachment },
      ).effect,
    ).toBe("none");
  });
});

describe("a listener whose default only refuses", () => {
  const HTTPS = SITE["aws_lb_listener.https"]?.arn;
  const refusal = [
    { type: "fixed-response", order: 1, fixed_response: [{ status_code: "404", content_type: "text/plain" }] },
  ];
  const hosts = (...values: string[]): Values => ({ host_header: [{ values }] });
  const rule = (...condition: Values[]): Values => ({
    id: "h",
    arn: `${String(HTTPS)}/h`,
    listener_arn: HTTPS,
    priority: 100,
    condition,
    action: [{ type: "forward", order: 1, target_group_arn: SITE["aws_lb_target_group.web"]?.arn }],
  });
  const site = {
    ...SITE,
    "aws_lb_listener.https": { ...SITE["aws_lb_listener.https"], default_action: refusal },
    "aws_lb_listener_rule.host": rule(hosts("www.example.com")),
  };

  test.each<[name: string, planned: Planned, effect: string]>([
    ["is for another name", { set: { condition: [hosts("ww.example.com")] } }, "outage"],
    [
      "is for some paths only",
      { set: { condition: [hosts("www.example.com"), { path_pattern: [{ values: ["/app/*"] }] }] } },
      "outage",
    ],
    ["goes", destroyed(), "outage"],
    [
      "asks for a header",
      {
        set: {
          condition: [hosts("www.example.com"), { http_header: [{ http_header_name: "X-From", values: ["cdn"] }] }],
        },
      },
      "unknown",
    ],
    ["is for more names", { set: { condition: [hosts("www.example.com", "example.com")] } }, "none"],
  ])("and the rule of whose name %s", (_, planned, effect) => {
    const found = reported({ "aws_lb_listener_rule.host": planned }, site);
    expect([found.effect, found.cause.slice(0, 2)]).toEqual([effect, ["listener", "aws_lb_listener_rule.host"]]);
  });

  test("and another rule that answers the name is nothing", () => {
    expect(
      reported(
        { "aws_lb_listener_rule.host": destroyed() },
        {
          ...site,
          "aws_lb_listener_rule.all": {
            ...rule(hosts("*.example.com")),
            arn: `${String(HTTPS)}/a`,
            id: "a",
            priority: 200,
          },
        },
      ).effect,
    ).toBe("none");
  });
});

describe("a new record next to one that serves", () => {
  const record = (more: Values): Planned =>
    created({ zone_id: "Z1", name: "www", ttl: 60, type: "AAAA", records: ["2001:db8::1"], alias: [], ...more });

  test("that leads out of the plan is unknown", () => {
    expect(reported({ "aws_route53_record.more": record({}) })).toMatchObject({
      effect: "unknown",
      cause: ["dns", "aws_route53_record.more", ""],
    });
  });

  test("that leads to the same load balancer, has another type or another name is nothing", () => {
    expect(reported({ "aws_route53_record.more": record({ type: "TXT", records: ["x"] }) }).effect).toBe("none");
    expect(reported({ "aws_route53_record.more": record({ name: "db" }) }).effect).toBe("none");
    const weighted = {
      ...SITE,
      "aws_route53_record.www": {
        ...SITE["aws_route53_record.www"],
        set_identifier: "a",
        weighted_routing_policy: [{ weight: 1 }],
      },
    };
    const same = created({
      ...SITE["aws_route53_record.www"],
      set_identifier: "b",
      weighted_routing_policy: [{ weight: 1 }],
    });
    expect(reported({ "aws_route53_record.more": same }, weighted).effect).toBe("none");
    const idle = record({
      type: "A",
      records: ["192.0.2.1"],
      set_identifier: "b",
      weighted_routing_policy: [{ weight: 0 }],
    });
    expect(reported({ "aws_route53_record.more": idle }, weighted).effect).toBe("none");
  });
});

test("instances have the groups that their interfaces will have", () => {
  const card = (id: string, subnet: string): Values => ({ id, subnet_id: subnet, security_groups: ["sg-web"] });
  const on = (name: string): Values => ({
    ...SITE[`aws_instance.${name}`],
    primary_network_interface_id: `eni-${name}`,
    network_interface: [{ device_index: 0, network_interface_id: `eni-${name}` }],
  });
  const site = {
    ...SITE,
    "aws_instance.a": on("a"),
    "aws_instance.b": on("b"),
    "aws_network_interface.a": card("eni-a", "subnet-a"),
    "aws_network_interface.b": card("eni-b", "subnet-b"),
  };
  expect(reported({}, site)).toMatchObject({ effect: "none", trace: "ok" });
  expect(
    reported(
      {
        "aws_network_interface.a": { set: { security_groups: ["sg-alb"] } },
        "aws_network_interface.b": { set: { security_groups: ["sg-alb"] } },
      },
      site,
    ),
  ).toMatchObject({ effect: "outage", trace: "broken" });
});

test("a prefix list of the load balancer's group that loses addresses is unknown", () => {
  const { cidr_ipv4: _, ...https } = SITE["aws_vpc_security_group_ingress_rule.https"] ?? {};
  const list = (cidrs: readonly string[]): Values => ({
    id: "pl-1",
    name: "clients",
    address_family: "IPv4",
    max_entries: 5,
    entry: cidrs.map((cidr) => ({ cidr, description: "" })),
  });
  const site = {
    ...SITE,
    "aws_vpc_security_group_ingress_rule.https": { ...https, prefix_list_id: "pl-1" },
    "aws_ec2_managed_prefix_list.clients": list(["0.0.0.0/0"]),
    "aws_ec2_managed_prefix_list_entry.all": { id: "pl-1,0.0.0.0/0", prefix_list_id: "pl-1", cidr: "0.0.0.0/0" },
  };
  expect(
    reported(
      { "aws_ec2_managed_prefix_list.clients": { set: { entry: [{ cidr: "10.0.0.0/8", description: "" }] } } },
      site,
    ),
  ).toMatchObject({
    effect: "unknown",
    cause: ["listener", "aws_ec2_managed_prefix_list.clients", expect.any(String)],
  });
  expect(reported({ "aws_ec2_managed_prefix_list_entry.all": destroyed() }, site).effect).toBe("unknown");
  expect(
    reported(
      { "aws_ec2_managed_prefix_list.clients": { set: { entry: list(["0.0.0.0/0", "10.0.0.0/8"]).entry } } },
      site,
    ).effect,
  ).toBe("none");
  expect(
    reported(
      { "aws_ec2_managed_prefix_list_entry.all": destroyed() },
      { ...site, "aws_vpc_security_group_ingress_rule.https": SITE["aws_vpc_security_group_ingress_rule.https"] ?? {} },
    ).effect,
  ).toBe("none");
});

test("an entry of a network ACL that is replaced is away for a moment", () => {
  const rule = (egress: boolean): Values => ({
    id: `nacl-${egress}`,
    network_acl_id: "acl-2",
    rule_number: 100,
    egress,
    protocol: "-1",
    rule_action: "allow",
    cidr_block: "0.0.0.0/0",
    from_port: 0,
    to_port: 0,
  });
  const site = {
    ...SITE,
    "aws_network_acl.main": {
      id: "acl-2",
      vpc_id: "vpc-1",
      subnet_ids: ["subnet-a", "subnet-b"],
      ingress: [],
      egress: [],
    },
    "aws_network_acl_rule.in": rule(false),
    "aws_network_acl_rule.out": rule(true),
  };
  expect(reported({ "aws_network_acl_rule.in": replaced("rule_number", { rule_number: 200 }) }, site)).toEqual({
    effect: "brief",
    cause: ["listener", "aws_network_acl_rule.in", "rule_number"],
    trace: "ok",
  });
});

describe("name servers that are named in place of a zone's own", () => {
  const zone = { ...SITE["aws_route53_zone.main"], name_servers: ["ns1.example.org", "ns2.example.org"] };
  const ns = (records: readonly string[]): Values => ({
    id: "Z0_example.com_NS",
    zone_id: "Z0",
    name: "example.com",
    fqdn: "example.com",
    type: "NS",
    ttl: 60,
    records,
    alias: [],
  });
  const site = {
    ...SITE,
    "aws_route53_zone.main": zone,
    "aws_route53_zone.above": { id: "Z0", zone_id: "Z0", name: "com", vpc: [] },
    "aws_route53_record.ns": ns(["ns1.example.org", "ns2.example.org"]),
  };

  test("in the zone above are unknown, unless they are its own", () => {
    expect(reported({ "aws_route53_record.ns": { set: { records: ["ns1.example.net"] } } }, site)).toMatchObject({
      effect: "unknown",
      cause: ["dns", "aws_route53_record.ns", "records"],
    });
    expect(reported({ "aws_route53_record.ns": { set: { records: ["ns2.example.org."] } } }, site).effect).toBe("none");
  });

  test("at the registrar are unknown, of a domain that is on the path", () => {
    const domain = (name: string): Readonly<Record<string, Values>> => ({
      ...SITE,
      "aws_route53domains_registered_domain.main": {
        id: name,
        domain_name: name,
        name_server: [{ name: "ns1.example.org" }],
      },
    });
    const other = {
      "aws_route53domains_registered_domain.main": { set: { name_server: [{ name: "ns1.example.net" }] } },
    };
    expect(reported(other, domain("example.com")).effect).toBe("unknown");
    expect(reported(other, domain("example.net")).effect).toBe("none");
  });
});

test("a function that the load balancer may not invoke any more is an outage", () => {
  const arn = "arn:aws:lambda:us-east-1:123456789012:function:web";
  const { "aws_lb_target_group_attachment.b": _, ...rest } = SITE;
  const permission: Values = {
    id: "p",
    function_name: "web",
    action: "lambda:InvokeFunction",
    principal: "elasticloadbalancing.amazonaws.com",
  };
  const site = {
    ...rest,
    "aws_lb_target_group.web": {
      ...SITE["aws_lb_target_group.web"],
      target_type: "lambda",
      port: null,
      protocol: null,
      vpc_id: null,
      health_check: [],
    },
    "aws_lb_target_group_attachment.a": { ...SITE["aws_lb_target_group_attachment.a"], target_id: arn },
    "aws_lambda_function.web": { id: "web", arn, function_name: "web" },
    "aws_lambda_permission.balancer": permission,
  };
  expect(reported({ "aws_lambda_permission.balancer": destroyed() }, site)).toMatchObject({
    effect: "outage",
    cause: ["target", "aws_lambda_permission.balancer", ""],
  });
  expect(
    reported(
      { "aws_lambda_permission.balancer": destroyed() },
      { ...site, "aws_lambda_permission.more": { ...permission, id: "q" } },
    ).effect,
  ).toBe("none");
  expect(
    reported(
      { "aws_lambda_permission.other": destroyed() },
      { ...site, "aws_lambda_permission.other": { ...permission, function_name: "other" } },
    ).effect,
  ).toBe("none");
});

test("subnets that come to a route table outside of the plan are unknown", () => {
  const other: Planned = { set: { route_table_id: "rtb-9" } };
  expect(reported({ "aws_route_table_association.a": other, "aws_route_table_association.b": other })).toEqual({
    effect: "unknown",
    cause: ["listener", "aws_route_table_association.a", "route_table_id"],
    trace: "unknown",
  });
});

test("a service that leaves its target group is an outage", () => {
  const block = {
    target_group_arn: SITE["aws_lb_target_group.web"]?.arn,
    container_name: "web",
    container_port: 80,
    elb_name: "",
  };
  const { "aws_lb_target_group_attachment.a": _a, "aws_lb_target_group_attachment.b": _b, ...rest } = SITE;
  const service: Values = {
    id: "web",
    name: "web",
    cluster: "main",
    desired_count: 2,
    launch_type: "FARGATE",
    load_balancer: [block],
    network_configuration: [{ subnets: ["subnet-a", "subnet-b"], security_groups: ["sg-web"], assign_public_ip: true }],
  };
  const site = {
    ...rest,
    "aws_lb_target_group.web": { ...SITE["aws_lb_target_group.web"], target_type: "ip" },
    "aws_ecs_service.web": service,
  };
  expect(reported({ "aws_ecs_service.web": { set: { load_balancer: [] } } }, site)).toMatchObject({
    effect: "outage",
    cause: ["target-group", "aws_ecs_service.web", "load_balancer"],
  });
  expect(
    reported({ "aws_ecs_service.web": { set: { load_balancer: [{ ...block, container_name: "app" }] } } }, site).effect,
  ).toBe("none");
});

test("a listener that sends to a name outside of the plan what came to targets is unknown", () => {
  const to = (host: string): Planned => ({
    set: {
      default_action: [
        {
          type: "redirect",
          order: 1,
          redirect: [
            { host, port: "443", protocol: "HTTPS", path: "/#{path}", query: "#{query}", status_code: "HTTP_301" },
          ],
        },
      ],
    },
  });
  expect(reported({ "aws_lb_listener.https": to("shop.example.org") })).toMatchObject({
    effect: "unknown",
    cause: ["listener", "aws_lb_listener.https", "default_action.redirect"],
  });
  const site = {
    ...SITE,
    "aws_route53_record.shop": {
      ...SITE["aws_route53_record.www"],
      id: "Z1_shop_A",
      name: "shop.example.com",
      fqdn: "shop.example.com",
    },
  };
  expect(reported({ "aws_lb_listener.https": to("shop.example.com") }, site).cause[2]).not.toBe(
    "default_action.redirect",
  );
});
