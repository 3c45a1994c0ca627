import type { SynthesizedJson } from "./mutant";

/** One inline block of a security group; JSON requires all of its arguments. */
export function inlineRule(
  port: { from: number; to: number; protocol: string },
  peer: { cidr_blocks?: readonly string[]; security_groups?: readonly string[] },
): Record<string, unknown> {
  return {
    description: null,
    from_port: port.from,
    to_port: port.to,
    protocol: port.protocol,
    cidr_blocks: peer.cidr_blocks ?? null,
    ipv6_cidr_blocks: null,
    prefix_list_ids: null,
    security_groups: peer.security_groups ?? null,
    self: null,
  };
}

const tcp = (port: number) => ({ from: port, to: port, protocol: "tcp" });
const EVERYWHERE = { cidr_blocks: ["0.0.0.0/0"] };

const USER_DATA = `#!/bin/bash
dnf install -y httpd
echo ok > /var/www/html/index.html
systemctl enable --now httpd
`;

/**
 * Not of this project: in an older style. Security groups have inline rules, the resources are called `aws_alb…`, the
 * instances are in public subnets that use the VPC's main route table, and a CNAME points to the load balancer.
 */
export function inlineGroupsStack(): SynthesizedJson {
  return {
    terraform: { required_providers: { aws: { source: "aws", version: "5.100.0" } } },
    provider: { aws: [{ region: "us-east-1" }] },
    data: { aws_route53_zone: { main: { name: "example.com" } } },
    resource: {
      aws_vpc: { main: { cidr_block: "172.20.0.0/16" } },
      aws_internet_gateway: { main: { vpc_id: "${aws_vpc.main.id}" } },
      aws_route: {
        internet: {
          route_table_id: "${aws_vpc.main.main_route_table_id}",
          destination_cidr_block: "0.0.0.0/0",
          gateway_id: "${aws_internet_gateway.main.id}",
        },
      },
      aws_subnet: {
        a: {
          vpc_id: "${aws_vpc.main.id}",
          cidr_block: "172.20.1.0/24",
          availability_zone: "us-east-1a",
          map_public_ip_on_launch: true,
        },
        b: {
          vpc_id: "${aws_vpc.main.id}",
          cidr_block: "172.20.2.0/24",
          availability_zone: "us-east-1b",
          map_public_ip_on_launch: true,
        },
      },
      aws_security_group: {
        alb: {
          name: "alb",
          description: "Clients to the load balancer",
          vpc_id: "${aws_vpc.main.id}",
          ingress: [inlineRule(tcp(80), EVERYWHERE), inlineRule(tcp(443), EVERYWHERE)],
          egress: [inlineRule({ from: 0, to: 0, protocol: "-1" }, EVERYWHERE)],
        },
        web: {
          name: "web",
          description: "The load balancer to the instances",
          vpc_id: "${aws_vpc.main.id}",
          ingress: [inlineRule(tcp(80), { security_groups: ["${aws_security_group.alb.id}"] })],
          egress: [inlineRule({ from: 0, to: 0, protocol: "-1" }, EVERYWHERE)],
        },
      },
      aws_alb: {
        web: {
          security_groups: ["${aws_security_group.alb.id}"],
          subnets: ["${aws_subnet.a.id}", "${aws_subnet.b.id}"],
        },
      },
      aws_alb_target_group: {
        web: { port: 80, protocol: "HTTP", vpc_id: "${aws_vpc.main.id}", health_check: { path: "/" } },
      },
      aws_alb_target_group_attachment: {
        a: { target_group_arn: "${aws_alb_target_group.web.arn}", target_id: "${aws_instance.a.id}", port: 80 },
        b: { target_group_arn: "${aws_alb_target_group.web.arn}", target_id: "${aws_instance.b.id}", port: 80 },
      },
      aws_alb_listener: {
        http: {
          load_balancer_arn: "${aws_alb.web.arn}",
          port: 80,
          protocol: "HTTP",
          default_action: [
            { type: "redirect", redirect: [{ port: "443", protocol: "HTTPS", status_code: "HTTP_301" }] },
          ],
        },
        https: {
          load_balancer_arn: "${aws_alb.web.arn}",
          port: 443,
          protocol: "HTTPS",
          ssl_policy: "ELBSecurityPolicy-2016-08",
          certificate_arn: "${aws_acm_certificate_validation.web.certificate_arn}",
          default_action: [{ type: "forward", target_group_arn: "${aws_alb_target_group.web.arn}" }],
        },
      },
      aws_instance: Object.fromEntries(
        ["a", "b"].map((zone) => [
          zone,
          {
            ami: "ami-0123456789abcdef0",
            instance_type: "t2.micro",
            subnet_id: `\${aws_subnet.${zone}.id}`,
            vpc_security_group_ids: ["${aws_security_group.web.id}"],
            user_data: USER_DATA,
          },
        ]),
      ),
      aws_acm_certificate: {
        web: {
          domain_name: "example.com",
          subject_alternative_names: ["*.example.com"],
          validation_method: "DNS",
          lifecycle: { create_before_destroy: true },
        },
      },
      aws_acm_certificate_validation: {
        web: {
          certificate_arn: "${aws_acm_certificate.web.arn}",
          validation_record_fqdns: ["${aws_route53_record.validation.fqdn}"],
        },
      },
      aws_route53_record: {
        // The apex and its wildcard share one validation record.
        validation: {
          zone_id: "${data.aws_route53_zone.main.zone_id}",
          ttl: 300,
          allow_overwrite: true,
          name: "${tolist(aws_acm_certificate.web.domain_validation_options)[0].resource_record_name}",
          type: "${tolist(aws_acm_certificate.web.domain_validation_options)[0].resource_record_type}",
          records: ["${tolist(aws_acm_certificate.web.domain_validation_options)[0].resource_record_value}"],
        },
        www: {
          zone_id: "${data.aws_route53_zone.main.zone_id}",
          name: "www",
          type: "CNAME",
          ttl: 300,
          records: ["${aws_alb.web.dns_name}"],
        },
      },
    },
  };
}
