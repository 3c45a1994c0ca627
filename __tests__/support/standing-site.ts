/* A deployed site, as in a state, and plans that change it, with only what a test needs. */

export type Values = Readonly<Record<string, unknown>>;

const LB = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1";
const HTTPS = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/web/1/443";
const HTTP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/web/1/80";
const TG = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/2";
const API = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/api/3";
const CERT = "arn:aws:acm:us-east-1:123456789012:certificate/4";
const instance = (id: string, subnet: string): Values => ({
  id,
  arn: `arn:aws:ec2:us-east-1:123456789012:instance/${id}`,
  ami: "ami-1",
  instance_type: "t3.micro",
  subnet_id: subnet,
  vpc_security_group_ids: ["sg-web"],
  tags: { Name: "web" },
});
const subnet = (id: string, zone: string, cidr: string): Values => ({
  id,
  vpc_id: "vpc-1",
  availability_zone: zone,
  cidr_block: cidr,
  map_public_ip_on_launch: true,
});
const check = {
  enabled: true,
  path: "/health",
  port: "traffic-port",
  protocol: "HTTP",
  matcher: "200",
  interval: 15,
  timeout: 5,
};
const group = (arn: string, name: string): Values => ({
  id: arn,
  arn,
  name,
  port: 80,
  protocol: "HTTP",
  protocol_version: "HTTP1",
  target_type: "instance",
  vpc_id: "vpc-1",
  deregistration_delay: "60",
  health_check: [check],
});

/** By address; everything a request needs, and nothing else. */
export const SITE: Readonly<Record<string, Values>> = {
  "aws_vpc.main": {
    id: "vpc-1",
    cidr_block: "10.0.0.0/16",
    main_route_table_id: "rtb-main",
    default_security_group_id: "sg-default",
    default_network_acl_id: "acl-1",
  },
  "aws_internet_gateway.main": { id: "igw-1", vpc_id: "vpc-1" },
  "aws_subnet.a": subnet("subnet-a", "us-east-1a", "10.0.0.0/24"),
  "aws_subnet.b": subnet("subnet-b", "us-east-1b", "10.0.1.0/24"),
  "aws_route_table.public": { id: "rtb-1", vpc_id: "vpc-1", route: [] },
  "aws_route.out": { id: "r-1", route_table_id: "rtb-1", destination_cidr_block: "0.0.0.0/0", gateway_id: "igw-1" },
  "aws_route_table_association.a": { id: "rtbassoc-a", subnet_id: "subnet-a", route_table_id: "rtb-1" },
  "aws_route_table_association.b": { id: "rtbassoc-b", subnet_id: "subnet-b", route_table_id: "rtb-1" },
  "aws_security_group.alb": { id: "sg-alb", name: "alb", description: "in", vpc_id: "vpc-1", ingress: [], egress: [] },
  "aws_security_group.web": { id: "sg-web", name: "web", description: "in", vpc_id: "vpc-1", ingress: [], egress: [] },
  "aws_vpc_security_group_ingress_rule.https": {
    id: "sgr-1",
    security_group_id: "sg-alb",
    ip_protocol: "tcp",
    from_port: 443,
    to_port: 443,
    cidr_ipv4: "0.0.0.0/0",
  },
  "aws_vpc_security_group_ingress_rule.http": {
    id: "sgr-2",
    security_group_id: "sg-alb",
    ip_protocol: "tcp",
    from_port: 80,
    to_port: 80,
    cidr_ipv4: "0.0.0.0/0",
  },
  "aws_vpc_security_group_egress_rule.alb": {
    id: "sgr-3",
    security_group_id: "sg-alb",
    ip_protocol: "tcp",
    from_port: 80,
    to_port: 80,
    referenced_security_group_id: "sg-web",
  },
  "aws_vpc_security_group_ingress_rule.web": {
    id: "sgr-4",
    security_group_id: "sg-web",
    ip_protocol: "tcp",
    from_port: 80,
    to_port: 80,
    referenced_security_group_id: "sg-alb",
  },
  "aws_route53_zone.main": { id: "Z1", zone_id: "Z1", name: "example.com", vpc: [] },
  "aws_acm_certificate.main": {
    id: CERT,
    arn: CERT,
    domain_name: "www.example.com",
    subject_alternative_names: ["www.example.com"],
    validation_method: "DNS",
    status: "ISSUED",
    domain_validation_options: [
      {
        domain_name: "www.example.com",
        resource_record_name: "_0123456789abcdef0123456789abcdef.www.example.com.",
        resource_record_type: "CNAME",
        resource_record_value: "_2.acm-validations.aws.",
      },
    ],
  },
  "aws_route53_record.validation": {
    id: "Z1__0123456789abcdef0123456789abcdef.www.example.com_CNAME",
    zone_id: "Z1",
    name: "_0123456789abcdef0123456789abcdef.www.example.com",
    fqdn: "_0123456789abcdef0123456789abcdef.www.example.com",
    type: "CNAME",
    records: ["_2.acm-validations.aws."],
    ttl: 60,
    alias: [],
  },
  "aws_acm_certificate_validation.main": {
    id: "2026",
    certificate_arn: CERT,
    validation_record_fqdns: ["_0123456789abcdef0123456789abcdef.www.example.com"],
  },
  "aws_lb.web": {
    id: LB,
    arn: LB,
    name: "web",
    internal: false,
    load_balancer_type: "application",
    ip_address_type: "ipv4",
    dns_name: "web-1.us-east-1.elb.amazonaws.com",
    zone_id: "Z35",
    security_groups: ["sg-alb"],
    subnets: ["subnet-a", "subnet-b"],
    vpc_id: "vpc-1",
    enable_deletion_protection: false,
    idle_timeout: 60,
  },
  "aws_lb_target_group.web": group(TG, "web"),
  "aws_lb_target_group.api": group(API, "api"),
  "aws_lb_listener.https": {
    id: HTTPS,
    arn: HTTPS,
    load_balancer_arn: LB,
    port: 443,
    protocol: "HTTPS",
    ssl_policy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    certificate_arn: CERT,
    default_action: [{ type: "forward", order: 1, target_group_arn: TG }],
  },
  "aws_lb_listener.http": {
    id: HTTP,
    arn: HTTP,
    load_balancer_arn: LB,
    port: 80,
    protocol: "HTTP",
    default_action: [
      {
        type: "redirect",
        order: 1,
        redirect: [
          {
            protocol: "HTTPS",
            port: "443",
            host: "#{host}",
            path: "/#{path}",
            query: "#{query}",
            status_code: "HTTP_301",
          },
        ],
      },
    ],
  },
  "aws_lb_listener_rule.api": {
    id: `${HTTPS}/api`,
    arn: `${HTTPS}/api`,
    listener_arn: HTTPS,
    priority: 10,
    condition: [{ path_pattern: [{ values: ["/api/*"] }] }],
    action: [{ type: "forward", order: 1, target_group_arn: API }],
  },
  "aws_lb_listener_rule.old": {
    id: `${HTTPS}/old`,
    arn: `${HTTPS}/old`,
    listener_arn: HTTPS,
    priority: 20,
    condition: [{ path_pattern: [{ values: ["/old/*"] }] }],
    action: [{ type: "forward", order: 1, target_group_arn: TG }],
  },
  "aws_instance.a": instance("i-a", "subnet-a"),
  "aws_instance.b": instance("i-b", "subnet-b"),
  "aws_lb_target_group_attachment.a": { id: "att-a", target_group_arn: TG, target_id: "i-a", port: null },
  "aws_lb_target_group_attachment.b": { id: "att-b", target_group_arn: TG, target_id: "i-b", port: null },
  "aws_lb_target_group_attachment.api": { id: "att-c", target_group_arn: API, target_id: "i-a", port: null },
  "aws_lb_target_group_attachment.api-b": { id: "att-d", target_group_arn: API, target_id: "i-b", port: null },
  "aws_route53_record.www": {
    id: "Z1_www.example.com_A",
    zone_id: "Z1",
    name: "www.example.com",
    fqdn: "www.example.com",
    type: "A",
    alias: [{ name: "web-1.us-east-1.elb.amazonaws.com", zone_id: "Z35", evaluate_target_health: true }],
  },
};

/** What a plan does to one resource. */
export interface Planned {
  /** @default ["update"] */
  readonly actions?: readonly string[];
  /** Arguments that take another value. */
  readonly set?: Values;
  /** Arguments that are known after the apply only. */
  readonly open?: readonly string[];
  /** Attributes that force the replacement. */
  readonly forcedBy?: readonly (readonly (string | number)[])[];
  readonly reason?: string;
  /** More of terraform's `change`, such as `after_sensitive`. */
  readonly more?: Values;
}

/** It keeps its id here, so that what names it needs no expressions. */
export const replaced = (attribute: string, set: Values = {}, isCreatedFirst = false): Planned => ({
  actions: isCreatedFirst ? ["create", "delete"] : ["delete", "create"],
  set,
  forcedBy: [attribute.split(".")],
});
export const destroyed = (reason = "delete_because_no_resource_config"): Planned => ({ actions: ["delete"], reason });
export const created = (values: Values): Planned => ({ actions: ["create"], set: values, open: ["id", "arn"] });

/**
 * The plan that changes the site in this way and nothing else.
 * @param given the existing resources; empty for a first apply
 */
export function planOf(
  changes: Readonly<Record<string, Planned>>,
  given: Readonly<Record<string, Values>> = SITE,
): Record<string, unknown> {
  const site = refreshed(given);
  const addresses = [...new Set([...Object.keys(site), ...Object.keys(changes)])];
  const resources = addresses.map((address) => ({ address, mode: "managed", ...partsOf(address) }));
  return {
    format_version: "1.2",
    terraform_version: "1.11.4",
    resource_changes: resources.map((it) => ({ ...it, ...changeOf(site[it.address], changes[it.address]) })),
    prior_state:
      Object.keys(site).length === 0
        ? {}
        : {
            format_version: "1.0",
            values: {
              root_module: {
                resources: resources.flatMap((it) =>
                  site[it.address] === undefined ? [] : [{ ...it, values: site[it.address] }],
                ),
              },
            },
          },
    configuration: {
      provider_config: { aws: { expressions: { region: { constant_value: "us-east-1" } } } },
      root_module: { resources: resources.map((it) => ({ ...it, provider_config_key: "aws", expressions: {} })) },
    },
  };
}

/** The site whose security groups and route tables list their separate rules and routes, as after a refresh. */
function refreshed(site: Readonly<Record<string, Values>>): Readonly<Record<string, Values>> {
  const of = (type: string, name: string, id: unknown): Values[] =>
    Object.entries(site).flatMap(([address, it]) => (address.startsWith(`${type}.`) && it[name] === id ? [it] : []));
  const permissions = (direction: string, id: unknown): Values[] =>
    of(`aws_vpc_security_group_${direction}_rule`, "security_group_id", id).map((it) => ({
      protocol: it.ip_protocol,
      from_port: it.from_port ?? 0,
      to_port: it.to_port ?? 0,
      description: "",
      self: it.referenced_security_group_id === id,
      prefix_list_ids: [],
      cidr_blocks: [it.cidr_ipv4].filter(Boolean),
      ipv6_cidr_blocks: [it.cidr_ipv6].filter(Boolean),
      security_groups: [it.referenced_security_group_id].filter((group) => group !== undefined && group !== id),
    }));
  const list = (values: Values, name: string): unknown[] =>
    Array.isArray(values[name]) ? (values[name] as unknown[]) : [];
  return Object.fromEntries(
    Object.entries(site).map(([address, it]) => {
      if (/^aws_(default_)?security_group\./.test(address))
        return [
          address,
          {
            ...it,
            ingress: [...list(it, "ingress"), ...permissions("ingress", it.id)],
            egress: [...list(it, "egress"), ...permissions("egress", it.id)],
          },
        ];
      if (!address.startsWith("aws_route_table.")) return [address, it];
      const routes = of("aws_route", "route_table_id", it.id).map((route) => ({
        cidr_block: route.destination_cidr_block ?? "",
        ipv6_cidr_block: route.destination_ipv6_cidr_block ?? "",
        gateway_id: route.gateway_id ?? "",
        nat_gateway_id: route.nat_gateway_id ?? "",
      }));
      return [address, { ...it, route: [...list(it, "route"), ...routes] }];
    }),
  );
}

function changeOf(before: Values | undefined, planned: Planned | undefined): object {
  const { actions = ["update"], set = {}, open = [], forcedBy, reason, more } = planned ?? { actions: ["no-op"] };
  const isLeft = actions.join() !== "delete";
  const after = Object.fromEntries(Object.entries({ ...before, ...set }).filter(([name]) => !open.includes(name)));
  return {
    ...(reason !== undefined && { action_reason: reason }),
    change: {
      actions,
      before: before ?? null,
      after: isLeft ? after : null,
      after_unknown: isLeft ? Object.fromEntries(open.map((name) => [name, true])) : {},
      ...(forcedBy !== undefined && { replace_paths: forcedBy }),
      ...more,
    },
  };
}

function partsOf(address: string): { type: string; name: string } {
  const [type = "", name = ""] = address.split(".");
  return { type, name };
}
