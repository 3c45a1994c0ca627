import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "./meter";

/* Large plans. They contain a real plan of this project's site many times, each in its own module. */

const REAL_PLAN = join(PROJECT, "__tests__", "fixtures", "traced", "site.plan.json");
/** The number of calls of the module that creates a site. */
const CALLS = 20;

type Json = { [key: string]: unknown };
interface Module extends Json {
  resources?: Json[];
}
/** A plan, as `terraform show -json` prints it. */
export interface Plan extends Json {
  planned_values: { root_module: Module };
  prior_state?: { values: { root_module: Module } };
  resource_changes: Json[];
  configuration: { provider_config: Json; root_module: Json };
}

const real = JSON.parse(readFileSync(REAL_PLAN, "utf8")) as Plan;

/** @returns a plan of at least `size` resources, and the number of sites in it */
export function largePlan(size: number): { readonly plan: Plan; readonly sites: number } {
  const sites = Math.ceil(size / real.resource_changes.length);
  return { plan: manySites(real, sites), sites };
}

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
