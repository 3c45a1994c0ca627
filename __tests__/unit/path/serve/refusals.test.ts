import { type Refusals, refusalsIn } from "../../../../path/serve/refusals";
import { siteOf } from "../../../../path/serve/site";
import type { Topology } from "../../../../topology/model";
import { readTopology } from "../../../../topology/topology";
import {
  type Blocks,
  certificate,
  fixedResponse,
  forwardTo,
  group,
  ifHost,
  ifPath,
  listener,
  record,
  redirectTo,
  rule,
  type SiteOptions,
  site,
} from "../../../serve-cases/site";

/* What AWS refuses to create, or never completes, and what of the site does not exist because of it. */

/** The ids of the rules that refuse something, by what they refuse. */
const shown = ({ names, listeners, groups, certificates }: Refusals) => ({
  names: [...names].map(([name, { text }]) => `${name} ${idOf(text)}`),
  listeners: [...listeners].map(([{ address }, { text }]) => `${address} ${idOf(text)}`),
  groups: [...groups].map(([{ address }, { text }]) => `${address} ${idOf(text)}`),
  certificates: [...certificates],
});
const idOf = (text: string) => /\((P\d+)\)$/.exec(text)?.[1];
const read = (options: SiteOptions): Topology => readTopology(site(options));
const refused = (options: SiteOptions = {}) => shown(siteOf(read(options)).refusals);
const NONE = { names: [], listeners: [], groups: [], certificates: [] };
const HTTPS = "aws_lb_listener.https";
/** What registers the instances of the target group. */
const EMPTY = ["aws_lb_target_group_attachment.web_a", "aws_lb_target_group_attachment.web_b"];

test("nothing of a correct site", () => {
  expect(refused()).toEqual(NONE);
});

test("nothing of a site whose packets do not arrive, as the ways decide that", () => {
  expect(refused({ without: ["aws_vpc_security_group_ingress_rule.clients_443"] })).toEqual(NONE);
  expect(refused({ without: ["aws_vpc_security_group_egress_rule.to_web_80"] })).toEqual(NONE);
  expect(refused({ without: ["aws_route.internet"] })).toEqual(NONE);
});

describe("a name", () => {
  const apex: SiteOptions = {
    hosts: ["www.example.com", "example.com"],
    change: {
      "aws_route53_record.example_com": {
        ...record("example.com", "CNAME", ["${aws_lb.web.dns_name}"]),
        alias: undefined,
      },
    },
  };

  test("has no answer if its record cannot be created", () => {
    expect(refused(apex)).toEqual({ ...NONE, names: ["example.com P07"] });
  });

  test("is given its hop, its resource, what was found and the rule", () => {
    const cause = siteOf(read(apex)).refusals.names.get("example.com");
    expect(cause).toEqual({
      hop: "dns",
      address: "aws_route53_record.example_com",
      text: expect.stringMatching(/^aws_route53_record.example_com: .+ \(P07\)$/),
    });
  });
});

describe("the default certificate of a listener", () => {
  test("that is never issued: the listener does not exist, the others do", () => {
    expect(refused({ without: ["aws_route53_record.web_validates_www_example_com"] })).toMatchObject({
      listeners: [expect.stringMatching(/^aws_lb_listener.https P\d+$/)],
      names: [],
      groups: [],
      certificates: [],
    });
  });

  test("that is not waited for", () => {
    const change = { [HTTPS]: { certificate_arn: "${aws_acm_certificate.web.arn}" } };
    expect(refused({ change })).toEqual({ ...NONE, listeners: [`${HTTPS} P14`] });
  });

  test("that is absent", () => {
    expect(refused({ change: { [HTTPS]: { certificate_arn: undefined } } })).toEqual({
      ...NONE,
      listeners: [`${HTTPS} P19`],
    });
  });
});

describe("a further certificate of a listener", () => {
  const further: Blocks = {
    ...certificate("shop", ["shop.example.com"]),
    "aws_lb_listener_certificate.shop": {
      listener_arn: "${aws_lb_listener.https.arn}",
      certificate_arn: "${aws_acm_certificate_validation.shop.certificate_arn}",
    },
  };
  const hosts = ["www.example.com"];
  const more: Blocks = {
    "aws_route53_record.shop_example_com": {
      ...record("shop.example.com", "A", {
        alias: [{ name: "${aws_lb.web.dns_name}", zone_id: "${aws_lb.web.zone_id}", evaluate_target_health: false }],
      }),
    },
  };

  test("that is issued refuses nothing", () => {
    expect(refused({ hosts, with: [more, further] })).toEqual(NONE);
  });

  test("that is never issued does not keep the listener from its default one", () => {
    expect(
      refused({ hosts, with: [more, further], without: ["aws_route53_record.shop_validates_shop_example_com"] }),
    ).toEqual({ ...NONE, certificates: ["aws_acm_certificate.shop"] });
  });

  test("may be the default one of another listener: that one does not exist", () => {
    const other: Blocks = {
      "aws_lb_listener.other": {
        ...listener(8443, forwardTo("web")),
        certificate_arn: "${aws_acm_certificate_validation.shop.certificate_arn}",
      },
    };
    const { listeners, certificates } = refused({
      hosts,
      with: [more, further, other],
      change: { "aws_lb_listener.http": { default_action: [redirectTo({ port: "8443", protocol: "HTTPS" })] } },
      without: ["aws_route53_record.shop_validates_shop_example_com"],
    });
    expect(certificates).toEqual(["aws_acm_certificate.shop"]);
    expect(listeners).toEqual([expect.stringMatching(/^aws_lb_listener.other P\d+$/)]);
  });
});

describe("a listener", () => {
  test("does not exist if AWS refuses one of its rules", () => {
    const { listeners } = refused({
      with: [
        rule("one", 10, [ifPath("/a")], fixedResponse(200)),
        rule("two", 10, [ifHost("a.example.com")], fixedResponse(200)),
      ],
    });
    expect(listeners).toEqual([`${HTTPS} P27`]);
  });

  test("whose redirect AWS refuses is reported on each path of its load balancer, so that none responds", () => {
    const change = { "aws_lb_listener.http": { default_action: [redirectTo({})] } };
    expect(refused({ change })).toEqual({ ...NONE, listeners: ["aws_lb_listener.http P23", `${HTTPS} P23`] });
  });

  test("does not exist without its load balancer, on all paths", () => {
    const change = { "aws_lb.web": { subnets: ["${aws_subnet.public_a.id}"] } };
    const { listeners } = refused({ change });
    expect(listeners).toEqual(["aws_lb_listener.http P41", `${HTTPS} P41`]);
  });
});

describe("a target group", () => {
  test("without targets has none on all its paths, and no other target group is meant", () => {
    const more = [group("api", { port: 8080 }), rule("api", 10, [ifHost("api.example.com")], forwardTo("api"))];
    expect(refused({ without: EMPTY })).toEqual({ ...NONE, groups: ["aws_lb_target_group.web P49"] });
    expect(refused({ hosts: ["www.example.com", "api.example.com"], with: more }).groups).toEqual([]);
  });

  test("that AWS does not create", () => {
    expect(refused({ web: { healthCheck: { interval: 5, timeout: 10 } } }).groups).toEqual([
      "aws_lb_target_group.web P57",
    ]);
  });
});

describe("which findings refuse something", () => {
  const site = siteOf(read({ without: EMPTY }));

  test("not those that are accepted", () => {
    const findings = site.report.findings.map((it) => ({ ...it, accepted: "as we know" }));
    expect(shown(refusalsIn(site.paths, { findings }))).toEqual(NONE);
    expect(shown(refusalsIn(site.paths, site.report))).not.toEqual(NONE);
  });

  test("not warnings", () => {
    const findings = site.report.findings.map((it) => ({ ...it, severity: "warning" as const }));
    expect(shown(refusalsIn(site.paths, { findings }))).toEqual(NONE);
  });

  test("not those of another resource with the same rule", () => {
    const findings = site.report.findings.map((it) => ({ ...it, address: "aws_lb_target_group.other" }));
    expect(shown(refusalsIn(site.paths, { findings }))).toEqual(NONE);
  });
});
