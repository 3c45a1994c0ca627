import { readFileSync } from "node:fs";
import { join } from "node:path";
import { measure, PROJECT, type Sized } from "./meter";

/*
 * npm run bench:trace: the cost of tracing a large plan, as a whole process, without that of an empty node and compared
 * with JSON.parse of the same file. The plans contain a real plan of this project's site many times, each in its own
 * module.
 */

const REAL_PLAN = join(PROJECT, "__tests__", "fixtures", "traced", "site.plan.json");
/** The number of calls of the module that creates a site. */
const CALLS = 20;

type Json = { [key: string]: unknown };
interface Module extends Json {
  resources?: Json[];
}
interface Plan extends Json {
  planned_values: { root_module: Module };
  prior_state?: { values: { root_module: Module } };
  resource_changes: Json[];
  configuration: { provider_config: Json; root_module: Json };
}

const real = JSON.parse(readFileSync(REAL_PLAN, "utf8")) as Plan;
const sized = (size: number): Sized => {
  const sites = Math.ceil(size / real.resource_changes.length);
  return { plan: manySites(real, sites), look: (stdout) => expectPaths(stdout, sites) };
};
process.exitCode = measure("trace", sized, { seconds: 1.3, megabytes: 500, growth: 1.4 }) ? 0 : 1;

/** Each site is in a module instance of one of several calls with `for_each`, and has its own domain. */
function manySites(real: Plan, sites: number): Plan {
  const {
    format_version,
    terraform_version,
    planned_values: planned,
    prior_state: prior,
    resource_changes: changes,
    configuration,
  } = real;
  // Existing resources are known in a plan: each site has its own zone.
  const zoneId = JSON.stringify(prior).match(/"zone_id":"(\w+)"/)?.[1];
  if (zoneId === undefined) throw new Error(`${REAL_PLAN} has no zone that was read`);
  const values = JSON.stringify({ planned: planned.root_module, prior: prior?.values.root_module, changes });
  const copies = Array.from({ length: sites }, (_, site) => {
    const address = `module.${callOf(site)}["s${site}"]`;
    const text = values
      .replace(/(?<![A-Za-z0-9-])example\.com\b/g, `s${site}.example.com`)
      .replaceAll(zoneId, `${zoneId}${site}`);
    const prefixed = JSON.parse(text, (key, value: unknown) =>
      key === "address" ? `${address}.${String(value)}` : value,
    ) as { planned: Module; prior?: Module; changes: Json[] };
    return { ...prefixed, address };
  });
  const { outputs: _outputs, ...rootModule } = configuration.root_module;
  // As in a plan of a Terraform configuration, an expression with references has no constant value.
  const module = JSON.parse(JSON.stringify(rootModule), (_, value: unknown) =>
    isReferring(value) ? { references: value.references } : value,
  ) as Json;
  const rootOf = (of: (copy: (typeof copies)[number]) => Module | undefined) => ({
    root_module: { child_modules: copies.map((copy) => ({ address: copy.address, ...of(copy) })) },
  });
  return {
    format_version,
    terraform_version,
    planned_values: rootOf((it) => it.planned),
    ...(prior === undefined ? {} : { prior_state: { ...prior, values: rootOf((it) => it.prior) } }),
    resource_changes: copies.flatMap((copy) =>
      copy.changes.map((change) => ({ ...change, module_address: copy.address })),
    ),
    configuration: { provider_config: configuration.provider_config, root_module: { module_calls: callsOf(module) } },
  };
}

function callsOf(module: Json): Json {
  const names = Array.from({ length: CALLS }, (_, call) => callOf(call));
  return Object.fromEntries(
    names.map((name) => [name, { source: `./${name}`, for_each_expression: { references: ["var.sites"] }, module }]),
  );
}

function callOf(site: number): string {
  return `site_${site % CALLS}`;
}

function isReferring(value: unknown): value is { readonly references: readonly string[] } {
  return typeof value === "object" && value !== null && "constant_value" in value && "references" in value;
}

/** Ensures that the command really traced the plan. */
function expectPaths(stdout: string, sites: number): void {
  const { verdict, paths } = JSON.parse(stdout) as { verdict: string; paths: readonly { url: string }[] };
  const names = new Set(paths.map(({ url }) => new URL(url).hostname));
  if (verdict !== "ok" || names.size !== sites)
    throw new Error(`expected ${sites} names that are ok, got ${names.size} and ${verdict}`);
}
