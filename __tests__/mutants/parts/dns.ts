import type { SynthesizedJson } from "../mutant";
import { add, copyOf, the } from "../pick";
import { balancerOf, certificateOf } from "./site";

export const REFUSED = "Route 53 refuses the record, so no state contains it";

export const NO_VPC =
  "the local AWS does not keep a zone's VPC association; __tests__/unit/path/rules/dns.test.ts tests a state " +
  "that has one";

export const ELSEWHERE = {
  name: "old-site-1234567890.us-east-1.elb.amazonaws.com",
  zone_id: "Z35SXDOTRQ7X7K",
  evaluate_target_health: false,
};

export const cnameOf = (stack: SynthesizedJson) => the(stack, "aws_route53_record", ({ type }) => type === "CNAME");

export const vpcOf = (stack: SynthesizedJson) => the(stack, "aws_vpc");

/** Creates a zone for all records of the one that is looked up. A zone with the same name replaces it. */
export function makeZone(stack: SynthesizedJson, name: string): void {
  const { address, body } = the(stack, "data.aws_route53_zone");
  const made = add(stack, "aws_route53_zone", "made", { name });
  if (body.name === name) delete stack.data?.aws_route53_zone;
  for (const record of Object.values(stack.resource.aws_route53_record ?? {}))
    record.zone_id = String(record.zone_id).replace(address, made);
}

/** Adds a second load balancer, for another name. */
export function addBalancer(stack: SynthesizedJson): string {
  const site = balancerOf(stack);
  const { name_prefix: _prefix, ...same } = copyOf(site.body);
  const other = add(stack, "aws_lb", "other", { ...same, name: "other" });
  add(stack, "aws_lb_listener", "other", {
    load_balancer_arn: `\${${other}.arn}`,
    port: 80,
    protocol: "HTTP",
    default_action: [
      {
        type: "redirect",
        redirect: { host: "www.example.org", port: "443", protocol: "HTTPS", status_code: "HTTP_301" },
      },
    ],
  });
  return other;
}

/**
 * Enables IPv6 for the load balancer, without the subnets' addresses: the local AWS never reports those of a subnet.
 */
export function addIpv6(stack: SynthesizedJson): void {
  const { destination_cidr_block: _ipv4, ...route } = the(
    stack,
    "aws_route",
    ({ gateway_id }) => gateway_id !== undefined,
  ).body;
  add(stack, "aws_route", "ipv6", { ...route, destination_ipv6_cidr_block: "::/0" });
  balancerOf(stack).body.ip_address_type = "dualstack";
}

export function addAaaa(stack: SynthesizedJson): void {
  const { address } = balancerOf(stack);
  add(stack, "aws_route53_record", "ipv6", {
    zone_id: the(stack, "aws_route53_record", ({ name }) => !String(name).includes("domain_validation_options")).body
      .zone_id,
    name: "www.example.com",
    type: "AAAA",
    alias: { name: `\${${address}.dns_name}`, zone_id: `\${${address}.zone_id}`, evaluate_target_health: false },
  });
}

export function addName(stack: SynthesizedJson, name: string, zone: string): void {
  const certificate = certificateOf(stack);
  certificate.body.subject_alternative_names = [name];
  const option = (attribute: string) =>
    `\${one([for o in ${certificate.address}.domain_validation_options : o.${attribute} if o.domain_name == ` +
    `"${name}"])}`;
  const record = add(stack, "aws_route53_record", "validation-further", {
    zone_id: zone,
    name: option("resource_record_name"),
    type: option("resource_record_type"),
    records: [option("resource_record_value")],
    ttl: 60,
  });
  (the(stack, "aws_acm_certificate_validation").body.validation_record_fqdns as string[]).push(`\${${record}.fqdn}`);
}
