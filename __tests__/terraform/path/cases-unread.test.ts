import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTerraform } from "../../../machine/setup/terraform-binary";
import { review } from "../../../path/review/review";
import { CACHE } from "../../support/rehearsal-room";

/* Plans that are not whole, as terraform itself writes them. */

const ROOT = {
  variable: { ok: { type: "bool", default: true } },
  resource: {
    terraform_data: {
      a: {},
      b: { lifecycle: { precondition: [{ condition: "${var.ok}", error_message: "Not now." }] } },
    },
  },
};

let folder: string;
let command: string;
beforeAll(async () => {
  ({ command } = await findTerraform({ cacheDir: CACHE, env: process.env }));
  folder = await mkdtemp(join(tmpdir(), "alb-web-not-whole-"));
  await writeFile(join(folder, "main.tf.json"), JSON.stringify(ROOT));
  run("init");
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(...args: string[]): string {
  return spawnSync(command, args, { cwd: folder, encoding: "utf8", env: { ...process.env, CHECKPOINT_DISABLE: "1" } })
    .stdout;
}

test.each<[string, string[], string, string]>([
  [
    "of one target only",
    ["-target=terraform_data.a"],
    "unknown",
    "Effect unknown: the plan covers only some resources.",
  ],
  ["that ended with an error", ["-var=ok=false"], "unknown", "Effect unknown: the plan ended with an error."],
  ["of everything", [], "none", "No load balancer in this plan; nothing is replaced or destroyed."],
])("the effect of a plan %s is reported", (_, args, effect, summary) => {
  run("plan", "-input=false", "-no-color", ...args, "-out=tfplan");
  expect(review(JSON.parse(run("show", "-json", "tfplan"))).report).toMatchObject({ effect, summary });
});
