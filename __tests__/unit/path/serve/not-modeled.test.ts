import { mutualTlsOf, notModeledIn, notModeledOf, webAclOf } from "../../../../path/serve/not-modeled";
import { siteOf } from "../../../../path/serve/site";
import type { Balancer, TargetGroup } from "../../../../topology/model";
import { readTopology } from "../../../../topology/topology";
import { Unknown } from "../../../../topology/value";
import {
  type Arguments,
  alias,
  type Blocks,
  forwardTo,
  ifPath,
  listener,
  recordOf,
  rule,
  type SiteOptions,
  site,
} from "../../../serve-cases/site";

/* What `serve` does not model, at its start and at the request that needs it. */

const CODES = /^the status codes 460 /;
/** AWS chooses the name of a certificate's validation record. */
const VALIDATES = "aws_route53_record.web_validates_www_example_com: name is not known: ";
const read = (options: SiteOptions = {}) => readTopology(site(options));
/** Without the sentences that are there for every site. */
const named = (options: SiteOptions = {}) => withoutUsual(siteOf(read(options)).notModeled);
const withoutUsual = (all: readonly string[]) => {
  expect(all.at(-1)).toMatch(CODES);
  return all.slice(0, -1).filter((it) => !it.startsWith(VALIDATES));
};
const group = (more: Partial<TargetGroup>) =>
  notModeledOf({ address: "aws_lb_target_group.web", ...more } as TargetGroup);

test("nothing but status codes is named for a site that is modeled", () => {
  expect(named()).toEqual([]);
});

test("the record that validates a certificate is not named: clients do not request it", () => {
  expect(siteOf(read()).notModeled.filter((it) => it.startsWith(VALIDATES))).toEqual([]);
});

test("a load balancer of another type is named", () => {
  const network = { "aws_lb.network": { name: "network", load_balancer_type: "network" } };
  expect(named({ with: [network] })).toEqual(["aws_lb.network: load balancers of the type network are not modeled"]);
});

describe("a target group", () => {
  test.each<[string, Partial<TargetGroup>, string | undefined]>([
    ["of functions", { targetType: "lambda" }, "forwards to a Lambda function, which is not modeled"],
    ["of load balancers", { targetType: "alb" }, "forwards to another load balancer, which is not modeled"],
    ["of instances", { targetType: "instance" }, undefined],
    ["with HTTP/2", { protocolVersion: "HTTP2" }, "uses HTTP2, which is not modeled"],
    ["with gRPC", { protocolVersion: "grpc" }, "uses GRPC, which is not modeled"],
    ["with HTTP/1", { protocolVersion: "HTTP1" }, undefined],
    [
      "with a cookie of the application",
      { stickiness: { type: "app_cookie", durationSec: 60, cookie: "session" } },
      "keeps clients with a target by a cookie of the application, which is not modeled",
    ],
    [
      "with a cookie of the load balancer",
      { stickiness: { type: "lb_cookie", durationSec: 60, cookie: "" } },
      undefined,
    ],
  ])("%s", (_, more, text) => {
    expect(group(more)).toEqual(
      text === undefined
        ? undefined
        : { hop: "target-group", address: "aws_lb_target_group.web", text: `aws_lb_target_group.web ${text}` },
    );
  });

  test("is named at the start", () => {
    expect(named({ web: { arguments: { protocol_version: "GRPC" } } })).toContain(
      "aws_lb_target_group.web uses GRPC, which is not modeled",
    );
  });
});

describe("mutual TLS", () => {
  const of = (mutualTls: Balancer["listeners"][number]["mutualTls"]) =>
    mutualTlsOf({ address: "aws_lb_listener.https", mutualTls } as Balancer["listeners"][number]);

  test.each(["verify", "passthrough"])("%s is not modeled", (mode) => {
    expect(of(mode)).toEqual({
      hop: "tls",
      address: "aws_lb_listener.https",
      text: `aws_lb_listener.https: mutual TLS (${mode}) is not modeled`,
    });
  });

  test("is not modeled if its mode is not known", () => {
    expect(of(new Unknown("a", "b", "c"))?.text).toBe("aws_lb_listener.https: mutual TLS (unknown) is not modeled");
  });

  test.each(["off", "", undefined])("is not used with the mode %j", (mode) => {
    expect(of(mode)).toBeUndefined();
  });

  test("is named at the start", () => {
    const change = { "aws_lb_listener.https": { mutual_authentication: [{ mode: "passthrough" }] } };
    expect(named({ change })).toContain("aws_lb_listener.https: mutual TLS (passthrough) is not modeled");
  });
});

describe("a web ACL", () => {
  const acl = (arn: string, action = "allow"): Blocks => ({
    "aws_wafv2_web_acl.site": { name: "site", scope: "REGIONAL", default_action: [{ [action]: [{}] }] },
    "aws_wafv2_web_acl_association.site": { resource_arn: arn, web_acl_arn: "${aws_wafv2_web_acl.site.arn}" },
  });
  const of = (arn: string) => {
    const topology = read({ with: [acl(arn)] });
    return webAclOf(topology.balancers[0] as Balancer, topology)?.address;
  };

  test("is that of the load balancer", () => {
    expect(of("${aws_lb.web.arn}")).toBe("aws_wafv2_web_acl.site");
    expect(of("${aws_lb.other.arn}")).toBeUndefined();
    expect(webAclOf(read().balancers[0] as Balancer, read())).toBeUndefined();
  });

  test("may be that of other load balancers as well", () => {
    const topology = read({ with: [acl("${aws_lb.web.arn}")] });
    const webAcls = topology.webAcls.map((it) => ({
      ...it,
      associations: [{ address: "aws_wafv2_web_acl_association.other", resourceArn: "other" }, ...it.associations],
    }));
    expect(webAclOf(topology.balancers[0] as Balancer, { ...topology, webAcls })?.address).toBe(
      "aws_wafv2_web_acl.site",
    );
  });

  test("of a load balancer whose ARN is not known is not known either", () => {
    const topology = read({ with: [acl("${aws_lb.web.arn}")] });
    const [balancer] = topology.balancers as [Balancer];
    expect(webAclOf({ ...balancer, arn: new Unknown("a", "b", "c") }, topology)).toBeUndefined();
  });

  test("is named at the start", () => {
    expect(named({ with: [acl("${aws_lb.web.arn}")] })).toContain(
      "the rules of aws_wafv2_web_acl.site are not modeled, and requests pass as if none matched",
    );
    expect(named({ with: [acl("${aws_lb.other.arn}")] }).join()).not.toContain("web_acl");
  });

  test("that blocks what its rules do not allow lets no request pass", () => {
    const all = named({ with: [acl("${aws_lb.web.arn}", "block")] });
    expect(all).toContain("aws_wafv2_web_acl.site decides which requests pass, which is not modeled");
    expect(all.join()).not.toContain("as if none matched");
  });
});

describe("at the start", () => {
  test.each(["monitor", "strictest"])("the desync mitigation mode %s is named", (mode) => {
    expect(named({ change: { "aws_lb.web": { desync_mitigation_mode: mode } } })).toEqual([
      `aws_lb.web: desync mitigation mode ${mode} is not modeled`,
    ]);
  });

  test.each(["defensive", ""])("the desync mitigation mode %j is not named", (mode) => {
    expect(named({ change: { "aws_lb.web": { desync_mitigation_mode: mode } } })).toEqual([]);
  });

  test("sign-in is named, of a rule and of a default action", () => {
    const signIn: Arguments = { type: "authenticate-cognito", order: 1, authenticate_cognito: [{}] };
    const file = site({ with: [rule("admin", 10, [ifPath("/admin/*")], forwardTo("web"))] });
    const admin = file.resource.aws_lb_listener_rule?.admin;
    if (admin !== undefined) admin.action = [signIn, { ...forwardTo("web"), order: 2 }];
    const https = file.resource.aws_lb_listener?.https;
    if (https !== undefined) https.default_action = [signIn, { ...forwardTo("web"), order: 2 }];
    const topology = readTopology(file);
    expect(withoutUsual(notModeledIn(topology, topology.balancers, { paths: [] }))).toEqual([
      "aws_lb_listener.https: authenticate-cognito is not modeled",
      "aws_lb_listener_rule.admin: authenticate-cognito is not modeled",
    ]);
    expect(withoutUsual(notModeledIn(topology, [], { paths: [] }))).toEqual([]);
  });

  test("a rewrite is named", () => {
    const blocks = rule("old", 10, [ifPath("/old/*")], forwardTo("web"));
    const transform = [{ type: "url-rewrite", url_rewrite_config: [{ rewrite: [{ regex: "^/old", replace: "/" }] }] }];
    expect(named({ with: [blocks], change: { "aws_lb_listener_rule.old": { transform } } })).toContain(
      "aws_lb_listener_rule.old: transform is not modeled",
    );
  });

  test("routing policies are named, except weighted", () => {
    const policy = (more: Arguments) => ({
      with: [{ [recordOf("near.example.com")]: { ...alias("near.example.com"), set_identifier: "a", ...more } }],
    });
    expect(named(policy({ latency_routing_policy: [{ region: "us-east-1" }] })).join("\n")).toContain(
      "aws_route53_record.near_example_com: latency routing is not modeled",
    );
    expect(named(policy({ weighted_routing_policy: [{ weight: 1 }] })).join("\n")).not.toContain("routing");
  });

  test("a record's name that is not known is named", () => {
    const more = { "aws_route53_record.some": { ...alias("x.example.com"), name: "${var.name}" } };
    expect(named({ with: [more] }).join("\n")).toMatch(/^aws_route53_record.some: name is not known: /m);
  });

  test("what the trace leaves open is named, each once", () => {
    const all = named({
      with: [{ "aws_lb_listener.other": listener(8080, forwardTo("web")) }],
      change: { "aws_vpc_security_group_ingress_rule.web_80": { from_port: "${var.port}" } },
    });
    const open = all.filter((it) =>
      it.startsWith("aws_vpc_security_group_ingress_rule.web_80: from_port is not known:"),
    );
    expect(open).toHaveLength(1);
    expect(new Set(all).size).toBe(all.length);
  });
});
