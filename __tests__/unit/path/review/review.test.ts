import { HOPS } from "../../../../path/report";
import { review } from "../../../../path/review/review";
import type { Cause, Effect, ReviewReport } from "../../../../path/review/review-report";
import { UnreadableFile } from "../../../../topology/unreadable-file";
import { created, destroyed, type Planned, planOf, replaced, SITE, type Values } from "../../../support/standing-site";

/*
 * What a change does to the path of a site that stands; __tests__/slow/path/review/review-changes.test.ts asks the same
 * of plans that the provider makes.
 */

const of = (changes: Readonly<Record<string, Planned>>, site = SITE): ReviewReport =>
  review(planOf(changes, site)).report;
const withValues = (values: Readonly<Record<string, Values>>): typeof SITE => ({
  ...SITE,
  ...Object.fromEntries(Object.entries(values).map(([address, it]) => [address, { ...SITE[address], ...it }])),
});
const without = (...addresses: string[]): typeof SITE =>
  Object.fromEntries(Object.entries(SITE).filter(([address]) => !addresses.includes(address)));
/** Tasks of a service in place of instances. */
const WITH_SERVICE: typeof SITE = {
  ...Object.fromEntries(
    Object.entries(SITE).filter(([address]) => !/^aws_(instance|lb_target_group_attachment)\./.test(address)),
  ),
  "aws_ecs_service.web": {
    id: "svc",
    name: "web",
    cluster: "c",
    desired_count: 2,
    deployment_minimum_healthy_percent: 100,
    task_definition: "web:1",
    launch_type: "FARGATE",
    load_balancer: [SITE["aws_lb_target_group.web"], SITE["aws_lb_target_group.api"]].map((group) => ({
      target_group_arn: group?.arn,
      container_name: "web",
      container_port: 80,
    })),
  },
};
/** An Auto Scaling group in place of instances, as a refresh shows it. */
const WITH_SCALING: typeof SITE = {
  ...Object.fromEntries(
    Object.entries(SITE).filter(([address]) => !/^aws_(instance|lb_target_group_attachment)\./.test(address)),
  ),
  "aws_launch_configuration.web": {
    id: "web",
    name: "web",
    image_id: "ami-1",
    instance_type: "t3.micro",
    security_groups: ["sg-web"],
    associate_public_ip_address: true,
  },
  "aws_autoscaling_group.web": {
    id: "web",
    name: "web",
    launch_configuration: "web",
    min_size: 2,
    max_size: 2,
    desired_capacity: 2,
    vpc_zone_identifier: ["subnet-a", "subnet-b"],
    target_group_arns: [SITE["aws_lb_target_group.web"]?.arn],
  },
  "aws_autoscaling_attachment.web": {
    id: "att",
    autoscaling_group_name: "web",
    lb_target_group_arn: SITE["aws_lb_target_group.web"]?.arn,
  },
};
const all = (change: Planned): Record<string, Planned> =>
  Object.fromEntries(Object.keys(SITE).map((address) => [address, change]));
const causeAt = (report: ReviewReport, address: string, hop?: string | null): Cause | undefined =>
  report.causes.find((it) => it.address === address && (hop === undefined || it.hop === hop));

const both = (change: Planned): Record<string, Planned> => ({ "aws_instance.a": change, "aws_instance.b": change });
const listeners = (change: Planned): Record<string, Planned> => ({
  "aws_lb_listener.https": change,
  "aws_lb_listener.http": change,
});

/** What changes, what that does, and the cause that must be reported; then the site, where it is another one. */
type Row = readonly [
  name: string,
  changes: Readonly<Record<string, Planned>>,
  effect: Effect,
  address?: string,
  attribute?: string,
  hop?: string | null,
  site?: typeof SITE,
];

const ROWS: readonly Row[] = [
  ["nothing", {}, "none"],
  ["a tag of an instance", { "aws_instance.a": { set: { tags: { Name: "x" } } } }, "none"],
  [
    "the description of a rule",
    { "aws_vpc_security_group_ingress_rule.web": { set: { description: "x" } } },
    "none",
    "aws_vpc_security_group_ingress_rule.web",
    "description",
    "target",
  ],
  ["a resource that is called otherwise", { "aws_lb.web": { actions: ["no-op"], more: {} } }, "none"],

  [
    "the load balancer's name",
    { "aws_lb.web": replaced("name", { name: "x" }), ...listeners(replaced("load_balancer_arn")) },
    "outage",
    "aws_lb.web",
    "name",
    "listener",
  ],
  [
    "its scheme",
    { "aws_lb.web": replaced("internal", { internal: true }) },
    "outage",
    "aws_lb.web",
    "internal",
    "listener",
  ],
  [
    "its name, made before the old one goes",
    { "aws_lb.web": replaced("name", { name: "x" }, true) },
    "brief",
    "aws_lb.web",
    "name",
    "listener",
  ],
  [
    "its idle timeout",
    { "aws_lb.web": { set: { idle_timeout: 120 } } },
    "none",
    "aws_lb.web",
    "idle_timeout",
    "listener",
  ],
  [
    "one subnet fewer of it",
    {
      "aws_lb.web": { set: { subnets: ["subnet-a", "subnet-c"] } },
      "aws_subnet.c": created({ ...SITE["aws_subnet.b"], availability_zone: "us-east-1c", cidr_block: "10.0.2.0/24" }),
    },
    "brief",
    "aws_lb.web",
    "subnets",
    "listener",
  ],
  [
    "its protection, with its name",
    { "aws_lb.web": replaced("name", { name: "x" }) },
    "fails",
    "aws_lb.web",
    "name",
    "listener",
    withValues({ "aws_lb.web": { enable_deletion_protection: true } }),
  ],
  [
    "its protection alone",
    { "aws_lb.web": { set: { enable_deletion_protection: false } } },
    "none",
    "aws_lb.web",
    "enable_deletion_protection",
    "listener",
    withValues({ "aws_lb.web": { enable_deletion_protection: true } }),
  ],

  [
    "a listener's port",
    { "aws_lb_listener.https": { set: { port: 8443 } } },
    "outage",
    "aws_lb_listener.https",
    "port",
    "listener",
  ],
  ["a listener's protocol", { "aws_lb_listener.http": { set: { protocol: "HTTPS" } } }, "fails"],
  [
    "a listener's TLS policy",
    { "aws_lb_listener.https": { set: { ssl_policy: "ELBSecurityPolicy-TLS13-1-3-2021-06" } } },
    "none",
    "aws_lb_listener.https",
    "ssl_policy",
    "listener",
  ],
  ["a listener that goes", { "aws_lb_listener.http": destroyed() }, "outage", "aws_lb_listener.http", "", "listener"],
  [
    "a listener that is tainted",
    { "aws_lb_listener.http": { ...replaced("x"), forcedBy: [], reason: "replace_because_tainted" } },
    "brief",
    "aws_lb_listener.http",
    "",
    "listener",
  ],
  ["a rule that goes", { "aws_lb_listener_rule.api": destroyed() }, "none", "aws_lb_listener_rule.api", "", "listener"],
  [
    "a rule that is replaced",
    { "aws_lb_listener_rule.api": replaced("listener_arn") },
    "brief",
    "aws_lb_listener_rule.api",
    "listener_arn",
    "listener",
  ],

  [
    "a target group's port",
    { "aws_lb_target_group.web": replaced("port", { port: 8080 }) },
    "fails",
    "aws_lb_target_group.web",
    "port",
    "target-group",
  ],
  [
    "the port of one that only a rule uses",
    { "aws_lb_target_group.api": replaced("port", { port: 8080 }) },
    "fails",
    "aws_lb_target_group.api",
    "port",
    "target-group",
  ],
  [
    "the port of one under its old name, made first",
    { "aws_lb_target_group.web": replaced("port", { port: 8080 }, true) },
    "fails",
    "aws_lb_target_group.web",
    "port",
    "target-group",
  ],
  [
    "the target group's type, made first under another name",
    { "aws_lb_target_group.web": replaced("ip_address_type", { name: "web-2" }, true) },
    "brief",
    "aws_lb_target_group.web",
    "ip_address_type",
    "target-group",
  ],
  [
    "the target group's type, made first under a name that AWS makes",
    { "aws_lb_target_group.web": { ...replaced("ip_address_type", {}, true), open: ["name"] } },
    "brief",
    "aws_lb_target_group.web",
    "ip_address_type",
    "target-group",
  ],
  [
    "a target group whose listeners go first",
    {
      "aws_lb_target_group.web": replaced("port", { port: 8080 }),
      "aws_lb_listener.https": replaced("load_balancer_arn"),
      "aws_lb_listener_rule.old": replaced("listener_arn"),
      "aws_lb_listener_rule.api": replaced("listener_arn"),
    },
    "outage",
    "aws_lb_target_group.web",
    "port",
    "target-group",
  ],
  [
    "its health check's path",
    {
      "aws_lb_target_group.web": {
        set: { health_check: [{ ...(SITE["aws_lb_target_group.web"]?.health_check as Values[])[0], path: "/ready" }] },
      },
    },
    "none",
    "aws_lb_target_group.web",
    "health_check.path",
    "target-group",
  ],
  [
    "its health check's interval",
    {
      "aws_lb_target_group.web": {
        set: { health_check: [{ ...(SITE["aws_lb_target_group.web"]?.health_check as Values[])[0], interval: 30 }] },
      },
    },
    "none",
    "aws_lb_target_group.web",
    "health_check.interval",
    "target-group",
  ],
  [
    "its deregistration delay",
    { "aws_lb_target_group.web": { set: { deregistration_delay: "30" } } },
    "none",
    "aws_lb_target_group.web",
    "deregistration_delay",
    "target-group",
  ],

  [
    "the port of all attachments",
    {
      "aws_lb_target_group_attachment.a": replaced("port", { port: 80 }),
      "aws_lb_target_group_attachment.b": replaced("port", { port: 80 }),
    },
    "brief",
    "aws_lb_target_group_attachment.a",
    "port",
    "target-group",
  ],
  [
    "the port of one attachment of two",
    { "aws_lb_target_group_attachment.a": replaced("port", { port: 80 }) },
    "none",
    "aws_lb_target_group_attachment.a",
    "port",
    "target-group",
  ],
  [
    "all attachments, which go",
    { "aws_lb_target_group_attachment.a": destroyed(), "aws_lb_target_group_attachment.b": destroyed() },
    "outage",
    "aws_lb_target_group_attachment.a",
    "",
    "target-group",
  ],

  ["the image of all instances", both(replaced("ami", { ami: "ami-2" })), "outage", "aws_instance.a", "ami", "target"],
  [
    "the image of all, made before the old ones go",
    both(replaced("ami", { ami: "ami-2" }, true)),
    "outage",
    "aws_instance.a",
    "ami",
    "target",
  ],
  [
    "the disk's encryption of all",
    both({ ...replaced("x"), forcedBy: [["root_block_device", 0, "encrypted"]] }),
    "outage",
    "aws_instance.a",
    "root_block_device.encrypted",
    "target",
  ],
  [
    "the image of one instance of two",
    { "aws_instance.a": replaced("ami", { ami: "ami-2" }) },
    "brief",
    "aws_instance.a",
    "ami",
    "target",
  ],
  [
    "the type of all instances",
    both({ set: { instance_type: "t3.small" } }),
    "outage",
    "aws_instance.a",
    "instance_type",
    "target",
  ],
  [
    "the type of one instance of two",
    { "aws_instance.b": { set: { instance_type: "t3.small" } } },
    "brief",
    "aws_instance.b",
    "instance_type",
    "target",
  ],
  [
    "the boot script of all, without a replacement",
    both({ set: { user_data: "b".repeat(40) } }),
    "outage",
    "aws_instance.a",
    "user_data",
    "target",
    withValues({ "aws_instance.a": { user_data: "a".repeat(40) }, "aws_instance.b": { user_data: "a".repeat(40) } }),
  ],
  [
    "the monitoring of all instances",
    both({ set: { monitoring: true } }),
    "none",
    "aws_instance.a",
    "monitoring",
    "target",
  ],
  [
    "one instance fewer",
    {
      "aws_instance.b": destroyed("delete_because_count_index"),
      "aws_lb_target_group_attachment.b": destroyed("delete_because_count_index"),
      "aws_lb_target_group_attachment.api-b": destroyed("delete_because_count_index"),
    },
    "brief",
    "aws_instance.b",
    "count",
    "target",
  ],
  [
    "the tasks of a service, in turn",
    { "aws_ecs_service.web": { set: { task_definition: "web:2" } } },
    "none",
    "aws_ecs_service.web",
    "task_definition",
    "target",
    WITH_SERVICE,
  ],
  [
    "the tasks of a service, all at once",
    { "aws_ecs_service.web": { set: { task_definition: "web:2", deployment_minimum_healthy_percent: 0 } } },
    "outage",
    "aws_ecs_service.web",
    "task_definition",
    "target",
    WITH_SERVICE,
  ],
  [
    "a service without tasks",
    { "aws_ecs_service.web": { set: { desired_count: 0 } } },
    "outage",
    "aws_ecs_service.web",
    "desired_count",
    "target",
    WITH_SERVICE,
  ],
  [
    "a service's launch type",
    { "aws_ecs_service.web": replaced("launch_type", { launch_type: "EC2" }) },
    "outage",
    "aws_ecs_service.web",
    "launch_type",
    "target",
    WITH_SERVICE,
  ],
  [
    "the attachment of an Auto Scaling group, which its own list shows too",
    { "aws_autoscaling_attachment.web": destroyed() },
    "outage",
    "aws_autoscaling_attachment.web",
    "",
    "target-group",
    WITH_SCALING,
  ],
  [
    "a launch configuration that is in use",
    { "aws_launch_configuration.web": replaced("instance_type", { instance_type: "t3.large" }) },
    "fails",
    "aws_launch_configuration.web",
    "instance_type",
    "target",
    WITH_SCALING,
  ],
  [
    "a target group, its rule and what is in it",
    {
      "aws_lb_target_group.api": destroyed(),
      "aws_lb_listener_rule.api": destroyed(),
      "aws_lb_target_group_attachment.api": destroyed(),
      "aws_lb_target_group_attachment.api-b": destroyed(),
    },
    "brief",
    "aws_lb_target_group_attachment.api",
    "",
    "target-group",
  ],
  [
    "a new rule by which the load balancer answers everything itself",
    {
      "aws_lb_listener_rule.all": created({
        listener_arn: SITE["aws_lb_listener.https"]?.arn,
        priority: 30,
        condition: [{ path_pattern: [{ values: ["/*"] }] }],
        action: [
          { type: "fixed-response", order: 1, fixed_response: [{ content_type: "text/plain", status_code: "503" }] },
        ],
      }),
    },
    "outage",
    "aws_lb_listener_rule.all",
    "",
    "listener",
  ],
  [
    "instances that take a group which opens nothing",
    both({ set: { vpc_security_group_ids: ["sg-empty"] } }),
    "outage",
    "aws_instance.a",
    "vpc_security_group_ids",
    "target",
    {
      ...SITE,
      "aws_security_group.empty": { id: "sg-empty", name: "empty", vpc_id: "vpc-1", ingress: [], egress: [] },
    },
  ],
  [
    "a record under another name, without a moved block",
    {
      "aws_route53_record.www": destroyed(),
      "aws_route53_record.web": created({ ...SITE["aws_route53_record.www"], set_identifier: null }),
    },
    "fails",
    "aws_route53_record.web",
    "name",
    "dns",
    withValues({ "aws_route53_record.www": { set_identifier: "" } }),
  ],
  [
    "a rule under another name, without a moved block",
    {
      "aws_vpc_security_group_ingress_rule.web": destroyed(),
      "aws_vpc_security_group_ingress_rule.other": created({ ...SITE["aws_vpc_security_group_ingress_rule.web"] }),
    },
    "fails",
    "aws_vpc_security_group_ingress_rule.other",
    "from_port",
    "target",
  ],
  [
    "a record that is pointed elsewhere",
    {
      "aws_route53_record.www": {
        set: { alias: [{ name: "other-1.us-east-1.elb.amazonaws.com", zone_id: "Z35", evaluate_target_health: true }] },
      },
    },
    "unknown",
    "aws_route53_record.www",
    "alias.name",
    "dns",
  ],
  [
    "an instance that serves nobody",
    { "aws_instance.bastion": replaced("ami", { ami: "ami-2" }) },
    "none",
    undefined,
    undefined,
    undefined,
    { ...SITE, "aws_instance.bastion": { id: "i-x", ami: "ami-1", subnet_id: "subnet-a", vpc_security_group_ids: [] } },
  ],

  [
    "a security group's description",
    { "aws_security_group.web": replaced("description", { description: "x" }) },
    "fails",
    "aws_security_group.web",
    "description",
    "target",
  ],
  [
    "the load balancer's group's name",
    { "aws_security_group.alb": replaced("name", { name: "x" }) },
    "fails",
    "aws_security_group.alb",
    "name",
    "listener",
  ],
  [
    "a group's name, made before the old one goes",
    { "aws_security_group.alb": replaced("name", { name: "x" }, true) },
    "brief",
    "aws_security_group.alb",
    "name",
    "listener",
  ],
  [
    "a group's description under its old name, made first",
    { "aws_security_group.alb": replaced("description", { description: "x" }, true) },
    "fails",
    "aws_security_group.alb",
    "description",
    "listener",
  ],
  [
    "a group that nothing has",
    { "aws_security_group.free": replaced("name", { name: "x" }) },
    "none",
    undefined,
    undefined,
    undefined,
    { ...SITE, "aws_security_group.free": { id: "sg-free", name: "free", vpc_id: "vpc-1", ingress: [], egress: [] } },
  ],
  [
    "a group that only a data base has",
    { "aws_security_group.db": replaced("name", { name: "x" }) },
    "fails",
    "aws_security_group.db",
    "name",
    null,
    {
      ...SITE,
      "aws_security_group.db": { id: "sg-db", name: "db", vpc_id: "vpc-1", ingress: [], egress: [] },
      "aws_db_instance.main": { id: "db", identifier: "db", vpc_security_group_ids: ["sg-db"] },
    },
  ],
  [
    "a rule that closes the way to the targets",
    { "aws_vpc_security_group_ingress_rule.web": { set: { from_port: 81, to_port: 81 } } },
    "outage",
    "aws_vpc_security_group_ingress_rule.web",
    "from_port",
    "target",
  ],
  [
    "a rule that goes",
    { "aws_vpc_security_group_ingress_rule.web": destroyed() },
    "outage",
    "aws_vpc_security_group_ingress_rule.web",
    "",
    "target",
  ],
  [
    "a rule that is replaced",
    { "aws_vpc_security_group_ingress_rule.web": replaced("security_group_id") },
    "brief",
    "aws_vpc_security_group_ingress_rule.web",
    "security_group_id",
    "target",
  ],
  [
    "the route to the internet, which goes",
    { "aws_route.out": destroyed() },
    "outage",
    "aws_route.out",
    "",
    "listener",
  ],
  [
    "a subnet that the load balancer is in",
    { "aws_subnet.a": replaced("cidr_block", { cidr_block: "10.0.9.0/24" }) },
    "fails",
    "aws_subnet.a",
    "cidr_block",
    "listener",
  ],

  [
    "the certificate's names",
    {
      "aws_acm_certificate.main": replaced("subject_alternative_names", {
        subject_alternative_names: ["www.example.com", "x.example.com"],
      }),
    },
    "fails",
    "aws_acm_certificate.main",
    "subject_alternative_names",
    "tls",
  ],
  [
    "the certificate, under what it validates before",
    { "aws_acm_certificate.main": replaced("domain_name", {}, true) },
    "none",
    "aws_acm_certificate.main",
    "domain_name",
    "tls",
  ],
  [
    "the record's name",
    { "aws_route53_record.www": { ...replaced("name", { name: "web.example.com" }), open: ["id", "fqdn"] } },
    "outage",
    "aws_route53_record.www",
    "name",
    "dns",
  ],
  ["the record, which goes", { "aws_route53_record.www": destroyed() }, "outage", "aws_route53_record.www", "", "dns"],
  [
    "the zone's name",
    { "aws_route53_zone.main": replaced("name", { name: "example.net" }) },
    "outage",
    "aws_route53_zone.main",
    "name",
    "dns",
  ],

  [
    "a listener on a port that is taken",
    { "aws_lb_listener.more": created({ ...SITE["aws_lb_listener.http"] }) },
    "fails",
    "aws_lb_listener.more",
    "port",
    "listener",
  ],
  [
    "a rule that is called otherwise, without a moved block",
    {
      "aws_lb_listener_rule.api": destroyed(),
      "aws_lb_listener_rule.api2": created({ ...SITE["aws_lb_listener_rule.api"] }),
    },
    "fails",
    "aws_lb_listener_rule.api2",
    "priority",
    "listener",
  ],
  [
    "two rules that change places",
    { "aws_lb_listener_rule.api": { set: { priority: 20 } }, "aws_lb_listener_rule.old": { set: { priority: 10 } } },
    "fails",
    "aws_lb_listener_rule.api",
    "priority",
    "listener",
  ],
  [
    "a target group that is called otherwise, without a moved block",
    {
      "aws_lb_target_group.spare": destroyed(),
      "aws_lb_target_group.other": created({ ...SITE["aws_lb_target_group.web"], name: "spare" }),
    },
    "fails",
    "aws_lb_target_group.other",
    "name",
    "target-group",
    {
      ...SITE,
      "aws_lb_target_group.spare": { ...SITE["aws_lb_target_group.web"], id: "spare", arn: "spare", name: "spare" },
    },
  ],
  [
    "a role of its old name, made first",
    { "aws_iam_role.r": replaced("path", { path: "/x/" }, true) },
    "fails",
    "aws_iam_role.r",
    "path",
    null,
    { ...SITE, "aws_iam_role.r": { id: "r", name: "r", path: "/" } },
  ],

  ["everything, which goes", all(destroyed()), "outage", "aws_lb.web", "", "listener"],
];

describe.each(ROWS.map((row) => ({ name: row[0], row })))(
  "$name",
  ({ row: [, changes, effect, address, attribute, hop, site] }) => {
    const report = of(changes, site);
    test(`is ${effect}`, () => {
      expect({
        effect: report.effect,
        causes: effect === "none" ? report.causes.filter((it) => it.effect !== "none") : [],
      }).toEqual({ effect, causes: [] });
    });
    if (address === undefined) return;
    test(`reports ${address}`, () => {
      const cause = causeAt(report, address, hop);
      expect({ attribute: cause?.attribute, hop: cause?.hop }).toEqual({ attribute, hop });
      expect(cause?.why).toMatch(/\.$/);
      // What fails can be avoided.
      if (cause?.effect === "fails") expect(cause.avoid).not.toBe("");
    });
  },
);

describe("the hops", () => {
  test("are all five, before and after", () => {
    expect(of({}).hops).toEqual(HOPS.map((hop) => ({ hop, before: "ok", after: "ok", change: "unchanged" })));
  });

  test("are broken by a change, and only where it breaks them", () => {
    expect(
      of({ "aws_vpc_security_group_ingress_rule.web": destroyed() }).hops.filter(
        ({ change }) => change !== "unchanged",
      ),
    ).toEqual([{ hop: "target", before: "ok", after: "broken", change: "broken" }]);
  });

  test("are repaired by a change", () => {
    const { "aws_vpc_security_group_ingress_rule.web": rule, ...site } = SITE;
    const report = of({ "aws_vpc_security_group_ingress_rule.web": created(rule ?? {}) }, site);
    expect(report.hops.filter(({ change }) => change !== "unchanged")).toEqual([
      { hop: "target", before: "broken", after: "ok", change: "repaired" },
    ]);
    expect(report.effect).toBe("none");
  });

  test("that were broken before and stay so are not this change's doing", () => {
    const { report, watch } = review(
      planOf({ "aws_instance.a": { set: { tags: {} } } }, without("aws_vpc_security_group_ingress_rule.web")),
    );
    expect(report.effect).toBe("none");
    expect(report.hops.find(({ hop }) => hop === "target")).toEqual({
      hop: "target",
      before: "broken",
      after: "broken",
      change: "unchanged",
    });
    expect(watch.join()).toMatch(/P33 .*: existed before and is not fixed by this plan/);
  });

  test("are there on one side only where a site is built or taken down", () => {
    expect(
      of(Object.fromEntries(Object.entries(SITE).map(([address, values]) => [address, created(values)])), {}).hops.map(
        ({ before }) => before,
      ),
    ).toEqual(HOPS.map(() => null));
    expect(of(all(destroyed())).hops.map(({ after }) => after)).toEqual(HOPS.map(() => null));
  });

  test("are none where the plan has no load balancer", () => {
    const report = of(
      { "aws_s3_bucket.a": replaced("bucket", { bucket: "b" }) },
      { "aws_s3_bucket.a": { id: "a", bucket: "a" } },
    );
    expect({ hops: report.hops, effect: report.effect, summary: report.summary }).toEqual({
      hops: [],
      effect: "none",
      summary: "No load balancer in this plan; data is lost: `aws_s3_bucket.a` is replaced.",
    });
  });
});

describe("the sentence above all", () => {
  test.each<[string, Readonly<Record<string, Planned>>, string]>([
    ["nothing", {}, "No changes."],
    ["a timeout", { "aws_lb.web": { set: { idle_timeout: 120 } } }, "No downtime expected."],
    [
      "all instances",
      both(replaced("ami", { ami: "ami-2" })),
      "Outage: `www.example.com` is unreachable until the new instances have booted and pass health checks.",
    ],
    [
      "a target group",
      { "aws_lb_target_group.web": replaced("port", { port: 8080 }) },
      "Apply will fail: the target group is still in use by the listener.",
    ],
    ["everything", all(destroyed()), "Outage: `www.example.com` is taken down because its load balancer is destroyed."],
    [
      "attachments",
      { "aws_lb_target_group_attachment.a": replaced("port"), "aws_lb_target_group_attachment.b": replaced("port") },
      "Some requests will fail while the targets are registered again.",
    ],
  ])("for %s", (_, changes, summary) => {
    expect(of(changes).summary).toBe(summary);
  });
});

describe("security", () => {
  const rule = (values: Values): Planned =>
    created({ security_group_id: "sg-web", ip_protocol: "tcp", from_port: 443, to_port: 443, ...values });
  const opened = (planned: Planned) => of({ "aws_vpc_security_group_ingress_rule.more": planned }).security;

  test.each<[Values, string]>([
    [{ cidr_ipv4: "0.0.0.0/0" }, "port 443 from everyone (IPv4) in `aws_security_group.web`"],
    [{ cidr_ipv6: "::/0" }, "port 443 from everyone (IPv6) in `aws_security_group.web`"],
    [
      { cidr_ipv4: "10.0.0.0/8", from_port: 22, to_port: 22 },
      "SSH (port 22) from 10.0.0.0/8 in `aws_security_group.web`",
    ],
    [
      { cidr_ipv4: "10.0.0.0/8", from_port: 8000, to_port: 8080 },
      "ports 8000-8080 from 10.0.0.0/8 in `aws_security_group.web`",
    ],
    [
      { cidr_ipv4: "10.0.0.0/8", ip_protocol: "-1", from_port: null, to_port: null },
      "all traffic from 10.0.0.0/8 in `aws_security_group.web`",
    ],
    [
      { cidr_ipv4: "10.0.0.0/8", ip_protocol: "udp", from_port: 53, to_port: 53 },
      "UDP port 53 from 10.0.0.0/8 in `aws_security_group.web`",
    ],
    [{ prefix_list_id: "pl-1" }, "port 443 from the prefix list `pl-1` in `aws_security_group.web`"],
  ])("%j", (values, text) => {
    expect(opened(rule(values))).toEqual({ opened: [text], closed: [] });
  });

  test("lists what is closed and what is opened separately", () => {
    expect(
      of({ "aws_vpc_security_group_ingress_rule.https": { set: { cidr_ipv4: "203.0.113.0/24" } } }).security,
    ).toEqual({ opened: [], closed: ["port 443 from everyone (IPv4) in `aws_security_group.alb`"] });
    expect(
      of({ "aws_vpc_security_group_ingress_rule.https": { set: { from_port: 8443, to_port: 8443 } } }).security,
    ).toEqual({
      opened: ["port 8443 from everyone (IPv4) in `aws_security_group.alb`"],
      closed: ["port 443 from everyone (IPv4) in `aws_security_group.alb`"],
    });
  });

  test("is silent of what was open already, or stays so by another rule", () => {
    expect(opened(rule({ security_group_id: "sg-alb", cidr_ipv4: "10.0.0.0/8" }))).toEqual({ opened: [], closed: [] });
    expect(
      of({
        "aws_vpc_security_group_ingress_rule.https": destroyed(),
        "aws_vpc_security_group_ingress_rule.more": rule({ security_group_id: "sg-alb", cidr_ipv4: "0.0.0.0/0" }),
      }).security,
    ).toEqual({ opened: [], closed: [] });
  });

  test("lists a scheme, a public address and metadata without a token", () => {
    const site = withValues({ "aws_lb.web": { internal: true } });
    expect(
      of(
        {
          "aws_lb.web": replaced("internal", { internal: false }),
          "aws_instance.a": { set: { metadata_options: [{ http_tokens: "optional" }] } },
        },
        site,
      ).security.opened,
    ).toEqual([
      "`aws_lb.web` is now internet-facing",
      "`aws_instance.a` accepts metadata requests without a token (IMDSv1)",
    ]);
  });
});

describe("of a site that stands, each resource destroyed by itself", () => {
  /** Whose end no request notices, with the reason. */
  const UNNOTICED: Readonly<Record<string, string>> = {
    "aws_acm_certificate_validation.main": "it only waits",
    "aws_lb_listener_rule.api": "the default action answers",
    "aws_lb_listener_rule.old": "the default action answers",
    ...Object.fromEntries(
      ["a", "b", "api", "api-b"].map((name) => [
        `aws_lb_target_group_attachment.${name}`,
        "the other target answers, and this one ends what it has begun",
      ]),
    ),
  };
  /** AWS takes none of these away from what needs it. */
  const REFUSED = [
    "aws_vpc.main",
    "aws_internet_gateway.main",
    "aws_subnet.a",
    "aws_subnet.b",
    "aws_security_group.alb",
    "aws_security_group.web",
    "aws_acm_certificate.main",
    "aws_lb_target_group.web",
    "aws_lb_target_group.api",
  ];

  test.each(Object.keys(SITE))("%s", (address) => {
    const { effect } = of({ [address]: destroyed() });
    expect(
      UNNOTICED[address] !== undefined
        ? effect === "none"
        : REFUSED.includes(address)
          ? effect === "fails"
          : ["brief", "outage"].includes(effect),
    ).toBe(true);
  });

  test("a VPC that goes with all that is in it is in nobody's way", () => {
    expect(of(Object.fromEntries(Object.keys(SITE).map((address) => [address, destroyed()]))).effect).toBe("outage");
  });

  test("a group that goes with the rules that name it is in nobody's way, though the other group still lists them", () => {
    const site = {
      ...SITE,
      "aws_security_group.old": { id: "sg-old", name: "old", vpc_id: "vpc-1", ingress: [], egress: [] },
      "aws_vpc_security_group_ingress_rule.old": {
        id: "sgr-9",
        security_group_id: "sg-web",
        ip_protocol: "tcp",
        from_port: 22,
        to_port: 22,
        referenced_security_group_id: "sg-old",
      },
    };
    const rule = "aws_vpc_security_group_ingress_rule.old";
    expect(of({ "aws_security_group.old": destroyed(), [rule]: destroyed() }, site).effect).toBe("none");
    expect(of({ "aws_security_group.old": destroyed() }, site).effect).toBe("fails");
  });
});

describe("what to watch", () => {
  const drifted = (before: Values, after: Values) => ({
    address: "aws_lb.web",
    mode: "managed",
    type: "aws_lb",
    name: "web",
    change: { actions: ["update"], before, after, after_unknown: {} },
  });

  describe("lists of the changes outside terraform what terraform's own text lists", () => {
    const changing = planOf({ "aws_instance.a": { set: { tags: {} } } });
    const timeout = [drifted({ idle_timeout: 60, tags: null }, { idle_timeout: 90, tags: {} })];
    const uses = (attribute: string, resource = "aws_lb.web") => [{ resource, attribute: [attribute] }];
    const reported = ["1 resource was changed outside of Terraform since the last apply: `aws_lb.web`."];

    test.each<[string, Values, readonly string[]]>([
      [
        "what the plan was made of",
        { ...changing, resource_drift: timeout, relevant_attributes: uses("idle_timeout") },
        reported,
      ],
      ["no other attribute", { ...changing, resource_drift: timeout, relevant_attributes: uses("name") }, []],
      [
        "no other resource",
        { ...changing, resource_drift: timeout, relevant_attributes: uses("idle_timeout", "aws_lb.other") },
        [],
      ],
      ["nothing where the plan was made of nothing else", { ...changing, resource_drift: timeout }, []],
      [
        "nothing where one nothing stands for another",
        { ...changing, resource_drift: timeout, relevant_attributes: uses("tags") },
        [],
      ],
      [
        "nothing where the plan changes nothing",
        { ...planOf({}), resource_drift: timeout, relevant_attributes: uses("idle_timeout") },
        [],
      ],
      [
        "what changes an output only",
        {
          ...planOf({}),
          output_changes: { url: { actions: ["update"] } },
          resource_drift: timeout,
          relevant_attributes: uses("idle_timeout"),
        },
        reported,
      ],
      [
        "what was taken away",
        {
          ...changing,
          resource_drift: [
            { ...timeout[0], change: { actions: ["delete"], before: { idle_timeout: 60 }, after: null } },
          ],
          relevant_attributes: uses("arn"),
        },
        reported,
      ],
      [
        "everything, from a Terraform that does not say what it used",
        { ...changing, terraform_version: "1.1.9", resource_drift: timeout },
        reported,
      ],
    ])("%s", (_, plan, watch) => {
      expect(review(plan).watch).toEqual(watch);
    });
  });

  test("reports several resources once", () => {
    const { watch } = review(
      planOf(
        {},
        withValues({ "aws_lb_target_group.web": { vpc_id: "vpc-2" }, "aws_lb_target_group.api": { vpc_id: "vpc-2" } }),
      ),
    );
    expect(watch.filter((it) => it.startsWith("P51"))).toEqual([
      expect.stringMatching(
        /^P51 at `aws_lb_target_group\.api` and `aws_lb_target_group\.web` \(.*\): existed before and is not fixed by this plan\.$/,
      ),
    ]);
  });

  test("is data that is lost, and drift", () => {
    const plan = {
      ...planOf(
        { "aws_db_instance.main": replaced("engine") },
        { ...SITE, "aws_db_instance.main": { id: "db", identifier: "db" } },
      ),
      resource_drift: [drifted({ idle_timeout: 60 }, { idle_timeout: 90 })],
      relevant_attributes: [{ resource: "aws_lb.web", attribute: ["idle_timeout"] }],
    };
    expect(review(plan).watch).toEqual([
      "`aws_db_instance.main` is replaced; its data is lost.",
      "1 resource was changed outside of Terraform since the last apply: `aws_lb.web`.",
    ]);
  });

  test("is a protection that is taken off", () => {
    const site = withValues({ "aws_lb.web": { enable_deletion_protection: true } });
    expect(review(planOf({ "aws_lb.web": { set: { enable_deletion_protection: false } } }, site)).watch).toEqual([
      "`aws_lb.web` is no longer protected from deletion.",
    ]);
  });
});

describe("the picture", () => {
  test("leads from the client to the targets, and says what becomes of each", () => {
    const { picture } = review(planOf({ "aws_instance.b": replaced("ami"), "aws_lb_listener.http": destroyed() }));
    expect(picture.nodes.map(({ address, doing }) => `${address} ${doing}`)).toEqual([
      "aws_route53_record.www none",
      "aws_lb.web none",
      "aws_lb_listener.https none",
      "aws_lb_listener.http destroy",
      "aws_lb_target_group.web none",
      "aws_lb_target_group.api none",
      "aws_instance.a none",
      "aws_instance.b replace",
    ]);
    expect(picture.edges.filter(({ from }) => from === "client")).toEqual([
      { from: "client", to: "aws_route53_record.www", is: "kept" },
    ]);
    expect(picture.edges.filter(({ is }) => is === "gone").map(({ from, to }) => `${from} ${to}`)).toEqual([
      "aws_lb.web aws_lb_listener.http",
      "aws_lb_listener.http aws_lb_listener.https",
    ]);
  });
});

describe("the picture has a box for what changes at a box that stays", () => {
  const boxesOf = (changes: Readonly<Record<string, Planned>>) => {
    const { nodes, edges } = review(planOf(changes)).picture;
    const attached = new Set(nodes.filter(({ isAttached }) => isAttached === true).map(({ address }) => address));
    return {
      attached: nodes.flatMap(({ address, hop, doing }) =>
        attached.has(address) ? [`${address} ${hop} ${doing}`] : [],
      ),
      edges: edges.flatMap(({ from, to, is }) =>
        attached.has(from) || attached.has(to) || is === "again" ? [`${from} ${to} ${is}`] : [],
      ),
    };
  };

  test.each<[string, Readonly<Record<string, Planned>>, readonly string[], readonly string[]]>([
    [
      "a certificate",
      { "aws_acm_certificate.main": replaced("domain_name", {}, true) },
      ["aws_acm_certificate.main tls replace"],
      ["aws_acm_certificate.main aws_lb_listener.https kept"],
    ],
    [
      "a security group of the load balancer",
      { "aws_security_group.alb": replaced("name", { name: "x" }, true) },
      ["aws_security_group.alb listener replace"],
      ["aws_lb.web aws_security_group.alb kept"],
    ],
    [
      "a security group of targets that loses a rule",
      { "aws_vpc_security_group_ingress_rule.web": destroyed() },
      ["aws_security_group.web target update"],
      ["aws_instance.a aws_security_group.web kept", "aws_instance.b aws_security_group.web kept"],
    ],
    [
      "a registration, as words at its arrow",
      { "aws_lb_target_group_attachment.a": replaced("port", { port: 80 }) },
      [],
      ["aws_lb_target_group.web aws_instance.a again"],
    ],
    ["a tag, which is no news", { "aws_security_group.alb": { set: { tags: { a: "b" } } } }, [], []],
    [
      "none at a box that is replaced with its certificate",
      { "aws_instance.a": destroyed(), "aws_instance.b": destroyed(), "aws_security_group.web": destroyed() },
      [],
      [],
    ],
  ])("%s", (_, changes, attached, edges) => {
    expect(boxesOf(changes)).toEqual({ attached, edges });
  });

  test("a listener rule", () => {
    const { picture } = review(planOf({ "aws_lb_listener_rule.api": { set: { priority: 30 } } }));
    expect(picture.nodes.find(({ address }) => address === "aws_lb_listener_rule.api")).toEqual({
      address: "aws_lb_listener_rule.api",
      hop: "listener",
      doing: "update",
      label: "/api/*",
      isBroken: false,
    });
    expect(picture.edges.filter(({ to }) => to === "aws_lb_target_group.api").map(({ from }) => from)).toEqual([
      "aws_lb_listener_rule.api",
    ]);
  });
});

test("a plan without its configuration is reviewed as far as possible", () => {
  const { configuration: _, ...plan } = planOf(both(replaced("ami", { ami: "ami-2" })));
  expect(review(plan).report).toMatchObject({
    effect: "outage",
    hops: HOPS.map((hop) => ({ hop, before: "ok", after: "ok" })),
  });
});

test("a plan of a terraform that does not say what forces a replacement is reported by what differs", () => {
  expect(causeAt(of(both({ actions: ["delete", "create"], set: { ami: "ami-2" } })), "aws_instance.a")?.attribute).toBe(
    "ami",
  );
});

describe("a file that is no plan", () => {
  test.each<[string, unknown, RegExp]>([
    ["null", null, /this is null/],
    ["a list", [], /this is a list/],
    ["a state", { format_version: "1.0", terraform_version: "1.11.4", values: { root_module: {} } }, /this is a state/],
    ["a configuration", { resource: {} }, /this is a configuration/],
    ["something else", { a: 1 }, /this JSON is not a plan/],
  ])("is refused: %s", (_, document, message) => {
    expect(() => review(document)).toThrow(UnreadableFile);
    expect(() => review(document)).toThrow(message);
  });
});

test("the listener of a replaced load balancer follows it, so the load balancer alone is a root", () => {
  const listeners = { "aws_lb_listener.http": replaced("load_balancer_arn") };
  const { report, roots } = review(planOf({ "aws_lb.web": replaced("name", { name: "x" }), ...listeners }));
  expect(report.causes.map(({ address }) => address)).toContain("aws_lb_listener.http");
  expect(roots.map(({ address }) => address)).toContain("aws_lb.web");
  expect(roots.map(({ address }) => address)).not.toContain("aws_lb_listener.http");
  expect(report.causes.every((cause) => !("follows" in cause))).toBe(true);
});
