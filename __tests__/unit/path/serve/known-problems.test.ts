import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hopsNow } from "../../../../path/serve/hops-now";
import { closedTo, errorsIn, refusedByName } from "../../../../path/serve/known-problems";
import { type Site, siteOf } from "../../../../path/serve/site";
import { readTopology } from "../../../../topology/topology";
import { type Blocks, site as caseSite, type SiteOptions } from "../../../serve-cases/site";
import { PROJECT } from "../../../support/project";

/** A web ACL of the load balancer that lets pass, or blocks, what none of its rules matches. */
const webAcl = (action: string): Blocks => ({
  "aws_wafv2_web_acl.site": { name: "site", scope: "REGIONAL", default_action: [{ [action]: [{}] }] },
  "aws_wafv2_web_acl_association.site": {
    resource_arn: "${aws_lb.web.arn}",
    web_acl_arn: "${aws_wafv2_web_acl.site.arn}",
  },
});

/* What prevents responses is reported before the first request. */

function site(file: string): Site {
  return siteOf(readTopology(JSON.parse(readFileSync(join(PROJECT, file), "utf8"))));
}

const BROKEN = site("docs/examples/broken.json");
const INTERNAL = site("__tests__/fixtures/topologies/internal-private-zone/plan.json");
const HEALTHY = [{ state: "healthy", isAssumed: false }] as const;

it("names each error of the trace once, without repeating the resource", () => {
  expect(errorsIn(BROKEN)).toEqual(["P33 aws_security_group.web allows only tcp 80 from aws_security_group.alb"]);
  expect(errorsIn(INTERNAL)).toEqual([]);
});

it("names what is closed to the client, unless the trace reports it", () => {
  expect(closedTo("203.0.113.10", INTERNAL).map(({ text }) => text)).toEqual([
    "aws_security_group.lb of aws_lb.app does not allow inbound traffic on port 80 from 203.0.113.10",
  ]);
  expect(closedTo("10.32.1.5", INTERNAL)).toEqual([]);
  expect(closedTo("2001:db8::10", BROKEN)).toEqual([]);
});

it("shows the hop as broken at which the client's packets end", () => {
  const verdicts = (ip: string) => hopsNow(INTERNAL, HEALTHY, closedTo(ip, INTERNAL)).map(({ verdict }) => verdict);
  expect(verdicts("203.0.113.10")).toEqual(["ok", "ok", "broken", "ok", "ok"]);
  expect(verdicts("10.32.1.5")).toEqual(["ok", "ok", "ok", "ok", "ok"]);
});

describe("a URL whose request needs what is not modeled is refused by name", () => {
  const refused = (options: SiteOptions) =>
    refusedByName("203.0.113.10", siteOf(readTopology(caseSite(options)))).map(({ text }) => text);

  test("such as one that users sign in for", () => {
    const change = {
      "aws_lb_listener.https": {
        default_action: [
          { type: "authenticate-oidc", order: 1 },
          { type: "forward", order: 2, target_group_arn: "${aws_lb_target_group.web.arn}" },
        ],
      },
    };
    expect(refused({ change })).toEqual([
      "aws_lb_listener.https authenticates users (authenticate-oidc), which is not modeled",
    ]);
  });

  test.each([
    ["allow", []],
    ["block", ["aws_wafv2_web_acl.site decides which requests pass, which is not modeled"]],
  ])("such as one that a web ACL decides about (%s)", (action, expected) => {
    expect(refused({ with: [webAcl(action)] })).toEqual(expected);
  });

  test("such as one of a client with a certificate", () => {
    const change = {
      "aws_lb_listener.https": { mutual_authentication: [{ mode: "verify", trust_store_arn: "arn" }] },
    };
    expect(refused({ change })).toEqual(["aws_lb_listener.https: mutual TLS (verify) is not modeled"]);
  });

  test("such as one for a function", () => {
    expect(refused({ change: { "aws_lb_target_group.web": { target_type: "lambda" } } })).toEqual([
      "aws_lb_target_group.web forwards to a Lambda function, which is not modeled",
    ]);
  });

  test("and no other", () => {
    expect(refused({})).toEqual([]);
  });
});
