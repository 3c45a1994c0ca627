import type { TraceReport } from "../../../path/report";
import { review } from "../../../path/review/review";
import type { Effect } from "../../../path/review/review-report";
import { trace } from "../../../path/trace/trace";
import { destroyed, type Planned, planOf, SITE, type Values } from "../../support/standing-site";

/*
 * Where only health checks fail. A load balancer sends requests to healthy targets; while none is healthy, to all of
 * them. So nobody notices for that alone, unless something else looks at the targets' health: an Auto Scaling group, a
 * container service, Route 53.
 */

type Site = Readonly<Record<string, Values>>;

const GROUP = SITE["aws_lb_target_group.web"] ?? {};
const CHECK = (GROUP.health_check as readonly Values[])[0] ?? {};
/** The checks go to 8081, on which only the load balancer's group lets them out. */
const OUT = {
  "aws_vpc_security_group_egress_rule.health": {
    ...SITE["aws_vpc_security_group_egress_rule.alb"],
    id: "sgr-h",
    from_port: 8081,
    to_port: 8081,
  },
};
const IN = {
  "aws_vpc_security_group_ingress_rule.health": {
    ...SITE["aws_vpc_security_group_ingress_rule.web"],
    id: "sgr-i",
    from_port: 8081,
    to_port: 8081,
  },
};
const withCheck = (values: Values, site: Site = SITE): Site => ({
  ...site,
  "aws_lb_target_group.web": { ...GROUP, health_check: [{ ...CHECK, ...values }] },
});
const CLOSED: Site = withCheck({ port: "8081" }, { ...SITE, ...OUT });
/** An Auto Scaling group in place of instances. */
const scaling = (type: string, site: Site): Site => ({
  ...Object.fromEntries(
    Object.entries(site).filter(([address]) => !/^aws_(instance|lb_target_group_attachment)\./.test(address)),
  ),
  "aws_launch_template.web": { id: "lt-1", name: "web", vpc_security_group_ids: ["sg-web"] },
  "aws_autoscaling_group.web": {
    id: "web",
    name: "web",
    launch_template: [{ id: "lt-1" }],
    min_size: 2,
    max_size: 2,
    desired_capacity: 2,
    health_check_type: type,
    vpc_zone_identifier: ["subnet-a", "subnet-b"],
  },
  "aws_autoscaling_group.api": {
    id: "api",
    name: "api",
    launch_template: [{ id: "lt-1" }],
    min_size: 2,
    max_size: 2,
    desired_capacity: 2,
    health_check_type: "EC2",
    vpc_zone_identifier: ["subnet-a", "subnet-b"],
  },
  "aws_autoscaling_attachment.web": { id: "att-w", autoscaling_group_name: "web", lb_target_group_arn: GROUP.arn },
  "aws_autoscaling_attachment.api": {
    id: "att-a",
    autoscaling_group_name: "api",
    lb_target_group_arn: SITE["aws_lb_target_group.api"]?.arn,
  },
});
const withService = (site: Site): Site => ({
  ...Object.fromEntries(
    Object.entries(site).filter(([address]) => !/^aws_(instance|lb_target_group_attachment)\./.test(address)),
  ),
  "aws_ecs_service.web": {
    id: "svc",
    name: "web",
    cluster: "c",
    desired_count: 2,
    deployment_minimum_healthy_percent: 100,
    task_definition: "web:1",
    launch_type: "FARGATE",
    load_balancer: [{ target_group_arn: GROUP.arn, container_name: "web", container_port: 80 }],
  },
});
const failover = (site: Site): Site => ({
  ...site,
  "aws_route53_record.www": {
    ...SITE["aws_route53_record.www"],
    set_identifier: "first",
    failover_routing_policy: [{ type: "PRIMARY" }],
  },
  "aws_route53_record.sorry": {
    id: "sorry",
    zone_id: "Z1",
    name: "www.example.com",
    fqdn: "www.example.com",
    type: "A",
    set_identifier: "second",
    failover_routing_policy: [{ type: "SECONDARY" }],
    alias: [{ name: "d111111abcdef8.cloudfront.net", zone_id: "Z2FDTNDATAQYW2", evaluate_target_health: false }],
  },
});

/** The same records, which do not follow the targets' health; a weighted one need not. */
const blindly = (site: Site): Site => {
  const { failover_routing_policy: _policy, alias, ...www } = site["aws_route53_record.www"] ?? {};
  return {
    ...site,
    "aws_route53_record.www": {
      ...www,
      weighted_routing_policy: [{ weight: 1 }],
      alias: [{ ...(alias as readonly Values[])[0], evaluate_target_health: false }],
    },
  };
};

const traced = (site: Site): TraceReport => trace(planOf({}, site));
const found = ({ findings }: TraceReport): string[] =>
  findings.map(({ id, severity, address }) => `${id} ${severity} ${address}`);
const OPEN =
  /; an unhealthy target receives no requests while another target is healthy; if all are unhealthy, the load balancer sends requests to all of them$/;

describe("a health check whose port is closed", () => {
  test.each<[string, Site, string, RegExp]>([
    ["at the targets", CLOSED, "P34 warning aws_security_group.web", OPEN],
    [
      "at the targets of an Auto Scaling group that looks at its instances alone",
      scaling("EC2", CLOSED),
      "P34 warning aws_security_group.web",
      OPEN,
    ],
    [
      "at the targets of an Auto Scaling group that replaces what is unhealthy",
      scaling("ELB", CLOSED),
      "P34 error aws_security_group.web",
      /; aws_autoscaling_group\.web repeatedly terminates its instances and launches new ones$/,
    ],
    [
      "where Route 53 has another record, and does not look at it",
      blindly(failover(CLOSED)),
      "P34 warning aws_security_group.web",
      OPEN,
    ],
    [
      "where Route 53 then answers with another record",
      failover(CLOSED),
      "P34 error aws_security_group.web",
      /; Route 53 answers with other records instead of aws_route53_record\.www$/,
    ],
    [
      "at the load balancer",
      withCheck({ port: "8081" }, { ...SITE, ...IN }),
      "P32 warning aws_security_group.alb",
      OPEN,
    ],
    [
      "by a rule for other addresses",
      withCheck(
        { port: "8081" },
        {
          ...SITE,
          ...OUT,
          "aws_vpc_security_group_ingress_rule.health": {
            ...IN["aws_vpc_security_group_ingress_rule.health"],
            referenced_security_group_id: null,
            cidr_ipv4: "192.0.2.0/24",
          },
        },
      ),
      "P35 warning aws_vpc_security_group_ingress_rule.health",
      OPEN,
    ],
  ])("%s", (_, site, expected, symptom) => {
    const report = traced(site);
    expect(found(report)).toEqual([expected]);
    expect(report.verdict).toBe(expected.includes(" error ") ? "broken" : "ok");
    expect(report.findings[0]?.symptom).toMatch(symptom);
  });

  test("is an error where requests meet the same rule", () => {
    const other = {
      ...SITE["aws_vpc_security_group_ingress_rule.web"],
      to_port: 9000,
      referenced_security_group_id: null,
      cidr_ipv4: "192.0.2.0/24",
    };
    expect(found(traced({ ...CLOSED, "aws_vpc_security_group_ingress_rule.web": other }))).toEqual([
      "P35 error aws_vpc_security_group_ingress_rule.web",
    ]);
  });

  test("is an error where another listener's requests meet the same rule", () => {
    const rule = {
      ...SITE["aws_vpc_security_group_ingress_rule.web"],
      referenced_security_group_id: null,
      cidr_ipv4: "192.0.2.0/24",
      from_port: 8081,
      to_port: 8081,
    };
    const report = traced({
      ...CLOSED,
      "aws_vpc_security_group_ingress_rule.health": rule,
      "aws_lb_target_group.api": { ...SITE["aws_lb_target_group.api"], port: 8081 },
    });
    expect(found(report)).toContain("P35 error aws_vpc_security_group_ingress_rule.health");
    expect(report.verdict).toBe("broken");
  });

  describe("by a network ACL of the targets", () => {
    const API_ON_8081: Site = { "aws_lb_target_group.api": { ...SITE["aws_lb_target_group.api"], port: 8081 } };
    const forwarding = (address: string, group: string): Site => ({
      [address]: {
        ...SITE[address],
        [address.includes("rule") ? "action" : "default_action"]: [
          { type: "forward", order: 1, target_group_arn: SITE[`aws_lb_target_group.${group}`]?.arn },
        ],
      },
    });
    const subnet = (id: string, zone: string, cidr_block: string): Values => ({
      ...SITE["aws_subnet.a"],
      id,
      availability_zone: zone,
      cidr_block,
    });
    const allowing = (...ports: readonly number[]): Values => ({
      id: "acl-2",
      vpc_id: "vpc-1",
      subnet_ids: ["subnet-a", "subnet-b"],
      egress: [{ rule_no: 1, from_port: 0, to_port: 0, protocol: "-1", action: "allow", cidr_block: "0.0.0.0/0" }],
      ingress: ports.map((port) => ({
        rule_no: port,
        from_port: port,
        to_port: port,
        protocol: "6",
        action: "allow",
        cidr_block: "0.0.0.0/0",
      })),
    });
    const site = (acl: Values, more: Site = {}): Site => ({
      ...CLOSED,
      ...IN,
      "aws_subnet.c": subnet("subnet-c", "us-east-1a", "10.0.2.0/24"),
      "aws_subnet.d": subnet("subnet-d", "us-east-1b", "10.0.3.0/24"),
      "aws_route_table_association.c": { id: "rtbassoc-c", subnet_id: "subnet-c", route_table_id: "rtb-1" },
      "aws_route_table_association.d": { id: "rtbassoc-d", subnet_id: "subnet-d", route_table_id: "rtb-1" },
      "aws_lb.web": { ...SITE["aws_lb.web"], subnets: ["subnet-c", "subnet-d"] },
      "aws_network_acl.web": acl,
      ...more,
    });

    test.each<[string, Site, string[]]>([
      ["that lets in both ports", site(allowing(80, 8081)), []],
      ["that keeps out health checks", site(allowing(80)), ["P39 warning aws_network_acl.web"]],
      ["that keeps out requests too", site(allowing(22)), ["P39 error aws_network_acl.web"]],
      ["to whose port another group's requests go", site(allowing(80), API_ON_8081), ["P39 error aws_network_acl.web"]],
      [
        "to whose port another group's requests go, by a later rule",
        site(allowing(80), {
          ...API_ON_8081,
          ...forwarding("aws_lb_listener_rule.api", "web"),
          ...forwarding("aws_lb_listener.https", "api"),
        }),
        ["P39 error aws_network_acl.web"],
      ],
    ])("%s", (_, it, expected) => expect(found(traced(it))).toEqual(expected));
  });

  test("is an error on the path of another port, whose requests meet the same rule", () => {
    const rule = {
      ...SITE["aws_vpc_security_group_ingress_rule.web"],
      referenced_security_group_id: null,
      cidr_ipv4: "192.0.2.0/24",
      from_port: 8081,
      to_port: 8081,
    };
    const { "aws_lb_listener_rule.api": _api, "aws_lb_listener_rule.old": _old, ...site } = CLOSED;
    const forward = (group: string) => ({
      default_action: [{ type: "forward", order: 1, target_group_arn: SITE[`aws_lb_target_group.${group}`]?.arn }],
    });
    const report = traced({
      ...site,
      "aws_vpc_security_group_ingress_rule.health": rule,
      "aws_lb_target_group.api": { ...SITE["aws_lb_target_group.api"], port: 8081 },
      "aws_lb_listener.http": { ...SITE["aws_lb_listener.http"], ...forward("web") },
      "aws_lb_listener.https": { ...SITE["aws_lb_listener.https"], ...forward("api") },
    });
    expect(found(report)).toEqual([
      "P35 warning aws_vpc_security_group_ingress_rule.health",
      "P35 error aws_vpc_security_group_ingress_rule.health",
    ]);
    expect(report.paths.map(({ url, verdict }) => `${url} ${verdict}`)).toEqual([
      "http://www.example.com/ ok",
      "https://www.example.com/ broken",
    ]);
  });

  test("is left open where the file does not say whether an Auto Scaling group looks at it", () => {
    const plan = planOf(
      {
        "aws_autoscaling_group.web": {
          actions: ["create"],
          set: { ...scaling("ELB", CLOSED)["aws_autoscaling_group.web"], health_check_type: undefined },
          open: ["health_check_type"],
        },
      },
      scaling("ELB", CLOSED),
    ) as {
      configuration: { root_module: { variables?: object; resources: { address: string; expressions: object }[] } };
    };
    for (const it of plan.configuration.root_module.resources)
      if (it.address === "aws_autoscaling_group.web")
        it.expressions = { health_check_type: { references: ["data.external.type"] } };
    expect(found(trace(plan))).toEqual(["P34 warning aws_security_group.web"]);
    expect(trace(plan).verdict).toBe("unknown");
  });
});

test.each([
  ["8081", "80", /sends health checks$/, OPEN],
  ["8081", "8081", /some traffic$/, /502 Bad Gateway$/],
  ["80", "90", /all traffic$/, /502 Bad Gateway$/],
])("a check on %s of instances that listen on %s", (port, listening, required, symptom) => {
  const user_data = `#!/bin/bash\npython3 -m http.server ${listening}\n`;
  const instances = Object.fromEntries(
    ["aws_instance.a", "aws_instance.b"].map((address) => [address, { ...SITE[address], user_data }]),
  );
  const { findings } = traced({ ...withCheck({ port }, { ...SITE, ...OUT, ...IN }), ...instances });
  expect(findings.filter(({ id }) => id === "P65")).toMatchObject(
    ["aws_instance.a", "aws_instance.b"].map((address) => ({
      severity: "warning",
      address,
      required: expect.stringMatching(required),
      symptom: expect.stringMatching(symptom),
    })),
  );
});

describe("an apply that waits for healthy instances", () => {
  const site = scaling("EC2", CLOSED);
  const traceOf = (set: Values, open: readonly string[], actions: readonly string[] = ["create"]) => {
    const plan = planOf(
      { "aws_autoscaling_group.web": { actions, set: { ...site["aws_autoscaling_group.web"], ...set }, open } },
      site,
    ) as { configuration: { root_module: { resources: { address: string; expressions: object }[] } } };
    for (const it of plan.configuration.root_module.resources)
      if (it.address === "aws_autoscaling_group.web")
        it.expressions = Object.fromEntries(open.map((name) => [name, { references: ["data.external.number"] }]));
    return trace(plan);
  };

  test("does so in vain", () => {
    const { findings, verdict } = traceOf({ wait_for_elb_capacity: 2 }, []);
    expect([verdict, ...findings.map(({ id, severity, symptom }) => `${id} ${severity} ${symptom}`)]).toEqual([
      "broken",
      expect.stringMatching(
        /^P34 error .*; the apply waits for healthy instances of aws_autoscaling_group\.web until it fails with "timeout while waiting for state"$/,
      ),
    ]);
  });

  test("is over for one that stands", () => {
    expect(found(traceOf({ wait_for_elb_capacity: 2 }, [], ["no-op"]))).toEqual(["P34 warning aws_security_group.web"]);
  });

  test("is left open where the file does not say whether it waits", () => {
    const report = traceOf({}, ["wait_for_elb_capacity"]);
    expect([report.verdict, ...found(report)]).toEqual(["unknown", "P34 warning aws_security_group.web"]);
  });
});

/**
 * At `/` nobody is answered while an Auto Scaling group ends all that it starts, though the second target group answers
 * at `/api/`.
 */
describe("what a review says of it:", () => {
  const path = { "aws_lb_target_group.web": { set: { health_check: [{ ...CHECK, path: "/ready" }] } } };
  test.each<[string, Site, Readonly<Record<string, Planned>>, Effect, RegExp]>([
    [
      "the check's path changes",
      SITE,
      path,
      "none",
      /the health check uses the new `health_check\.path` for all targets; an unhealthy target receives no requests/,
    ],
    [
      "the check's path changes, at which an Auto Scaling group looks",
      scaling("ELB", SITE),
      path,
      "brief",
      /aws_autoscaling_group\.web repeatedly terminates its instances/,
    ],
    [
      "the check's path changes, at which a container service looks",
      withService(SITE),
      path,
      "brief",
      /aws_ecs_service\.web repeatedly stops its tasks and starts new ones/,
    ],
    [
      "the check's path changes, at which Route 53 looks",
      failover(SITE),
      path,
      "brief",
      /Route 53 answers with other records/,
    ],
    [
      "the rule for the check's port goes",
      { ...CLOSED, ...IN },
      { "aws_vpc_security_group_ingress_rule.health": destroyed() },
      "none",
      /P34 at .* \(.*\): .*; an unhealthy target receives no requests while another target is healthy/,
    ],
    [
      "the rule for the check's port goes, at which an Auto Scaling group looks",
      scaling("ELB", { ...CLOSED, ...IN }),
      { "aws_vpc_security_group_ingress_rule.health": destroyed() },
      "outage",
      /P34 at `aws_security_group\.web`/,
    ],
    [
      "the rule for the check's port goes, while nobody knows what the instances run",
      { ...CLOSED, ...IN, "aws_instance.a": { ...SITE["aws_instance.a"], user_data: "a".repeat(40) } },
      { "aws_vpc_security_group_ingress_rule.health": destroyed() },
      "none",
      /P34 at .* \(.*\): .*; an unhealthy target/,
    ],
    [
      "an Auto Scaling group looks at a check from then on that is closed",
      scaling("EC2", CLOSED),
      { "aws_autoscaling_group.web": { set: { health_check_type: "ELB" } } },
      "outage",
      /P34.*terminates its instances/,
    ],
  ])("%s", (_, site, changes, effect, text) => {
    const { report, watch } = review(planOf(changes, site));
    expect(report.effect).toBe(effect);
    expect([...report.causes.map(({ why }) => why), ...watch].join("\n")).toMatch(text);
  });
});
