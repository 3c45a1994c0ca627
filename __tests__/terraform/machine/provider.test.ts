import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProvider } from "../../../machine/setup/provider";
import { findTerraform } from "../../../machine/setup/terraform-binary";
import { terraformEnvironment, withoutAwsAndTerraform } from "../../../rehearsal/environment";
import type { LocalAws } from "../../../rehearsal/local-aws";
import { Rehearsal } from "../../../rehearsal/rehearsal-run";
import { CACHE, startLocalAws } from "../../support/rehearsal-room";
import { NEEDS_PROVIDER, putCopy, writeLockFile } from "../../support/small-provider";

/* terraform takes what the set-up finds, in both layouts, and holds it against the lock file itself. */

let folder: string;
let command: string;
beforeAll(async () => {
  ({ command } = await findTerraform({ cacheDir: CACHE, env: process.env }));
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alb-web provider ä-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Nobody listens there. */
const NOWHERE = "http://127.0.0.1:9";

async function find() {
  const env = { HOME: join(folder, "home") };
  const { configurationFile } = await findProvider({
    product: "terraform",
    cacheDir: join(folder, "cache"),
    lockFile: writeLockFile(folder),
    env,
    registryUrl: NOWHERE,
    shelves: [join(folder, "opt")],
  });
  return configurationFile ?? "";
}

function init(configurationFile: string, more: NodeJS.ProcessEnv = {}): string {
  const stack = join(folder, "stack");
  mkdirSync(stack, { recursive: true });
  writeFileSync(join(stack, "main.tf.json"), NEEDS_PROVIDER);
  copyFileSync(join(folder, ".terraform.lock.hcl"), join(stack, ".terraform.lock.hcl"));
  const env = {
    ...withoutAwsAndTerraform(process.env),
    CHECKPOINT_DISABLE: "1",
    TF_CLI_CONFIG_FILE: configurationFile,
    ...more,
  };
  return execFileSync(command, ["init", "-input=false", "-no-color"], {
    cwd: stack,
    env,
    encoding: "utf8",
    stdio: "pipe",
  });
}

test.each(["unpacked", "packed"] as const)(
  "terraform takes a copy that is %s, with and without a cache",
  async (layout) => {
    putCopy(join(folder, "opt", "some tools"), layout);
    const configurationFile = await find();
    expect(init(configurationFile)).toMatch(/Installed hashicorp\/aws v9\.9\.9/);
    rmSync(join(folder, "stack"), { recursive: true });
    const cache = join(folder, "cache", "plugins");
    mkdirSync(cache, { recursive: true });
    init(configurationFile, { TF_PLUGIN_CACHE_DIR: cache });
    expect(readdirSync(join(cache, "registry.terraform.io", "hashicorp", "aws", "9.9.9"))).toHaveLength(1);

    // The cache is the first place to be searched from now on, and is filled from itself.
    rmSync(join(folder, "stack"), { recursive: true });
    expect(init(await find(), { TF_PLUGIN_CACHE_DIR: cache })).toContain("successfully initialized");
  },
);

test("terraform itself refuses a copy that was changed after it was found", async () => {
  putCopy(join(folder, "opt", "a"), "unpacked");
  const configurationFile = await find();
  putCopy(join(folder, "opt", "a"), "unpacked", { damage: "!" });
  expect(() => init(configurationFile)).toThrow(/doesn't match any of the checksums\s+previously recorded/);
});

describe("a rehearsal", () => {
  let localAws: LocalAws;
  beforeAll(async () => {
    localAws = await startLocalAws();
    await localAws.seed({ region: "us-east-1", buckets: ["alb-web-rehearsal-state"] });
  });
  afterAll(() => localAws.stop());

  /** As it initializes its copy of a stack. @param damage what is appended to the provider, where terraform finds it */
  async function initialize(damage: string): Promise<void> {
    const lock = readFileSync(writeLockFile(folder), "utf8");
    putCopy(join(folder, "mirror"), "unpacked", { damage });
    const cliConfiguration = join(folder, "own.tfrc");
    writeFileSync(
      cliConfiguration,
      `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(join(folder, "mirror"))}\n  }\n}\n`,
    );
    const json = { ...JSON.parse(NEEDS_PROVIDER), provider: { aws: [{ region: "us-east-1" }] } } as object;
    const env = await terraformEnvironment(folder, localAws.endpoint, cliConfiguration);
    await new Rehearsal({
      stack: { id: "web", folder, text: "", json },
      localAws,
      terraform: command,
      env,
      lock,
      folder: join(folder, "copy"),
      signal: new AbortController().signal,
    }).init();
  }

  test("takes no provider but by the checksums of the project's lock file", async () => {
    await expect(initialize("!")).rejects.toThrow(/doesn't match any\s+of the checksums/);
    await expect(initialize("")).resolves.toBeUndefined();
  });
});
