import type { Open, TraceReport } from "../../../path/report";
import { review } from "../../../path/review/review";
import { trace } from "../../../path/trace/trace";
import { constant, handMadePlan, refs } from "../../support/hand-made-plan";
import { created, destroyed, type Planned, planOf, SITE, type Values } from "../../support/standing-site";
import { synthOf } from "../../support/synth";

/* Arguments, values and types on a path that no reader knows make its hop unknown: neither proven nor broken. */

type Json = Record<string, unknown>;

const NOT_KNOWN = /is not known to this version$|are not known to this version$/;
const opens = ({ paths }: TraceReport): string[] => [
  ...new Set(
    paths.flatMap(({ hops }) =>
      hops.flatMap(({ open }) =>
        open
          .filter(({ why }) => NOT_KNOWN.test(why))
          .map(({ hop, address, attribute }: Open) => `${hop}: ${attribute} of ${address}`),
      ),
    ),
  ),
];
const withValues = (changes: Readonly<Record<string, Values>>): Record<string, Values> => ({
  ...SITE,
  ...Object.fromEntries(Object.entries(changes).map(([address, values]) => [address, { ...SITE[address], ...values }])),
});
/** What the review says of a site that has this already, if something else changes. */
const standing = (
  site: Record<string, Values>,
  changes: Readonly<Record<string, Planned>> = { "aws_lb.web": { set: { idle_timeout: 61 } } },
) => {
  const plan = planOf(changes, site);
  const { report } = review(plan);
  return {
    verdict: trace(plan).verdict,
    opens: opens(trace(plan)),
    effect: report.effect,
    reported: report.causes
      .filter(({ effect }) => effect === "unknown")
      .map(({ address, attribute }) => `${attribute} of ${address}`),
  };
};
const rule = (more: Values): Values => ({ ...SITE["aws_lb_listener_rule.api"], ...more });
const REFUSED = {
  type: "fixed-response",
  order: 1,
  fixed_response: [{ content_type: "text/plain", status_code: "404" }],
};

describe("makes its hop unknown, and the review", () => {
  test.each<[string, Record<string, Values>, string, string]>([
    [
      "a host by a regular expression, where all else is refused",
      {
        "aws_lb_listener.https": { default_action: [REFUSED] },
        "aws_lb_listener_rule.api": rule({
          condition: [{ host_header: [{ regex_values: ["^w+\\.example\\.com$"], values: [] }] }],
        }),
      },
      "listener",
      "condition.host_header.regex_values of aws_lb_listener_rule.api",
    ],
    [
      "a path by a regular expression",
      {
        "aws_lb_listener_rule.api": rule({
          condition: [{ path_pattern: [{ regex_values: ["^/api/"], values: null }] }],
        }),
      },
      "listener",
      "condition.path_pattern.regex_values of aws_lb_listener_rule.api",
    ],
    [
      "a condition of a new kind",
      { "aws_lb_listener_rule.api": rule({ condition: [{ client_certificate: [{ values: ["x"] }] }] }) },
      "listener",
      "condition.client_certificate of aws_lb_listener_rule.api",
    ],
    [
      "a transform",
      {
        "aws_lb_listener_rule.api": rule({
          transform: [{ type: "url-rewrite", url_rewrite_config: [{ rewrite: [{ regex: "^/api", replace: "/" }] }] }],
        }),
      },
      "listener",
      "transform of aws_lb_listener_rule.api",
    ],
    [
      "an action of a new kind",
      { "aws_lb_listener.https": { default_action: [{ type: "mirror", order: 1 }] } },
      "listener",
      "default_action.type of aws_lb_listener.https",
    ],
    [
      "an action with something new in it",
      {
        "aws_lb_listener.https": {
          default_action: [
            {
              type: "forward",
              order: 1,
              target_group_arn: SITE["aws_lb_target_group.web"]?.arn,
              rate_limit: [{ requests: 10 }],
            },
          ],
        },
      },
      "listener",
      "default_action.rate_limit of aws_lb_listener.https",
    ],
    [
      "targets of a new kind",
      { "aws_lb_target_group.web": { target_type: "container" } },
      "target-group",
      "target_type of aws_lb_target_group.web",
    ],
    [
      "a new block of a target group",
      { "aws_lb_target_group.web": { admission: [{ mode: "strict" }] } },
      "target-group",
      "admission of aws_lb_target_group.web",
    ],
    [
      "a new block of the load balancer",
      { "aws_lb.web": { admission: [{ mode: "strict" }] } },
      "listener",
      "admission of aws_lb.web",
    ],
    [
      "a new block of a record",
      { "aws_route53_record.www": { steering_policy: [{ to: "x" }] } },
      "dns",
      "steering_policy of aws_route53_record.www",
    ],
    [
      "a new block of a certificate",
      { "aws_acm_certificate.main": { admission: [{ mode: "strict" }] } },
      "tls",
      "admission of aws_acm_certificate.main",
    ],
    [
      "a new block in a rule of the targets' group",
      { "aws_vpc_security_group_ingress_rule.web": { schedule: [{ from: "8:00" }] } },
      "target",
      "schedule of aws_vpc_security_group_ingress_rule.web",
    ],
  ])("%s", (_, changes, hop, what) => {
    expect(standing(withValues(changes))).toEqual({
      verdict: "unknown",
      opens: [`${hop}: ${what}`],
      effect: "unknown",
      reported: [what],
    });
  });

  test("and what changes it is reported", () => {
    const transform = [{ type: "url-rewrite", url_rewrite_config: [{ rewrite: [{ regex: "^/api", replace: "/" }] }] }];
    const { report } = review(planOf({ "aws_lb_listener_rule.api": { set: { transform } } }));
    expect(report).toMatchObject({
      effect: "unknown",
      summary: "Effect unknown: this version of alb-web does not know something on the path.",
    });
    expect(report.causes.find(({ effect }) => effect === "unknown")).toMatchObject({
      address: "aws_lb_listener_rule.api",
      attribute: "transform",
      hop: "listener",
      why: "Updated in place: `transform`; the argument is not known to this version, so the listener is not verified.",
    });
    // Nor does anybody know what it does that it goes.
    expect(
      review(
        planOf(
          { "aws_lb_listener_rule.api": { set: { transform: [] } } },
          withValues({ "aws_lb_listener_rule.api": { transform } }),
        ),
      ).report.effect,
    ).toBe("unknown");
  });

  test("but not if nothing changes, as the page says", () => {
    const { report, watch } = review(
      planOf({}, withValues({ "aws_lb_listener_rule.api": { transform: [{ type: "url-rewrite" }] } })),
    );
    expect([report.effect, report.summary, watch]).toEqual([
      "none",
      "No changes.",
      [
        "Not known to this version of alb-web: `transform` of `aws_lb_listener_rule.api`; verdicts that depend on it are unknown.",
      ],
    ]);
  });
});

describe("a resource of a type that no reader knows", () => {
  const exclusive = (id: string) => ({
    "aws_vpc_security_group_rules_exclusive.x": {
      security_group_id: id,
      ingress_rule_ids: ["sgr-4"],
      egress_rule_ids: [],
    },
  });
  test.each<[string, Record<string, Values>, string[]]>([
    [
      "takes all other rules out of the targets' group",
      exclusive("sg-web"),
      ["target: aws_vpc_security_group_rules_exclusive of aws_vpc_security_group_rules_exclusive.x"],
    ],
    [
      "takes all other rules out of the load balancer's group",
      exclusive("sg-alb"),
      ["listener: aws_vpc_security_group_rules_exclusive of aws_vpc_security_group_rules_exclusive.x"],
    ],
    ["takes all other rules out of a group of nobody's", exclusive("sg-other"), []],
    [
      "takes all other records out of the zone",
      { "aws_route53_records_exclusive.x": { zone_id: "Z1" } },
      ["dns: aws_route53_records_exclusive of aws_route53_records_exclusive.x"],
    ],
    [
      "attaches something to the listener",
      { "aws_lb_listener_schedule.x": { listener_arn: SITE["aws_lb_listener.https"]?.arn } },
      ["listener: aws_lb_listener_schedule of aws_lb_listener_schedule.x"],
    ],
    [
      "attaches something to a target group",
      { "aws_alb_target_group_policy.x": { settings: [{ target_group: SITE["aws_lb_target_group.web"]?.arn }] } },
      ["target-group: aws_alb_target_group_policy of aws_alb_target_group_policy.x"],
    ],
    ["holds certificates of clients", { "aws_lb_trust_store.x": { name: "x", arn: "arn:x" } }, []],
    ["does something else", { "aws_lambda_function.x": { security_group_ids: ["sg-web"] } }, []],
  ])("which %s", (_, more, expected) => {
    const { opens: found, effect } = standing({ ...SITE, ...more });
    expect([found, effect]).toEqual([expected, expected.length > 0 ? "unknown" : "none"]);
  });

  test("is reported when it is created and when it is destroyed", () => {
    const [address = "", values = {}] = Object.entries(exclusive("sg-web"))[0] ?? [];
    expect(review(planOf({ [address]: created(values) })).report.effect).toBe("unknown");
    expect(review(planOf({ [address]: destroyed() }, { ...SITE, [address]: values })).report).toMatchObject({
      effect: "unknown",
      causes: [{ address, why: expect.stringMatching(/^Destroyed.*; resources of this type are not known/) as string }],
    });
  });

  test("may be on any path where its names are known after the apply only", () => {
    const site = planOf(Object.fromEntries(Object.entries(SITE).map(([at, values]) => [at, created(values)])), {});
    const opened = {
      ...site,
      resource_changes: [
        ...(site.resource_changes as Json[]),
        {
          address: "aws_lb_listener_schedule.x",
          mode: "managed",
          type: "aws_lb_listener_schedule",
          name: "x",
          change: { actions: ["create"], before: null, after: {}, after_unknown: { listener_arn: true } },
        },
      ],
    };
    const { configuration } = opened as unknown as { configuration: { root_module: { resources: Json[] } } };
    configuration.root_module.resources.push({
      address: "aws_lb_listener_schedule.x",
      mode: "managed",
      type: "aws_lb_listener_schedule",
      name: "x",
      expressions: { listener_arn: { references: ["var.listener_arn"] } },
    });
    expect(opens(trace(opened))).toContain("listener: aws_lb_listener_schedule of aws_lb_listener_schedule.x");
  });
});

describe("what the configuration writes", () => {
  /** A load balancer whose listener has one more argument; this is what the plan knows about it. */
  const written = (expression: unknown, known: unknown, open?: true): TraceReport =>
    trace(
      handMadePlan({
        blocks: {
          "aws_lb.web": {
            expressions: { name: constant("web") },
            after: { name: "web", load_balancer_type: "application", internal: false },
            unknown: { arn: true, dns_name: true },
          },
          "aws_lb_listener.http": {
            expressions: {
              load_balancer_arn: refs("aws_lb.web.arn", "aws_lb.web"),
              port: constant(80),
              default_action: [{ type: constant("fixed-response") }],
              admission: expression,
            },
            after: {
              port: 80,
              protocol: "HTTP",
              default_action: [{ type: "fixed-response" }],
              ...(known !== undefined && { admission: known }),
            },
            unknown: { load_balancer_arn: true, arn: true, ...(open === true && { admission: true }) },
          },
        },
      }),
    );
  test.each<[string, unknown, unknown, true | undefined, boolean]>([
    ["a value", constant("strict"), "strict", undefined, true],
    ["a flag that is off", constant(false), false, undefined, true],
    ["a value that is known after the apply only", refs("aws_lb.web.arn", "aws_lb.web"), undefined, true, true],
    ["no value", constant(null), null, undefined, false],
    ["an empty list", constant([]), [], undefined, false],
    ["a variable that is null", refs("var.admission"), null, undefined, false],
  ])("counts where it is set: %s", (_, expression, known, open, isTold) => {
    expect(opens(written(expression, known, open))).toEqual(
      isTold ? ["listener: admission of aws_lb_listener.http"] : [],
    );
  });

  test("is looked at in a stack of this project too, before anything is planned", () => {
    const stack = synthOf({ domainName: "www.example.com" }) as unknown as {
      resource: Record<string, Record<string, Json>>;
    };
    const [listener = ""] = Object.keys(stack.resource.aws_lb_listener ?? {});
    expect(opens(trace(stack))).toEqual([]);
    Object.assign(stack.resource.aws_lb_listener?.[listener] ?? {}, {
      dynamic: { admission: { for_each: ["a"], content: { mode: "strict" } } },
    });
    expect(opens(trace(stack))).toEqual([`listener: admission of aws_lb_listener.${listener}`]);
  });
});

test("a state shows blocks that nobody knows; what else is new in it, the provider may have computed", () => {
  const state = (more: Values) =>
    trace({
      format_version: "1.0",
      terraform_version: "1.14.0",
      values: {
        root_module: {
          resources: Object.entries(withValues({ "aws_lb_listener.https": more })).map(([address, values]) => ({
            address,
            mode: "managed",
            type: address.split(".")[0],
            name: address.split(".")[1],
            values,
          })),
        },
      },
    });
  expect([
    opens(state({ admission: [{ mode: "strict" }] })),
    opens(state({ admission_arn: "arn:x", admissions: 3, admission: [] })),
  ]).toEqual([["listener: admission of aws_lb_listener.https"], []]);
});

test("what provider 6 has and was looked at is known", () => {
  expect(
    standing(
      withValues({
        "aws_lb.web": {
          region: "us-east-1",
          secondary_ips_auto_assigned_per_subnet: 0,
          health_check_logs: [{ bucket: "logs", enabled: false }],
        },
        "aws_lb_target_group.web": { target_control_port: 9000 },
        "aws_lb_target_group_attachment.a": { quic_server_id: "x" },
        "aws_network_interface.a": { id: "eni-a", subnet_id: "subnet-a", security_groups: ["sg-web"] },
        "aws_instance.a": {
          subnet_id: null,
          vpc_security_group_ids: null,
          primary_network_interface: [{ network_interface_id: "eni-a" }],
        },
        "aws_lb_listener.https": {
          default_action: [
            {
              type: "jwt-validation",
              order: 1,
              jwt_validation: [
                { issuer: "https://login.example.net", jwks_endpoint: "https://login.example.net/keys" },
              ],
            },
            { type: "forward", order: 2, target_group_arn: SITE["aws_lb_target_group.web"]?.arn },
          ],
        },
        "aws_lb_listener_rule.api": rule({
          transform: [],
          condition: [{ http_header: [{ http_header_name: "X-Version", regex_values: ["^2"], values: null }] }],
        }),
        "aws_route53_zone.main": { enable_accelerated_recovery: true },
      }),
    ),
  ).toEqual({ verdict: "ok", opens: [], effect: "none", reported: [] });
});

describe("what is known after the apply only", () => {
  /** An update by which an argument follows a resource that the file does not have. */
  const opened = (
    address: string,
    name: string,
    planned: Planned = { open: [name] },
    site: Record<string, Values> = SITE,
  ): Json => {
    const plan = planOf({ [address]: planned }, site) as Json & {
      configuration: { root_module: { resources: (Json & { address: string })[] } };
    };
    const config = plan.configuration.root_module.resources.find((it) => it.address === address);
    Object.assign(config ?? {}, { expressions: { [name]: { references: ["data.external.x.result"] } } });
    return plan;
  };

  test("is unknown where this plan changes it and its hop was proven before", () => {
    const { report } = review(
      opened(
        "aws_vpc_security_group_ingress_rule.web",
        "cidr_ipv4",
        { set: { referenced_security_group_id: null }, open: ["cidr_ipv4"] },
        withValues({
          "aws_vpc_security_group_ingress_rule.web": { referenced_security_group_id: null, cidr_ipv4: "10.0.0.0/16" },
        }),
      ),
    );
    expect(report).toMatchObject({
      effect: "unknown",
      summary: "Effect unknown: a value on the path is known only after apply.",
    });
    expect(report.causes.filter(({ effect }) => effect === "unknown")).toEqual([
      expect.objectContaining({
        address: "aws_vpc_security_group_ingress_rule.web",
        attribute: "cidr_ipv4",
        hop: "target",
        why: expect.stringMatching(
          /^Updated in place: `cidr_ipv4`; `cidr_ipv4` is unknown .* which was ok before, cannot be verified\.$/,
        ) as string,
      }),
    ]);
  });

  test("of a listener's port is unknown, as the old port is no declared URL any more", () => {
    expect(review(opened("aws_lb_listener.http", "port")).report).toMatchObject({
      effect: "unknown",
      summary: "Effect unknown: the port of a listener is known only after apply.",
    });
  });

  test.each<[string, Json]>([
    [
      "the provider computes it, and nothing on the path asks for it",
      planOf({ "aws_lb_listener.http": { open: ["tags_all"] } }),
    ],
    [
      "its resource is new, and a path besides",
      opened("aws_vpc_security_group_ingress_rule.more", "from_port", {
        actions: ["create"],
        set: SITE["aws_vpc_security_group_ingress_rule.web"] ?? {},
        open: ["id", "from_port"],
      }),
    ],
    [
      "a first apply makes everything",
      opened("aws_lb_listener.http", "port", created(SITE["aws_lb_listener.http"] ?? {}), {}),
    ],
  ])("is no reason where %s", (_, plan) => {
    expect(review(plan).report.effect).toBe("none");
  });
});
