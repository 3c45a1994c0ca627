import { readFileSync } from "node:fs";
import { join } from "node:path";
import { review } from "../path/review/review";
import { trace } from "../path/trace";
import { fixture } from "./support/rehearsal-room";
import { planOf, SITE } from "./support/standing-site";

/* Plans in which all is well, or of which a sentence said more than the plan does. */

const caseOf = (name: string): unknown => JSON.parse(readFileSync(join(fixture("cases"), name, "plan.json"), "utf8"));

describe("what a state leaves empty", () => {
  const without = (address: string, name: string) => ({ ...SITE, [address]: { ...SITE[address], [name]: "" } });

  test.each([["aws_route53_record.www", "fqdn"], ["aws_lb.web", "ip_address_type"]])("%s without its %s is as before", (address, name) => {
    expect(review(planOf({}, without(address, name))).watch).toEqual([]);
    const { verdict, paths } = trace(planOf({}, without(address, name)));
    expect([verdict, paths.map(({ url }) => url)]).toEqual(["ok", ["http://www.example.com/", "https://www.example.com/"]]);
  });

  test("a plan completed by hand has no faults before the target", () => {
    const { report: { hops }, watch } = review(caseOf("action"));
    expect([hops.filter(({ after }) => after === "broken"), watch]).toEqual([[], []]);
  });
});

describe("what is left open", () => {
  test("an attachment that a destroy may take away is told of once, and is not called known after the apply", () => {
    expect(review(caseOf("12-attachment-same-pair")).watch.filter((it) => !it.startsWith("P75"))).toEqual([]);
  });

  test("what no resource of the plan says is not called known after the apply", () => {
    const { "aws_lb_target_group_attachment.a": _a, "aws_lb_target_group_attachment.b": _b, "aws_instance.a": _c, "aws_instance.b": _d, "aws_lb_target_group_attachment.api": _e, "aws_lb_target_group_attachment.api-b": _f, ...rest } = SITE;
    expect(review(planOf({}, rest)).watch).toEqual(["Not in the plan: `targets` of `aws_lb_target_group.api` and `targets` of `aws_lb_target_group.web`; what depends on that is called unknown."]);
  });
});

test("a group that several rules forward to is named once", () => {
  const seen = trace(caseOf("37-inline-to-rules")).paths.flatMap(({ hops }) => hops.flatMap(({ hop, observed }) => (hop === "listener" || hop === "target" ? [observed] : [])));
  expect(seen).toEqual(["HTTPS :443 forwards to aws_lb_target_group.api or forwards to aws_lb_target_group.app", "aws_autoscaling_group.app :8080"]);
});
