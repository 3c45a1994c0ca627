import type { SynthesizedJson } from "../mutants/mutant";
import type { Arguments } from "../serve-cases/site";

/* Mistakes for the sites of serve-generator.ts, whose security groups still have single rules. */

export interface Mistake {
  readonly name: string;
  /** `prevents` it or part of it from being answered as declared, `hides` from the file whether it is. */
  readonly kind: "prevents" | "hides";
  /**
   * Puts the mistake in.
   * @param place selects one of several places
   * @returns false if the site has no place for it; it is then unchanged
   */
  readonly put: (site: SynthesizedJson, place: number) => boolean;
}

type Picked = readonly [name: string, body: Arguments];

/** Resources of a type, in the order of the file. */
function all({ resource }: SynthesizedJson, type: string, fits: (body: Arguments) => boolean = () => true): Picked[] {
  return Object.entries(resource[type] ?? {}).filter(([, body]) => fits(body));
}

function pick(picked: readonly Picked[], place: number): Picked | undefined {
  return picked[place % picked.length];
}

/** A mistake in the arguments of one resource. */
function changing(
  name: string,
  kind: Mistake["kind"],
  picked: (site: SynthesizedJson) => readonly Picked[],
  values: (body: Arguments, site: SynthesizedJson) => Arguments,
): Mistake {
  return {
    name,
    kind,
    put: (site, place) => {
      const found = pick(picked(site), place);
      if (found === undefined) return false;
      const [, body] = found;
      Object.assign(body, values(body, site));
      for (const [key, value] of Object.entries(body)) if (value === undefined) delete body[key];
      return true;
    },
  };
}

/** A mistake that is a missing resource. */
function missing(
  name: string,
  type: string,
  fits: (body: Arguments, label: string) => boolean = () => true,
  which: "one" | "all" = "one",
): Mistake {
  return {
    name,
    kind: "prevents",
    put: (site, place) => {
      const found = all(site, type).filter(([label, body]) => fits(body, label));
      const gone = which === "all" ? found : found.slice(place % Math.max(found.length, 1)).slice(0, 1);
      for (const [label] of gone) delete site.resource[type]?.[label];
      return gone.length > 0;
    },
  };
}

const isOf = (group: string) => (body: Arguments) => body.security_group_id === `\${aws_security_group.${group}.id}`;
const clientRules = (site: SynthesizedJson) =>
  all(site, "aws_vpc_security_group_ingress_rule", isOf("alb")).filter(([, { cidr_ipv4 }]) => cidr_ipv4 !== undefined);
const targetRules = (site: SynthesizedJson) =>
  all(site, "aws_vpc_security_group_ingress_rule", (body) => !isOf("alb")(body));
const https = (site: SynthesizedJson) => all(site, "aws_lb_listener", ({ protocol }) => protocol === "HTTPS");
const http = (site: SynthesizedJson) => all(site, "aws_lb_listener", ({ protocol }) => protocol === "HTTP");
const records = (site: SynthesizedJson) =>
  all(site, "aws_route53_record", ({ name }) => !String(name).includes("domain_validation_options"));
const aliases = (site: SynthesizedJson) => records(site).filter(([, { alias }]) => alias !== undefined);
const balancer = (site: SynthesizedJson) => all(site, "aws_lb");
const groups = (site: SynthesizedJson) => all(site, "aws_lb_target_group");
const rules = (site: SynthesizedJson) => all(site, "aws_lb_listener_rule");
const certificates = (site: SynthesizedJson) => all(site, "aws_acm_certificate");

/** A variable without a default, which no file but `terraform.tfvars` sets. */
function variable(site: SynthesizedJson, name: string, type = "string"): string {
  const variables = (site.variable ??= {}) as Record<string, unknown>;
  variables[name] = { type };
  return `\${var.${name}}`;
}

const ELSEWHERE = "old-site-1234567890.us-east-1.elb.amazonaws.com";

/** Denies all that the entries of a network ACL do not allow. */
function closedAcl(name: string, tier: "public" | "private", entries: readonly Arguments[]): Mistake {
  return {
    name,
    kind: "prevents",
    put: ({ resource }) => {
      const acls = (resource.aws_network_acl ??= {});
      if (acls[tier] !== undefined) return false;
      acls[tier] = {
        vpc_id: "${aws_vpc.main.id}",
        subnet_ids: [`\${aws_subnet.${tier}_a.id}`, `\${aws_subnet.${tier}_b.id}`],
      };
      for (const [index, entry] of entries.entries())
        (resource.aws_network_acl_rule ??= {})[`${tier}_mistake_${index}`] = {
          network_acl_id: `\${aws_network_acl.${tier}.id}`,
          rule_number: 100 + index,
          protocol: "tcp",
          cidr_block: "0.0.0.0/0",
          from_port: 0,
          to_port: 65_535,
          rule_action: "allow",
          egress: false,
          ...entry,
        };
      return true;
    },
  };
}

const IN_DNS: readonly Mistake[] = [
  changing("a record points to a load balancer elsewhere", "prevents", aliases, () => ({
    alias: [{ name: ELSEWHERE, zone_id: "Z35SXDOTRQ7X7K", evaluate_target_health: false }],
  })),
  changing("an alias record has the zone of another service", "prevents", aliases, () => ({
    alias: [{ name: "${aws_lb.web.dns_name}", zone_id: "Z2FDTNDATAQYW2", evaluate_target_health: false }],
  })),
  changing("an AAAA record points to a load balancer with IPv4", "prevents", aliases, () => ({ type: "AAAA" })),
  changing("the load balancer is internal", "prevents", balancer, () => ({ internal: true })),
  missing("a name has no record", "aws_route53_record", ({ name }) => /^[\w*.]+$/.test(String(name))),
  changing("a record's target is a variable", "hides", aliases, (_, site) => ({
    alias: [{ name: variable(site, "target"), zone_id: "Z35SXDOTRQ7X7K", evaluate_target_health: false }],
  })),
  changing("a record's name is a variable", "hides", records, (_, site) => ({ name: variable(site, "name") })),
];

const IN_TLS: readonly Mistake[] = [
  changing("the certificate lacks the first name", "prevents", certificates, () => ({
    domain_name: "other.example.com",
  })),
  changing("the certificate lacks the further names", "prevents", certificates, () => ({
    subject_alternative_names: ["other.example.com"],
  })),
  changing("a listener does not wait for its certificate", "prevents", https, () => ({
    certificate_arn: "${aws_acm_certificate.web.arn}",
  })),
  {
    name: "a validation record is missing",
    kind: "prevents",
    put: ({ resource }, place) => {
      const labels = Object.keys(resource.aws_route53_record ?? {}).filter((label) => label.includes("_validates_"));
      const gone = labels[place % labels.length];
      if (gone === undefined) return false;
      delete resource.aws_route53_record?.[gone];
      for (const body of Object.values(resource.aws_acm_certificate_validation ?? {}))
        body.validation_record_fqdns = (body.validation_record_fqdns as string[]).filter(
          (it) => !it.includes(`.${gone}.`),
        );
      return true;
    },
  },
  changing("a certificate is a variable", "hides", https, (_, site) => ({
    certificate_arn: variable(site, "certificate"),
  })),
];

const IN_LISTENERS: readonly Mistake[] = [
  changing("a listener of HTTPS has no certificate", "prevents", https, () => ({ certificate_arn: undefined })),
  changing("port 443 speaks HTTP", "prevents", https, () => ({
    protocol: "HTTP",
    certificate_arn: undefined,
    ssl_policy: undefined,
  })),
  {
    name: "the HTTPS listener is missing",
    kind: "prevents",
    put: ({ resource }) => {
      if (resource.aws_lb_listener?.https === undefined) return false;
      delete resource.aws_lb_listener.https;
      delete resource.aws_lb_listener_rule;
      delete resource.aws_lb_listener_certificate;
      return true;
    },
  },
  changing("HTTP redirects to a port without a listener", "prevents", http, () => ({
    default_action: [{ type: "redirect", redirect: [{ port: "9443", protocol: "HTTPS", status_code: "HTTP_301" }] }],
  })),
  changing("HTTPS redirects to itself", "prevents", https, () => ({
    default_action: [{ type: "redirect", redirect: [{ path: "/", status_code: "HTTP_301" }] }],
  })),
  changing("HTTPS redirects to HTTP", "prevents", https, () => ({
    default_action: [{ type: "redirect", redirect: [{ port: "80", protocol: "HTTP", status_code: "HTTP_302" }] }],
  })),
  changing("the default action is a fixed 404", "prevents", https, () => ({
    default_action: [{ type: "fixed-response", fixed_response: [{ content_type: "text/plain", status_code: "404" }] }],
  })),
  changing("a rule before all others matches everything", "prevents", rules, () => ({
    priority: 1,
    condition: [{ path_pattern: [{ values: ["*"] }] }],
  })),
  changing("clients may not use a listener's port", "prevents", clientRules, () => ({
    from_port: 8444,
    to_port: 8444,
  })),
  missing("a listener's port is closed", "aws_vpc_security_group_ingress_rule", ({ cidr_ipv4 }) =>
    String(cidr_ipv4).endsWith("/0"),
  ),
  changing("only another network may use a listener's port", "prevents", clientRules, () => ({
    cidr_ipv4: "10.9.0.0/16",
  })),
  missing("the route to the internet is missing", "aws_route"),
  changing(
    "the route to the internet is for other addresses",
    "prevents",
    (site) => all(site, "aws_route"),
    () => ({
      destination_cidr_block: "8.0.0.0/8",
    }),
  ),
  missing("a public subnet is not associated", "aws_route_table_association", (_, label) => label.startsWith("public")),
  changing("one subnet of the load balancer is private", "prevents", balancer, () => ({
    subnets: ["${aws_subnet.public_a.id}", "${aws_subnet.private_b.id}"],
  })),
  changing("the load balancer has the targets' security group", "prevents", balancer, () => ({
    security_groups: ["${aws_security_group.web.id}"],
  })),
  closedAcl("a network ACL keeps clients out", "public", [{ from_port: 1024 }, { egress: true }]),
  closedAcl("a network ACL keeps responses to clients in", "public", [{}, { egress: true, to_port: 1023 }]),
  changing("a listener's action is a variable", "hides", https, (_, site) => ({
    default_action: [{ type: variable(site, "action") }],
  })),
  changing("a rule's host is a variable", "hides", rules, (_, site) => ({
    condition: [{ host_header: [{ values: [variable(site, "host")] }] }],
  })),
  changing("a rule's priority is a variable", "hides", rules, (_, site) => ({ priority: variable(site, "priority") })),
  changing("the load balancer's subnets are a variable", "hides", balancer, (_, site) => ({
    subnets: variable(site, "subnets", "list(string)"),
  })),
  changing("clients' addresses are a variable", "hides", clientRules, (_, site) => ({
    cidr_ipv4: variable(site, "office"),
  })),
  changing("a future argument of the load balancer", "hides", balancer, () => ({ enable_what_comes_next: true })),
  changing("a future condition of a rule", "hides", rules, () => ({
    condition: [{ weather: [{ values: ["rain"] }] }],
  })),
];

const IN_TARGET_GROUPS: readonly Mistake[] = [
  missing("no instance is attached", "aws_lb_target_group_attachment", (_, label) => label.startsWith("web"), "all"),
  changing("the load balancer speaks gRPC to the targets", "prevents", groups, () => ({ protocol_version: "GRPC" })),
  {
    name: "the targets are registered elsewhere",
    kind: "hides",
    put: ({ resource }) => {
      for (const type of ["aws_lb_target_group_attachment", "aws_instance"]) delete resource[type];
      return true;
    },
  },
  changing("a forwarded target group is a variable", "hides", https, (_, site) => ({
    default_action: [{ type: "forward", target_group_arn: variable(site, "target_group") }],
  })),
  changing("the target group's health check is on a port that is a variable", "hides", groups, (_, site) => ({
    health_check: [{ port: variable(site, "health_port") }],
  })),
];

const IN_TARGETS: readonly Mistake[] = [
  changing("the targets allow another port", "prevents", targetRules, () => ({ from_port: 7777, to_port: 7777 })),
  changing("the targets allow themselves instead of the load balancer", "prevents", targetRules, (body) => ({
    referenced_security_group_id: body.security_group_id,
  })),
  missing("a rule of the targets is missing", "aws_vpc_security_group_ingress_rule", (body) => !isOf("alb")(body)),
  missing("a rule to the targets is missing", "aws_vpc_security_group_egress_rule"),
  changing(
    "an attachment has another port",
    "prevents",
    (site) => all(site, "aws_lb_target_group_attachment"),
    () => ({ port: 7777 }),
  ),
  changing(
    "an instance has no security group of the site",
    "prevents",
    (site) => all(site, "aws_instance"),
    () => ({
      vpc_security_group_ids: ["${aws_security_group.alb.id}"],
    }),
  ),
  {
    name: "an instance is in a zone without the load balancer",
    kind: "prevents",
    put: (site, place) => {
      const found = pick(all(site, "aws_instance"), place);
      if (found === undefined) return false;
      (site.resource.aws_subnet ??= {}).private_c = {
        vpc_id: "${aws_vpc.main.id}",
        cidr_block: "10.0.12.0/24",
        availability_zone: "us-east-1c",
      };
      found[1].subnet_id = "${aws_subnet.private_c.id}";
      return true;
    },
  },
  closedAcl("a network ACL keeps the load balancer's packets out of the targets' subnets", "private", [
    { to_port: 22 },
    { egress: true },
  ]),
  closedAcl("a network ACL keeps the targets' responses in", "private", [{}, { egress: true, to_port: 1023 }]),
  changing("the targets' port is a variable", "hides", targetRules, (_, site) => ({
    from_port: variable(site, "port"),
    to_port: variable(site, "port"),
  })),
  changing(
    "the instances' security group is a variable",
    "hides",
    (site) => all(site, "aws_instance"),
    (_, site) => ({
      vpc_security_group_ids: [variable(site, "security_group")],
    }),
  ),
  changing(
    "the instances' subnet is a variable",
    "hides",
    (site) => all(site, "aws_instance"),
    (_, site) => ({
      subnet_id: variable(site, "subnet"),
    }),
  ),
];

export const MISTAKES: readonly Mistake[] = [...IN_DNS, ...IN_TLS, ...IN_LISTENERS, ...IN_TARGET_GROUPS, ...IN_TARGETS];
