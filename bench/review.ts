import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ReviewReport } from "../path/review/report";
import { median, Meter, print, PROJECT, type Cost } from "./meter";

/*
 * npm run bench:review: what the review of a large plan costs, as the whole process that a person starts, beyond an empty node and beside
 * JSON.parse of the same file alone. The plans are of a real site that stands, many times over in modules of their own, with a
 * change in each.
 */

const TRACED = join(PROJECT, "__tests__", "fixtures", "traced");
const SIZES = [1_000, 3_000, 10_000];
const RUNS = 5;
const MAX_SEC = 2;
const MAX_GROWTH = 1.4;

type Json = { [key: string]: unknown };
interface Resource extends Json {
  address: string;
  mode: string;
  type: string;
  values: Json;
  sensitive_values?: unknown;
}

const meter = new Meter();
try {
  process.exitCode = measure() ? 0 : 1;
} finally {
  meter.close();
}

function measure(): boolean {
  const results = SIZES.map((size) => {
    const file = join(meter.folder, `${size}.json`);
    const { plan, sites } = standing(size);
    writeFileSync(file, JSON.stringify(plan));
    const rows: { empty: Cost; parse: Cost; review: Cost }[] = [];
    for (let run = 0; run <= RUNS; run += 1) {
      // In turns, so that a busy machine slows all; the first of each warms the disk's cache and does not count.
      const row = {
        empty: meter.empty(),
        parse: meter.cost(["-e", "JSON.parse(require('fs').readFileSync(process.argv[1], 'utf8'))", file]),
        review: meter.cost(["-r", "./cli/typescript.js", "cli/review.ts", file, "--format", "json"], (stdout) => expectCauses(stdout, sites)),
      };
      if (run > 0) rows.push(row);
    }
    const middle = (of: (row: (typeof rows)[number]) => number) => median(rows.map(of));
    return {
      resources: plan.resource_changes.length, megabytesOfPlan: readFileSync(file).length / 1e6,
      parse: middle(({ parse, empty }) => parse.seconds - empty.seconds), review: middle(({ review, empty }) => review.seconds - empty.seconds),
      cpu: middle(({ review, empty }) => review.cpuSeconds - empty.cpuSeconds), peak: middle(({ review }) => review.megabytes),
    };
  });
  print([["resources", "plan", "JSON.parse", "review", "peak memory"], ...results.map(({ resources, megabytesOfPlan, parse, review, peak }) => [
    String(resources), `${megabytesOfPlan.toFixed(1)} MB`, `${parse.toFixed(2)} s`, `${review.toFixed(2)} s`, `${peak.toFixed(0)} MB`,
  ])]);
  const perResource = results.slice(1).map((it, index) => (it.cpu - (results[index]?.cpu ?? NaN)) / (it.resources - (results[index]?.resources ?? NaN)));
  const growth = (perResource.at(-1) ?? NaN) / (perResource[0] ?? NaN);
  const { review: seconds = NaN, parse = NaN } = results.at(-1) ?? {};
  print([
    ["seconds beyond an empty node, for the largest", `${seconds.toFixed(2)} (less than ${MAX_SEC})`],
    ["to JSON.parse alone", (seconds / parse).toFixed(1)],
    ["one more resource of the largest, to one of the smaller", `${growth.toFixed(2)} (at most ${MAX_GROWTH})`],
  ]);
  return seconds < MAX_SEC && growth <= MAX_GROWTH;
}

/** So many sites that stand; of each the first instance gets another image. */
function standing(size: number): { plan: Json & { resource_changes: Json[] }; sites: number } {
  const state = JSON.parse(readFileSync(join(TRACED, "site.state.json"), "utf8")) as { values: { root_module: { resources: Resource[] } } };
  const { configuration } = JSON.parse(readFileSync(join(TRACED, "site.plan.json"), "utf8")) as { configuration: { provider_config: Json; root_module: Json } };
  const { resources } = state.values.root_module;
  const sites = Math.ceil(size / resources.length);
  const text = JSON.stringify(resources);
  const zoneId = String(resources.find(({ type }) => type === "aws_route53_zone")?.values.zone_id);
  const copies = Array.from({ length: sites }, (_, site) => {
    const own = text.replace(/(?<![A-Za-z0-9-])example\.com\b/g, `s${site}.example.com`).replace(/"((?:vpc|subnet|sg|sgr|i|igw|rtb|rtbassoc|r|vpce|acl|pl)-[0-9a-z-]{6,}|arn:[^"]+|app\/[^"]+)"/g, `"$1-${site}"`).replaceAll(zoneId, `${zoneId}${site}`).replace(/"([^"]+\.elb\.amazonaws\.com)"/g, `"s${site}-$1"`);
    const module = `module.s${site}`;
    return { module, resources: (JSON.parse(own) as Resource[]).map((it): Resource => ({ ...it, address: `${module}.${it.address}` })) };
  });
  return {
    sites,
    plan: {
      format_version: "1.2", terraform_version: "1.11.4",
      resource_changes: copies.flatMap(({ module, resources: all }) => {
        const [first] = all.filter(({ type }) => type === "aws_instance");
        return all.filter(({ mode }) => mode !== "data").map(({ values, sensitive_values: _, ...it }) => ({ ...it, module_address: module, change: it.address === first?.address
          ? { actions: ["delete", "create"], before: values, after: { ...values, ami: "ami-2" }, after_unknown: {}, replace_paths: [["ami"]] }
          : { actions: ["no-op"], before: values, after: values, after_unknown: {} } }));
      }),
      prior_state: { format_version: "1.0", values: { root_module: { child_modules: copies.map(({ module, resources: all }) => ({ address: module, resources: all })) } } },
      configuration: { provider_config: configuration.provider_config, root_module: { module_calls: Object.fromEntries(copies.map((_, site) => [`s${site}`, { source: "./s", module: configuration.root_module }])) } },
    },
  };
}

/** So that what was fast was a review. */
function expectCauses(stdout: string, sites: number): void {
  const { effect, causes, hops } = JSON.parse(stdout) as ReviewReport;
  const told = causes.filter((it) => it.effect === "brief" && it.attribute === "ami").length;
  const ill = hops.filter(({ before, after }) => before !== "ok" || after !== "ok");
  if (effect !== "brief" || told !== sites || ill.length > 0) throw new Error(`expected ${sites} instances that are replaced and a path that is ok, got ${told}, ${effect} and ${JSON.stringify(ill)}`);
}
