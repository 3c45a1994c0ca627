import { readFileSync } from "node:fs";
import { join } from "node:path";
import { measure, PROJECT, type Sized } from "./meter";

/*
 * npm run bench:trace: what a trace of a large plan costs, as the whole process that a person starts, beyond an empty
 * node and beside JSON.parse of the same file alone. The plans are a real one of this project's site, many times over
 * in modules of their own.
 */

const REAL_PLAN = join(PROJECT, "__tests__", "fixtures", "traced", "site.plan.json");
/** Of the module that makes a site. */
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

/** Each site in a module, which several calls make by their `for_each`, with a domain of its own. */
function manySites(real: Plan, sites: number): Plan {
  const {
    format_version,
    terraform_version,
    planned_values: planned,
    prior_state: prior,
    resource_changes: changes,
    configuration,
  } = real;
  // What AWS has already is known in a plan: the zone, which is another one for each.
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
  // As in a plan of Terraform's own language, an expression that refers to something has no text.
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

/** So that what was fast was a trace. */
function expectPaths(stdout: string, sites: number): void {
  const { verdict, paths } = JSON.parse(stdout) as { verdict: string; paths: readonly { url: string }[] };
  const names = new Set(paths.map(({ url }) => new URL(url).hostname));
  if (verdict !== "ok" || names.size !== sites)
    throw new Error(`expected ${sites} names that are ok, got ${names.size} and ${verdict}`);
}
