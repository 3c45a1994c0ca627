import { fix, setting } from "../../path/fixes/fix";
import {
  type Finding,
  HOPS,
  type Hop,
  type HopReport,
  type PathReport,
  type TraceReport,
  worst,
} from "../../path/report";

/* Reports as a trace returns them, for code that shows them. */

const OBSERVED: Readonly<Record<Hop, readonly [resource: string, observed: string]>> = {
  dns: ["aws_route53_record.site_dns_www_example_com", "A alias in zone example.com points to the load balancer"],
  tls: ["aws_acm_certificate.site_certificate", "covers www.example.com; validated through DNS"],
  listener: ["aws_lb_listener.site_https", "HTTPS :443 forwards to aws_lb_target_group.site"],
  "target-group": ["aws_lb_target_group.site", "HTTP port 80, GET /health expects 200; 2 registered"],
  target: ["aws_instance.site_a", "2 instances in 2 zones allow port 80 from the load balancer"],
};

const COVERAGE =
  "Determined from the file: listeners, routes, groups, ACLs, certificate names. Assumed: 1. Not modeled: AWS " +
  "quotas, firewalls on the instances, responses of the application.";

/** A path on which each hop is ok unless set otherwise. */
export function pathOf(
  url: string,
  hops: Partial<Record<Hop, Partial<HopReport>>> = {},
  more: Partial<PathReport> = {},
): PathReport {
  const all = HOPS.map((hop): HopReport => {
    const [resource, observed] = OBSERVED[hop];
    return { hop, verdict: "ok", resources: [resource], observed, findings: [], open: [], ...hops[hop] };
  });
  return {
    url,
    verdict: worst(all.map(({ verdict }) => verdict)),
    balancer: "aws_lb.site",
    from: "internet",
    hops: all,
    ...more,
  };
}

export function reportOf(paths: readonly PathReport[], more: Partial<TraceReport> = {}): TraceReport {
  return {
    format_version: "1.0",
    verdict: worst(paths.map(({ verdict }) => verdict)),
    paths,
    findings: [],
    assumed: [],
    coverage: COVERAGE,
    ...more,
  };
}

/** A finding on a hop of a path, as the path refers to it. */
export function on({ id, address }: Finding): { readonly id: string; readonly address: string } {
  return { id, address };
}

export const GROUP_CLOSED: Finding = {
  id: "P33",
  docs: "docs/rules/P33.md",
  severity: "error",
  hop: "target",
  address: "aws_vpc_security_group_ingress_rule.site_app",
  attribute: "from_port",
  observed: "port 8080 from aws_security_group.site_alb only",
  required: "port 80, on which the targets are registered, from the load balancer's security group",
  symptom: "504 Gateway Timeout; Target.Timeout in the target's health",
  fix: fix(
    "Allow port 80 from the load balancer's security group.",
    "appPort: 80 (no prop causes this; remove the override)",
    [
      setting("aws_vpc_security_group_ingress_rule.site_app", "from_port", 80),
      setting("aws_vpc_security_group_ingress_rule.site_app", "to_port", 80),
    ],
  ),
};

export const ONE_BAD_SUBNET: Finding = {
  id: "P44",
  docs: "docs/rules/P44.md",
  severity: "error",
  hop: "listener",
  address: "aws_route_table_association.site_public_b",
  attribute: "route_table_id",
  observed:
    "aws_subnet.site_public_b is routed by aws_route_table.site_private_b, which has no route to an internet gateway",
  required: "0.0.0.0/0 to an internet gateway of the VPC",
  symptom: "ERR_CONNECTION_TIMED_OUT for about every second request",
  share: "1 of 2 subnets",
  fix: fix("Associate the subnet with the public route table.", "no prop causes this; remove the override", [
    setting("aws_route_table_association.site_public_b", "route_table_id", "${aws_route_table.site_public.id}"),
  ]),
};

const SLOW_TO_GO: Finding = {
  id: "P60",
  docs: "docs/rules/P60.md",
  severity: "warning",
  hop: "target-group",
  address: "aws_lb_target_group.site",
  attribute: "deregistration_delay",
  observed: "5 seconds, while requests may take 60",
  required: "at least as long as the load balancer waits for a response",
  symptom: "502 for requests in progress when an instance is deregistered",
  fix: fix("Set the delay to the duration of requests.", "deregistrationDelaySec: 60", [
    setting("aws_lb_target_group.site", "deregistration_delay", "60"),
  ]),
};

export const ALL_WELL = reportOf([pathOf("http://www.example.com/"), pathOf("https://www.example.com/")], {
  assumed: [
    {
      hop: "dns",
      address: "data.aws_route53_zone.site_zone",
      text: "the registrar of example.com has this zone's name servers",
    },
  ],
});

export const BROKEN = reportOf(
  [
    pathOf("http://www.example.com/", {
      tls: { observed: "plain HTTP, no certificate needed", resources: [] },
      listener: {
        verdict: "broken",
        observed: "HTTP :80 redirects (301) to HTTPS :443, but one of two subnets receives no requests",
        findings: [on(ONE_BAD_SUBNET)],
      },
      "target-group": { findings: [on(SLOW_TO_GO)] },
      target: {
        verdict: "broken",
        observed: "aws_instance.site_a and aws_instance.site_b allow only port 8080, the load balancer sends to 80",
        resources: ["aws_instance.site_a", "aws_instance.site_b"],
        findings: [on(GROUP_CLOSED)],
      },
    }),
    pathOf("https://www.example.com/", {
      listener: {
        verdict: "broken",
        observed: "HTTPS :443 forwards to aws_lb_target_group.site, but one of two subnets receives no requests",
        findings: [on(ONE_BAD_SUBNET)],
      },
      "target-group": { findings: [on(SLOW_TO_GO)] },
      target: {
        verdict: "broken",
        observed: "aws_instance.site_a and aws_instance.site_b allow only port 8080, the load balancer sends to 80",
        resources: ["aws_instance.site_a", "aws_instance.site_b"],
        findings: [on(GROUP_CLOSED)],
      },
    }),
    pathOf(
      "http://internal-reports-1234.us-east-1.elb.amazonaws.com:8080/",
      {
        "target-group": {
          verdict: "unknown",
          observed: "the VPC of aws_lb_target_group.reports is unknown",
          resources: ['module.reports["blue"].aws_lb_target_group.this[0]'],
          open: [
            {
              hop: "target-group",
              address: 'module.reports["blue"].aws_lb_target_group.this[0]',
              attribute: "vpc_id",
              why: "known after apply; var.vpc_id has no value in the file",
            },
          ],
        },
      },
      { from: "vpc", balancer: 'module.reports["blue"].aws_lb.this[0]' },
    ),
  ],
  {
    findings: [GROUP_CLOSED, ONE_BAD_SUBNET, SLOW_TO_GO],
    assumed: [
      ...ALL_WELL.assumed,
      { hop: "target", text: "the image of the instances has something that listens on port 80" },
    ],
  },
);

export const WITHOUT_PATH = reportOf([], { verdict: "unknown" });

/** Names that try to do something where they are shown. */
export const HOSTILE_TEXTS = [
  "`` ` ```",
  "a `b` <i>c</i> `d``e`",
  "</summary></details><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "[link](https://evil.example)",
  "![image](https://evil.example/x.png)",
  "@acme/team and #1",
  "| a | b |",
  "**bold** _it_ ~~gone~~",
  "$E=mc^2$",
  "&lt;b&gt;",
  "line\n# heading\n\n```",
  "\u001b[31mred\u001b[0m\u001b]0;title\u0007",
  "\u202Ereversed",
  "\\",
  "<!-- comment",
  '"]; click p0h0 "javascript:alert(1)"',
  '"}} end',
  "%%{init: {'theme':'dark'}}%%",
  "end",
  "#quot;#lt;b#gt;",
  "www.evil.example",
  "mailto:a@evil.example",
  "---\nflowchart TD",
  "\ud800",
  "GH-1 gh-22",
  "acme/site@0123456789abcdef0123456789abcdef01234567",
  "see 0123abc, deadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
  ":tada: a:+1: :-1::e-mail:",
  "$(touch x)",
  "::add-mask::x",
  "##[add-mask]x",
];

/** A report in which each text is all of them, one after the other. */
export function hostileReport(texts: readonly string[] = HOSTILE_TEXTS): TraceReport {
  const text = texts.join(" ");
  const finding: Finding = {
    ...GROUP_CLOSED,
    address: text,
    attribute: text,
    observed: text,
    required: text,
    symptom: text,
    share: text,
    fix: fix(text, text, [setting(`aws_lb.${text}`, "name", text), { remove: text }]),
  };
  const hops = Object.fromEntries(
    HOPS.map((hop): [Hop, Partial<HopReport>] => [
      hop,
      {
        verdict: "broken",
        observed: text,
        resources: [text, text],
        findings: [on(finding)],
        open: [{ hop, address: text, attribute: text, why: text }],
      },
    ]),
  );
  return reportOf([pathOf(text, hops, { balancer: text })], {
    findings: [finding, { ...finding, id: "P25", severity: "warning" }],
    assumed: [{ hop: "dns", address: text, text }],
    coverage: text,
  });
}
