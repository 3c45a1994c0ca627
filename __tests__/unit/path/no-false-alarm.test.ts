import { readFileSync } from "node:fs";
import { join } from "node:path";
import { review } from "../../../path/review/review";
import { trace } from "../../../path/trace/trace";
import { fixture } from "../../support/rehearsal-room";
import { created, destroyed, planOf, SITE } from "../../support/standing-site";

/* Plans in which all is well, or for which a sentence said more than the plan does. */

const twoWritersOf = (name: string): unknown =>
  JSON.parse(readFileSync(join(fixture("two-writers"), name, "plan.json"), "utf8"));
const caseOf = (name: string): unknown => JSON.parse(readFileSync(join(fixture("cases"), name, "plan.json"), "utf8"));

describe("what a state leaves empty", () => {
  const without = (address: string, name: string) => ({ ...SITE, [address]: { ...SITE[address], [name]: "" } });

  test.each([
    ["aws_route53_record.www", "fqdn"],
    ["aws_lb.web", "ip_address_type"],
  ])("%s without its %s is as before", (address, name) => {
    expect(review(planOf({}, without(address, name))).watch).toEqual([]);
    const { verdict, paths } = trace(planOf({}, without(address, name)));
    expect([verdict, paths.map(({ url }) => url)]).toEqual([
      "ok",
      ["http://www.example.com/", "https://www.example.com/"],
    ]);
  });

  test("a plan completed by hand has no errors before the target", () => {
    const {
      report: { hops },
      watch,
    } = review(caseOf("action"));
    expect([hops.filter(({ after }) => after === "broken"), watch]).toEqual([[], []]);
  });
});

describe("what is left open", () => {
  test("an attachment that a destroy may remove is reported once, and is not called known after apply", () => {
    expect(review(caseOf("12-attachment-same-pair")).watch.filter((it) => !it.startsWith("P75"))).toEqual([]);
  });

  test("what no resource of the plan says is not called known after the apply", () => {
    const {
      "aws_lb_target_group_attachment.a": _a,
      "aws_lb_target_group_attachment.b": _b,
      "aws_instance.a": _c,
      "aws_instance.b": _d,
      "aws_lb_target_group_attachment.api": _e,
      "aws_lb_target_group_attachment.api-b": _f,
      ...rest
    } = SITE;
    expect(review(planOf({}, rest)).watch).toEqual([
      "Cannot be determined from the plan: `targets` of `aws_lb_target_group.api` and `targets` of " +
        "`aws_lb_target_group.web`; verdicts that depend on it are unknown.",
    ]);
  });

  test("more than three are counted", () => {
    expect(review(caseOf("dns-chains-apex-destroyed")).watch.filter((it) => it.startsWith("Cannot be"))).toEqual([
      "Cannot be determined from the plan: `records` of `aws_route53_record.any`, `alias.name` of " +
        "`aws_route53_record.blog`, `records` of `aws_route53_record.shop` and 1 more; verdicts that depend on it " +
        "are unknown.",
    ]);
  });
});

test("a group that several rules forward to is named once", () => {
  const seen = trace(caseOf("37-inline-to-rules")).paths.flatMap(({ hops }) =>
    hops.flatMap(({ hop, observed }) => (hop === "listener" || hop === "target" ? [observed] : [])),
  );
  expect(seen).toEqual([
    "HTTPS :443 forwards to aws_lb_target_group.api or forwards to aws_lb_target_group.app",
    "aws_autoscaling_group.app :8080",
  ]);
});

describe("what follows of a destroy that takes away what a block writes", () => {
  const causesOf = (name: string) =>
    review(twoWritersOf(name)).report.causes.map(({ address, why, avoid }) => [
      /\bP\d\d\b/.exec(why)?.[0],
      address,
      avoid.split(" with")[0],
    ]);

  test("is reported after it, and without a fix that contradicts its own", () => {
    expect(causesOf("routes-to-route-blocks")).toEqual([
      ["P75", "aws_route.internet", "Make Terraform forget aws_route.internet"],
      ["P44", "aws_route.internet", "Make Terraform forget aws_route.internet"],
    ]);
  });

  test("is reported at the rule in the group itself, in its direction, and not at another group's that names it", () => {
    expect(
      causesOf("rules-to-blocks")
        .filter(([id]) => id !== "P75")
        .map(([id, address]) => [id, address]),
    ).toEqual([
      ["P30", "aws_security_group_rule.clients"],
      ["P32", "aws_security_group_rule.out"],
      ["P33", "aws_security_group_rule.app"],
    ]);
  });
});

describe("plans of the real terraform of sites that stand, with a refresh", () => {
  const toldOf = (name: string) => {
    const {
      report: { effect, summary },
      watch,
    } = review(caseOf(name));
    return [trace(caseOf(name)).verdict, effect, summary, watch];
  };

  test.each([
    [
      "of public modules: groups with counted rules, listeners of maps, one record for a name and its wildcard",
      "well-in-modules",
    ],
    ["with rules of the older kind: to themselves, of a prefix list, two of one port", "well-sg-rules"],
    ["with an alias of an alias, a CNAME of it and records of other kinds", "well-dns-chain"],
  ])("%s: nothing changes, and there is nothing to watch", (_, name) => {
    expect(toldOf(name)).toEqual(["ok", "none", "No changes.", []]);
  });

  test("a certificate's further name, whose validation records two certificates share with `allow_overwrite`", () => {
    expect(toldOf("well-one-more-name")).toEqual(["ok", "none", "No downtime expected.", []]);
  });
});

test("a rule of a network ACL takes a number, and not a name", () => {
  const rule = {
    network_acl_id: "acl-2",
    rule_number: 100,
    egress: false,
    protocol: "-1",
    rule_action: "allow",
    cidr_block: "0.0.0.0/0",
  };
  const site = {
    ...SITE,
    "aws_network_acl.main": {
      id: "acl-2",
      vpc_id: "vpc-1",
      subnet_ids: ["subnet-a", "subnet-b"],
      ingress: [],
      egress: [],
    },
    "aws_network_acl_rule.in": { id: "nacl-1", ...rule },
    "aws_network_acl_rule.out": { id: "nacl-2", ...rule, egress: true },
  };
  const { summary } = review(
    planOf({ "aws_network_acl_rule.in": destroyed(), "aws_network_acl_rule.clients": created(rule) }, site),
  ).report;
  expect(summary).toBe("Apply will fail: a network ACL rule uses the same rule number as another one.");
});
