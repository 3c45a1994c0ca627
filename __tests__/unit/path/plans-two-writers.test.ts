import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Verdict } from "../../../path/report";
import { review } from "../../../path/review/review";
import type { Effect } from "../../../path/review/review-report";
import { trace } from "../../../path/trace/trace";
import { FIXTURES } from "../../support/project";

/*
 * A site that stands, and plans of the real terraform that write one thing by two resources, or by another one than
 * before. `applied.json` next to each is what the local AWS made of it, but for two that it never ends:
 * fixtures/two-writers/write-plans.ts.
 */

const FOLDER = join(FIXTURES, "two-writers");
const NAMES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((it) => it.isDirectory() && it.name !== "site" && it.name !== "parts")
  .map(({ name }) => name)
  .sort();
const read = (name: string, file: string): unknown => JSON.parse(readFileSync(join(FOLDER, name, file), "utf8"));

interface Expected {
  readonly verdict: Verdict;
  readonly effect: Effect;
  /** As `P72 address`. */
  readonly findings: readonly string[];
  /** Each block of all causes once; some lines of it. */
  readonly blocks: readonly string[];
}

const moved = (from: string, to: string): string => `moved {\n  from = ${from}\n  to   = ${to}\n}`;
const imported = (to: string, id: string): string => `import {\n  to = ${to}\n  id = "${id}"\n}`;
const lookedUp = (to: string): string =>
  `import {\n  to = ${to}\n  # the rule's id is not in the plan; to print it:\n  # aws …\n  id = "sgr-…"\n}`;
const removed = (from: string): string => `removed {\n  from = ${from}\n  lifecycle {\n    destroy = false\n  }\n}`;
const keyed = (block: string, keys: readonly (readonly [number, string])[]): string[] =>
  keys.map(([number, key]) => moved(`${block}[${number}]`, `${block}["${key}"]`));
const AB = [
  [0, "a"],
  [1, "b"],
] as const;

/** Ids are as the local AWS chose them. */
const plain = (text: string): string =>
  text.replace(/(?<![a-z])(sg|acl|rtb|sgr)-[0-9a-f]+/g, "$1-1").replace(/^ {2}# aws .*$/gm, "  # aws …");

const EXPECTED: Readonly<Record<string, Expected>> = {
  "acl-blocks-to-rules": {
    verdict: "broken",
    effect: "fails",
    findings: ['P73 aws_network_acl_rule.all["in"]', 'P73 aws_network_acl_rule.all["out"]'],
    blocks: [
      imported('aws_network_acl_rule.all["in"]', "acl-1:100:-1:false"),
      imported('aws_network_acl_rule.all["out"]', "acl-1:100:-1:true"),
    ],
  },
  "association-renamed": {
    verdict: "broken",
    effect: "fails",
    findings: ['P74 aws_route_table_association.public["a"]', 'P74 aws_route_table_association.public["b"]'],
    blocks: keyed("aws_route_table_association.public", AB),
  },
  "attachment-to-list": {
    verdict: "broken",
    effect: "outage",
    findings: ["P75 aws_autoscaling_attachment.app"],
    blocks: [removed("aws_autoscaling_attachment.app")],
  },
  "attachment-to-traffic-source": {
    verdict: "unknown",
    effect: "outage",
    findings: ["P75 aws_autoscaling_traffic_source_attachment.app"],
    blocks: [removed("aws_autoscaling_attachment.app")],
  },
  "blocks-to-classic-rules": {
    verdict: "broken",
    effect: "fails",
    findings: ["app", "clients", "out"].map((it) => `P72 aws_security_group_rule.${it}`),
    blocks: [
      imported("aws_security_group_rule.app", "sg-1_ingress_tcp_8080_8080_sg-1"),
      imported("aws_security_group_rule.clients", "sg-1_ingress_tcp_80_80_0.0.0.0/0"),
      imported("aws_security_group_rule.out", "sg-1_egress_all_0_0_0.0.0.0/0"),
    ],
  },
  // What the blocks to paste come to: nothing is refused, and the next plan is empty.
  "blocks-forgotten": { verdict: "ok", effect: "none", findings: [], blocks: [] },
  "blocks-imported": { verdict: "ok", effect: "none", findings: [], blocks: [] },
  "keys-moved": { verdict: "ok", effect: "none", findings: [], blocks: [] },
  "group-attachment-renamed": {
    verdict: "unknown",
    effect: "outage",
    findings: ["P75 aws_autoscaling_attachment.web"],
    blocks: [moved("aws_autoscaling_attachment.app", "aws_autoscaling_attachment.web")],
  },
  "instances-keyed": {
    verdict: "ok",
    effect: "outage",
    findings: [],
    blocks: [...keyed("aws_instance.app", AB), ...keyed("aws_lb_target_group_attachment.app", AB)],
  },
  "list-to-attachment": { verdict: "ok", effect: "none", findings: [], blocks: [] },
  "list-to-empty-list": { verdict: "ok", effect: "brief", findings: ["P49 aws_autoscaling_group.app"], blocks: [] },
  "listener-certificates-keyed": {
    verdict: "unknown",
    effect: "outage",
    findings: ['P75 aws_lb_listener_certificate.more["api"]', 'P75 aws_lb_listener_certificate.more["shop"]'],
    blocks: keyed("aws_lb_listener_certificate.more", [
      [0, "shop"],
      [1, "api"],
    ]),
  },
  "listener-moved": { verdict: "ok", effect: "none", findings: [], blocks: [] },
  "listener-renamed": {
    verdict: "broken",
    effect: "fails",
    findings: ["P74 aws_lb_listener.web"],
    blocks: [moved("aws_lb_listener.http", "aws_lb_listener.web")],
  },
  "one-attachment-renamed": {
    verdict: "ok",
    effect: "brief",
    findings: ["P75 aws_lb_target_group_attachment.second"],
    blocks: [moved("aws_lb_target_group_attachment.b", "aws_lb_target_group_attachment.second")],
  },
  "record-renamed": {
    verdict: "broken",
    effect: "fails",
    findings: ["P74 aws_route53_record.site"],
    blocks: [moved("aws_route53_record.www", "aws_route53_record.site")],
  },
  "record-twice": { verdict: "broken", effect: "fails", findings: ["P69 aws_route53_record.again"], blocks: [] },
  "route-blocks-to-routes": {
    verdict: "broken",
    effect: "fails",
    findings: ["P71 aws_route.internet"],
    blocks: [imported("aws_route.internet", "rtb-1_0.0.0.0/0")],
  },
  "route-renamed": {
    verdict: "broken",
    effect: "fails",
    findings: ["P74 aws_route.out"],
    blocks: [moved("aws_route.internet", "aws_route.out")],
  },
  "routes-to-route-blocks": {
    verdict: "broken",
    effect: "outage",
    findings: ["P44 aws_route_table.public", "P75 aws_route.internet"],
    blocks: [removed("aws_route.internet")],
  },
  "rules-to-blocks": {
    verdict: "broken",
    effect: "outage",
    findings: [
      "P30 aws_security_group.lb",
      "P32 aws_security_group.lb",
      "P33 aws_security_group.app",
      ...["app", "clients", "out"].map((it) => `P75 aws_security_group_rule.${it}`),
    ],
    blocks: ["app", "clients", "out"].map((it) => removed(`aws_security_group_rule.${it}`)),
  },
  "rules-to-the-newer-kind": {
    verdict: "broken",
    effect: "fails",
    findings: [
      "P74 aws_vpc_security_group_egress_rule.out",
      "P74 aws_vpc_security_group_ingress_rule.app",
      "P74 aws_vpc_security_group_ingress_rule.clients",
    ],
    blocks: [
      `${removed("aws_security_group_rule.app")}\n\n${lookedUp("aws_vpc_security_group_ingress_rule.app")}`,
      `${removed("aws_security_group_rule.clients")}\n\n${lookedUp("aws_vpc_security_group_ingress_rule.clients")}`,
      `${removed("aws_security_group_rule.out")}\n\n${lookedUp("aws_vpc_security_group_egress_rule.out")}`,
    ],
  },
  "weighted-beside-simple": {
    verdict: "broken",
    effect: "fails",
    findings: ["P69 aws_route53_record.blue"],
    blocks: [],
  },
};

test("each folder is looked at", () => {
  expect(Object.keys(EXPECTED).sort()).toEqual(NAMES);
});

describe.each(Object.entries(EXPECTED))("%s", (name, { verdict, effect, findings, blocks }) => {
  const plan = read(name, "plan.json");

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
      blocks: [...new Set(report.causes.flatMap(({ hcl }) => hcl ?? []))].map(plain).sort(),
    }).toEqual({ effect, blocks: [...blocks].sort() });
  });

  if (!existsSync(join(FOLDER, name, "applied.json"))) return;
  test("fails where the local AWS refused it, and has an effect where the next plan changes something", () => {
    const { refused, next } = read(name, "applied.json") as { refused: readonly string[]; next: readonly string[] };
    if (refused.length > 0) expect(effect).toBe("fails");
    if (next.length > 0) expect(effect).not.toBe("none");
  });
});
