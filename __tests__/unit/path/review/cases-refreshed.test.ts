import { readFileSync } from "node:fs";
import { join } from "node:path";
import { review } from "../../../../path/review/review";
import { trace } from "../../../../path/trace/trace";
import { fixture } from "../../../support/rehearsal-room";

/*
 * Plans made with a refresh, of sites that stand, in which the only rule that lets a request through goes: the group
 * still lists it.
 */

const read = (folder: string, file = "plan.json"): unknown =>
  JSON.parse(readFileSync(join(fixture("cases"), folder, file), "utf8"));

test.each<[name: string, folder: string, id: string, group: RegExp, rule: RegExp, closed: RegExp]>([
  [
    "from the load balancer to the instances",
    "refreshed-webstack-plan-lb-to-instances",
    "P33",
    /ec2-target-group/,
    /ingress_rule\..*from-load-balancer-80/,
    /^port 80 from `aws_security_group\..*alb-security-group/,
  ],
  [
    "from everyone to 443",
    "refreshed-webstack-plan-https",
    "P30",
    /alb-security-group/,
    /ingress_rule\..*https-from-everyone/,
    /^port 443 from everyone \(IPv4\) in `aws_security_group\..*alb-security-group/,
  ],
  [
    "in plain HCL, by a rule of the old type",
    "refreshed-plain-plan",
    "P33",
    /^aws_security_group\.web$/,
    /^aws_security_group_rule\.from_lb$/,
    /^port 80 from `aws_security_group\.lb` in `aws_security_group\.web`$/,
  ],
])("the only rule %s", (_, folder, id, group, rule, closed) => {
  const plan = read(folder);
  const { report, watch } = review(plan);
  // What AWS filled in since the first apply was changed by nobody.
  expect(watch).toEqual([]);
  expect(report.effect).toBe("outage");
  expect(report.causes.filter(({ effect }) => effect === "outage").map(({ address }) => address)).toEqual([
    expect.stringMatching(rule),
  ]);
  expect(report.security).toEqual({ opened: [], closed: [expect.stringMatching(closed)] });
  const { verdict, findings } = trace(plan);
  expect([verdict, findings.map((it) => [it.id, it.address])]).toEqual([
    "broken",
    [[id, expect.stringMatching(group)]],
  ]);
});

describe("a state", () => {
  test("that was written before a refresh cannot be distinguished from a sound one, which is reported", () => {
    const { verdict, assumed } = trace(read("refreshed-plain-state1", "state.json"));
    expect(verdict).toBe("ok");
    expect(assumed.map(({ text }) => text)).toContain(
      "the state was refreshed after the last apply, so the inline rules and routes it lists in " +
        "aws_security_group.web still exist",
    );
  });

  test("that was refreshed is broken, and takes nothing for granted", () => {
    const { verdict, findings, assumed } = trace(read("refreshed-plain-state2", "state.json"));
    expect([verdict, findings.map((it) => [it.id, it.address])]).toEqual([
      "broken",
      [["P33", "aws_security_group.web"]],
    ]);
    expect(assumed.filter(({ text }) => /refreshed/.test(text))).toEqual([]);
  });
});
