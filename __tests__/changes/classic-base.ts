import type { SynthesizedJson } from "../mutants/mutant";

const USER_DATA =
  "#!/bin/bash\ndnf install -y nginx\necho ok > /usr/share/nginx/html/health\nsystemctl enable --now nginx\n";

/**
 * Not of this project: a correct site as many people write it, with fixed names and without `create_before_destroy`
 * anywhere, so that it shows what a change costs without either.
 */
export function classicStack(): SynthesizedJson {
  const instance = (subnet: string) => ({
    ami: "ami-0abcdef1234567890",
    instance_type: "t3.micro",
    subnet_id: `\${aws_subnet.${subnet}.id}`,
    vpc_security_group_ids: ["${aws_security_group.web.id}"],
    user_data: USER_DATA,
    tags: { Name: subnet },
  });
  const attachment = (group: string, server: string) => ({
    target_group_arn: `\${aws_lb_target_group.${group}.arn}`,
    target_id: `\${aws_instance.${server}.id}`,
  });
  const group = (name: string) => ({
    name,
    port: 80,
    protocol: "HTTP",
    vpc_id: "${aws_vpc.main.id}",
    deregistration_delay: 60,
    health_check: { path: "/health", interval: 15 },
  });
  const rule = (to: string, port: number, peer: object) => ({
    security_group_id: `\${aws_security_group.${to}.id}`,
    ip_protocol: "tcp",
    from_port: port,
    to_port: port,
    ...peer,
  });
  const validation = (what: string) =>
    `\${one([for o in aws_acm_certificate.main.domain_validation_options : o.resource_record_${what} if ` +
    `o.domain_name == "www.example.com"])}`;
  const forward = (to: string) => [{ type: "forward", target_group_arn: `\${aws_lb_target_group.${to}.arn}` }];
  return {
    terraform: { required_providers: { aws: { source: "aws", version: "5.100.0" } } },
    provider: { aws: [{ region: "us-east-1" }] },
    data: { aws_route53_zone: { main: { name: "example.com" } } },
    resource: {
      aws_vpc: { main: { cidr_block: "10.5.0.0/16", enable_dns_hostnames: true } },
      aws_internet_gateway: { main: { vpc_id: "${aws_vpc.main.id}" } },
      aws_subnet: {
        a: {
          vpc_id: "${aws_vpc.main.id}",
          cidr_block: "10.5.1.0/24",
          availability_zone: "us-east-1a",
          map_public_ip_on_launch: true,
        },
        b: {
          vpc_id: "${aws_vpc.main.id}",
          cidr_block: "10.5.2.0/24",
          availability_zone: "us-east-1b",
          map_public_ip_on_launch: true,
        },
        c: {
          vpc_id: "${aws_vpc.main.id}",
          cidr_block: "10.5.3.0/24",
          availability_zone: "us-east-1c",
          map_public_ip_on_launch: true,
        },
      },
      aws_route_table: { public: { vpc_id: "${aws_vpc.main.id}" } },
      aws_route: {
        internet: {
          route_table_id: "${aws_route_table.public.id}",
          destination_cidr_block: "0.0.0.0/0",
          gateway_id: "${aws_internet_gateway.main.id}",
        },
      },
      aws_route_table_association: Object.fromEntries(
        ["a", "b", "c"].map((it) => [
          it,
          { subnet_id: `\${aws_subnet.${it}.id}`, route_table_id: "${aws_route_table.public.id}" },
        ]),
      ),
      aws_security_group: {
        alb: { name: "classic-alb", description: "Clients to the load balancer", vpc_id: "${aws_vpc.main.id}" },
        web: { name: "classic-web", description: "The load balancer to the instances", vpc_id: "${aws_vpc.main.id}" },
      },
      aws_vpc_security_group_ingress_rule: {
        http: rule("alb", 80, { cidr_ipv4: "0.0.0.0/0" }),
        https: rule("alb", 443, { cidr_ipv4: "0.0.0.0/0", description: "HTTPS" }),
        web: rule("web", 80, { referenced_security_group_id: "${aws_security_group.alb.id}" }),
      },
      aws_vpc_security_group_egress_rule: {
        alb: rule("alb", 80, { referenced_security_group_id: "${aws_security_group.web.id}" }),
        web: { security_group_id: "${aws_security_group.web.id}", ip_protocol: "-1", cidr_ipv4: "0.0.0.0/0" },
      },
      aws_acm_certificate: { main: { domain_name: "www.example.com", validation_method: "DNS" } },
      aws_route53_record: {
        validation: {
          zone_id: "${data.aws_route53_zone.main.zone_id}",
          ttl: 60,
          name: validation("name"),
          type: "CNAME",
          allow_overwrite: true,
          records: [validation("value")],
        },
        www: {
          zone_id: "${data.aws_route53_zone.main.zone_id}",
          name: "www.example.com",
          type: "A",
          alias: { name: "${aws_lb.web.dns_name}", zone_id: "${aws_lb.web.zone_id}", evaluate_target_health: true },
        },
      },
      aws_acm_certificate_validation: {
        main: {
          certificate_arn: "${aws_acm_certificate.main.arn}",
          validation_record_fqdns: ["${aws_route53_record.validation.fqdn}"],
        },
      },
      aws_lb: {
        web: {
          name: "classic",
          security_groups: ["${aws_security_group.alb.id}"],
          subnets: ["${aws_subnet.a.id}", "${aws_subnet.b.id}"],
        },
      },
      aws_lb_target_group: { web: group("classic-web"), api: group("classic-api") },
      aws_lb_listener: {
        http: {
          load_balancer_arn: "${aws_lb.web.arn}",
          port: 80,
          protocol: "HTTP",
          default_action: [{ type: "redirect", redirect: { port: "443", protocol: "HTTPS", status_code: "HTTP_301" } }],
        },
        https: {
          load_balancer_arn: "${aws_lb.web.arn}",
          port: 443,
          protocol: "HTTPS",
          ssl_policy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
          certificate_arn: "${aws_acm_certificate_validation.main.certificate_arn}",
          default_action: forward("web"),
        },
      },
      aws_lb_listener_rule: {
        api: {
          listener_arn: "${aws_lb_listener.https.arn}",
          priority: 10,
          condition: [{ path_pattern: { values: ["/api/*"] } }],
          action: forward("api"),
        },
        old: {
          listener_arn: "${aws_lb_listener.https.arn}",
          priority: 20,
          condition: [{ path_pattern: { values: ["/old/*"] } }],
          action: forward("web"),
        },
      },
      aws_instance: { a: instance("a"), b: instance("b") },
      aws_lb_target_group_attachment: {
        a: attachment("web", "a"),
        b: attachment("web", "b"),
        api: attachment("api", "a"),
        api_b: attachment("api", "b"),
      },
    },
  };
}
