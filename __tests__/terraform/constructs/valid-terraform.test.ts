import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { Testing } from "cdktf";
import { withLock } from "../../../machine/files/lock";
import { findTerraform } from "../../../machine/setup/terraform-binary";
import { terraformEnvironment } from "../../../rehearsal/environment";
import { CACHE } from "../../support/rehearsal-room";
import { writeApp } from "../../support/synth";

Testing.setupJest();

/* cdktf's own word for what validate.test.ts asks of every choice; it runs the terraform that is on the PATH. */

/** The first time ever, terraform and its provider are fetched. */
const SETUP_MS = 600_000;

let folder: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  const { command } = await findTerraform({ cacheDir: CACHE, env: process.env });
  folder = await mkdtemp(join(tmpdir(), "alb-web-valid-"));
  env = await terraformEnvironment(CACHE, "http://127.0.0.1:9");
  Object.assign(process.env, env, { PATH: [dirname(command), env.PATH].join(delimiter) });
}, SETUP_MS);

afterAll(() => rm(folder, { recursive: true, force: true }));

test(
  "a stack of a domain name alone is valid terraform",
  async () => {
    // GIVEN
    const props = { domainName: "www.example.com" };
    // WHEN
    writeApp(folder, { web: props });
    // THEN
    await withLock(
      `${env.TF_PLUGIN_CACHE_DIR}.lock`,
      () => undefined,
      () => Promise.resolve(expect(folder).toBeValidTerraform()),
    );
  },
  SETUP_MS,
);
