import type { SynthesizedJson } from "../mutants/mutant";

/* A complete, correct site as a `cdk.tf.json`, small enough that a case shows what is special about it. */

export type Arguments = Record<string, unknown>;

/** Resources by their addresses, such as `aws_lb.web` or `data.aws_route53_zone.main`. */
export type Blocks = Readonly<Record<string, Arguments>>;

export interface SiteOptions {
  /** Names with an alias record and in the certificate; the first is the certificate's domain name. */
  readonly hosts?: readonly string[];
  readonly with?: readonly Blocks[];
  /** Arguments that are set in existing resources; `undefined` removes one. */
  readonly change?: Blocks;
  readonly without?: readonly string[];
  /** Of the target group `web`, whose instances are `web_a`, `web_b`, … */
  readonly web?: GroupOptions;
}

/** @returns a fresh document at each call */
export function site(options: SiteOptions = {}): SynthesizedJson {
  const { hosts = ["www.example.com"], change = {}, without = [] } = options;
  const blocks: Record<string, Arguments> = Object.assign(
    {},
    network(),
    balancer(),
    group("web", { count: 2, ...options.web }),
    names(hosts),
    ...(options.with ?? []),
  );
  for (const [address, values] of Object.entries(change)) {
    if (blocks[address] === undefined) throw new Error(`the site has no ${address}`);
    blocks[address] = { ...blocks[address], ...values };
  }
  for (const address of without) {
    if (blocks[address] === undefined) throw new Error(`the site has no ${address}`);
    delete blocks[address];
  }
  return documentOf(blocks);
}

function documentOf(blocks: Blocks): SynthesizedJson {
  const document = {
    terraform: { required_providers: { aws: { source: "aws", version: "5.100.0" } } },
    provider: { aws: [{ region: "us-east-1" }] },
    data: {} as NonNullable<SynthesizedJson["data"]>,
    resource: {} as SynthesizedJson["resource"],
  };
  for (const [address, values] of Object.entries(blocks)) {
    const parts = address.split(".");
    const isData = parts[0] === "data";
    const [type = "", name = ""] = isData ? parts.slice(1) : parts;
    ((isData ? document.data : document.resource)[type] ??= {})[name] = values;
  }
  // Without arguments that a case removed.
  return JSON.parse(JSON.stringify(document)) as SynthesizedJson;
}

const ref = (address: string, attribute: string) => `\${${address}.${attribute}}`;
const VPC = ref("aws_vpc.main", "id");
const TIERS = { public: 0, private: 10 } as const;

function network(): Blocks {
  const subnets = (["public", "private"] as const).flatMap((tier) =>
    ["a", "b"].flatMap((zone, index): [string, Arguments][] => [
      [
        `aws_subnet.${tier}_${zone}`,
        { vpc_id: VPC, cidr_block: `10.0.${TIERS[tier] + index}.0/24`, availability_zone: `us-east-1${zone}` },
      ],
      [
        `aws_route_table_association.${tier}_${zone}`,
        {
          subnet_id: ref(`aws_subnet.${tier}_${zone}`, "id"),
          route_table_id: ref(`aws_route_table.${tier}`, "id"),
        },
      ],
    ]),
  );
  return {
    "aws_vpc.main": { cidr_block: "10.0.0.0/16" },
    "aws_internet_gateway.main": { vpc_id: VPC },
    "aws_route_table.public": { vpc_id: VPC },
    "aws_route_table.private": { vpc_id: VPC },
    "aws_route.internet": {
      route_table_id: ref("aws_route_table.public", "id"),
      destination_cidr_block: "0.0.0.0/0",
      gateway_id: ref("aws_internet_gateway.main", "id"),
    },
    ...Object.fromEntries(subnets),
  };
}

/** The load balancer with its security group; port 80 redirects to port 443, which forwards to `web`. */
function balancer(): Blocks {
  return {
    "aws_security_group.alb": { name: "alb", description: "Clients to the load balancer", vpc_id: VPC },
    ...openToClients(80),
    ...openToClients(443),
    "aws_lb.web": {
      name: "web",
      security_groups: [ref("aws_security_group.alb", "id")],
      subnets: [ref("aws_subnet.public_a", "id"), ref("aws_subnet.public_b", "id")],
    },
    "aws_lb_listener.http": listener(80, redirectTo({ port: "443", protocol: "HTTPS" })),
    "aws_lb_listener.https": listener(443, forwardTo("web")),
  };
}

/** A rule of the load balancer's security group for clients. */
export function openToClients(port: number, cidr = "0.0.0.0/0"): Blocks {
  return {
    [`aws_vpc_security_group_ingress_rule.clients_${port}`]: {
      security_group_id: ref("aws_security_group.alb", "id"),
      ip_protocol: "tcp",
      from_port: port,
      to_port: port,
      cidr_ipv4: cidr,
    },
  };
}

/** The arguments of a listener. @param protocol HTTPS on port 443 and 8443 if it is omitted */
export function listener(
  port: number,
  action: Arguments,
  protocol: "HTTP" | "HTTPS" = port === 443 || port === 8443 ? "HTTPS" : "HTTP",
): Arguments {
  return {
    load_balancer_arn: ref("aws_lb.web", "arn"),
    port,
    protocol,
    ...(protocol === "HTTPS" && {
      ssl_policy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      certificate_arn: ref("aws_acm_certificate_validation.web", "certificate_arn"),
    }),
    default_action: [action],
  };
}

export interface GroupOptions {
  /** How many instances, in the zones a and b in turn. */
  readonly count?: number;
  readonly port?: number;
  /** Arguments of the target group. */
  readonly arguments?: Arguments;
  readonly healthCheck?: Arguments;
  /** A port for health checks that both security groups allow. */
  readonly healthPort?: number;
  /** Arguments of each instance. */
  readonly instance?: Arguments;
}

const LETTERS = "abcdefgh";

/** A target group with its own instances and security group; ports are open from the load balancer and to it. */
export function group(name: string, options: GroupOptions = {}): Blocks {
  const { count = 1, port = 80, healthCheck, healthPort } = options;
  const instances = [...LETTERS.slice(0, count)].flatMap((letter, index): [string, Arguments][] => [
    [
      `aws_instance.${name}_${letter}`,
      {
        ami: "ami-0123456789abcdef0",
        instance_type: "t3.micro",
        subnet_id: ref(`aws_subnet.private_${index % 2 === 0 ? "a" : "b"}`, "id"),
        vpc_security_group_ids: [ref(`aws_security_group.${name}`, "id")],
        ...options.instance,
      },
    ],
    [
      `aws_lb_target_group_attachment.${name}_${letter}`,
      {
        target_group_arn: ref(`aws_lb_target_group.${name}`, "arn"),
        target_id: ref(`aws_instance.${name}_${letter}`, "id"),
        port,
      },
    ],
  ]);
  return {
    [`aws_lb_target_group.${name}`]: {
      name,
      port,
      protocol: "HTTP",
      vpc_id: VPC,
      ...(healthCheck !== undefined && { health_check: [healthCheck] }),
      ...options.arguments,
    },
    [`aws_security_group.${name}`]: { name, description: `The load balancer to ${name}`, vpc_id: VPC },
    ...openToTargets(name, port),
    ...(healthPort !== undefined && openToTargets(name, healthPort)),
    ...Object.fromEntries(instances),
  };
}

/** The rules in both security groups that let the load balancer reach the targets on a port. */
function openToTargets(name: string, port: number): Blocks {
  const ports = { ip_protocol: "tcp", from_port: port, to_port: port };
  return {
    [`aws_vpc_security_group_egress_rule.to_${name}_${port}`]: {
      security_group_id: ref("aws_security_group.alb", "id"),
      referenced_security_group_id: ref(`aws_security_group.${name}`, "id"),
      ...ports,
    },
    [`aws_vpc_security_group_ingress_rule.${name}_${port}`]: {
      security_group_id: ref(`aws_security_group.${name}`, "id"),
      referenced_security_group_id: ref("aws_security_group.alb", "id"),
      ...ports,
    },
  };
}

function names(hosts: readonly string[]): Blocks {
  return {
    "data.aws_route53_zone.main": { name: "example.com" },
    ...Object.fromEntries(hosts.map((host) => [recordOf(host), alias(host)])),
    ...certificate("web", hosts),
  };
}

/** The address of a name's alias record. */
export function recordOf(host: string): string {
  return `aws_route53_record.${host.replace("*", "any").replaceAll(".", "_")}`;
}

/** An alias record for the load balancer. */
export function alias(name: string, type = "A"): Arguments {
  return record(name, type, {
    alias: [
      { name: ref("aws_lb.web", "dns_name"), zone_id: ref("aws_lb.web", "zone_id"), evaluate_target_health: false },
    ],
  });
}

/** A record with values, or with other arguments. */
export function record(name: string, type: string, values: readonly string[] | Arguments): Arguments {
  return {
    zone_id: ref("data.aws_route53_zone.main", "zone_id"),
    name,
    type,
    ...(Array.isArray(values) ? { ttl: 300, records: values } : values),
  };
}

/** A certificate with its validation and the records for that. */
export function certificate(label: string, hosts: readonly string[]): Blocks {
  const [domain = "", ...others] = hosts;
  const bases = [...new Set(hosts.map((host) => host.replace("*.", "")))];
  const address = `aws_acm_certificate.${label}`;
  const addressOf = (base: string) => `aws_route53_record.${label}_validates_${base.replaceAll(".", "_")}`;
  const option = (base: string, attribute: string) => {
    const name = hosts.find((host) => host.replace("*.", "") === base);
    return `\${one([for o in ${address}.domain_validation_options : o.${attribute} if o.domain_name == "${name}"])}`;
  };
  const validations = bases.map((base): [string, Arguments] => [
    addressOf(base),
    {
      zone_id: ref("data.aws_route53_zone.main", "zone_id"),
      name: option(base, "resource_record_name"),
      type: option(base, "resource_record_type"),
      records: [option(base, "resource_record_value")],
      ttl: 60,
      allow_overwrite: true,
    },
  ]);
  return {
    [address]: {
      domain_name: domain,
      ...(others.length > 0 && { subject_alternative_names: others }),
      validation_method: "DNS",
      lifecycle: { create_before_destroy: true },
    },
    [`aws_acm_certificate_validation.${label}`]: {
      certificate_arn: ref(address, "arn"),
      validation_record_fqdns: bases.map((base) => ref(addressOf(base), "fqdn")),
    },
    ...Object.fromEntries(validations),
  };
}

/* Actions and conditions of rules. */

/** @param to a target group's name, or several with their weights */
export function forwardTo(to: string | Readonly<Record<string, number>>, stickinessSec?: number): Arguments {
  if (typeof to === "string") return { type: "forward", target_group_arn: ref(`aws_lb_target_group.${to}`, "arn") };
  return {
    type: "forward",
    forward: [
      {
        target_group: Object.entries(to).map(([name, weight]) => ({
          arn: ref(`aws_lb_target_group.${name}`, "arn"),
          weight,
        })),
        ...(stickinessSec !== undefined && { stickiness: [{ enabled: true, duration: stickinessSec }] }),
      },
    ],
  };
}

export function redirectTo(redirect: Arguments): Arguments {
  return { type: "redirect", redirect: [{ status_code: "HTTP_301", ...redirect }] };
}

export function fixedResponse(status: number, body?: string, contentType = "text/plain"): Arguments {
  return {
    type: "fixed-response",
    fixed_response: [
      { content_type: contentType, status_code: String(status), ...(body !== undefined && { message_body: body }) },
    ],
  };
}

/** A rule, by default of the HTTPS listener. */
export function rule(
  name: string,
  priority: number,
  conditions: readonly Arguments[],
  action: Arguments,
  of = "https",
): Blocks {
  return {
    [`aws_lb_listener_rule.${name}`]: {
      listener_arn: ref(`aws_lb_listener.${of}`, "arn"),
      priority,
      condition: conditions,
      action: [action],
    },
  };
}

export const ifHost = (...values: string[]): Arguments => ({ host_header: [{ values }] });
export const ifPath = (...values: string[]): Arguments => ({ path_pattern: [{ values }] });
export const ifMethod = (...values: string[]): Arguments => ({ http_request_method: [{ values }] });
export const ifSource = (...values: string[]): Arguments => ({ source_ip: [{ values }] });
export const ifHeader = (name: string, ...values: string[]): Arguments => ({
  http_header: [{ http_header_name: name, values }],
});
export const ifQuery = (...values: { key?: string; value: string }[]): Arguments => ({ query_string: values });

/** An entry of a network ACL for TCP; ports are all if they are omitted. */
export interface AclRule {
  readonly number: number;
  readonly allow: boolean;
  readonly ports?: readonly [from: number, to: number];
  /** @default "0.0.0.0/0" */
  readonly cidr?: string;
}

/** A network ACL for both subnets of a tier, with these entries and no others. */
export function networkAcl(
  tier: "public" | "private",
  { ingress = [], egress = [] }: { ingress?: readonly AclRule[]; egress?: readonly AclRule[] },
): Blocks {
  const entry = ({ number, allow, ports, cidr = "0.0.0.0/0" }: AclRule, isEgress: boolean): [string, Arguments] => [
    `aws_network_acl_rule.${tier}_${isEgress ? "out" : "in"}_${number}`,
    {
      network_acl_id: ref(`aws_network_acl.${tier}`, "id"),
      rule_number: number,
      egress: isEgress,
      protocol: "tcp",
      rule_action: allow ? "allow" : "deny",
      cidr_block: cidr,
      from_port: ports?.[0] ?? 0,
      to_port: ports?.[1] ?? 65_535,
    },
  ];
  return {
    [`aws_network_acl.${tier}`]: {
      vpc_id: VPC,
      subnet_ids: [ref(`aws_subnet.${tier}_a`, "id"), ref(`aws_subnet.${tier}_b`, "id")],
    },
    ...Object.fromEntries([...ingress.map((it) => entry(it, false)), ...egress.map((it) => entry(it, true))]),
  };
}
