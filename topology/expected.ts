import type { Expected } from "./fields";

/* What the arguments on the path are expected to refer to. */

const kind = (attribute: string, literal: RegExp, ...types: string[]): Expected => ({ types, attribute, literal });

export const VPC = kind("id", /^vpc-/, "aws_vpc", "aws_default_vpc");
export const SUBNET = kind("id", /^subnet-/, "aws_subnet", "aws_default_subnet", "aws_subnets");
export const SECURITY_GROUP = kind("id", /^sg-/, "aws_security_group", "aws_default_security_group");
export const ROUTE_TABLE = kind(
  "id",
  /^rtb-/,
  "aws_route_table",
  "aws_default_route_table",
  "aws_vpc",
  "aws_default_vpc",
);
export const NETWORK_ACL = kind("id", /^acl-/, "aws_network_acl", "aws_default_network_acl", "aws_vpc");
export const INTERNET_GATEWAY = kind(
  "id",
  /^(igw|nat|vgw|eigw)-|^local$/,
  "aws_internet_gateway",
  "aws_nat_gateway",
  "aws_vpn_gateway",
);
export const NAT_GATEWAY = kind("id", /^nat-/, "aws_nat_gateway");
export const EGRESS_ONLY_GATEWAY = kind("id", /^eigw-/, "aws_egress_only_internet_gateway");
export const BALANCER = kind("arn", /^arn:/, "aws_lb");
/** For aliases, which can also point to a classic load balancer, a distribution or an API. */
export const BALANCER_NAME = kind("dns_name", /./, "aws_lb", "aws_elb");
export const BALANCER_ZONE = kind("zone_id", /^Z/, "aws_lb", "aws_elb", "aws_route53_zone");
export const LISTENER = kind("arn", /^arn:/, "aws_lb_listener");
export const TARGET_GROUP = kind("arn", /^arn:/, "aws_lb_target_group");
export const CERTIFICATE = kind("arn", /^arn:/, "aws_acm_certificate", "aws_iam_server_certificate");
export const ZONE = kind("id", /^Z/, "aws_route53_zone");
export const TARGET = kind(
  "id",
  /^i-|^\d+\.\d+\.\d+\.\d+$|^arn:|:/,
  "aws_instance",
  "aws_lambda_function",
  "aws_lambda_alias",
);
export const AUTO_SCALING_GROUP = kind("id", /./, "aws_autoscaling_group");
export const LAUNCH_TEMPLATE = kind("id", /^lt-/, "aws_launch_template");
export const LAUNCH_CONFIGURATION = kind("name", /./, "aws_launch_configuration");
export const NETWORK_INTERFACE = kind("id", /^eni-/, "aws_network_interface", "aws_instance");
export const INSTANCE = kind("id", /^i-/, "aws_instance");
export const BUCKET = kind("id", /./, "aws_s3_bucket");
export const WEB_ACL = kind("arn", /^arn:/, "aws_wafv2_web_acl");
