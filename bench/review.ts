import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReviewReport } from "../path/review/review-report";
import { measure, PROJECT, type Sized } from "./meter";

/*
 * npm run bench:review: the cost of reviewing a large plan, as a whole process, without that of an empty node and
 * compared with JSON.parse of the same file. The plans contain a real, deployed site many times, each in its own module
 * with a change.
 */

const TRACED = join(PROJECT, "__tests__", "fixtures", "traced");

type Json = { [key: string]: unknown };
interface Resource extends Json {
  address: string;
  mode: string;
  type: string;
  values: Json;
  sensitive_values?: unknown;
}

const sized = (size: number): Sized => {
  const { plan, sites } = deployed(size);
  return { plan, look: (stdout) => expectCauses(stdout, sites) };
};
process.exitCode = measure("review", sized, { seconds: 2, megabytes: 800, growth: 1.4 }) ? 0 : 1;

/** A plan of many deployed sites; the first instance of each gets another image. */
function deployed(size: number): { plan: Json & { resource_changes: Json[] }; sites: number } {
  const state = JSON.parse(readFileSync(join(TRACED, "site.state.json"), "utf8")) as {
    values: { root_module: { resources: Resource[] } };
  };
  const { configuration } = JSON.parse(readFileSync(join(TRACED, "site.plan.json"), "utf8")) as {
    configuration: { provider_config: Json; root_module: Json };
  };
  const { resources } = state.values.root_module;
  const sites = Math.ceil(size / resources.length);
  const text = JSON.stringify(resources);
  const zoneId = String(resources.find(({ type }) => type === "aws_route53_zone")?.values.zone_id);
  const copies = Array.from({ length: sites }, (_, site) => {
    const own = text
      .replace(/(?<![A-Za-z0-9-])example\.com\b/g, `s${site}.example.com`)
      .replace(
        /"((?:vpc|subnet|sg|sgr|i|igw|rtb|rtbassoc|r|vpce|acl|pl)-[0-9a-z-]{6,}|arn:[^"]+|app\/[^"]+)"/g,
        `"$1-${site}"`,
      )
      .replaceAll(zoneId, `${zoneId}${site}`)
      .replace(/"([^"]+\.elb\.amazonaws\.com)"/g, `"s${site}-$1"`);
    const module = `module.s${site}`;
    return {
      module,
      resources: (JSON.parse(own) as Resource[]).map((it): Resource => ({ ...it, address: `${module}.${it.address}` })),
    };
  });
  return { sites, plan: planOf(copies, configuration) };
}

type Copy = { readonly module: string; readonly resources: readonly Resource[] };

function planOf(
  copies: readonly Copy[],
  configuration: { provider_config: Json; root_module: Json },
): Json & { resource_changes: Json[] } {
  return {
    format_version: "1.2",
    terraform_version: "1.11.4",
    resource_changes: copies.flatMap(({ module, resources: all }) => {
      const [first] = all.filter(({ type }) => type === "aws_instance");
      return all
        .filter(({ mode }) => mode !== "data")
        .map(({ values, sensitive_values: _, ...it }) => ({
          ...it,
          module_address: module,
          change:
            it.address === first?.address
              ? {
                  actions: ["delete", "create"],
                  before: values,
                  after: { ...values, ami: "ami-2" },
                  after_unknown: {},
                  replace_paths: [["ami"]],
                }
              : { actions: ["no-op"], before: values, after: values, after_unknown: {} },
        }));
    }),
    prior_state: {
      format_version: "1.0",
      values: {
        root_module: {
          child_modules: copies.map(({ module, resources: all }) => ({ address: module, resources: all })),
        },
      },
    },
    configuration: {
      provider_config: configuration.provider_config,
      root_module: {
        module_calls: Object.fromEntries(
          copies.map((_, site) => [`s${site}`, { source: "./s", module: configuration.root_module }]),
        ),
      },
    },
  };
}

/** Ensures that the command really reviewed the plan. */
function expectCauses(stdout: string, sites: number): void {
  const [report] = JSON.parse(stdout) as ReviewReport[];
  if (report === undefined) throw new Error("no plan was reviewed");
  const { effect, causes, hops } = report;
  const reported = causes.filter((it) => it.effect === "brief" && it.attribute === "ami").length;
  const broken = hops.filter(({ before, after }) => before !== "ok" || after !== "ok");
  if (effect !== "brief" || reported !== sites || broken.length > 0)
    throw new Error(
      `expected ${sites} instances that are replaced and a path that is ok, got ${reported}, ${effect} and ` +
        `${JSON.stringify(broken)}`,
    );
}
