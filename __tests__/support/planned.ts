import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { WorkFailed } from "../../machine/errors";
import { findTerraform } from "../../machine/setup/terraform-binary";
import { Terraform, type TerraformEvent } from "../../machine/terraform/terraform";
import { terraformEnvironment } from "../../rehearsal/environment";
import type { LocalAws } from "../../rehearsal/local-aws";
import { CACHE } from "./rehearsal-room";

/*
 * Plans, and applies, many root modules with one start of terraform: as modules of one root, whose plan and state are
 * then cut into those of each. A plan of one root takes 8 s whatever is in it, and each load balancer a minute's wait;
 * so all share the start and the waits.
 */

/** A folder of .tf files, or a parsed `cdk.tf.json`. Its own provider, terraform and backend blocks are replaced. */
export type Root = string | object;

export interface PlanOptions {
  /**
   * The local AWS; seeded by the caller.
   * @default - none; a root with a data source that calls AWS is refused
   */
  readonly localAws?: LocalAws;
  /**
   * Whether the roots are applied as well; needs a local AWS.
   * @default false
   */
  readonly apply?: boolean;
  /**
   * Whether the applied roots are planned once more, with what AWS returns then.
   * @default false
   */
  readonly again?: boolean;
}

export interface Planned {
  /**
   * As `terraform show -json` writes it for the root alone, less its outputs and what its provider would add (default
   * tags); absent if terraform refuses to plan it.
   */
  readonly plan: unknown;
  /** The same of its state; absent if it was not applied. */
  readonly state?: unknown;
  /** The plan that was made of it after the apply; absent if there was none. */
  readonly again?: unknown;
  /** The errors of terraform or the local AWS. */
  readonly refused?: string;
}

type Json = { [key: string]: unknown };

/** One root as a module: its key, and our providers that replace its own. */
export interface Tenant {
  readonly key: string;
  readonly module: string;
  readonly root: Root;
  /** Aliases of the root's own providers, `""` for its default one, with the region of each. */
  readonly regions: ReadonlyMap<string, string>;
  /** Values for its variables. */
  readonly variables: Json;
  /**
   * Tags that its default provider puts on everything.
   * @default - none, whatever the root says
   */
  readonly defaultTags?: unknown;
}

interface Diagnostic {
  readonly severity: string;
  readonly summary: string;
  readonly detail?: string;
  readonly address?: string;
  readonly range?: { readonly filename: string };
}

const STATE_BUCKET = "alb-web-planned-state";
const NOT_OF_THE_ROOT = /^(plan.*\.json|\.terraform.*|terraform\.tfstate.*)$/;
/** A block at the top of a file that `terraform fmt` has been over. */
const TOP_BLOCK = /^(provider "aws"|terraform) *\{ *\n([\s\S]*?)^\} *\n?/gm;

/**
 * The plan of each root, by its key; with `apply`, its state too. A root that terraform or the local AWS refuses does
 * not hinder the others.
 * @throws {Error} if terraform cannot be run, or refuses for a reason that is in none of the roots
 */
export async function planAll(
  roots: Readonly<Record<string, Root>>,
  options: PlanOptions = {},
): Promise<Record<string, Planned>> {
  const folder = await mkdtemp(join(tmpdir(), "alb-web-planned-"));
  try {
    let tenants = await Promise.all(
      Object.entries(roots).map(([key, root], index) => moveIn(folder, key, `m${index}`, root)),
    );
    const refusals = new Map<string, string>();
    const terraform = await terraformIn(folder, options);
    if (options.apply === true) await options.localAws?.seed({ region: "us-east-1", buckets: [STATE_BUCKET] });
    await writeHouse(folder, tenants, options);
    await terraform.run(["init", "-input=false", "-no-color"]);
    for (;;) {
      const refused = await refusedIn(terraform, [
        "plan",
        "-input=false",
        "-json",
        "-lock=false",
        "-refresh=false",
        "-parallelism=100",
        "-out=all.tfplan",
      ]);
      if (refused.size === 0) break;
      for (const { key, module } of tenants) if (refused.has(module)) refusals.set(key, refused.get(module) as string);
      tenants = tenants.filter(({ module }) => !refused.has(module));
      await writeHouse(folder, tenants, options);
    }
    const plan = JSON.parse((await terraform.run(["show", "-json", "all.tfplan"])).stdout) as Json;
    const results: Record<string, Planned> = Object.fromEntries(
      [...refusals].map(([key, refused]) => [key, { plan: undefined, refused }]),
    );
    for (const tenant of tenants) results[tenant.key] = { plan: planOf(plan, tenant) };
    if (options.apply === true) {
      // With more at once the local AWS answers so late that calls are made twice, and refused as duplicates.
      const refused = await refusedIn(terraform, [
        "apply",
        "-input=false",
        "-json",
        "-lock=false",
        "-parallelism=64",
        "all.tfplan",
      ]);
      const state = JSON.parse((await terraform.run(["show", "-json"])).stdout) as Json;
      for (const tenant of tenants) {
        const why = refused.get(tenant.module);
        results[tenant.key] = {
          ...(results[tenant.key] as Planned),
          ...(why === undefined ? { state: stateOf(state, tenant) } : { refused: why }),
        };
      }
      if (options.again === true)
        await planAgain(
          terraform,
          tenants.filter(({ module }) => !refused.has(module)),
          results,
        );
    }
    return Object.fromEntries(Object.keys(roots).map((key) => [key, results[key] as Planned]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function planAgain(
  terraform: Terraform,
  tenants: readonly Tenant[],
  results: Record<string, Planned>,
): Promise<void> {
  await terraform.run(["plan", "-input=false", "-json", "-lock=false", "-parallelism=64", "-out=again.tfplan"]);
  const plan = JSON.parse((await terraform.run(["show", "-json", "again.tfplan"])).stdout) as Json;
  for (const tenant of tenants)
    results[tenant.key] = { ...(results[tenant.key] as Planned), again: planOf(plan, tenant) };
}

/**
 * A copy of a synthesized stack that can be applied together with others: its domain is a subdomain of the original,
 * and what must be unique in an account or VPC has another name. To be seeded and planned instead of the stack.
 * @param key short, of letters and digits
 */
export function withOwnNames<T extends object>(stack: T, key: string): T {
  const copy = JSON.parse(
    JSON.stringify(stack).replace(/(?<![A-Za-z0-9-])example\.(com|org|net)\b/g, `${key}.example.$1`),
  ) as { resource?: Record<string, Record<string, Json>> };
  const named = [
    "aws_lb",
    "aws_lb_target_group",
    "aws_security_group",
    "aws_autoscaling_group",
    "aws_launch_template",
    "aws_iam_role",
    "aws_iam_instance_profile",
    "aws_wafv2_web_acl",
  ];
  for (const block of named.flatMap((type) => Object.values(copy.resource?.[type] ?? {}))) {
    if (typeof block.name === "string" && !block.name.includes("${"))
      block.name = `${block.name.slice(0, 31 - key.length)}-${key}`;
  }
  for (const block of Object.values(copy.resource?.aws_s3_bucket ?? {}))
    if (typeof block.bucket === "string" && !block.bucket.includes("${")) block.bucket = `${block.bucket}-${key}`;
  return copy as T;
}

export async function terraformIn(folder: string, { localAws, apply }: PlanOptions): Promise<Terraform> {
  if (apply === true && localAws === undefined) throw new Error("to apply takes a local AWS");
  const { command } = await findTerraform({ cacheDir: CACHE, env: process.env });
  // An endpoint that does not respond: nothing can listen on this port.
  return new Terraform({
    command,
    folder,
    env: await terraformEnvironment(CACHE, localAws?.endpoint ?? "http://127.0.0.1:0"),
  });
}

/**
 * @param keepsDefaultTags whether a synthesized stack's own default tags go with it; providers are shared by fewer
 * tenants then
 */
export async function moveIn(
  folder: string,
  key: string,
  module: string,
  root: Root,
  keepsDefaultTags = false,
): Promise<Tenant> {
  const home = join(folder, module);
  await mkdir(home, { recursive: true });
  const { regions, variables } =
    typeof root === "string" ? await moveInFolder(home, root) : await moveInStack(home, root as Json);
  const aliases = [...regions.keys()].filter((alias) => alias !== "");
  const aws = {
    source: "hashicorp/aws",
    ...(aliases.length > 0 ? { configuration_aliases: aliases.map((alias) => `aws.${alias}`) } : {}),
  };
  await writeFile(join(home, "as_module.tf.json"), JSON.stringify({ terraform: { required_providers: { aws } } }));
  const defaultTags = keepsDefaultTags ? defaultTagsOf(root) : undefined;
  return { key, module, root, regions, variables, ...(defaultTags !== undefined && { defaultTags }) };
}

function defaultTagsOf(root: Root): unknown {
  const blocks =
    typeof root === "string"
      ? []
      : ((root as { provider?: { aws?: readonly { alias?: string; default_tags?: unknown }[] } }).provider?.aws ?? []);
  return blocks.find(({ alias }) => alias === undefined)?.default_tags;
}

async function moveInFolder(home: string, root: string): Promise<Pick<Tenant, "regions" | "variables">> {
  await cp(root, home, {
    recursive: true,
    filter: (source) => !NOT_OF_THE_ROOT.test(source.split(/[\\/]/).at(-1) ?? ""),
  });
  const files = (await readdir(home)).filter((file) => file.endsWith(".tf"));
  const texts = await Promise.all(files.map((file) => readFile(join(home, file), "utf8")));
  const whole = texts.join("\n");
  const regions = new Map([["", "us-east-1"]]);
  for (const [, head, body = ""] of whole.matchAll(TOP_BLOCK)) {
    if (head !== 'provider "aws"') continue;
    regions.set(body.match(/^\s*alias\s*=\s*"([^"]+)"/m)?.[1] ?? "", regionIn(body, whole, root));
  }
  await Promise.all(
    files.map((file, index) => writeFile(join(home, file), (texts[index] as string).replace(TOP_BLOCK, ""))),
  );
  const values = join(home, "terraform.tfvars.json");
  const variables = await readFile(values, "utf8").then(
    (text) => JSON.parse(text) as Json,
    () => ({}),
  );
  return { regions, variables };
}

/** The region of a provider block, be it written there or a variable's default. */
function regionIn(body: string, whole: string, root: string): string {
  const [, text, variable] = body.match(/^\s*region\s*=\s*(?:"([^"]+)"|var\.(\w+))/m) ?? [];
  if (variable === undefined) return text ?? "us-east-1";
  const found = whole.match(
    new RegExp(`^variable "${variable}" \\{\\n[\\s\\S]*?^\\s*default\\s*=\\s*"([^"]+)"`, "m"),
  )?.[1];
  if (found === undefined) throw new Error(`${root}: the provider's region is var.${variable}, which has no default`);
  return found;
}

async function moveInStack(home: string, stack: Json): Promise<Pick<Tenant, "regions" | "variables">> {
  const { provider, terraform: _terraform, ...rest } = stack;
  const blocks = (provider as { aws?: readonly { alias?: string; region?: string }[] } | undefined)?.aws ?? [];
  await writeFile(join(home, "cdk.tf.json"), JSON.stringify(rest));
  return {
    regions: new Map([
      ["", "us-east-1"],
      ...blocks.map(({ alias = "", region = "us-east-1" }) => [alias, region] as const),
    ]),
    variables: {},
  };
}

/** The root of roots. */
export async function writeHouse(
  folder: string,
  tenants: readonly Tenant[],
  { localAws, apply }: PlanOptions,
): Promise<void> {
  const providers = new Map(tenants.flatMap((tenant) => [...housed(tenant).values()].map((it) => [it.house, it])));
  const offline =
    localAws !== undefined
      ? {}
      : { skip_credentials_validation: true, skip_requesting_account_id: true, skip_region_validation: true };
  const backend =
    apply !== true
      ? {}
      : {
          // A local backend writes the whole state after each resource; this one every 20 s.
          backend: {
            s3: {
              bucket: STATE_BUCKET,
              key: `${basename(folder)}/terraform.tfstate`,
              region: "us-east-1",
              use_path_style: true,
              skip_credentials_validation: true,
              skip_requesting_account_id: true,
            },
          },
        };
  await writeFile(
    join(folder, "main.tf.json"),
    JSON.stringify({
      terraform: { required_providers: { aws: { source: "hashicorp/aws" } }, ...backend },
      provider: {
        aws: [...providers.values()].map(({ house, region, defaultTags }) => ({
          alias: house,
          region,
          ...(defaultTags !== undefined && { default_tags: defaultTags }),
          skip_metadata_api_check: true,
          s3_use_path_style: true,
          ...offline,
        })),
      },
      module: Object.fromEntries(
        tenants.map((tenant) => [
          tenant.module,
          {
            ...tenant.variables,
            source: `./${tenant.module}`,
            providers: Object.fromEntries(
              [...housed(tenant)].map(([alias, { house }]) => [alias === "" ? "aws" : `aws.${alias}`, `aws.${house}`]),
            ),
          },
        ]),
      ),
    }),
  );
}

/** Runs terraform and returns its errors for each module. Throws for errors of no module. */
export async function refusedIn(terraform: Terraform, args: readonly string[]): Promise<Map<string, string>> {
  const errors: Diagnostic[] = [];
  const note = ({ diagnostic }: TerraformEvent): void => {
    if (diagnostic?.severity === "error") errors.push(diagnostic);
  };
  try {
    await terraform.run(args, note);
    return new Map();
  } catch (error) {
    if (!(error instanceof WorkFailed) || errors.length === 0) throw error;
    const refused = new Map<string, string>();
    for (const { address, range, summary, detail } of errors) {
      const module = address?.match(/^module\.(m\d+)/)?.[1] ?? range?.filename.match(/^(m\d+)\//)?.[1];
      if (module === undefined) throw error;
      const text = [address, summary, detail]
        .filter(Boolean)
        .join(": ")
        .replace(/\bmodule\.m\d+\.(?=\w)/g, "")
        .replace(/\bmodule\.m\d+\b/g, "the root module");
      refused.set(module, [refused.get(module), text].filter(Boolean).join("\n"));
    }
    return refused;
  }
}

/** The plan of one root, as if it had been planned alone. */
export function planOf(plan: Json, tenant: Tenant): Json {
  const own = `module.${tenant.module}.`;
  const isOwn = (it: Json): boolean => String(it.address ?? it.resource).startsWith(own);
  const list = (name: string): Json => {
    const items = ((plan[name] ?? []) as Json[]).filter(isOwn);
    return items.length === 0 ? {} : { [name]: lifted(items, own) };
  };
  const configuration = plan.configuration as {
    provider_config: Json;
    root_module: { module_calls: Record<string, { module: Json }> };
  };
  const config = configuration.root_module.module_calls[tenant.module]?.module ?? {};
  const declared = (config.variables ?? {}) as Record<string, { default?: unknown }>;
  const variables = Object.fromEntries(
    Object.entries(declared).map(([name, it]) => [name, { value: tenant.variables[name] ?? it.default ?? null }]),
  );
  const { values, ...prior } = (plan.prior_state ?? {}) as { values?: { root_module: Json } };
  const before = moduleOf(values?.root_module, own);
  return {
    format_version: plan.format_version,
    terraform_version: plan.terraform_version,
    ...(Object.keys(variables).length === 0 ? {} : { variables }),
    planned_values: { root_module: moduleOf((plan.planned_values as { root_module: Json }).root_module, own) },
    ...list("resource_drift"),
    ...list("resource_changes"),
    ...(Object.keys(before).length === 0 ? {} : { prior_state: { ...prior, values: { root_module: before } } }),
    configuration: {
      provider_config: providersOf(configuration.provider_config, tenant),
      root_module: withOwnProviders(config, tenant),
    },
    ...list("relevant_attributes"),
    timestamp: plan.timestamp,
    applyable: plan.applyable,
    complete: plan.complete,
    errored: plan.errored,
  };
}

function stateOf(state: Json, tenant: Tenant): Json {
  const { root_module: all } = (state.values ?? { root_module: {} }) as { root_module: Json };
  return {
    format_version: state.format_version,
    terraform_version: state.terraform_version,
    values: { root_module: moduleOf(all, `module.${tenant.module}.`) },
  };
}

/** A module's values, as those of a root. */
function moduleOf(all: Json | undefined, own: string): Json {
  const modules = (all?.child_modules ?? []) as Json[];
  const { address: _address, ...found } = modules.find(({ address }) => `${String(address)}.` === own) ?? {};
  return lifted(found, own);
}

/** Addresses less the module's own; what else is text is left as it is. */
function lifted<T>(value: T, own: string): T {
  const lift = (text: unknown): unknown =>
    typeof text === "string" && text.startsWith(own) ? text.slice(own.length) : text;
  return JSON.parse(JSON.stringify(value), (key, it: unknown) => {
    if (key === "address" || key === "previous_address" || key === "resource") return lift(it);
    // Only of module_address, where the module itself becomes the root, which has none.
    if (key === "module_address") return `${String(it)}.` === own ? undefined : lift(it);
    return key === "depends_on" && Array.isArray(it) ? it.map(lift) : it;
  }) as T;
}

function providersOf(all: Json, { module, regions }: Tenant): Json {
  const own = [...regions].map(([alias, region]) => [
    alias === "" ? "aws" : `aws.${alias}`,
    {
      name: "aws",
      full_name: "registry.terraform.io/hashicorp/aws",
      ...(alias === "" ? {} : { alias }),
      expressions: { region: { constant_value: region } },
    },
  ]);
  // Modules that say which version they need have an entry each.
  const inside = Object.entries(all)
    .filter(([key]) => key.startsWith(`module.${module}.`))
    .map(([key, it]) => [key.slice(`module.${module}.`.length), lifted(it, `module.${module}.`)]);
  return Object.fromEntries([...own, ...inside]);
}

/** A module's configuration whose resources name their root's own providers again. */
function withOwnProviders(config: Json, tenant: Tenant): Json {
  const nameOf = new Map(
    [...housed(tenant)].map(([alias, { house }]) => [`aws.${house}`, alias === "" ? "aws" : `aws.${alias}`]),
  );
  return JSON.parse(JSON.stringify(config), (key, it: unknown) =>
    key === "provider_config_key" ? (nameOf.get(String(it)) ?? it) : it,
  ) as Json;
}

/**
 * Which of our providers replaces which provider of a root, with its region. Roots share them, because each takes
 * seconds to start; two providers of a root with the same region get different ones, so that the plan distinguishes
 * them.
 */
function housed({ regions, defaultTags }: Tenant): Map<string, Housed> {
  const counts = new Map<string, number>();
  return new Map(
    [...regions].map(([alias, region]) => {
      const count = (counts.get(region) ?? 0) + 1;
      counts.set(region, count);
      const tags = alias === "" ? defaultTags : undefined;
      const suffix = [
        ...(count === 1 ? [] : [count]),
        ...(tags === undefined ? [] : [createHash("sha256").update(JSON.stringify(tags)).digest("hex").slice(0, 8)]),
      ];
      return [alias, { house: [`in_${region}`, ...suffix].join("_"), region, defaultTags: tags }];
    }),
  );
}

interface Housed {
  /** Our provider's alias. */
  readonly house: string;
  readonly region: string;
  readonly defaultTags: unknown;
}
