import type { SynthesizedJson } from "./mutant";

/** What the instances run at their first boot: NGINX on port 8080. */
export const AUTO_SCALING_USER_DATA = `#!/bin/bash
dnf install -y nginx
cat > /etc/nginx/conf.d/app.conf <<'CONF'
server {
  listen 8080;
  location / { return 200 "ok"; }
}
CONF
systemctl enable --now nginx
`;

/**
 * Not of this project: an Auto Scaling group behind a NAT gateway, aws_security_group_rule resources, port 8080.
 */
export function autoScalingStack(): SynthesizedJson {
  return {
    terraform: { required_providers: { aws: { source: "aws", version: "5.100.0" } } },
    provider: { aws: [{ region: "us-east-1" }] },
    data: { aws_route53_zone: { main: { name: "example.com." } } },
    resource: {
      aws_vpc: { main: { cidr_block: "10.1.0.0/16", enable_dns_hostnames: true } },
      aws_internet_gateway: { main: { vpc_id: "${aws_vpc.main.id}" } },
      aws_subnet: {
        public_a: {
          vpc_id: "${aws_vpc.main.id}",
          cidr_block: "10.1.0.0/24",
          availability_zone: "us-east-1a",
          map_public_ip_on_launch: true,
        },
        public_b: {
          vpc_id: "${aws_vpc.main.id}",
          cidr_block: "10.1.1.0/24",
          availability_zone: "us-east-1b",
          map_public_ip_on_launch: true,
        },
        private_a: { vpc_id: "${aws_vpc.main.id}", cidr_block: "10.1.10.0/24", availability_zone: "us-east-1a" },
        private_b: { vpc_id: "${aws_vpc.main.id}", cidr_block: "10.1.11.0/24", availability_zone: "us-east-1b" },
      },
      aws_eip: { nat: { domain: "vpc" } },
      aws_nat_gateway: {
        main: {
          allocation_id: "${aws_eip.nat.id}",
          subnet_id: "${aws_subnet.public_a.id}",
          depends_on: ["aws_internet_gateway.main"],
        },
      },
      aws_route_table: { public: { vpc_id: "${aws_vpc.main.id}" }, private: { vpc_id: "${aws_vpc.main.id}" } },
      aws_route: {
        public: {
          route_table_id: "${aws_route_table.public.id}",
          destination_cidr_block: "0.0.0.0/0",
          gateway_id: "${aws_internet_gateway.main.id}",
        },
        private: {
          route_table_id: "${aws_route_table.private.id}",
          destination_cidr_block: "0.0.0.0/0",
          nat_gateway_id: "${aws_nat_gateway.main.id}",
        },
      },
      aws_route_table_association: {
        public_a: { subnet_id: "${aws_subnet.public_a.id}", route_table_id: "${aws_route_table.public.id}" },
        public_b: { subnet_id: "${aws_subnet.public_b.id}", route_table_id: "${aws_route_table.public.id}" },
        private_a: { subnet_id: "${aws_subnet.private_a.id}", route_table_id: "${aws_route_table.private.id}" },
        private_b: { subnet_id: "${aws_subnet.private_b.id}", route_table_id: "${aws_route_table.private.id}" },
      },
      aws_security_group: {
        balancer: { name: "balancer", description: "Clients to the load balancer", vpc_id: "${aws_vpc.main.id}" },
        app: { name: "app", description: "The load balancer to the app", vpc_id: "${aws_vpc.main.id}" },
      },
      aws_security_group_rule: {
        balancer_http: {
          type: "ingress",
          security_group_id: "${aws_security_group.balancer.id}",
          protocol: "tcp",
          from_port: 80,
          to_port: 80,
          cidr_blocks: ["0.0.0.0/0"],
        },
        balancer_https: {
          type: "ingress",
          security_group_id: "${aws_security_group.balancer.id}",
          protocol: "tcp",
          from_port: 443,
          to_port: 443,
          cidr_blocks: ["0.0.0.0/0"],
        },
        balancer_out: {
          type: "egress",
          security_group_id: "${aws_security_group.balancer.id}",
          protocol: "tcp",
          from_port: 8080,
          to_port: 8080,
          source_security_group_id: "${aws_security_group.app.id}",
        },
        app_in: {
          type: "ingress",
          security_group_id: "${aws_security_group.app.id}",
          protocol: "tcp",
          from_port: 8080,
          to_port: 8080,
          source_security_group_id: "${aws_security_group.balancer.id}",
        },
        app_out: {
          type: "egress",
          security_group_id: "${aws_security_group.app.id}",
          protocol: "-1",
          from_port: 0,
          to_port: 0,
          cidr_blocks: ["0.0.0.0/0"],
        },
      },
      aws_lb: {
        web: {
          name: "web",
          load_balancer_type: "application",
          internal: false,
          security_groups: ["${aws_security_group.balancer.id}"],
          subnets: ["${aws_subnet.public_a.id}", "${aws_subnet.public_b.id}"],
        },
      },
      aws_lb_target_group: {
        app: {
          name: "app",
          port: 8080,
          protocol: "HTTP",
          vpc_id: "${aws_vpc.main.id}",
          health_check: {
            path: "/",
            matcher: "200",
            interval: 30,
            timeout: 5,
            healthy_threshold: 2,
            unhealthy_threshold: 3,
          },
        },
      },
      aws_lb_listener: {
        http: {
          load_balancer_arn: "${aws_lb.web.arn}",
          port: 80,
          protocol: "HTTP",
          default_action: { type: "redirect", redirect: { port: "443", protocol: "HTTPS", status_code: "HTTP_301" } },
        },
        https: {
          load_balancer_arn: "${aws_lb.web.arn}",
          port: 443,
          protocol: "HTTPS",
          ssl_policy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
          certificate_arn: "${aws_acm_certificate_validation.web.certificate_arn}",
          default_action: { type: "forward", target_group_arn: "${aws_lb_target_group.app.arn}" },
        },
      },
      aws_launch_template: {
        app: {
          name_prefix: "app-",
          image_id: "ami-0123456789abcdef0",
          instance_type: "t3.micro",
          vpc_security_group_ids: ["${aws_security_group.app.id}"],
          user_data: Buffer.from(AUTO_SCALING_USER_DATA).toString("base64"),
        },
      },
      aws_autoscaling_group: {
        app: {
          name: "app",
          min_size: 2,
          max_size: 4,
          desired_capacity: 2,
          health_check_type: "ELB",
          vpc_zone_identifier: ["${aws_subnet.private_a.id}", "${aws_subnet.private_b.id}"],
          target_group_arns: ["${aws_lb_target_group.app.arn}"],
          launch_template: { id: "${aws_launch_template.app.id}", version: "$Latest" },
        },
      },
      aws_acm_certificate: {
        web: { domain_name: "www.example.com", validation_method: "DNS", lifecycle: { create_before_destroy: true } },
      },
      aws_acm_certificate_validation: {
        web: {
          certificate_arn: "${aws_acm_certificate.web.arn}",
          validation_record_fqdns: ["${aws_route53_record.validation.fqdn}"],
        },
      },
      aws_route53_record: {
        validation: {
          zone_id: "${data.aws_route53_zone.main.zone_id}",
          ttl: 60,
          name: "${tolist(aws_acm_certificate.web.domain_validation_options)[0].resource_record_name}",
          type: "${tolist(aws_acm_certificate.web.domain_validation_options)[0].resource_record_type}",
          records: ["${tolist(aws_acm_certificate.web.domain_validation_options)[0].resource_record_value}"],
        },
        web: {
          zone_id: "${data.aws_route53_zone.main.zone_id}",
          name: "www.example.com",
          type: "A",
          alias: { name: "${aws_lb.web.dns_name}", zone_id: "${aws_lb.web.zone_id}", evaluate_target_health: true },
        },
      },
    },
  };
}
