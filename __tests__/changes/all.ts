import type { Hop } from "../../path/report";
import type { Effect } from "../../path/review/review-report";
import type { ChangedBase } from "./bases";
import type { Changed } from "./changed";
import { add, all, type Block, drop, FIRST, rename, set, setAll } from "./edits";

/* Changes of sites that stand, each with what it does to a plan and to traffic. */

const check = (values: Block) => ({ health_check: { path: "/health", interval: 15, ...values } });
const lb = (attribute: string, hop: Hop = "listener") => ({ type: "aws_lb", attribute, hop });
const listener = (attribute: string) => ({ type: "aws_lb_listener", attribute, hop: "listener" as const });
const group = (attribute: string) => ({ type: "aws_lb_target_group", attribute, hop: "target-group" as const });
const instance = (attribute: string) => ({ type: "aws_instance", attribute, hop: "target" as const });
const securityGroup = (attribute: string, hop: Hop) => ({ type: "aws_security_group", attribute, hop });

const on =
  (base: ChangedBase) =>
  (
    name: string,
    edit: Changed["edit"],
    effect: Effect,
    cause?: Changed["cause"],
    broken?: Changed["broken"],
  ): Changed => ({
    name,
    base,
    edit,
    effect,
    ...(cause !== undefined && { cause }),
    ...(broken !== undefined && { broken }),
  });
const classic = on("classic");

const instances = (name: string, values: Block, effect: Effect, attribute: string): Changed =>
  classic(name, setAll("aws_instance", values), effect, instance(attribute));

export const CHANGED: readonly Changed[] = [
  classic("nothing", () => undefined, "none"),
  on("site")("nothing in a site of ours", () => undefined, "none"),
  classic(
    "tags everywhere",
    all(
      setAll("aws_instance", { tags: { Name: "x" } }),
      set("aws_lb.web", { tags: { a: "b" } }),
      set("aws_lb_target_group.web", { tags: { a: "b" } }),
      set("aws_security_group.web", { tags: { a: "b" } }),
    ),
    "none",
  ),
  classic("a rule's description", set("aws_vpc_security_group_ingress_rule.https", { description: "TLS" }), "none", {
    type: "aws_vpc_security_group_ingress_rule",
    attribute: "description",
    hop: "listener",
  }),

  classic("the load balancer's name", set("aws_lb.web", { name: "other" }), "outage", lb("name")),
  classic("the load balancer's scheme", set("aws_lb.web", { internal: true }), "outage", lb("internal"), ["dns"]),
  classic(
    "the load balancer's name, made before the old one goes, as its listeners are",
    all(set("aws_lb.web", { name: "other", ...FIRST }), setAll("aws_lb_listener", FIRST)),
    "brief",
    lb("name"),
  ),
  classic(
    "the load balancer's name, made before the old one goes, whose listeners go at once",
    set("aws_lb.web", { name: "other", ...FIRST }),
    "outage",
    listener("load_balancer_arn"),
  ),
  classic(
    "the load balancer's scheme under its old name, made first",
    set("aws_lb.web", { internal: true, ...FIRST }),
    "fails",
    lb("internal"),
    ["dns"],
  ),
  classic(
    "the load balancer's security groups",
    all(
      add("aws_security_group.more", { name: "more", description: "more", vpc_id: "${aws_vpc.main.id}" }),
      set("aws_lb.web", { security_groups: ["${aws_security_group.alb.id}", "${aws_security_group.more.id}"] }),
    ),
    "none",
    lb("security_groups"),
  ),
  classic("the load balancer's idle timeout", set("aws_lb.web", { idle_timeout: 120 }), "none", lb("idle_timeout")),
  classic(
    "the load balancer's headers",
    set("aws_lb.web", { drop_invalid_header_fields: true }),
    "none",
    lb("drop_invalid_header_fields"),
  ),
  classic(
    "a zone more",
    set("aws_lb.web", { subnets: ["${aws_subnet.a.id}", "${aws_subnet.b.id}", "${aws_subnet.c.id}"] }),
    "none",
    lb("subnets"),
  ),
  classic(
    "another zone for one of the two",
    set("aws_lb.web", { subnets: ["${aws_subnet.a.id}", "${aws_subnet.c.id}"] }),
    "outage",
    lb("subnets", "target"),
    ["target"],
  ),
  classic(
    "the load balancer is protected now",
    set("aws_lb.web", { enable_deletion_protection: true }),
    "none",
    lb("enable_deletion_protection"),
  ),
  on("protected")("the name of a protected load balancer", set("aws_lb.web", { name: "other" }), "fails", lb("name")),
  on("protected")(
    "the protection that is taken off",
    set("aws_lb.web", { enable_deletion_protection: false }),
    "none",
    lb("enable_deletion_protection"),
  ),

  classic("a listener's port", set("aws_lb_listener.https", { port: 8443 }), "outage", listener("port"), ["listener"]),
  classic(
    "a listener's protocol",
    set("aws_lb_listener.https", { protocol: "HTTP", ssl_policy: null, certificate_arn: null }),
    "outage",
    listener("protocol"),
    ["listener"],
  ),
  classic(
    "a listener's TLS policy",
    set("aws_lb_listener.https", { ssl_policy: "ELBSecurityPolicy-TLS13-1-3-2021-06" }),
    "none",
    listener("ssl_policy"),
  ),
  classic(
    "a listener's default action, to a group that serves already",
    set("aws_lb_listener.https", {
      default_action: [{ type: "forward", target_group_arn: "${aws_lb_target_group.api.arn}" }],
    }),
    "none",
    listener("default_action.target_group_arn"),
  ),
  classic(
    "a listener's default action, to a group that is new",
    all(
      add("aws_lb_target_group.green", {
        name: "green",
        port: 80,
        protocol: "HTTP",
        vpc_id: "${aws_vpc.main.id}",
        health_check: { path: "/health" },
      }),
      add("aws_lb_target_group_attachment.green", {
        target_group_arn: "${aws_lb_target_group.green.arn}",
        target_id: "${aws_instance.a.id}",
      }),
      set("aws_lb_listener.https", {
        default_action: [{ type: "forward", target_group_arn: "${aws_lb_target_group.green.arn}" }],
      }),
    ),
    "brief",
    listener("default_action.target_group_arn"),
  ),
  classic("a listener that goes", drop("aws_lb_listener.http"), "outage", listener("")),
  classic(
    "a listener that answers a fixed text",
    set("aws_lb_listener.https", {
      default_action: [{ type: "fixed-response", fixed_response: { content_type: "text/plain", status_code: "503" } }],
    }),
    "outage",
    listener("default_action.fixed_response"),
  ),
  classic(
    "a second listener on a port that is taken",
    add("aws_lb_listener.more", {
      load_balancer_arn: "${aws_lb.web.arn}",
      port: 80,
      protocol: "HTTP",
      default_action: [{ type: "redirect", redirect: { port: "443", protocol: "HTTPS", status_code: "HTTP_301" } }],
    }),
    "fails",
    listener("port"),
    ["listener"],
  ),
  classic(
    "a rule's action",
    set("aws_lb_listener_rule.api", {
      action: [{ type: "forward", target_group_arn: "${aws_lb_target_group.web.arn}" }],
    }),
    "none",
    { type: "aws_lb_listener_rule", attribute: "action.target_group_arn", hop: "listener" },
    ["target-group"],
  ),
  classic(
    "two rules that change places",
    all(set("aws_lb_listener_rule.api", { priority: 20 }), set("aws_lb_listener_rule.old", { priority: 10 })),
    "fails",
    { type: "aws_lb_listener_rule", attribute: "priority", hop: "listener" },
  ),
  classic(
    "a rule under another name, without a moved block",
    rename("aws_lb_listener_rule.api", "aws_lb_listener_rule.api2"),
    "fails",
    { type: "aws_lb_listener_rule", attribute: "priority", hop: "listener" },
  ),

  classic("a target group's port", set("aws_lb_target_group.web", { port: 8080 }), "fails", group("port"), ["target"]),
  classic(
    "a target group's protocol",
    set("aws_lb_target_group.web", { protocol: "HTTPS" }),
    "fails",
    group("protocol"),
  ),
  classic("a target group's name", set("aws_lb_target_group.web", { name: "classic-two" }), "fails", group("name")),
  classic(
    "a target group's protocol version",
    set("aws_lb_target_group.web", { protocol_version: "HTTP2" }),
    "fails",
    group("protocol_version"),
  ),
  classic(
    "the port of a group that only a rule uses",
    set("aws_lb_target_group.api", { port: 8080 }),
    "fails",
    group("port"),
    ["target"],
  ),
  classic(
    "a target group's name, made before the old one goes",
    set("aws_lb_target_group.web", { name: "classic-two", ...FIRST }),
    "brief",
    group("name"),
  ),
  classic(
    "a target group's protocol under its old name, made first",
    set("aws_lb_target_group.web", { protocol: "HTTPS", ...FIRST }),
    "fails",
    group("protocol"),
  ),
  classic(
    "a target group's name, made by AWS, before the old one goes",
    set("aws_lb_target_group.web", { name: null, name_prefix: "web-", ...FIRST }),
    "brief",
    group("name_prefix"),
  ),
  classic(
    "a target group under another address, without a moved block",
    rename("aws_lb_target_group.api", "aws_lb_target_group.api2"),
    "fails",
    group("name"),
  ),
  classic(
    "the health check's path",
    set("aws_lb_target_group.web", check({ path: "/" })),
    "none",
    group("health_check.path"),
  ),
  classic(
    "the health check's matcher",
    set("aws_lb_target_group.web", check({ matcher: "200-299" })),
    "none",
    group("health_check.matcher"),
  ),
  classic(
    "the health check's interval",
    set("aws_lb_target_group.web", check({ interval: 20 })),
    "none",
    group("health_check.interval"),
  ),
  classic(
    "the deregistration delay",
    set("aws_lb_target_group.web", { deregistration_delay: 30 }),
    "none",
    group("deregistration_delay"),
  ),
  classic(
    "stickiness",
    set("aws_lb_target_group.web", { stickiness: { type: "lb_cookie", enabled: true } }),
    "none",
    group("stickiness.cookie_duration"),
  ),
  classic("the port of all attachments", setAll("aws_lb_target_group_attachment", { port: 80 }), "brief", {
    type: "aws_lb_target_group_attachment",
    attribute: "port",
    hop: "target-group",
  }),
  classic("the port of one attachment", set("aws_lb_target_group_attachment.a", { port: 80 }), "none", {
    type: "aws_lb_target_group_attachment",
    attribute: "port",
    hop: "target-group",
  }),
  classic(
    "all targets are taken out",
    drop("aws_lb_target_group_attachment.a", "aws_lb_target_group_attachment.b"),
    "outage",
    { type: "aws_lb_target_group_attachment", attribute: "", hop: "target-group" },
  ),

  instances("the instances' image", { ami: "ami-0fedcba9876543210" }, "outage", "ami"),
  instances("the instances' key", { key_name: "ops" }, "outage", "key_name"),
  classic(
    "the instances' public address",
    setAll("aws_instance", { associate_public_ip_address: false }),
    "outage",
    instance("associate_public_ip_address"),
    ["target"],
  ),
  instances(
    "the instances' disk encryption",
    { root_block_device: { encrypted: true } },
    "outage",
    "root_block_device.encrypted",
  ),
  instances(
    "the instances' boot script, with a replacement",
    {
      user_data: "#!/bin/bash\ndnf install -y nginx\nsystemctl enable --now nginx\n",
      user_data_replace_on_change: true,
    },
    "outage",
    "user_data",
  ),
  instances("the instances' EBS optimization", { ebs_optimized: true }, "outage", "ebs_optimized"),
  instances("the instances' type", { instance_type: "t3.small" }, "outage", "instance_type"),
  instances(
    "the instances' boot script, in place",
    { user_data: "#!/bin/bash\ndnf install -y nginx\nsystemctl enable --now nginx\n" },
    "outage",
    "user_data",
  ),
  instances(
    "the instances' image, made before the old ones go",
    { ami: "ami-0fedcba9876543210", ...FIRST },
    "outage",
    "ami",
  ),
  instances(
    "the instances' metadata",
    { metadata_options: { http_tokens: "required" } },
    "none",
    "metadata_options.http_tokens",
  ),
  instances("the instances' monitoring", { monitoring: true }, "none", "monitoring"),
  classic(
    "the image of one instance of two",
    set("aws_instance.a", { ami: "ami-0fedcba9876543210" }),
    "brief",
    instance("ami"),
  ),
  classic(
    "the type of one instance of two",
    set("aws_instance.b", { instance_type: "t3.small" }),
    "brief",
    instance("instance_type"),
  ),
  on("pool")(
    "one instance fewer",
    all(set("aws_instance.pool", { count: 1 }), set("aws_lb_target_group_attachment.pool", { count: 1 })),
    "brief",
    instance("count"),
  ),
  on("pool")(
    "one instance more",
    all(set("aws_instance.pool", { count: 3 }), set("aws_lb_target_group_attachment.pool", { count: 3 })),
    "none",
  ),
  on("site")(
    "the instances' type in a site of ours",
    setAll("aws_instance", { instance_type: "t3.small" }),
    "outage",
    instance("instance_type"),
  ),

  on("auto-scaling")(
    "the launch template",
    (stack) =>
      Object.values(stack.resource.aws_launch_template ?? {}).forEach((it) =>
        Object.assign(it, { instance_type: "t3.large" }),
      ),
    "none",
  ),
  on("auto-scaling")(
    "no instance at all",
    (stack) =>
      Object.values(stack.resource.aws_autoscaling_group ?? {}).forEach((it) =>
        Object.assign(it, { min_size: 0, max_size: 0, desired_capacity: 0 }),
      ),
    "outage",
    { type: "aws_autoscaling_group", attribute: "max_size", hop: "target" },
  ),
  on("auto-scaling")(
    "the Auto Scaling group's name",
    (stack) =>
      Object.values(stack.resource.aws_autoscaling_group ?? {}).forEach((it) =>
        Object.assign(it, { name: "other", name_prefix: null }),
      ),
    "outage",
    { type: "aws_autoscaling_group", attribute: "name", hop: "target" },
  ),

  classic(
    "the targets' security group's name",
    set("aws_security_group.web", { name: "other" }),
    "fails",
    securityGroup("name", "target"),
  ),
  classic(
    "the load balancer's security group's description",
    set("aws_security_group.alb", { description: "other" }),
    "fails",
    securityGroup("description", "listener"),
  ),
  classic(
    "the load balancer's security group's name, made before the old one goes",
    set("aws_security_group.alb", { name: "other", ...FIRST }),
    "brief",
    securityGroup("name", "listener"),
  ),
  classic(
    "the load balancer's security group's description under its old name, made first",
    set("aws_security_group.alb", { description: "other", ...FIRST }),
    "fails",
    securityGroup("description", "listener"),
  ),
  classic(
    "the port that the targets' group opens",
    set("aws_vpc_security_group_ingress_rule.web", { from_port: 81, to_port: 81 }),
    "outage",
    { type: "aws_vpc_security_group_ingress_rule", attribute: "from_port", hop: "target" },
    ["target"],
  ),
  classic(
    "the rule that lets clients in",
    drop("aws_vpc_security_group_ingress_rule.https"),
    "outage",
    { type: "aws_vpc_security_group_ingress_rule", attribute: "", hop: "listener" },
    ["listener"],
  ),
  classic(
    "SSH for a private network",
    add("aws_vpc_security_group_ingress_rule.ssh", {
      security_group_id: "${aws_security_group.web.id}",
      ip_protocol: "tcp",
      from_port: 22,
      to_port: 22,
      cidr_ipv4: "10.0.0.0/8",
    }),
    "none",
  ),

  classic(
    "the certificate's names",
    set("aws_acm_certificate.main", {
      subject_alternative_names: ["x.www.example.com"],
      domain_name: "www.example.com",
    }),
    "fails",
    { type: "aws_acm_certificate", attribute: "subject_alternative_names", hop: "tls" },
    ["tls"],
  ),
  classic("the certificate's tags", set("aws_acm_certificate.main", { tags: { a: "b" } }), "none"),
  classic(
    "the certificate's key, made before the old one goes",
    set("aws_acm_certificate.main", { key_algorithm: "EC_prime256v1", ...FIRST }),
    "none",
    { type: "aws_acm_certificate", attribute: "key_algorithm", hop: "tls" },
  ),
  classic(
    "the record's name",
    set("aws_route53_record.www", { name: "web.example.com" }),
    "outage",
    { type: "aws_route53_record", attribute: "name", hop: "dns" },
    ["tls"],
  ),
  classic("the record, which goes", drop("aws_route53_record.www"), "outage", {
    type: "aws_route53_record",
    attribute: "",
    hop: "dns",
  }),

  classic("a subnet's range", set("aws_subnet.a", { cidr_block: "10.5.9.0/24" }), "fails", {
    type: "aws_subnet",
    attribute: "cidr_block",
    hop: "listener",
  }),
  classic("a subnet's zone", set("aws_subnet.a", { availability_zone: "us-east-1d" }), "fails", {
    type: "aws_subnet",
    attribute: "availability_zone",
    hop: "listener",
  }),
  classic("the range of a subnet that nothing is in", set("aws_subnet.c", { cidr_block: "10.5.9.0/24" }), "none"),
  classic(
    "the route to the internet",
    drop("aws_route.internet"),
    "outage",
    { type: "aws_route", attribute: "", hop: "listener" },
    ["listener", "target"],
  ),

  classic(
    "the whole site, which goes",
    (stack) => void (stack.resource = { aws_sqs_queue: { left: { name: "left" } } }),
    "outage",
    lb(""),
  ),
  on("protected")(
    "the whole protected site, which goes",
    (stack) => void (stack.resource = { aws_sqs_queue: { left: { name: "left" } } }),
    "fails",
    lb("enable_deletion_protection"),
  ),
];
