import { destroyed, type Planned, replaced, SITE, type Values } from "./standing-site";

/*
 * Plans of one site in which there are many of one kind: all on one load balancer, in one target group or in one
 * security group.
 */

type Json = Record<string, unknown>;

/** Resources of one block with `for_each`. */
interface Many {
  /** Such as `aws_instance.web`. */
  readonly label: string;
  /** What an expression of the block refers to, by argument. */
  readonly expressions?: Readonly<Record<string, readonly string[]>>;
  /** The existing values; absent: the resource is new. */
  readonly before?: (name: string, index: number) => Values;
  readonly planned?: (name: string, index: number) => Planned;
}

const { "aws_lb_listener.https": HTTPS = {}, "aws_lb.web": LB = {}, "aws_lb_target_group.web": GROUP = {} } = SITE;
const REGION = "us-east-1";
/** What ACM writes before a name to validate it. */
const TOKEN = "_0123456789abcdef0123456789abcdef";
const certificateArn = (index: number): string => `arn:aws:acm:${REGION}:123456789012:certificate/many-${index}`;
const hostOf = (name: string): string => `${name}.example.com`;
const alias = [{ name: LB.dns_name, zone_id: LB.zone_id, evaluate_target_health: true }];
const cnameOf = (name: string, to: string): Values => ({
  id: `Z1_www-${name}_CNAME`,
  zone_id: "Z1",
  name: `www-${name}.example.com`,
  fqdn: `www-${name}.example.com`,
  type: "CNAME",
  records: [to],
  ttl: 300,
  alias: [],
});
const rule = (name: string, index: number): Values => ({
  listener_arn: HTTPS.arn,
  priority: 100 + index,
  condition: [{ host_header: [{ values: [hostOf(name)] }] }],
  action: [{ type: "forward", order: 1, target_group_arn: GROUP.arn }],
});
const fresh =
  (of: (name: string, index: number) => Values, ...open: readonly string[]) =>
  (name: string, index: number): Planned => ({ actions: ["create"], set: of(name, index), open: ["id", ...open] });

/** A name for each certificate, which is an additional certificate of the listener, and a listener rule for it. */
const CERTIFICATES: readonly Many[] = [
  {
    label: "aws_acm_certificate.many",
    before: (name, index) => ({
      id: certificateArn(index),
      arn: certificateArn(index),
      domain_name: hostOf(name),
      subject_alternative_names: [hostOf(name)],
      validation_method: "DNS",
      status: "ISSUED",
      tags: {},
      domain_validation_options: [
        {
          domain_name: hostOf(name),
          resource_record_name: `${TOKEN}.${hostOf(name)}.`,
          resource_record_type: "CNAME",
          resource_record_value: "_1.acm-validations.aws.",
        },
      ],
    }),
    planned: () => ({ set: { tags: { team: "web" } } }),
  },
  {
    label: "aws_route53_record.validation",
    before: (name) => ({
      id: `Z1_${TOKEN}.${hostOf(name)}_CNAME`,
      zone_id: "Z1",
      name: `${TOKEN}.${hostOf(name)}`,
      fqdn: `${TOKEN}.${hostOf(name)}`,
      type: "CNAME",
      records: ["_1.acm-validations.aws."],
      ttl: 60,
      alias: [],
    }),
  },
  {
    label: "aws_acm_certificate_validation.many",
    before: (name, index) => ({
      id: `v-${index}`,
      certificate_arn: certificateArn(index),
      validation_record_fqdns: [`${TOKEN}.${hostOf(name)}`],
    }),
  },
  {
    label: "aws_lb_listener_certificate.many",
    before: (_, index) => ({
      id: `${String(HTTPS.arn)}_${certificateArn(index)}`,
      listener_arn: HTTPS.arn,
      certificate_arn: certificateArn(index),
    }),
  },
  {
    label: "aws_route53_record.many",
    before: (name) => ({
      id: `Z1_${hostOf(name)}_A`,
      zone_id: "Z1",
      name: hostOf(name),
      fqdn: hostOf(name),
      type: "A",
      alias,
    }),
  },
  {
    label: "aws_lb_listener_rule.many",
    before: (name, index) => ({ id: `rule-${index}`, arn: `rule-${index}`, ...rule(name, index) }),
  },
];

const NEW_CERTIFICATES: readonly Many[] = [
  {
    label: "aws_acm_certificate.many",
    planned: fresh(
      (name) => ({ domain_name: hostOf(name), validation_method: "DNS" }),
      "arn",
      "subject_alternative_names",
      "domain_validation_options",
      "status",
    ),
  },
  {
    label: "aws_route53_record.validation",
    planned: fresh(
      () => ({ zone_id: "Z1", ttl: 60, alias: [], allow_overwrite: true }),
      "name",
      "fqdn",
      "type",
      "records",
    ),
    expressions: {
      name: ["aws_acm_certificate.many", "each.key"],
      type: ["aws_acm_certificate.many", "each.key"],
      records: ["aws_acm_certificate.many", "each.key"],
    },
  },
  {
    label: "aws_acm_certificate_validation.many",
    planned: fresh(() => ({}), "certificate_arn", "validation_record_fqdns"),
    expressions: {
      certificate_arn: ["aws_acm_certificate.many", "each.key"],
      validation_record_fqdns: ["aws_route53_record.validation", "each.key"],
    },
  },
  {
    label: "aws_lb_listener_certificate.many",
    planned: fresh(() => ({ listener_arn: HTTPS.arn }), "certificate_arn"),
    expressions: { certificate_arn: ["aws_acm_certificate_validation.many", "each.key"] },
  },
  {
    label: "aws_route53_record.many",
    planned: fresh((name) => ({ zone_id: "Z1", name: hostOf(name), type: "A", alias }), "fqdn"),
  },
  { label: "aws_lb_listener_rule.many", planned: fresh(rule, "arn") },
];

/** Certificates of names whose validation records already exist from an earlier certificate. */
const RENEWED: readonly Many[] = NEW_CERTIFICATES.map((it) =>
  it.label === "aws_route53_record.validation"
    ? { ...CERTIFICATES.find(({ label }) => label === it.label), label: it.label }
    : it,
);

/** Existing certificates whose validation records are removed. */
const BEREFT: readonly Many[] = CERTIFICATES.map(({ planned: _, ...it }) =>
  it.label === "aws_route53_record.validation" ? { ...it, planned: () => destroyed() } : it,
);

/** Certificates that other files make, by their ARNs. */
const FOREIGN: readonly Many[] = CERTIFICATES.filter(({ label }) => !/^aws_acm_|validation/.test(label)).map((it) =>
  it.label.startsWith("aws_lb_listener_certificate")
    ? { ...it, planned: () => ({ actions: ["create"], open: ["id"] }) }
    : it,
);

/**
 * Names that no listener rule matches, because the rules are for names whose records are elsewhere; an idle load
 * balancer may have been meant.
 */
const UNTAKEN: readonly Many[] = CERTIFICATES.filter(({ label }) =>
  /^aws_(route53_record|lb_listener_rule)\.many$/.test(label),
).map((it) =>
  it.label.startsWith("aws_lb_") ? { ...it, before: (name, index) => it.before?.(`of-${name}`, index) ?? {} } : it,
);
/** Names that each point to another name, which is removed. */
const CHAINS: readonly Many[] = [
  {
    label: "aws_route53_record.many",
    before: (name) => ({
      id: `Z1_${hostOf(name)}_A`,
      zone_id: "Z1",
      name: hostOf(name),
      fqdn: hostOf(name),
      type: "A",
      alias,
    }),
    planned: () => destroyed(),
  },
  { label: "aws_route53_record.over", before: (name) => cnameOf(name, hostOf(name)), planned: () => destroyed() },
];
/** Names that all point to one name. */
const HUB: readonly Many[] = [
  {
    label: "aws_route53_record.over",
    before: (name) => cnameOf(name, "www.example.com"),
    planned: () => ({ set: { ttl: 60 } }),
  },
];
/** Names that each point to the previous one. */
const LINE: readonly Many[] = [
  {
    label: "aws_route53_record.over",
    before: (name, index) => cnameOf(name, index === 0 ? "www.example.com" : `www-s${index - 1}.example.com`),
    planned: () => ({ set: { ttl: 60 } }),
  },
];
/** Names that point to nothing. */
const LOST: readonly Many[] = [
  {
    label: "aws_route53_record.over",
    before: (name) => cnameOf(name, `gone-${name}.example.com`),
    planned: () => ({ set: { ttl: 60 } }),
  },
];

const { "aws_lb_listener_rule.api": _api, "aws_lb_listener_rule.old": _old, ...WITHOUT_RULES } = SITE;
const SITE_OF_UNTAKEN: Readonly<Record<string, Values>> = {
  ...WITHOUT_RULES,
  "aws_lb_listener.https": {
    ...HTTPS,
    default_action: [
      { type: "fixed-response", order: 1, fixed_response: [{ content_type: "text/plain", status_code: "404" }] },
    ],
  },
  "aws_lb.idle": {
    ...LB,
    id: `${String(LB.arn)}-idle`,
    arn: `${String(LB.arn)}-idle`,
    name: "idle",
    dns_name: "idle-1.us-east-1.elb.amazonaws.com",
  },
};

/** Each with its attachment, which follows it. */
const INSTANCES: readonly Many[] = [
  {
    label: "aws_instance.many",
    before: (_, index) => ({
      ...SITE["aws_instance.a"],
      id: `i-${index}`,
      arn: `arn:aws:ec2:${REGION}:123456789012:instance/i-${index}`,
      subnet_id: index % 2 === 0 ? "subnet-a" : "subnet-b",
    }),
    planned: () => ({ ...replaced("ami", { ami: "ami-2" }), open: ["id", "arn"] }),
  },
  {
    label: "aws_lb_target_group_attachment.many",
    expressions: { target_id: ["aws_instance.many", "each.key"] },
    before: (_, index) => ({ id: `att-${index}`, target_group_arn: GROUP.arn, target_id: `i-${index}`, port: null }),
    planned: () => ({ ...replaced("target_id"), open: ["id", "target_id"] }),
  },
];

const peer = (index: number): string => `192.${100 + (index >> 8)}.${index & 255}.0/24`;
const GROUP_RULES: readonly Many[] = [
  {
    label: "aws_vpc_security_group_ingress_rule.many",
    before: (_, index) => ({
      id: `sgr-many-${index}`,
      security_group_id: "sg-web",
      ip_protocol: "tcp",
      from_port: 9090,
      to_port: 9090,
      cidr_ipv4: peer(index),
      description: null,
    }),
    planned: (_, index) => ({ set: { cidr_ipv4: peer(index).replace("192.", "198.") } }),
  },
];

const LISTENER_RULES: readonly Many[] = [
  {
    label: "aws_lb_listener_rule.many",
    before: (name, index) => ({
      id: `rule-${index}`,
      arn: `rule-${index}`,
      ...rule(name, index),
      condition: [{ path_pattern: [{ values: [`/${name}/*`] }] }],
    }),
    planned: (name) => ({ set: { condition: [{ path_pattern: [{ values: [`/${name}/*`, `/more-${name}/*`] }] }] } }),
  },
];

const [STANDING_INSTANCES] = INSTANCES.map(({ label, before }) => ({ label, before }));
const pair = (index: number): Values => ({ target_group_arn: GROUP.arn, target_id: `i-${index}`, port: null });

/** Under a new address, without a moved block. */
const MOVED: readonly Many[] = [
  ...(STANDING_INSTANCES === undefined ? [] : [STANDING_INSTANCES]),
  {
    label: "aws_lb_target_group_attachment.old",
    before: (_, index) => ({ id: `att-${index}`, ...pair(index) }),
    planned: () => destroyed(),
  },
  { label: "aws_lb_target_group_attachment.many", planned: fresh((_, index) => pair(index)) },
];

/** Each by two resources. */
const RULES_TWICE: readonly Many[] = ["one", "other"].map((name) => ({
  label: `aws_vpc_security_group_ingress_rule.${name}`,
  planned: fresh((_, index) => ({
    security_group_id: "sg-web",
    ip_protocol: "tcp",
    from_port: 9090,
    to_port: 9090,
    cidr_ipv4: peer(index),
  })),
}));
const RECORDS_TWICE: readonly Many[] = ["one", "other"].map((name) => ({
  label: `aws_route53_record.${name}`,
  planned: fresh((key) => ({ zone_id: "Z1", name: hostOf(key), type: "TXT", alias: [], records: ["x"] }), "fqdn"),
}));

const KINDS = {
  "changed certificates": CERTIFICATES,
  "new certificates": NEW_CERTIFICATES,
  "certificates of validated names": RENEWED,
  "certificates that lose their validation": BEREFT,
  "certificates of other files": FOREIGN,
  "names that no rule takes": UNTAKEN,
  "names that lead over other names": CHAINS,
  "names that lead over one name": HUB,
  "names that lead over each other": LINE,
  "names that lead to nothing": LOST,
  "replaced instances": INSTANCES,
  "changed security group rules": GROUP_RULES,
  "changed listener rules": LISTENER_RULES,
  "attachments under a new address": MOVED,
  "rules that are written twice": RULES_TWICE,
  "records that are written twice": RECORDS_TWICE,
} as const;

export type Kind = keyof typeof KINDS;
export const GROWING = Object.keys(KINDS) as readonly Kind[];

/** A plan of the existing site with a number of resources of a kind. All of them change. */
export function growingPlan(kind: Kind, count: number): Json & { resource_changes: Json[] } {
  const names = Array.from({ length: count }, (_, index) => `s${index}`);
  const standing = Object.entries(kind === "names that no rule takes" ? SITE_OF_UNTAKEN : SITE).map(
    ([address, before]) => ({ ...partsOf(address), address, before, planned: undefined as Planned | undefined }),
  );
  const many = (KINDS[kind] as readonly Many[]).flatMap(({ label, before, planned }) =>
    names.map((name, index) => ({
      ...partsOf(label),
      address: `${label}["${name}"]`,
      index: name,
      before: before?.(name, index),
      planned: planned?.(name, index),
    })),
  );
  const all = [...standing, ...many];
  const blocks = [
    ...standing.map(({ address, type, name }) => ({ address, type, name, expressions: {} })),
    ...(KINDS[kind] as readonly Many[]).map(({ label, expressions = {} }) => ({
      address: label,
      ...partsOf(label),
      for_each_expression: { references: ["var.names"] },
      expressions: Object.fromEntries(Object.entries(expressions).map(([name, references]) => [name, { references }])),
    })),
  ];
  return {
    format_version: "1.2",
    terraform_version: "1.11.4",
    variables: { names: { value: names } },
    resource_changes: all.map(({ before, planned, ...it }) => ({
      ...it,
      mode: "managed",
      ...changeOf(before, planned),
    })),
    prior_state: {
      format_version: "1.0",
      values: {
        root_module: {
          resources: all.flatMap(({ before, planned: _, ...it }) =>
            before === undefined ? [] : [{ ...it, mode: "managed", values: before }],
          ),
        },
      },
    },
    configuration: {
      provider_config: { aws: { expressions: { region: { constant_value: REGION } } } },
      root_module: {
        variables: { names: {} },
        resources: blocks.map((it) => ({ ...it, mode: "managed", provider_config_key: "aws" })),
      },
    },
  };
}

function changeOf(before: Values | undefined, planned: Planned = { actions: ["no-op"] }): Json {
  const { actions = ["update"], set = {}, open = [], forcedBy } = planned;
  const after = Object.fromEntries(Object.entries({ ...before, ...set }).filter(([name]) => !open.includes(name)));
  return {
    change: {
      actions,
      before: before ?? null,
      after: actions.join() === "delete" ? null : after,
      after_unknown: Object.fromEntries(open.map((name) => [name, true])),
      ...(forcedBy !== undefined && { replace_paths: forcedBy }),
    },
  };
}

function partsOf(label: string): { type: string; name: string } {
  const [type = "", name = ""] = label.split(".");
  return { type, name };
}
