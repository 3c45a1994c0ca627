import { copyFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withLock } from "../../../machine/files/lock";
import { findTerraform } from "../../../machine/setup/terraform-binary";
import { Terraform } from "../../../machine/terraform/terraform";
import { terraformEnvironment } from "../../../rehearsal/environment";
import { KNOWN_ARGUMENTS, type Known } from "../../../topology/known-arguments";
import { isStrange } from "../../../topology/unread";
import { PROJECT } from "../../support/project";
import { CACHE } from "../../support/rehearsal-room";

/*
 * Every argument that the pinned provider has for the resources on a path is known, so that a review of a plan of that
 * provider never reports an unknown argument.
 */

interface Block {
  readonly attributes?: Readonly<Record<string, { readonly type?: unknown }>>;
  readonly block_types?: Readonly<Record<string, { readonly block: Block }>>;
}

let schemas: Readonly<Record<string, { readonly block: Block }>>;

beforeAll(async () => {
  const { command } = await findTerraform({ cacheDir: CACHE, env: process.env });
  const folder = await mkdtemp(join(tmpdir(), "alb-web-schema-"));
  try {
    copyFileSync(join(PROJECT, ".terraform.lock.hcl"), join(folder, ".terraform.lock.hcl"));
    await writeFile(
      join(folder, "main.tf.json"),
      JSON.stringify({ terraform: { required_providers: { aws: { source: "hashicorp/aws", version: "5.100.0" } } } }),
    );
    const env = await terraformEnvironment(CACHE, "http://127.0.0.1:9");
    const terraform = new Terraform({ command, folder, env });
    await withLock(
      `${env.TF_PLUGIN_CACHE_DIR}.lock`,
      () => undefined,
      () => terraform.run(["init", "-input=false", "-no-color"]),
    );
    const { stdout } = await terraform.run(["providers", "schema", "-json"]);
    const { provider_schemas } = JSON.parse(stdout) as {
      provider_schemas: Record<string, { resource_schemas: typeof schemas }>;
    };
    schemas = Object.values(provider_schemas)[0]?.resource_schemas ?? {};
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 600_000);

/** Arguments of a block that are not known, by their paths. */
function missingIn({ attributes = {}, block_types = {} }: Block, known: Known, path: string): string[] {
  return [
    ...Object.keys(attributes).flatMap((name) => (Object.hasOwn(known, name) ? [] : [`${path}${name}`])),
    ...Object.entries(block_types).flatMap(([name, { block }]) => {
      const inner = Object.hasOwn(known, name) ? known[name] : undefined;
      return inner === true
        ? []
        : inner === undefined
          ? [`${path}${name}`]
          : missingIn(block, inner, `${path}${name}.`);
    }),
  ];
}

test.each(Object.entries(KNOWN_ARGUMENTS))("every argument of %s is known", (type, known) => {
  expect(schemas[type]?.block.attributes).toBeDefined();
  expect(missingIn(schemas[type]?.block ?? {}, known, "")).toEqual([]);
});

test("of all its types only one may write to a path, and is not read", () => {
  expect(Object.keys(schemas).length).toBeGreaterThan(1_000);
  expect(
    Object.keys(schemas)
      .filter(isStrange)
      .filter((type) => !/^aws_alb(_|$)/.test(type)),
  ).toEqual(["aws_route53_records_exclusive"]);
});
