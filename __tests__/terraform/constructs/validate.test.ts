import { copyFileSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withLock } from "../../../machine/files/lock";
import { findTerraform } from "../../../machine/setup/terraform-binary";
import { Terraform } from "../../../machine/terraform/terraform";
import { terraformEnvironment } from "../../../rehearsal/environment";
import { COMBINATIONS, REHEARSED } from "../../support/combinations";
import { PROJECT } from "../../support/project";
import { CACHE } from "../../support/rehearsal-room";
import { stackIdOf } from "../../support/stack-id";
import { writeApp } from "../../support/synth";

/*
 * terraform itself, with the AWS provider's own schema, reads every choice; each combination by itself: npm run
 * test:exhaustive.
 */

// Needs terraform, and gets it as `npm run rehearse` does; without it the tests fail with its advice.
const LOCK_FILE = ".terraform.lock.hcl";
/** The first time ever, terraform and its provider are fetched. */
const SETUP_MS = 600_000;
const VALIDATE_MS = 120_000;
const AT_A_TIME = 2;

interface Validation {
  readonly valid: boolean;
  /** Warnings too. */
  readonly diagnostics: readonly { readonly severity: string; readonly summary: string; readonly detail: string }[];
}

const NAMES = Object.keys(REHEARSED);
let folder: string;
let validate: (name: string) => Promise<Validation>;

beforeAll(async () => {
  const { command } = await findTerraform({ cacheDir: CACHE, env: process.env });
  folder = await mkdtemp(join(tmpdir(), "alb-web-validate-"));
  writeApp(folder, Object.fromEntries(NAMES.map((name) => [stackIdOf(name), REHEARSED[name]])));

  const folderOf = (name: string) => join(folder, "stacks", stackIdOf(name));
  // Every stack needs the one provider, so that one of them is initialized for all.
  const [first = ""] = NAMES;
  const env: NodeJS.ProcessEnv = {
    ...(await terraformEnvironment(CACHE, "http://127.0.0.1:9")),
    TF_DATA_DIR: join(folder, ".terraform"),
  };
  const run = async (name: string, ...args: string[]) =>
    (await new Terraform({ command, folder: folderOf(name), env }).run(args)).stdout;
  await withLock(
    `${env.TF_PLUGIN_CACHE_DIR}.lock`,
    () => undefined,
    () => run(first, "init", "-backend=false", "-input=false", "-no-color"),
  );
  for (const name of NAMES.slice(1)) copyFileSync(join(folderOf(first), LOCK_FILE), join(folderOf(name), LOCK_FILE));
  validate = async (name) => JSON.parse(await run(name, "validate", "-json")) as Validation;
}, SETUP_MS);

afterAll(() => rm(folder, { recursive: true, force: true }));

test("the combinations make every choice that there is", () => {
  const declarations = ["web-stack-props.ts", "server-props.ts"].flatMap(
    (name) => readFileSync(join(PROJECT, "constructs/props", name), "utf8").match(/^ +readonly .*/gm) ?? [],
  );
  const names = declarations.map((line) => /readonly (\w+)/.exec(line)?.[1]);
  const values = declarations.flatMap((line) => line.match(/(?<=")\w+(?=")/g) ?? []);
  const made = JSON.stringify(Object.values(COMBINATIONS));
  expect(names.filter((name) => !made.includes(`"${name}":`))).toEqual([]);
  expect(values.filter((value) => !made.includes(`:"${value}"`))).toEqual([]);
});

describe("terraform finds nothing to say about", () => {
  const validations = new Map<string, Promise<Validation>>();

  beforeAll(() => {
    const lanes = Array.from({ length: AT_A_TIME }, () => Promise.resolve());
    NAMES.forEach((name, index) => {
      const lane = index % AT_A_TIME;
      const validation = (lanes[lane] ?? Promise.resolve()).then(() => validate(name));
      lanes[lane] = validation.then(
        () => undefined,
        () => undefined,
      ); // reported by the test that awaits it
      validations.set(name, validation);
    });
  });

  test.each(NAMES)(
    "%s",
    async (name) => {
      expect(await validations.get(name)).toMatchObject({ valid: true, diagnostics: [] });
    },
    VALIDATE_MS,
  );
});
