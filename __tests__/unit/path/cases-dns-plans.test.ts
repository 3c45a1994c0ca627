import { readFileSync } from "node:fs";
import { join } from "node:path";
import { review } from "../../../path/review/review";
import type { Effect } from "../../../path/review/review-report";
import { trace } from "../../../path/trace/trace";
import { FIXTURES } from "../../support/project";

/*
 * Plans of terraform and its provider: a new site, and the site that stands, planned with a refresh.
 * cases-dns-chains.test.ts has the kinds.
 */

const plan = (name: string): unknown => JSON.parse(readFileSync(join(FIXTURES, "cases", name, "plan.json"), "utf8"));
const NAMES = [
  "http://any-name.apps.example.com/",
  "http://blog.example.com/",
  "http://example.com/",
  "http://shop.example.com/",
  "http://www.example.com/",
];

test.each(["dns-chains", "dns-chains-standing"])(
  "%s: every name that leads to the load balancer is a way in",
  (name) => {
    const report = trace(plan(name));
    expect({
      verdict: report.verdict,
      names: report.paths.map(({ url }) => url).sort(),
      findings: report.findings,
    }).toEqual({ verdict: "ok", names: NAMES, findings: [] });
    expect(report.paths.map(({ balancer }) => balancer)).toEqual(NAMES.map(() => "aws_lb.web"));
  },
);

test.each<[string, Effect, RegExp | undefined]>([
  ["dns-chains", "none", undefined],
  ["dns-chains-standing", "none", undefined],
  ["dns-chains-www-destroyed", "outage", /`www\.example\.com` no longer resolves/],
  ["dns-chains-blog-destroyed", "outage", /`blog\.example\.com` no longer resolves/],
  ["dns-chains-shop-destroyed", "outage", /`shop\.example\.com` no longer resolves/],
  [
    "dns-chains-any-destroyed",
    "outage",
    /`\*\.apps\.example\.com` \(and `shop\.example\.com`, which resolves through it\) no longer resolves/,
  ],
  [
    "dns-chains-apex-destroyed",
    "outage",
    /`example\.com` \(and `\*\.apps\.example\.com`, `blog\.example\.com`, `www\.example\.com` and 1 more, which resolve through it\) no longer resolves/,
  ],
])("%s: %s", (name, effect, text) => {
  const { report } = review(plan(name));
  expect(report.effect).toBe(effect);
  if (text !== undefined) expect(report.causes.map(({ why }) => why).join("\n")).toMatch(text);
});

test("the trace of a plan that destroys what others lead to says so", () => {
  const report = trace(plan("dns-chains-apex-destroyed"));
  expect(report.verdict).toBe("broken");
  expect(report.findings.map(({ id, severity, address }) => `${id} ${severity} ${address}`).sort()).toEqual(
    ["any", "blog", "www"].map((name) => `P06 error aws_route53_record.${name}`),
  );
});
