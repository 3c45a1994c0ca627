import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { synthesize } from "../../../cli/project/synthesize";
import { withLock } from "../../../machine/files/lock";
import { findTerraform } from "../../../machine/setup/terraform-binary";
import { Terraform } from "../../../machine/terraform/terraform";
import { terraformEnvironment } from "../../../rehearsal/environment";
import { PROJECT } from "../../support/project";
import { CACHE } from "../../support/rehearsal-room";

/* References from one stack to another, as terraform with the AWS provider's own schema reads them. */

jest.setTimeout(600_000);

const LOCK_FILE = ".terraform.lock.hcl";
let folder: string;
let env: NodeJS.ProcessEnv;
let command: string;

beforeAll(async () => {
  ({ command } = await findTerraform({ cacheDir: CACHE, env: process.env }));
  folder = await mkdtemp(join(tmpdir(), "alb-web-references-"));
  await synthesize(join(PROJECT, "__tests__", "fixtures", "references"), folder);
  env = { ...(await terraformEnvironment(CACHE, "http://127.0.0.1:9")) };
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(["base", "web", "shop"])("%s is valid", async (id) => {
  const terraform = new Terraform({ command, folder: join(folder, "stacks", id), env });
  await copyFile(join(PROJECT, LOCK_FILE), join(folder, "stacks", id, LOCK_FILE));
  await withLock(
    `${env.TF_PLUGIN_CACHE_DIR}.lock`,
    () => undefined,
    () => terraform.run(["init", "-backend=false", "-input=false", "-no-color"]),
  );
  expect(JSON.parse((await terraform.run(["validate", "-json"])).stdout)).toMatchObject({
    valid: true,
    diagnostics: [],
  });
});
