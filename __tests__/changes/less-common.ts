import type { Hop } from "../../path/report";
import { inlineRule } from "../mutants/inline-groups-base";
import type { SynthesizedJson } from "../mutants/mutant";
import { type ChangedBase, KEYS } from "./bases";
import type { Changed } from "./changed";
import { add, all, type Block, blockOf, drop, type Edit, FIRST, move, rename, set, setAll } from "./edits";

/* Changes that are made less often than those in `all.ts`, or to sites of other builds. */

type Cause = Changed["cause"];
interface More {
  readonly broken?: readonly Hop[];
  readonly repaired?: readonly Hop[];
}

const on =
  (base: ChangedBase) =>
  (name: string, edit: Edit, effect: Changed["effect"], cause?: Cause, more: More = {}): Changed => ({
    name,
    base,
    edit,
    effect,
    ...(cause !== undefined && { cause }),
    ...more,
  });
const at = (type: string, attribute: string, hop: Hop | null): Cause => ({ type, attribute, hop });

const classic = on("classic");
const pool = on("pool");
const keyed = on("keyed");
const prefixed = on("prefixed");
const scaling = on("auto-scaling");
const configured = on("launch-configuration");
const inline = on("inline-groups");

const balancer = (attribute: string): Cause => at("aws_lb", attribute, "listener");
const listener = (attribute: string, hop: Hop = "listener"): Cause => at("aws_lb_listener", attribute, hop);
const rule = (attribute: string): Cause => at("aws_lb_listener_rule", attribute, "listener");
const group = (attribute: string): Cause => at("aws_lb_target_group", attribute, "target-group");
const attachment = (attribute: string): Cause => at("aws_lb_target_group_attachment", attribute, "target-group");
const instance = (attribute: string): Cause => at("aws_instance", attribute, "target");
const securityGroup = (attribute: string, hop: Hop): Cause => at("aws_security_group", attribute, hop);
const ingress = (attribute: string, hop: Hop): Cause => at("aws_vpc_security_group_ingress_rule", attribute, hop);
const certificate = (attribute: string): Cause => at("aws_acm_certificate", attribute, "tls");
const pooled = (attribute: string): Cause => at("aws_autoscaling_group", attribute, "target");

/** All instances of the classic site. */
const instances = (name: string, values: Block, effect: Changed["effect"], attribute: string): Changed =>
  classic(name, setAll("aws_instance", values), effect, instance(attribute));
const forward = (to: string): Block[] => [{ type: "forward", target_group_arn: `\${aws_lb_target_group.${to}.arn}` }];
const everything: Edit = (stack) => {
  stack.resource = { aws_sqs_queue: { left: { name: "left" } } };
  delete stack.output;
};
/** The first resource of a type, in a stack whose names have hashes. */
const first =
  (type: string, values: Block, like = ""): Edit =>
  (stack) => {
    const found = Object.entries(stack.resource[type] ?? {}).find(([name]) => name.includes(like));
    if (found === undefined) throw new Error(`there is no ${type} like ${like}`);
    Object.assign(found[1], values);
  };
const check = (values: Block): Edit =>
  set("aws_lb_target_group.web", { health_check: { path: "/health", interval: 15, ...values } });
const secondCertificate = (name: string): Edit =>
  all(
    add("aws_acm_certificate.second", { domain_name: name, validation_method: "DNS" }),
    add("aws_route53_record.second", {
      zone_id: "${data.aws_route53_zone.main.zone_id}",
      ttl: 60,
      type: "CNAME",
      allow_overwrite: true,
      name: "${one(aws_acm_certificate.second.domain_validation_options[*].resource_record_name)}",
      records: ["${one(aws_acm_certificate.second.domain_validation_options[*].resource_record_value)}"],
    }),
    add("aws_acm_certificate_validation.second", {
      certificate_arn: "${aws_acm_certificate.second.arn}",
      validation_record_fqdns: ["${aws_route53_record.second.fqdn}"],
    }),
    set("aws_lb_listener.https", { certificate_arn: "${aws_acm_certificate_validation.second.certificate_arn}" }),
  );

export const LESS_COMMON: readonly Changed[] = [
  on("created-zone")("nothing in a site with a zone of its own", () => undefined, "none"),
  on("nat")("nothing in a site with NAT gateways", () => undefined, "none"),
  on("public")("nothing in a site with public instances", () => undefined, "none"),
  on("auto-scaling")("nothing in an Auto Scaling group", () => undefined, "none"),
  inline("nothing in a site with rules in their groups", () => undefined, "none"),
  keyed("nothing in a site with keyed instances", () => undefined, "none"),
  prefixed("nothing in a site with prefixes", () => undefined, "none"),
  configured("nothing in a site with a launch configuration", () => undefined, "none"),

  // The load balancer and its listeners.
  classic(
    "the load balancer's kind of addresses",
    all(
      set("aws_vpc.main", { assign_generated_ipv6_cidr_block: true }),
      (stack) =>
        ["a", "b"].forEach((it, index) =>
          set(`aws_subnet.${it}`, { ipv6_cidr_block: `\${cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, ${index + 1})}` })(
            stack,
          ),
        ),
      set("aws_lb.web", { ip_address_type: "dualstack" }),
      add("aws_route.internet6", {
        route_table_id: "${aws_route_table.public.id}",
        destination_ipv6_cidr_block: "::/0",
        gateway_id: "${aws_internet_gateway.main.id}",
      }),
      (stack) =>
        [80, 443].forEach((port) =>
          add(`aws_vpc_security_group_ingress_rule.six${port}`, {
            security_group_id: "${aws_security_group.alb.id}",
            ip_protocol: "tcp",
            from_port: port,
            to_port: port,
            cidr_ipv6: "::/0",
          })(stack),
        ),
    ),
    "none",
    balancer("ip_address_type"),
  ),
  classic(
    "the load balancer's other settings",
    set("aws_lb.web", {
      enable_http2: false,
      preserve_host_header: true,
      desync_mitigation_mode: "strictest",
      client_keep_alive: 600,
    }),
    "none",
  ),
  classic(
    "the load balancer under another name, without a moved block",
    rename("aws_lb.web", "aws_lb.site"),
    "fails",
    balancer("name"),
  ),
  classic("the load balancer under another name, with a moved block", move("aws_lb.web", "aws_lb.site"), "none"),
  prefixed(
    "the load balancer's scheme, by a prefix and made first",
    set("aws_lb.web", { internal: true }),
    "outage",
    at("aws_lb", "internal", "dns"),
    { broken: ["dns"] },
  ),
  prefixed(
    "the load balancer's prefix, made first",
    set("aws_lb.web", { name_prefix: "site-" }),
    "brief",
    balancer("name_prefix"),
  ),
  pool(
    "a zone fewer",
    set("aws_lb.web", { subnets: ["${aws_subnet.a.id}", "${aws_subnet.b.id}"] }),
    "brief",
    balancer("subnets"),
  ),
  on("protected")(
    "the name of a load balancer whose protection is taken off with it",
    set("aws_lb.web", { name: "other", enable_deletion_protection: false }),
    "fails",
    balancer("name"),
  ),
  classic(
    "a listener under another name, without a moved block",
    rename("aws_lb_listener.https", "aws_lb_listener.tls"),
    "fails",
    listener("port"),
  ),
  classic(
    "a listener under another name, with a moved block",
    move("aws_lb_listener.https", "aws_lb_listener.tls"),
    "none",
  ),
  classic("a listener's certificate", secondCertificate("www.example.com"), "none", listener("certificate_arn")),
  classic(
    "a listener's certificate, to one for another name",
    secondCertificate("other.example.com"),
    "outage",
    at("aws_acm_certificate", "", "tls"),
    { broken: ["tls"] },
  ),
  classic(
    "a listener's weights",
    set("aws_lb_listener.https", {
      default_action: [
        {
          type: "forward",
          forward: {
            target_group: [
              { arn: "${aws_lb_target_group.web.arn}", weight: 9 },
              { arn: "${aws_lb_target_group.api.arn}", weight: 1 },
            ],
          },
        },
      ],
    }),
    "none",
  ),
  classic(
    "where a redirect leads",
    set("aws_lb_listener.http", {
      default_action: [{ type: "redirect", redirect: { port: "8443", protocol: "HTTPS", status_code: "HTTP_301" } }],
    }),
    "outage",
    listener("default_action.redirect.port"),
    { broken: ["listener"] },
  ),
  classic(
    "a rule's paths",
    set("aws_lb_listener_rule.api", { condition: [{ path_pattern: { values: ["/api/*", "/v2/*"] } }] }),
    "none",
    rule("condition.path_pattern.values"),
  ),
  classic(
    "a rule's priority, to a free one",
    set("aws_lb_listener_rule.api", { priority: 15 }),
    "none",
    rule("priority"),
  ),
  classic(
    "a rule that goes with its group",
    drop(
      "aws_lb_listener_rule.api",
      "aws_lb_target_group.api",
      "aws_lb_target_group_attachment.api",
      "aws_lb_target_group_attachment.api_b",
    ),
    "brief",
    attachment(""),
  ),
  classic(
    "a new rule on a priority that is taken",
    add("aws_lb_listener_rule.more", {
      listener_arn: "${aws_lb_listener.https.arn}",
      priority: 10,
      condition: [{ path_pattern: { values: ["/more/*"] } }],
      action: forward("web"),
    }),
    "fails",
    rule("priority"),
    { broken: ["listener"] },
  ),
  classic(
    "a new rule by which the load balancer answers everything itself",
    add("aws_lb_listener_rule.closed", {
      listener_arn: "${aws_lb_listener.https.arn}",
      priority: 1,
      condition: [{ path_pattern: { values: ["/*"] } }],
      action: [{ type: "fixed-response", fixed_response: { content_type: "text/plain", status_code: "503" } }],
    }),
    "outage",
    rule(""),
    { broken: ["listener"] },
  ),
  inline(
    "a first rule by which the load balancer answers everything itself",
    add("aws_lb_listener_rule.closed", {
      listener_arn: "${aws_alb_listener.https.arn}",
      priority: 1,
      condition: [{ path_pattern: { values: ["/*"] } }],
      action: [{ type: "fixed-response", fixed_response: { content_type: "text/plain", status_code: "503" } }],
    }),
    "outage",
    rule(""),
  ),
  classic(
    "a rule that is let go of, and stays",
    (stack) => {
      drop("aws_lb_listener_rule.old")(stack);
      stack.removed = [{ from: "aws_lb_listener_rule.old", lifecycle: { destroy: false } }];
    },
    "none",
  ),

  // Target groups and what is in them.
  classic(
    "a target group's kind of targets",
    set("aws_lb_target_group.web", { target_type: "ip" }),
    "fails",
    group("target_type"),
    { broken: ["target-group"] },
  ),
  classic(
    "a target group's other settings",
    set("aws_lb_target_group.web", { slow_start: 60, load_balancing_algorithm_type: "least_outstanding_requests" }),
    "none",
  ),
  classic("the health check's protocol", check({ protocol: "HTTPS" }), "none", group("health_check.protocol")),
  classic("the health check's thresholds", check({ healthy_threshold: 2, unhealthy_threshold: 5, timeout: 4 }), "none"),
  prefixed(
    "a target group's protocol, by a prefix and made first",
    set("aws_lb_target_group.web", { protocol: "HTTPS" }),
    "brief",
    group("protocol"),
  ),
  prefixed(
    "a target group's protocol version, by a prefix and made first",
    set("aws_lb_target_group.web", { protocol_version: "HTTP2" }),
    "brief",
    group("protocol_version"),
  ),
  classic(
    "a target group's protocol version under its old name, made first",
    set("aws_lb_target_group.web", { protocol_version: "HTTP2", ...FIRST }),
    "fails",
    group("protocol_version"),
  ),
  classic(
    "a target group under another name, with a moved block",
    move("aws_lb_target_group.web", "aws_lb_target_group.site"),
    "none",
  ),
  classic(
    "the port of one attachment, to one that nothing serves",
    set("aws_lb_target_group_attachment.a", { port: 81 }),
    "brief",
    { type: "aws_lb_target_group_attachment", attribute: "port", hop: "target" },
    { broken: ["target"] },
  ),
  classic("one target is taken out", drop("aws_lb_target_group_attachment.b"), "none", attachment("")),

  // Instances.
  classic(
    "the instances' subnets",
    all(
      set("aws_instance.a", { subnet_id: "${aws_subnet.b.id}" }),
      set("aws_instance.b", { subnet_id: "${aws_subnet.a.id}" }),
    ),
    "outage",
    instance("subnet_id"),
  ),
  instances("the instances' tenancy", { tenancy: "dedicated" }, "outage", "tenancy"),
  instances("the instances' hibernation", { hibernation: true }, "outage", "hibernation"),
  instances(
    "the instances' further disk",
    { ebs_block_device: [{ device_name: "/dev/sdf", volume_size: 10 }] },
    "outage",
    "ebs_block_device",
  ),
  instances(
    "the instances' disk size",
    { root_block_device: { volume_size: 20 } },
    "none",
    "root_block_device.volume_size",
  ),
  classic(
    "the instances' role",
    all(
      add("aws_iam_instance_profile.web", { name: "classic", role: "web" }),
      setAll("aws_instance", { iam_instance_profile: "${aws_iam_instance_profile.web.name}" }),
    ),
    "none",
    instance("iam_instance_profile"),
  ),
  instances(
    "the instances' credits",
    { credit_specification: { cpu_credits: "unlimited" } },
    "none",
    "credit_specification.cpu_credits",
  ),
  instances("the instances' protection", { disable_api_termination: true }, "none", "disable_api_termination"),
  instances(
    "the instances' check of source and destination",
    { source_dest_check: false },
    "none",
    "source_dest_check",
  ),
  classic(
    "the instances' security groups",
    all(
      add("aws_security_group.more", { name: "more", vpc_id: "${aws_vpc.main.id}" }),
      setAll("aws_instance", {
        vpc_security_group_ids: ["${aws_security_group.web.id}", "${aws_security_group.more.id}"],
      }),
    ),
    "none",
    instance("vpc_security_group_ids"),
  ),
  classic(
    "the instances' security groups, to one that opens nothing",
    all(
      add("aws_security_group.more", { name: "more", vpc_id: "${aws_vpc.main.id}" }),
      setAll("aws_instance", { vpc_security_group_ids: ["${aws_security_group.more.id}"] }),
    ),
    "outage",
    instance("vpc_security_group_ids"),
    { broken: ["target"] },
  ),
  classic(
    "one instance under another name, without a moved block",
    rename("aws_instance.a", "aws_instance.first"),
    "brief",
    instance(""),
  ),
  classic(
    "both instances under other names, without a moved block",
    all(rename("aws_instance.a", "aws_instance.first"), rename("aws_instance.b", "aws_instance.second")),
    "outage",
    instance(""),
  ),
  classic("one instance under another name, with a moved block", move("aws_instance.a", "aws_instance.first"), "none"),
  // Provider 5 takes the protection off by itself; 6 does so only with force_destroy.
  on("locked")(
    "the image of protected instances",
    setAll("aws_instance", { ami: "ami-0fedcba9876543210" }),
    "outage",
    instance("ami"),
  ),
  pool(
    "no instance of the pool",
    all(set("aws_instance.pool", { count: 0 }), set("aws_lb_target_group_attachment.pool", { count: 0 })),
    "outage",
    instance("count"),
  ),
  pool(
    "a count that is taken away",
    all(
      (stack) => delete blockOf(stack, "aws_instance.pool").count,
      set("aws_instance.pool", { subnet_id: "${aws_subnet.a.id}" }),
      (stack) => delete blockOf(stack, "aws_lb_target_group_attachment.pool").count,
      set("aws_lb_target_group_attachment.pool", { target_id: "${aws_instance.pool.id}" }),
    ),
    "brief",
    instance(""),
  ),
  keyed("the key of one instance", (stack) => rekey(stack, KEYS.replace("b =", "c =")), "brief", instance("for_each")),
  keyed(
    "the keys of all instances",
    (stack) => rekey(stack, KEYS.replace("a =", "one =").replace("b =", "two =")),
    "outage",
    instance("for_each"),
  ),
  classic(
    "instances that are replaced with another resource",
    all(
      set("aws_lb_target_group.web", { deregistration_delay: 30 }),
      setAll("aws_instance", { lifecycle: { replace_triggered_by: ["aws_lb_target_group.web"] } }),
    ),
    "outage",
    instance(""),
  ),

  // Auto Scaling groups.
  scaling(
    "desired size nought",
    setAll("aws_autoscaling_group", { min_size: 0, desired_capacity: 0 }),
    "outage",
    pooled("desired_capacity"),
  ),
  scaling(
    "an instance fewer",
    setAll("aws_autoscaling_group", { min_size: 1, desired_capacity: 1 }),
    "none",
    pooled("desired_capacity"),
  ),
  scaling(
    "the Auto Scaling group's subnets",
    setAll("aws_autoscaling_group", { vpc_zone_identifier: ["${aws_subnet.private_a.id}"] }),
    "none",
    pooled("vpc_zone_identifier"),
  ),
  scaling(
    "an Auto Scaling group that leaves its target group",
    setAll("aws_autoscaling_group", { target_group_arns: [] }),
    "outage",
    at("aws_autoscaling_group", "target_group_arns", "target-group"),
    { broken: ["target-group"] },
  ),
  scaling("the launch template's name", setAll("aws_launch_template", { name_prefix: "other-" }), "none"),
  scaling(
    "the launch template's security group, to one that opens nothing",
    all(
      add("aws_security_group.more", { name: "more", vpc_id: "${aws_vpc.main.id}" }),
      setAll("aws_launch_template", { vpc_security_group_ids: ["${aws_security_group.more.id}"] }),
    ),
    "outage",
    undefined,
    { broken: ["target"] },
  ),
  scaling(
    "the launch template, with a refresh in turn",
    all(
      setAll("aws_launch_template", { instance_type: "t3.large" }),
      setAll("aws_autoscaling_group", {
        launch_template: { id: "${aws_launch_template.app.id}", version: "${aws_launch_template.app.latest_version}" },
        instance_refresh: { strategy: "Rolling", preferences: { min_healthy_percentage: 90 } },
      }),
    ),
    "none",
  ),
  scaling(
    "the launch template, with a refresh of all at once",
    all(
      setAll("aws_launch_template", { instance_type: "t3.large" }),
      setAll("aws_autoscaling_group", {
        launch_template: { id: "${aws_launch_template.app.id}", version: "${aws_launch_template.app.latest_version}" },
        instance_refresh: { strategy: "Rolling", preferences: { min_healthy_percentage: 0 } },
      }),
    ),
    "outage",
    pooled("launch_template.version"),
  ),
  scaling(
    "the Auto Scaling group's name, made before the old one goes",
    setAll("aws_autoscaling_group", { name: "other", ...FIRST }),
    "outage",
    pooled("name"),
  ),
  scaling(
    "the Auto Scaling group's name, made first and waited for",
    setAll("aws_autoscaling_group", { name: "other", wait_for_elb_capacity: 2, ...FIRST }),
    "none",
    pooled("name"),
  ),
  scaling("the Auto Scaling group, which goes", drop("aws_autoscaling_group.app"), "outage", pooled("")),
  scaling(
    "a target group's port, with an Auto Scaling group in it",
    setAll("aws_lb_target_group", { protocol: "HTTPS" }),
    "fails",
    group("protocol"),
  ),
  configured(
    "a launch configuration",
    setAll("aws_launch_configuration", { instance_type: "t3.large" }),
    "fails",
    at("aws_launch_configuration", "instance_type", "target"),
  ),
  configured(
    "a launch configuration under its old name, made first",
    setAll("aws_launch_configuration", { instance_type: "t3.large", ...FIRST }),
    "fails",
    at("aws_launch_configuration", "instance_type", "target"),
  ),
  configured(
    "a launch configuration by a prefix, made first",
    setAll("aws_launch_configuration", { name: null, name_prefix: "app-", instance_type: "t3.large", ...FIRST }),
    "none",
  ),
  configured(
    "the attachment of an Auto Scaling group, which goes",
    drop("aws_autoscaling_attachment.app"),
    "outage",
    at("aws_autoscaling_attachment", "", "target-group"),
    { broken: ["target-group"] },
  ),

  // Security groups and their rules.
  classic(
    "the targets' security group's description",
    set("aws_security_group.web", { description: "other" }),
    "fails",
    securityGroup("description", "target"),
  ),
  prefixed(
    "the load balancer's security group's description, by a prefix and made first",
    set("aws_security_group.alb", { description: "other" }),
    "brief",
    securityGroup("description", "listener"),
  ),
  prefixed(
    "the targets' security group's description, by a prefix and made first",
    set("aws_security_group.web", { description: "other" }),
    "brief",
    securityGroup("description", "target"),
  ),
  classic(
    "a security group that nothing has",
    all(add("aws_security_group.more", { name: "more", description: "more", vpc_id: "${aws_vpc.main.id}" })),
    "none",
  ),
  classic(
    "who may come in",
    set("aws_vpc_security_group_ingress_rule.https", { cidr_ipv4: "10.0.0.0/8" }),
    "outage",
    ingress("cidr_ipv4", "listener"),
    { broken: ["listener"] },
  ),
  classic(
    "a rule of a security group under another name, without a moved block",
    rename("aws_vpc_security_group_ingress_rule.https", "aws_vpc_security_group_ingress_rule.tls"),
    "fails",
    ingress("from_port", "listener"),
  ),
  classic(
    "what the load balancer may reach",
    drop("aws_vpc_security_group_egress_rule.alb"),
    "outage",
    at("aws_vpc_security_group_egress_rule", "", "target"),
    { broken: ["target"] },
  ),
  on("closed")(
    "the port that was closed, and is opened",
    add("aws_vpc_security_group_ingress_rule.web", {
      security_group_id: "${aws_security_group.web.id}",
      ip_protocol: "tcp",
      from_port: 80,
      to_port: 80,
      referenced_security_group_id: "${aws_security_group.alb.id}",
    }),
    "none",
    undefined,
    { repaired: ["target"] },
  ),
  on("closed")("nothing in a site that is broken", () => undefined, "none"),
  inline(
    "the port that a group with its rules opens",
    (stack) =>
      set("aws_security_group.web", {
        ingress: [
          inlineRule({ from: 81, to: 81, protocol: "tcp" }, { security_groups: ["${aws_security_group.alb.id}"] }),
        ],
      })(stack),
    "outage",
    securityGroup("ingress.from_port", "target"),
    { broken: ["target"] },
  ),
  inline(
    "a further rule in its group",
    (stack) =>
      set("aws_security_group.web", {
        ingress: [
          inlineRule({ from: 80, to: 80, protocol: "tcp" }, { security_groups: ["${aws_security_group.alb.id}"] }),
          inlineRule({ from: 22, to: 22, protocol: "tcp" }, { cidr_blocks: ["10.0.0.0/8"] }),
        ],
      })(stack),
    "none",
    securityGroup("ingress", "target"),
  ),
  inline("a group's tags, with its rules in it", setAll("aws_security_group", { tags: { a: "b" } }), "none"),

  // Names and certificates.
  classic(
    "the certificate's further name, which nobody validates",
    set("aws_acm_certificate.main", { subject_alternative_names: ["www.example.com", "x.www.example.com"], ...FIRST }),
    "fails",
    certificate("subject_alternative_names"),
    { broken: ["tls"] },
  ),
  inline(
    "a name of the certificate fewer, made before the old one goes",
    set("aws_acm_certificate.web", { domain_name: "*.inl.example.com", subject_alternative_names: [] }),
    "none",
    certificate("subject_alternative_names"),
  ),
  prefixed(
    "the certificate's domain, to one that does not cover the site",
    all(set("aws_acm_certificate.main", { domain_name: "other.fore.example.com" }), (stack) => {
      stack.resource = JSON.parse(
        JSON.stringify(stack.resource).replaceAll(
          'o.domain_name == \\"www.fore.example.com\\"',
          'o.domain_name == \\"other.fore.example.com\\"',
        ),
      ) as SynthesizedJson["resource"];
    }),
    "outage",
    undefined,
    { broken: ["tls"] },
  ),
  classic(
    "whether DNS asks for the health",
    set("aws_route53_record.www", {
      alias: { name: "${aws_lb.web.dns_name}", zone_id: "${aws_lb.web.zone_id}", evaluate_target_health: false },
    }),
    "none",
    at("aws_route53_record", "alias.evaluate_target_health", "dns"),
  ),
  classic(
    "a record under another name, without a moved block",
    rename("aws_route53_record.www", "aws_route53_record.site"),
    "fails",
    at("aws_route53_record", "name", "dns"),
  ),
  classic(
    "a record under another name, with a moved block",
    move("aws_route53_record.www", "aws_route53_record.site"),
    "none",
  ),
  classic(
    "an additional record of another type",
    add("aws_route53_record.text", {
      zone_id: "${data.aws_route53_zone.main.zone_id}",
      name: "www.example.com",
      type: "TXT",
      ttl: 60,
      records: ["x"],
    }),
    "none",
  ),
  inline("a CNAME's TTL", set("aws_route53_record.www", { ttl: 60 }), "none", at("aws_route53_record", "ttl", "dns")),
  on("created-zone")(
    "the zone's name, and all names in it",
    (stack) =>
      void (stack.resource = JSON.parse(
        JSON.stringify(stack.resource).replaceAll("zone.example.com", "zone.example.org"),
      ) as SynthesizedJson["resource"]),
    "outage",
    at("aws_route53_zone", "name", "dns"),
  ),
  on("created-zone")(
    "the zone's delegation set",
    first("aws_route53_zone", { delegation_set_id: "N1PA6795SAMPLE" }),
    "outage",
    at("aws_route53_zone", "delegation_set_id", "dns"),
  ),
  on("created-zone")("the zone's comment", first("aws_route53_zone", { comment: "ours" }), "none"),
  on("created-zone")("the zone's force_destroy", first("aws_route53_zone", { force_destroy: true }), "none"),

  // The network.
  classic(
    "the network's range",
    all(set("aws_vpc.main", { cidr_block: "10.6.0.0/16" }), (stack) =>
      ["a", "b", "c"].forEach((it, index) => set(`aws_subnet.${it}`, { cidr_block: `10.6.${index + 1}.0/24` })(stack)),
    ),
    "fails",
  ),
  classic("the network's DNS", set("aws_vpc.main", { enable_dns_hostnames: false }), "none"),
  classic(
    "a list that keeps clients out",
    add("aws_network_acl.shut", {
      vpc_id: "${aws_vpc.main.id}",
      subnet_ids: ["${aws_subnet.a.id}", "${aws_subnet.b.id}"],
      ingress: [acl(22)],
      egress: [acl(22)],
    }),
    "outage",
    at("aws_network_acl", "", "target"),
    { broken: ["target"] },
  ),
  on("site")(
    "the range of a private subnet",
    first("aws_subnet", { cidr_block: "10.0.160.0/20" }, "private-a"),
    "brief",
    instance("subnet_id"),
  ),
  on("site")(
    "the ranges of both private subnets",
    all(
      first("aws_subnet", { cidr_block: "10.0.160.0/20" }, "private-a"),
      first("aws_subnet", { cidr_block: "10.0.176.0/20" }, "private-b"),
    ),
    "outage",
    instance("subnet_id"),
  ),
  on("site")(
    "the zone of a private subnet",
    first("aws_subnet", { availability_zone: "us-east-1b", cidr_block: "10.0.160.0/20", lifecycle: {} }, "private-a"),
    "brief",
    instance("subnet_id"),
  ),
  on("site")(
    "the range of a public subnet",
    first("aws_subnet", { cidr_block: "10.0.32.0/20" }, "public-a"),
    "brief",
    balancer("subnets"),
  ),
  on("nat")(
    "the NAT gateways, which go",
    (stack) => {
      drop(
        ...addressesOf(stack, "aws_route", "nat-route"),
        ...addressesOf(stack, "aws_nat_gateway"),
        ...addressesOf(stack, "aws_eip"),
      )(stack);
      for (const block of Object.values(stack.resource).flatMap((named) => Object.values(named)))
        if (Array.isArray(block.depends_on))
          block.depends_on = block.depends_on.filter((it) => !/nat/.test(String(it)));
    },
    "none",
  ),

  // Whole sites.
  on("site")("the whole site of ours, which goes", everything, "fails", balancer("enable_deletion_protection")),
  scaling("the whole Auto Scaling site, which goes", everything, "outage"),
  on("auto-scaling")(
    "tags in an Auto Scaling group",
    all(
      setAll("aws_autoscaling_group", { tag: [{ key: "a", value: "b", propagate_at_launch: true }] }),
      setAll("aws_lb", { tags: { a: "b" } }),
      setAll("aws_lb_target_group", { tags: { a: "b" } }),
      setAll("aws_vpc", { tags: { a: "b" } }),
    ),
    "none",
  ),
];

function rekey(stack: SynthesizedJson, keys: string): void {
  for (const address of ["aws_instance.web", "aws_lb_target_group_attachment.web"])
    blockOf(stack, address).for_each = keys;
}

function acl(port: number): Block {
  return {
    rule_no: 100,
    action: "allow",
    protocol: "tcp",
    from_port: port,
    to_port: port,
    cidr_block: "0.0.0.0/0",
    ipv6_cidr_block: null,
    icmp_code: null,
    icmp_type: null,
  };
}

function addressesOf(stack: SynthesizedJson, type: string, like = ""): string[] {
  return Object.keys(stack.resource[type] ?? {})
    .filter((name) => name.includes(like))
    .map((name) => `${type}.${name}`);
}
