import { readFileSync } from "node:fs";
import { join } from "node:path";
import { reviewsAsMarkdown } from "../../../cli/reviewing/markdown";
import type { Verdict } from "../../../path/report";
import { review } from "../../../path/review/review";
import type { Effect } from "../../../path/review/review-report";
import { trace } from "../../../path/trace/trace";
import { FIXTURES } from "../../support/project";

/* Two resources that write one thing, in plans of real cases: what the trace and the review say of each. */

const planOf = (name: string): unknown => JSON.parse(readFileSync(join(FIXTURES, "cases", name, "plan.json"), "utf8"));

interface Case {
  readonly name: string;
  readonly verdict: Verdict;
  /** Findings of the trace, as `P49 address`. */
  readonly findings: readonly string[];
  readonly effect: Effect;
  /** Where the review reports that effect. */
  readonly at: readonly string[];
}

const fine = (name: string): Case => ({ name, verdict: "ok", findings: [], effect: "none", at: [] });
const RULES = [
  "aws_vpc_security_group_egress_rule.app",
  "aws_vpc_security_group_egress_rule.lb",
  "aws_vpc_security_group_ingress_rule.app",
  'aws_vpc_security_group_ingress_rule.web["443"]',
  'aws_vpc_security_group_ingress_rule.web["80"]',
];

const CASES: readonly Case[] = [
  {
    name: "05-asg-flipflop",
    verdict: "broken",
    findings: ["P49 aws_autoscaling_group.app"],
    effect: "outage",
    at: ["aws_autoscaling_group.app"],
  },
  fine("05-asg-flipflop__fixed"),
  {
    name: "06-wildcard-apex-record",
    verdict: "broken",
    findings: ['P69 aws_route53_record.validation["*.example.com"]'],
    effect: "fails",
    at: ['aws_route53_record.validation["*.example.com"]'],
  },
  fine("06-wildcard-apex-record__alt"),
  fine("06-wildcard-apex-record__fixed"),
  {
    name: "12-attachment-same-pair",
    verdict: "unknown",
    findings: ['P75 aws_lb_target_group_attachment.app["a"]', 'P75 aws_lb_target_group_attachment.app["b"]'],
    effect: "outage",
    at: ["aws_lb_target_group_attachment.app[0]", "aws_lb_target_group_attachment.app[1]"],
  },
  {
    name: "12-attachment-same-pair__cbd-port",
    verdict: "broken",
    findings: ['P75 aws_lb_target_group_attachment.app["a"]', 'P75 aws_lb_target_group_attachment.app["b"]'],
    effect: "outage",
    at: ['aws_lb_target_group_attachment.app["a"]', 'aws_lb_target_group_attachment.app["b"]'],
  },
  fine("12-attachment-same-pair__fixed"),
  {
    name: "37-inline-to-rules",
    verdict: "broken",
    findings: RULES.map((it) => `P72 ${it}`),
    effect: "fails",
    at: RULES,
  },
  fine("37-inline-to-rules__fixed"),
  {
    name: "dup",
    verdict: "broken",
    findings: ["P70 aws_security_group.db1"],
    effect: "fails",
    at: ["aws_security_group.db1"],
  },
];

describe.each(CASES)("$name", ({ name, verdict, findings, effect, at }) => {
  const plan = planOf(name);

  test(`is traced as ${verdict}`, () => {
    const report = trace(plan);
    expect({
      verdict: report.verdict,
      findings: report.findings.map(({ id, address }) => `${id} ${address}`).sort(),
    }).toEqual({ verdict, findings: [...findings].sort() });
  });

  test(`is reviewed as ${effect}`, () => {
    const { report } = review(plan);
    expect({
      effect: report.effect,
      at: report.causes
        .filter((it) => it.effect === effect && effect !== "none")
        .map(({ address }) => address)
        .sort(),
    }).toEqual({ effect, at: [...at].sort() });
  });
});

describe("the blocks to paste", () => {
  const blocksOf = (name: string): string[] => review(planOf(name)).report.causes.flatMap(({ hcl }) => hcl ?? []);

  test("move each attachment from its number to its key", () => {
    expect(blocksOf("12-attachment-same-pair")).toEqual([
      'moved {\n  from = aws_lb_target_group_attachment.app[0]\n  to   = aws_lb_target_group_attachment.app["a"]\n}',
      'moved {\n  from = aws_lb_target_group_attachment.app[1]\n  to   = aws_lb_target_group_attachment.app["b"]\n}',
    ]);
  });

  test("import each rule, and say what prints its id", () => {
    const blocks = blocksOf("37-inline-to-rules");
    expect(blocks).toHaveLength(5);
    expect(blocks.find((it) => it.includes('web["443"]'))).toBe(
      [
        "import {",
        '  to = aws_vpc_security_group_ingress_rule.web["443"]',
        "  # the rule's id is not in the plan; to print it:",
        "  # aws ec2 describe-security-group-rules --filters Name=group-id,Values=sg-b2e06b95b09de3141 --query " +
          '\'SecurityGroupRules[?IsEgress==`false` && IpProtocol==`"tcp"` && FromPort==`443` && ToPort==`443` && ' +
          'CidrIpv4==`"0.0.0.0/0"`].SecurityGroupRuleId\' --output text',
        '  id = "sgr-…"',
        "}",
      ].join("\n"),
    );
  });

  test("let a validation record overwrite, for all instances of its block", () => {
    expect(blocksOf("06-wildcard-apex-record")).toEqual([
      'resource "aws_route53_record" "validation" {\n  allow_overwrite = true\n}',
    ]);
  });
});

test("an attachment that is made before its old one goes is not reported as registered again", () => {
  const { summary, causes } = review(planOf("12-attachment-same-pair__cbd-port")).report;
  expect(summary).toBe(
    "Outage: `www.example.com` is unreachable until the next apply, because the targets are registered and then deregistered.",
  );
  expect(causes.every(({ avoid }) => /create_before_destroy/.test(avoid))).toBe(true);
});

describe("the page of a review", () => {
  const pageOf = (name: string): string => reviewsAsMarkdown([{ name, review: review(planOf(name)) }]);

  test("has the blocks to paste in a section of their own, each once", () => {
    expect(pageOf("12-attachment-same-pair")).toContain(
      [
        "<details><summary>Blocks to paste (2)</summary>",
        "",
        "```hcl",
        "moved {",
        "  from = aws_lb_target_group_attachment.app[0]",
        '  to   = aws_lb_target_group_attachment.app["a"]',
        "}",
        "```",
        "```hcl",
        "moved {",
        "  from = aws_lb_target_group_attachment.app[1]",
        '  to   = aws_lb_target_group_attachment.app["b"]',
        "}",
        "```",
        "",
        "</details>",
      ].join("\n"),
    );
  });

  test("has no such section where there are none", () => {
    expect(pageOf("12-attachment-same-pair__cbd-port")).not.toContain("Blocks to paste");
  });
});
