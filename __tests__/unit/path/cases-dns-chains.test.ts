import type { TraceReport } from "../../../path/report";
import { review } from "../../../path/review/review";
import type { Effect } from "../../../path/review/review-report";
import { trace } from "../../../path/trace/trace";
import { created, destroyed, type Planned, planOf, replaced, SITE, type Values } from "../../support/standing-site";

/*
 * Names that lead to the load balancer in more than one step: www to example.com, aliases for other records, wildcards,
 * weighted ones.
 */

type Site = Readonly<Record<string, Values>>;
type Changes = Readonly<Record<string, Planned>>;

const LB = SITE["aws_lb.web"] ?? {};
const ALIAS = { name: LB.dns_name, zone_id: LB.zone_id, evaluate_target_health: true };
const {
  "aws_route53_record.www": _www,
  "aws_route53_record.validation": _record,
  "aws_acm_certificate_validation.main": _validation,
  "aws_acm_certificate.main": CERTIFICATE = {},
  ...REST
} = SITE;

const record = (name: string, type: string, values: Values, more: Values = {}): Values => ({
  id: `Z1_${name}_${type}`,
  zone_id: "Z1",
  name,
  fqdn: name,
  type,
  alias: [],
  records: null,
  ...values,
  ...more,
});
const alias = (name: string, to: Values = ALIAS, type = "A", more: Values = {}): Values =>
  record(name, type, { alias: [to] }, more);
const cname = (name: string, to: string, more: Values = {}): Values =>
  record(name, "CNAME", { records: [to], ttl: 300 }, more);
const aliasFor = (name: string): Values => ({ name, zone_id: "Z1", evaluate_target_health: false });
const named = (...names: readonly string[]): Site => ({
  "aws_acm_certificate.main": {
    ...CERTIFICATE,
    domain_name: names[0],
    subject_alternative_names: names,
    validation_method: "NONE",
    domain_validation_options: [],
  },
});
/** A standing site with these records, whose certificate has these names. */
const siteOf = (records: Readonly<Record<string, Values>>, ...names: readonly string[]): Site => ({
  ...REST,
  ...named(...(names.length > 0 ? names : ["example.com", "*.example.com"])),
  ...Object.fromEntries(Object.entries(records).map(([name, values]) => [`aws_route53_record.${name}`, values])),
});

const traced = (site: Site, changes: Changes = {}, url?: string): TraceReport =>
  trace(planOf(changes, site), url === undefined ? {} : { url: new URL(url) });
const verdicts = ({ paths }: TraceReport): Record<string, string> =>
  Object.fromEntries(
    paths
      .filter(({ url }) => url.startsWith("https:"))
      .map(({ url, verdict, balancer }) => [url, `${verdict} ${balancer ?? "nowhere"}`]),
  );
const errors = ({ findings }: TraceReport): string[] =>
  findings.filter(({ severity }) => severity === "error").map(({ id, address }) => `${id} ${address}`);

const APEX = { apex: alias("example.com"), www: cname("www.example.com", "example.com") };
const LONG = {
  apex: alias("example.com"),
  one: alias("one.example.com", aliasFor("example.com")),
  two: cname("two.example.com", "One.Example.com."),
  three: alias("three.example.com", aliasFor("three-target.example.com")),
  target: alias("three-target.example.com", aliasFor("one.example.com")),
};
const OK = "ok aws_lb.web";

describe("every name that ends at the load balancer is a way in:", () => {
  test.each<[string, Site, Readonly<Record<string, string>>]>([
    ["a CNAME for the apex", siteOf(APEX), { "https://example.com/": OK, "https://www.example.com/": OK }],
    [
      "aliases for other records, and CNAMEs over those",
      siteOf(LONG),
      Object.fromEntries(
        ["example.com", "one.example.com", "two.example.com", "three.example.com", "three-target.example.com"].map(
          (name) => [`https://${name}/`, OK],
        ),
      ),
    ],
    [
      "a CNAME for a name that a wildcard answers",
      siteOf(
        { any: alias("*.apps.example.com"), www: cname("www.example.com", "shop.apps.example.com") },
        "www.example.com",
        "*.apps.example.com",
      ),
      { "https://any-name.apps.example.com/": OK, "https://www.example.com/": OK },
    ],
    [
      "a wildcard that is a CNAME, as a state writes it",
      siteOf({ apex: alias("example.com"), any: cname("\\052.example.com", "example.com", { name: "*.example.com" }) }),
      { "https://example.com/": OK, "https://any-name.example.com/": OK },
    ],
    [
      "a CNAME for weighted records",
      siteOf({
        a: alias("app.example.com", ALIAS, "A", { set_identifier: "a", weighted_routing_policy: [{ weight: 1 }] }),
        b: alias("app.example.com", ALIAS, "A", { set_identifier: "b", weighted_routing_policy: [{ weight: 1 }] }),
        www: cname("www.example.com", "app.example.com"),
      }),
      { "https://app.example.com/": OK, "https://www.example.com/": OK },
    ],
  ])("%s", (_, site, expected) => {
    expect(traced(site).findings).toEqual([]);
    expect(verdicts(traced(site))).toEqual(expected);
    for (const url of Object.keys(expected))
      expect(traced(site, {}, url)).toMatchObject({ verdict: "ok", paths: [{ balancer: "aws_lb.web" }] });
  });

  test("the hop shows what it leads over", () => {
    const [www] = traced(siteOf(APEX), {}, "https://www.example.com/").paths;
    expect(www?.hops[0]).toMatchObject({
      hop: "dns",
      resources: ["aws_route53_record.www", "aws_route53_record.apex"],
      observed: "CNAME record via aws_route53_record.apex to aws_lb.web",
    });
  });

  test("before the records are made, by what stands for their names", () => {
    const fresh = (values: Values): Planned => ({
      actions: ["create"],
      set: Object.fromEntries(Object.entries(values).filter(([key]) => key !== "records")),
      open: ["id", "fqdn", ...(values.records === null ? [] : ["records"])],
    });
    const plan = planOf(
      { "aws_route53_record.apex": fresh(APEX.apex), "aws_route53_record.www": fresh(APEX.www) },
      siteOf({}),
    ) as { configuration: { root_module: { resources: { address: string; expressions: object }[] } } };
    const www = plan.configuration.root_module.resources.find(({ address }) => address === "aws_route53_record.www");
    if (www !== undefined)
      www.expressions = { records: { references: ["aws_route53_record.apex.fqdn", "aws_route53_record.apex"] } };
    expect(verdicts(trace(plan))).toEqual({ "https://example.com/": OK, "https://www.example.com/": OK });
  });

  test("for everybody by public records, and within a VPC by its own", () => {
    const inside = {
      ...LB,
      id: `${String(LB.id)}-in`,
      arn: `${String(LB.arn)}-in`,
      name: "in",
      internal: true,
      dns_name: "internal-in-1.us-east-1.elb.amazonaws.com",
    };
    const own = { zone_id: "Z2" };
    const site = {
      ...siteOf({
        app: alias("app.example.com"),
        "app-in": alias("app.example.com", { ...ALIAS, name: inside.dns_name }, "A", own),
        www: cname("www.example.com", "app.example.com"),
        "www-in": cname("web.example.com", "app.example.com", own),
      }),
      "aws_lb.in": inside,
      "aws_route53_zone.inside": { id: "Z2", zone_id: "Z2", name: "example.com", vpc: [{ vpc_id: "vpc-1" }] },
    };
    const report = traced(site);
    expect(errors(report).filter((it) => /^P0/.test(it))).toEqual([]);
    expect(
      [
        ...new Set(report.paths.map(({ url, from, balancer }) => `${url.replace(/^https?:/, "")} ${from} ${balancer}`)),
      ].sort(),
    ).toEqual([
      "//app.example.com/ internet aws_lb.web",
      "//app.example.com/ vpc aws_lb.in",
      "//web.example.com/ vpc aws_lb.in",
      "//www.example.com/ internet aws_lb.web",
    ]);
  });

  test("within a VPC by a public record for a private one, which nobody else can follow", () => {
    const site = {
      ...siteOf({
        app: alias("app.example.com", ALIAS, "A", { zone_id: "Z2" }),
        www: cname("www.example.com", "app.example.com"),
      }),
      "aws_lb.web": { ...LB, internal: true },
      "aws_route53_zone.inside": { id: "Z2", zone_id: "Z2", name: "example.com", vpc: [{ vpc_id: "vpc-1" }] },
    };
    const report = traced(site);
    expect(report.findings.filter(({ id }) => /^P(0|1[12])/.test(id))).toEqual([]);
    expect([...new Set(report.paths.map(({ url, from }) => `${url.replace(/^https?:/, "")} ${from}`))].sort()).toEqual([
      "//app.example.com/ vpc",
      "//www.example.com/ vpc",
    ]);
  });

  test("of several load balancers each one that a name leads to", () => {
    const green = {
      ...LB,
      id: `${String(LB.id)}-green`,
      arn: `${String(LB.arn)}-green`,
      name: "green",
      dns_name: "green-1.us-east-1.elb.amazonaws.com",
    };
    const weighted = (identifier: string, to: Values) =>
      alias("app.example.com", { ...ALIAS, ...to }, "A", {
        set_identifier: identifier,
        weighted_routing_policy: [{ weight: 1 }],
      });
    const report = traced({
      ...siteOf({
        a: weighted("a", {}),
        b: weighted("b", { name: green.dns_name }),
        www: cname("www.example.com", "app.example.com"),
      }),
      "aws_lb.green": green,
    });
    expect(
      report.paths.filter(({ url }) => url === "https://www.example.com/").map(({ balancer }) => balancer),
    ).toEqual(["aws_lb.web", "aws_lb.green"]);
  });
});

test.each([
  ["other.example.com", 1],
  ["a.other.example.com", 1],
  ["b.example.com", 0],
  ["a.b.example.com", 0],
])("a wildcard answers %s, unless that name or one above it is there, of whatever type", (name, count) => {
  const site = siteOf({ any: alias("*.example.com"), text: record("b.example.com", "TXT", { records: ["x"] }) });
  expect(traced(site, {}, `https://${name}/`).paths[0]?.hops[0]?.resources).toHaveLength(count);
});

describe("the certificate has to be good for the name that is asked for", () => {
  test("and not only for the name at the end", () => {
    const report = traced(siteOf(APEX, "example.com"));
    expect(verdicts(report)).toMatchObject({
      "https://example.com/": OK,
      "https://www.example.com/": "broken aws_lb.web",
    });
    expect(report.findings).toMatchObject([{ id: "P11", required: "www.example.com in the certificate's names" }]);
  });

  test("also below a wildcard's first label, which DNS answers too", () => {
    const site = siteOf({ apex: alias("example.com"), any: alias("*.example.com") });
    expect(errors(traced(site, {}, "https://a.b.example.com/"))).toEqual(["P12 aws_acm_certificate.main"]);
    expect(errors(traced(site, {}, "https://b.example.com/"))).toEqual([]);
  });

  test("and need not be good for all names of a wildcard if one is asked for", () => {
    expect(
      errors(traced(siteOf({ any: alias("*.example.com") }, "shop.example.com"), {}, "https://shop.example.com/")),
    ).toEqual([]);
  });
});

describe("what leads elsewhere is no way in, and nothing is said of it:", () => {
  test.each<[string, Values]>([
    ["a distribution", cname("cdn.example.com", "d111111abcdef8.cloudfront.net")],
    [
      "an alias for a distribution",
      alias("cdn.example.com", {
        name: "d111111abcdef8.cloudfront.net",
        zone_id: "Z2FDTNDATAQYW2",
        evaluate_target_health: false,
      }),
    ],
    ["a name of somebody else's zone", cname("help.example.com", "example.helpdesk.example.net")],
    ["a name below one that is delegated", cname("shop.example.com", "www.shops.example.com")],
  ])("%s", (_, values) => {
    const shops = record("shops.example.com", "NS", { records: ["ns-1.awsdns-01.org."] });
    const report = traced(siteOf({ ...APEX, other: values, shops }));
    expect({ verdict: report.verdict, findings: report.findings, names: Object.keys(verdicts(report)) }).toEqual({
      verdict: "ok",
      findings: [],
      names: ["https://example.com/", "https://www.example.com/"],
    });
  });

  test("a zone that this file only reads may have the name", () => {
    const { "aws_route53_zone.main": zone, ...site } = siteOf({
      ...APEX,
      old: cname("old.example.com", "gone.example.com"),
    });
    const plan = planOf({}, site) as { prior_state: { values: { root_module: { resources: object[] } } } };
    plan.prior_state.values.root_module.resources.push({
      address: "data.aws_route53_zone.main",
      mode: "data",
      type: "aws_route53_zone",
      name: "main",
      values: { ...zone, private_zone: false },
    });
    expect(trace(plan)).toMatchObject({ verdict: "ok", findings: [] });
  });
});

describe("what leads to nothing", () => {
  const dangling = { old: cname("old.example.com", "gone.example.com") };
  const zoneIsNew = { "aws_route53_zone.main": created(SITE["aws_route53_zone.main"] ?? {}) };
  const P06 = ({ findings }: TraceReport) =>
    findings
      .filter(({ id }) => id === "P06")
      .map(({ severity, address, observed, symptom }) => ({ severity, address, observed, symptom }));

  test("is a warning in a zone that stands, which may have records of others", () => {
    const report = traced(siteOf({ ...APEX, ...dangling }));
    expect(report.verdict).toBe("ok");
    expect(P06(report)).toEqual([
      {
        severity: "warning",
        address: "aws_route53_record.old",
        observed: "old.example.com points to gone.example.com, and aws_route53_zone.main has no record with that name",
        symptom: "NXDOMAIN",
      },
    ]);
  });

  test("is an error in a zone that this plan makes", () => {
    const report = traced(siteOf({ ...APEX, ...dangling }), zoneIsNew);
    expect(verdicts(report)).toEqual({
      "https://example.com/": OK,
      "https://www.example.com/": OK,
      "https://old.example.com/": "broken nowhere",
    });
    expect(errors(report)).toEqual(["P06 aws_route53_record.old"]);
  });

  test("is not reported from a plan of some resources, nor for a private zone", () => {
    expect(P06(trace({ ...planOf(zoneIsNew, siteOf({ ...APEX, ...dangling })), complete: false }))).toEqual([]);
    const inside = {
      ...siteOf({ ...APEX, old: cname("old.example.com", "gone.example.com", { zone_id: "Z2" }) }),
      "aws_route53_zone.inside": { id: "Z2", zone_id: "Z2", name: "example.com", vpc: [{ vpc_id: "vpc-1" }] },
    };
    expect(P06(traced(inside, zoneIsNew))).toEqual([]);
  });

  test("is a warning where a record's name is not known, or a cluster may make records", () => {
    const open: Planned = { actions: ["create"], set: alias("x.example.com"), open: ["id", "name", "fqdn"] };
    expect(
      P06(traced(siteOf({ ...APEX, ...dangling }), { ...zoneIsNew, "aws_route53_record.open": open })),
    ).toMatchObject([{ severity: "warning", address: "aws_route53_record.old" }]);
    expect(
      P06(traced({ ...siteOf({ ...APEX, ...dangling }), "aws_eks_cluster.main": { name: "main" } }, zoneIsNew)),
    ).toMatchObject([{ severity: "warning" }]);
  });

  test("is a name of one label, to which Route 53 appends nothing", () => {
    const report = traced(siteOf({ ...APEX, old: cname("old.example.com", "www") }));
    expect(P06(report)).toEqual([
      {
        severity: "error",
        address: "aws_route53_record.old",
        observed: "old.example.com points to www, which is not a fully qualified domain name",
        symptom: "NXDOMAIN",
      },
    ]);
  });

  test("is an alias for a record of another type, which Route 53 refuses", () => {
    const report = traced(
      siteOf({ ...APEX, old: alias("old.example.com", aliasFor("example.com"), "AAAA") }),
      zoneIsNew,
    );
    expect(P06(report)).toMatchObject([
      { severity: "error", address: "aws_route53_record.old", symptom: expect.stringContaining("InvalidChangeBatch") },
    ]);
  });

  test("is a name whose record the plan destroys, whoever has the zone", () => {
    const { "aws_route53_zone.main": _zone, ...elsewhere } = siteOf({
      ...APEX,
      any: alias("*.apps.example.com"),
      shop: cname("shop.example.com", "a.apps.example.com"),
    });
    const report = traced(elsewhere, { "aws_route53_record.apex": destroyed(), "aws_route53_record.any": destroyed() });
    expect(P06(report)).toMatchObject([
      {
        severity: "error",
        address: "aws_route53_record.www",
        observed: "www.example.com points to example.com, whose record this plan destroys",
      },
      {
        severity: "error",
        address: "aws_route53_record.shop",
        observed: "shop.example.com points to a.apps.example.com, whose record this plan destroys",
      },
    ]);
    expect(verdicts(report)).toMatchObject({
      "https://www.example.com/": "broken nowhere",
      "https://shop.example.com/": "broken nowhere",
    });
  });

  test("is not reported if only the record of IPv6 is removed, or one set of several", () => {
    const { "aws_route53_zone.main": _zone, ...elsewhere } = siteOf({
      ipv6: alias("six.example.com", ALIAS, "AAAA"),
      set: alias("far.example.com", ALIAS, "A", {
        set_identifier: "a",
        latency_routing_policy: [{ region: "us-east-1" }],
      }),
      six: cname("a.example.com", "six.example.com"),
      far: cname("b.example.com", "far.example.com"),
    });
    expect(
      P06(traced(elsewhere, { "aws_route53_record.ipv6": destroyed(), "aws_route53_record.set": destroyed() })),
    ).toEqual([]);
  });

  test("is the share of several records that does", () => {
    const www = (identifier: string, to: string) =>
      cname("www.example.com", to, { set_identifier: identifier, weighted_routing_policy: [{ weight: 1 }] });
    const report = traced(
      siteOf({
        a: alias("a.example.com"),
        b: alias("b.example.com"),
        "www-a": www("a", "a.example.com"),
        "www-b": www("b", "b.example.com"),
      }),
      { "aws_route53_record.b": destroyed() },
    );
    expect(report.findings).toMatchObject([
      { id: "P06", address: "aws_route53_record.www-b", share: "1 of 2 records with this name" },
    ]);
  });

  test("is a circle, reported once", () => {
    const report = traced(
      siteOf({ ...APEX, a: cname("a.example.com", "b.example.com"), b: cname("b.example.com", "a.example.com") }),
    );
    expect(P06(report)).toEqual([
      {
        severity: "error",
        address: "aws_route53_record.a",
        observed: "a.example.com -> b.example.com -> a.example.com",
        symptom: "SERVFAIL: resolvers give up",
      },
    ]);
    expect(verdicts(report)).toMatchObject({
      "https://a.example.com/": "broken nowhere",
      "https://b.example.com/": "broken nowhere",
      "https://www.example.com/": OK,
    });
  });
});

describe("findings on the way are those of each name that leads over it:", () => {
  test("an alias for another record that names the load balancer's zone", () => {
    const report = traced(
      siteOf({ apex: alias("example.com"), www: alias("www.example.com", { ...ALIAS, name: "example.com" }) }),
    );
    expect(errors(report)).toEqual(["P05 aws_route53_record.www"]);
  });

  test("redirects to a name that leads back over another, in a circle", () => {
    const HTTPS = SITE["aws_lb_listener.https"] ?? {};
    const to = (host: string) => [
      {
        type: "redirect",
        order: 1,
        redirect: [
          { protocol: "HTTPS", port: "443", host, path: "/#{path}", query: "#{query}", status_code: "HTTP_301" },
        ],
      },
    ];
    const rule = {
      id: "back",
      arn: "back",
      listener_arn: HTTPS.arn,
      priority: 1,
      condition: [{ host_header: [{ values: ["www.example.com"] }] }],
      action: to("example.com"),
    };
    const report = traced({
      ...siteOf(APEX),
      "aws_lb_listener.https": { ...HTTPS, default_action: to("www.example.com") },
      "aws_lb_listener_rule.back": rule,
    });
    expect(report.findings.filter(({ id }) => id === "P24")).toMatchObject([
      { observed: expect.stringContaining("https://www.example.com -> https://example.com") },
    ]);
  });

  test("a CNAME at the apex", () => {
    const report = traced(
      siteOf({
        app: alias("app.example.com"),
        apex: cname("example.com", "app.example.com"),
        www: cname("www.example.com", "example.com"),
      }),
      {},
      "https://www.example.com/",
    );
    expect(errors(report)).toEqual(["P07 aws_route53_record.apex"]);
  });

  test("a record on the way that only VPCs see", () => {
    const site = {
      ...siteOf({
        app: alias("app.example.com", ALIAS, "A", { zone_id: "Z2" }),
        www: cname("www.example.com", "app.example.com"),
      }),
      "aws_route53_zone.inside": { id: "Z2", zone_id: "Z2", name: "example.com", vpc: [{ vpc_id: "vpc-1" }] },
    };
    const report = traced(site, {}, "https://www.example.com/");
    expect(report.findings).toMatchObject([
      {
        id: "P01",
        address: "aws_route53_record.app",
        observed: "app.example.com is in the private zone aws_route53_zone.inside, and www.example.com points to it",
      },
    ]);
  });

  test("addresses of one kind only, and a failover that nothing decides", () => {
    const only = { ...siteOf(APEX), "aws_lb.web": { ...LB, ip_address_type: "dualstack-without-public-ipv4" } };
    expect(errors(traced(only, {}, "https://www.example.com/"))).toContain("P08 aws_lb.web");
    const blind = (identifier: string) =>
      alias("app.example.com", { ...ALIAS, evaluate_target_health: false }, "A", {
        set_identifier: identifier,
        failover_routing_policy: [{ type: identifier.toUpperCase() }],
      });
    const report = traced(
      siteOf({ first: blind("primary"), second: blind("secondary"), www: cname("www.example.com", "app.example.com") }),
      {},
      "https://www.example.com/",
    );
    expect(report.findings.map(({ id, address }) => `${id} ${address}`)).toEqual([
      "P10 aws_route53_record.first",
      "P10 aws_route53_record.second",
    ]);
  });

  test("an internal load balancer", () => {
    const site = siteOf(APEX);
    const report = traced({ ...site, "aws_lb.web": { ...LB, internal: true } }, {}, "https://www.example.com/");
    expect(errors(report)).toContain("P09 aws_lb.web");
  });
});

describe("to take away a record is an outage of every name that leads over it:", () => {
  const IPV6 = {
    ...siteOf({ ...APEX, ipv6: alias("example.com", ALIAS, "AAAA") }),
    "aws_lb.web": { ...LB, ip_address_type: "dualstack" },
    "aws_vpc_security_group_ingress_rule.ipv6": {
      id: "sgr-6",
      security_group_id: "sg-alb",
      ip_protocol: "tcp",
      from_port: 80,
      to_port: 443,
      cidr_ipv6: "::/0",
    },
  };
  const weighted = {
    a: alias("app.example.com", ALIAS, "A", { set_identifier: "a", weighted_routing_policy: [{ weight: 1 }] }),
    b: alias("app.example.com", ALIAS, "A", { set_identifier: "b", weighted_routing_policy: [{ weight: 1 }] }),
    www: cname("www.example.com", "app.example.com"),
  };
  const delegated = {
    ...siteOf(
      {
        ns: record("shop.example.com", "NS", { records: ["ns-1.awsdns-01.org."] }),
        app: alias("a.shop.example.com", ALIAS, "A", { zone_id: "Z3" }),
      },
      "a.shop.example.com",
    ),
    "aws_route53_zone.shop": { id: "Z3", zone_id: "Z3", name: "shop.example.com", vpc: [] },
  };

  test.each<[what: string, Site, Changes, Effect, text: RegExp | undefined]>([
    [
      "the CNAME",
      siteOf(APEX),
      { "aws_route53_record.www": destroyed() },
      "outage",
      /`www\.example\.com` no longer resolves/,
    ],
    [
      "what it leads over",
      siteOf(APEX),
      { "aws_route53_record.apex": destroyed() },
      "outage",
      /`example\.com` \(and `www\.example\.com`, which resolves through it\) no longer resolves/,
    ],
    [
      "a record in the middle",
      siteOf(LONG),
      { "aws_route53_record.one": destroyed() },
      "outage",
      /`one\.example\.com` \(and `two\.example\.com`, `three-target\.example\.com` and `three\.example\.com`, which resolve through it\) no longer resolves/,
    ],
    [
      "an alias for another record",
      siteOf(LONG),
      { "aws_route53_record.three": destroyed() },
      "outage",
      /`three\.example\.com` no longer resolves/,
    ],
    [
      "a wildcard that a CNAME leads over",
      siteOf({ any: alias("*.apps.example.com"), www: cname("www.example.com", "shop.apps.example.com") }),
      { "aws_route53_record.any": destroyed() },
      "outage",
      /apps\.example\.com` \(and `www\.example\.com`, which resolves through it\)/,
    ],
    [
      "the CNAME, replaced by a wildcard's answer",
      siteOf({ ...APEX, any: cname("*.example.com", "example.com") }),
      { "aws_route53_record.www": destroyed() },
      "brief",
      /resolves again after `aws_route53_record\.any`/,
    ],
    [
      "one of two weighted records",
      siteOf(weighted),
      { "aws_route53_record.a": destroyed() },
      "brief",
      /still has `aws_route53_record\.b`/,
    ],
    [
      "one of two weighted records, that leads elsewhere",
      siteOf({
        ...weighted,
        b: {
          ...weighted.b,
          alias: [{ name: "d111111abcdef8.cloudfront.net", zone_id: "Z2FDTNDATAQYW2", evaluate_target_health: false }],
        },
      }),
      { "aws_route53_record.b": destroyed() },
      "brief",
      /`app\.example\.com` \(and `www\.example\.com`, which resolves through it\) still has `aws_route53_record\.a`/,
    ],
    [
      "a zone's own name servers, which delegate to nothing",
      {
        ...delegated,
        "aws_route53_record.own": record(
          "shop.example.com",
          "NS",
          { records: ["ns-1.awsdns-01.org."] },
          { zone_id: "Z3" },
        ),
      },
      { "aws_route53_record.own": destroyed() },
      "none",
      undefined,
    ],
    [
      "both weighted records",
      siteOf(weighted),
      { "aws_route53_record.a": destroyed(), "aws_route53_record.b": destroyed() },
      "outage",
      /`www\.example\.com`, which resolves through it/,
    ],
    [
      "the addresses, except those of IPv6",
      IPV6,
      { "aws_route53_record.apex": destroyed() },
      "outage",
      /no longer has an A record/,
    ],
    [
      "the addresses of IPv6",
      IPV6,
      { "aws_route53_record.ipv6": destroyed() },
      "brief",
      /still has `aws_route53_record\.apex`/,
    ],
    [
      "the addresses, while a text record of the name stays",
      siteOf({ ...APEX, text: record("example.com", "TXT", { records: ["v=spf1 -all"] }) }),
      { "aws_route53_record.apex": destroyed() },
      "outage",
      /no longer resolves/,
    ],
    [
      "the record, replaced by one that leads to nothing",
      siteOf(APEX),
      {
        "aws_route53_record.www": destroyed(),
        "aws_route53_record.new": created(cname("www.example.com", "example", { allow_overwrite: true })),
      },
      "outage",
      /`www\.example\.com` does not resolve/,
    ],
    [
      "the delegation of its zone",
      delegated,
      { "aws_route53_record.ns": destroyed() },
      "outage",
      /nothing delegates to `shop\.example\.com`/,
    ],
    [
      "the delegation, which is recreated",
      delegated,
      { "aws_route53_record.ns": replaced("zone_id") },
      "brief",
      /is delegated again/,
    ],
    [
      "the delegation, over which another is written",
      delegated,
      {
        "aws_route53_record.ns": destroyed(),
        "aws_route53_record.again": created(
          record("shop.example.com", "NS", { records: ["ns-2.awsdns-02.org."] }, { allow_overwrite: true }),
        ),
      },
      "outage",
      /overwrites it, and Terraform may then delete the new record/,
    ],
    [
      "the record, over which another is written",
      siteOf(APEX),
      {
        "aws_route53_record.apex": destroyed(),
        "aws_route53_record.new": created({ ...APEX.apex, allow_overwrite: true }),
      },
      "outage",
      /it deletes the record; `example\.com` and `www\.example\.com` do not resolve until the next apply/,
    ],
    [
      "the record, over which its own successor is written",
      siteOf(APEX),
      { "aws_route53_record.apex": replaced("ttl", { allow_overwrite: true }, true) },
      "outage",
      /and Terraform then deletes it/,
    ],
    [
      "the record, while one of another set is written",
      siteOf(weighted),
      {
        "aws_route53_record.a": destroyed(),
        "aws_route53_record.b": destroyed(),
        "aws_route53_record.c": created({ ...weighted.a, set_identifier: "c", allow_overwrite: true }),
      },
      "brief",
      /resolves again after `aws_route53_record\.c`/,
    ],
    [
      "what another name leads over, though it is no load balancer's",
      siteOf({
        ...APEX,
        ftp: record("ftp.example.com", "A", { records: ["192.0.2.1"] }),
        files: cname("files.example.com", "ftp.example.com"),
      }),
      { "aws_route53_record.ftp": destroyed() },
      "outage",
      /P06.*files\.example\.com points to ftp\.example\.com, whose record this plan destroys/,
    ],
    [
      "what leads elsewhere",
      siteOf({ ...APEX, cdn: cname("cdn.example.com", "d111111abcdef8.cloudfront.net") }),
      { "aws_route53_record.cdn": destroyed() },
      "none",
      undefined,
    ],
    [
      "nothing: the record is replaced",
      siteOf(APEX),
      { "aws_route53_record.apex": replaced("zone_id") },
      "outage",
      /\(and `www\.example\.com`, which resolves through it\) does not resolve in between/,
    ],
    [
      "nothing: it then leads to nothing",
      siteOf(APEX),
      { "aws_route53_record.www": { set: { records: ["example"] } } },
      "outage",
      /resolves to nothing/,
    ],
    [
      "nothing: it then leads to itself",
      siteOf({ ...APEX, a: cname("a.example.com", "example.com") }),
      {
        "aws_route53_record.www": { set: { records: ["a.example.com"] } },
        "aws_route53_record.a": { set: { records: ["www.example.com"] } },
      },
      "outage",
      /resolves to nothing/,
    ],
    [
      "nothing: it leads over another name from then on",
      siteOf({ ...APEX, a: alias("a.example.com") }),
      { "aws_route53_record.www": { set: { records: ["a.example.com"] } } },
      "none",
      /never none/,
    ],
  ])("%s", (_, site, changes, effect, text) => {
    const { report } = review(planOf(changes, site));
    expect(report.effect).toBe(effect);
    if (text === undefined) expect(report.causes).toEqual([]);
    else expect(report.causes.map(({ why }) => why).join("\n")).toMatch(text);
  });

  test("and the summary says so", () => {
    expect(review(planOf({ "aws_route53_record.apex": destroyed() }, siteOf(APEX))).report.summary).toBe(
      "Outage: `example.com` and `www.example.com` no longer resolve.",
    );
  });

  test("and the picture leads from name to name", () => {
    const { picture } = review(planOf({ "aws_route53_record.apex": destroyed() }, siteOf(APEX)));
    expect(
      picture.edges.filter(
        ({ from, to }) => (from === "client" && to !== "aws_lb.web") || from.startsWith("aws_route53_record"),
      ),
    ).toEqual([
      { from: "client", to: "aws_route53_record.apex", is: "gone" },
      { from: "aws_route53_record.apex", to: "aws_lb.web", is: "gone" },
      { from: "client", to: "aws_route53_record.www", is: "gone" },
      { from: "aws_route53_record.www", to: "aws_route53_record.apex", is: "gone" },
    ]);
  });
});
