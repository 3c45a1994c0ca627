import type { Mutant, SynthesizedJson } from "./mutant";
import { add, copyOf, takeOutAll, the } from "./pick";

/* P01 to P10: what goes wrong between the client's question and the balancer's addresses. */

const REFUSED = "Route 53 refuses the record, so that no state has it";
const NO_VPC =
  "the local AWS forgets that a zone belongs to a VPC; __tests__/unit/path/rules/dns.test.ts looks at a state " +
  "that says so";
const ELSEWHERE = {
  name: "old-site-1234567890.us-east-1.elb.amazonaws.com",
  zone_id: "Z35SXDOTRQ7X7K",
  evaluate_target_health: false,
};

const aliasOf = (stack: SynthesizedJson) => the(stack, "aws_route53_record", ({ alias }) => alias !== undefined);
const cnameOf = (stack: SynthesizedJson) => the(stack, "aws_route53_record", ({ type }) => type === "CNAME");
const balancerOf = (stack: SynthesizedJson) =>
  stack.resource.aws_alb === undefined ? the(stack, "aws_lb") : the(stack, "aws_alb");
const certificateOf = (stack: SynthesizedJson) => the(stack, "aws_acm_certificate");
const vpcOf = (stack: SynthesizedJson) => the(stack, "aws_vpc");

/** A zone is made for all that is in the one that is looked up; one of the same name takes its place. */
function makeZone(stack: SynthesizedJson, name: string): void {
  const { address, body } = the(stack, "data.aws_route53_zone");
  const made = add(stack, "aws_route53_zone", "made", { name });
  if (body.name === name) delete stack.data?.aws_route53_zone;
  for (const record of Object.values(stack.resource.aws_route53_record ?? {}))
    record.zone_id = String(record.zone_id).replace(address, made);
}

/** A balancer beside that of the stack, for another name. */
function addBalancer(stack: SynthesizedJson): string {
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
 * IPv6 on the way to the balancer, less the subnets' addresses: the local AWS never says that a subnet has got them.
 */
function addIpv6(stack: SynthesizedJson): void {
  const { destination_cidr_block: _ipv4, ...route } = the(
    stack,
    "aws_route",
    ({ gateway_id }) => gateway_id !== undefined,
  ).body;
  add(stack, "aws_route", "ipv6", { ...route, destination_ipv6_cidr_block: "::/0" });
  balancerOf(stack).body.ip_address_type = "dualstack";
}

function addAaaa(stack: SynthesizedJson): void {
  const { address } = balancerOf(stack);
  add(stack, "aws_route53_record", "ipv6", {
    zone_id: the(stack, "aws_route53_record", ({ name }) => !String(name).includes("domain_validation_options")).body
      .zone_id,
    name: "www.example.com",
    type: "AAAA",
    alias: { name: `\${${address}.dns_name}`, zone_id: `\${${address}.zone_id}`, evaluate_target_health: false },
  });
}

function addName(stack: SynthesizedJson, name: string, zone: string): void {
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

export const dnsMutants: readonly Mutant[] = [
  {
    row: "P01",
    name: "the site's name is in a private zone that is made for it",
    base: "site",
    at: { type: "aws_route53_record", attribute: "zone_id" },
    cannot: { state: NO_VPC },
    mutate: (stack) => {
      const zone = add(stack, "aws_route53_zone", "inside", {
        name: "www.example.com",
        vpc: { vpc_id: `\${${vpcOf(stack).address}.id}` },
      });
      aliasOf(stack).body.zone_id = `\${${zone}.zone_id}`;
    },
  },
  {
    row: "P01",
    name: "the zone that is made belongs to the VPC",
    base: "created-zone",
    at: { type: "aws_route53_record", attribute: "zone_id" },
    also: ["P15"],
    cannot: { state: NO_VPC },
    mutate: (stack) => {
      the(stack, "aws_route53_zone").body.vpc = [{ vpc_id: `\${${vpcOf(stack).address}.id}` }];
    },
  },
  {
    row: "P02",
    name: "the zone is made together with what waits for it",
    base: "site",
    at: { type: "aws_route53_zone", attribute: "name_servers" },
    mutate: (stack) => makeZone(stack, "example.com"),
    cannot: { state: "the zone is there, and who delegates to it is not in a state" },
    unfixable: "the registrar is not in the file",
  },
  {
    row: "P02",
    name: "a zone for the name itself is made, and the zone above does not name its servers",
    base: "site",
    at: { type: "aws_route53_zone", attribute: "name_servers" },
    mutate: (stack) => makeZone(stack, "www.example.com"),
  },
  {
    row: "P03",
    name: "a second zone is made beside the one that is looked up",
    base: "site",
    at: { type: "aws_route53_zone", attribute: "name" },
    mutate: (stack) => {
      add(stack, "aws_route53_zone", "again", { name: "example.com" });
    },
  },
  {
    row: "P03",
    name: "two zones of one name are made, and the alias is in the second",
    base: "auto-scaling",
    at: { type: "aws_route53_zone", attribute: "name" },
    also: ["P02"],
    mutate: (stack) => {
      const zone = add(stack, "aws_route53_zone", "again", { name: "example.com" });
      aliasOf(stack).body.zone_id = `\${${zone}.zone_id}`;
    },
  },
  {
    row: "P04",
    name: "a further name is put into the zone of the first",
    base: "site",
    at: { type: "aws_route53_record", attribute: "name" },
    mutate: (stack) => {
      (stack.data ??= {}).aws_route53_zone = { ...stack.data.aws_route53_zone, other: { name: "example.org" } };
      addName(stack, "shop.example.org", "${data.aws_route53_zone.other.zone_id}");
      add(stack, "aws_route53_record", "shop", { ...copyOf(aliasOf(stack).body), name: "shop.example.org" });
    },
  },
  {
    row: "P04",
    name: "the site moved to another domain, and its record stayed in the zone of the old one",
    base: "auto-scaling",
    at: { type: "aws_route53_record", attribute: "name" },
    mutate: (stack) => {
      (stack.data ??= {}).aws_route53_zone = { ...stack.data.aws_route53_zone, other: { name: "example.net" } };
      certificateOf(stack).body.domain_name = "www.example.net";
      the(stack, "aws_route53_record", ({ alias }) => alias === undefined).body.zone_id =
        "${data.aws_route53_zone.other.zone_id}";
      aliasOf(stack).body.name = "www.example.net";
    },
  },
  {
    row: "P05",
    name: "the alias names the zone of the record",
    base: "site",
    at: { type: "aws_route53_record", attribute: "alias.zone_id" },
    cannot: { state: REFUSED },
    mutate: (stack) => {
      (aliasOf(stack).body.alias as Record<string, unknown>).zone_id =
        `\${${the(stack, "data.aws_route53_zone").address}.zone_id}`;
    },
  },
  {
    row: "P05",
    name: "the alias names the zone of another region's balancers",
    base: "auto-scaling",
    at: { type: "aws_route53_record", attribute: "alias.zone_id" },
    cannot: { state: REFUSED },
    mutate: (stack) => {
      (aliasOf(stack).body.alias as Record<string, unknown>).zone_id = "Z215JYRZR1TBD5";
    },
  },
  {
    row: "P06",
    name: "the alias leads to the balancer of another site",
    base: "site",
    at: { type: "aws_route53_record", attribute: "alias.name" },
    also: ["P21"],
    mutate: (stack) => {
      (aliasOf(stack).body.alias as Record<string, unknown>).name = `\${${addBalancer(stack)}.dns_name}`;
    },
  },
  {
    row: "P06",
    name: "both of the alias's arguments are those of another site's balancer",
    base: "auto-scaling",
    at: { type: "aws_route53_record", attribute: "alias.name" },
    also: ["P21"],
    mutate: (stack) => {
      const other = addBalancer(stack);
      Object.assign(aliasOf(stack).body.alias as object, {
        name: `\${${other}.dns_name}`,
        zone_id: `\${${other}.zone_id}`,
      });
    },
  },
  {
    row: "P06",
    name: "the CNAME leads to the balancer of another site, where a wildcard may be for any name",
    base: "inline-groups",
    at: { type: "aws_route53_record", attribute: "records" },
    also: ["P21"],
    verdict: "broken",
    mutate: (stack) => {
      cnameOf(stack).body.records = [`\${${addBalancer(stack)}.dns_name}`];
    },
  },
  {
    row: "P06",
    name: "the alias leads to a balancer by its name of today",
    base: "site",
    at: { type: "aws_route53_record", attribute: "alias.name" },
    verdict: "unknown",
    cannot: { state: "the local AWS has no balancer of that name" },
    mutate: (stack) => {
      aliasOf(stack).body.alias = { ...ELSEWHERE };
    },
  },
  {
    row: "P06",
    name: "the CNAME leads to a balancer by its name of today",
    base: "inline-groups",
    at: { type: "aws_route53_record", attribute: "records" },
    verdict: "unknown",
    mutate: (stack) => {
      cnameOf(stack).body.records = [ELSEWHERE.name];
    },
  },
  {
    row: "P07",
    name: "the CNAME has the zone's name",
    base: "inline-groups",
    at: { type: "aws_route53_record", attribute: "type" },
    cannot: { state: REFUSED },
    mutate: (stack) => {
      cnameOf(stack).body.name = "example.com";
    },
  },
  {
    row: "P07",
    name: "a CNAME with no name of its own is added for the zone's name",
    base: "site",
    at: { type: "aws_route53_record", attribute: "type" },
    cannot: { state: REFUSED },
    mutate: (stack) => {
      const { zone_id } = aliasOf(stack).body;
      addName(stack, "example.com", String(zone_id));
      add(stack, "aws_route53_record", "top", {
        zone_id,
        name: "",
        type: "CNAME",
        ttl: 300,
        records: [`\${${balancerOf(stack).address}.dns_name}`],
      });
    },
  },
  {
    row: "P08",
    name: "AAAA is answered for a balancer that has IPv4 addresses only",
    base: "site",
    at: { type: "aws_route53_record", attribute: "type" },
    mutate: addAaaa,
  },
  {
    row: "P08",
    name: "the balancer listens to IPv6, and its group lets IPv4 in alone",
    base: "auto-scaling",
    at: { type: "aws_lb", attribute: "ip_address_type" },
    mutate: addIpv6,
  },
  {
    row: "P08",
    name: "the name is answered for IPv6, and the balancer's group lets IPv4 in alone",
    base: "site",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      addIpv6(stack);
      addAaaa(stack);
    },
  },
  {
    row: "P08",
    name: "the name is answered for IPv6, and the rules beside the balancer's group are for IPv4 alone",
    base: "auto-scaling",
    at: { type: "aws_security_group", attribute: "ingress" },
    mutate: (stack) => {
      addIpv6(stack);
      addAaaa(stack);
    },
  },
  {
    row: "P09",
    name: "the balancer is internal",
    base: "site",
    at: { type: "aws_lb", attribute: "internal" },
    mutate: (stack) => {
      balancerOf(stack).body.internal = true;
    },
  },
  {
    row: "P09",
    name: "the balancer is internal, and a CNAME leads to it",
    base: "inline-groups",
    at: { type: "aws_alb", attribute: "internal" },
    mutate: (stack) => {
      balancerOf(stack).body.internal = true;
    },
  },
  {
    row: "P10",
    name: "neither record of a failover looks at its balancer's health",
    base: "site",
    at: { type: "aws_route53_record", attribute: "alias.evaluate_target_health" },
    mutate: (stack) => {
      const primary = aliasOf(stack);
      Object.assign(primary.body, { set_identifier: "first", failover_routing_policy: { type: "PRIMARY" } });
      add(stack, "aws_route53_record", "second", {
        ...copyOf(primary.body),
        set_identifier: "second",
        failover_routing_policy: { type: "SECONDARY" },
      });
    },
  },
  {
    row: "P10",
    name: "a weighted record follows the health of targets that are not there",
    base: "site",
    at: { type: "aws_route53_record", attribute: "alias.evaluate_target_health" },
    also: ["P49"],
    verdict: "broken",
    mutate: (stack) => {
      Object.assign(aliasOf(stack).body, { set_identifier: "first", weighted_routing_policy: { weight: 100 } });
      (aliasOf(stack).body.alias as Record<string, unknown>).evaluate_target_health = true;
      takeOutAll(stack, "aws_lb_target_group_attachment");
    },
  },
];
