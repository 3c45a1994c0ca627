import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withLock } from "../../../machine/files/lock";
import { findTerraform } from "../../../machine/setup/terraform-binary";
import { Terraform } from "../../../machine/terraform/terraform";
import { terraformEnvironment } from "../../../rehearsal/environment";
import { COMBINATIONS } from "../../support/combinations";
import { PROJECT } from "../../support/project";
import { CACHE } from "../../support/rehearsal-room";
import { all, synthOf, writeApp } from "../../support/synth";

/* What `cdktf synth --hcl` writes is valid for terraform, and boots instances as the JSON does. */

jest.setTimeout(600_000);

const LOCK_FILE = ".terraform.lock.hcl";
const DOMAIN = { domainName: "www.example.com" };
/** Each of what cdktf renders in a way of its own: references, conditions of lookups, boot scripts. */
const STACKS = {
  new: DOMAIN,
  existing: COMBINATIONS["existing network"] ?? DOMAIN,
  ends: {
    domainName: "ends.example.net",
    server: { userData: '#!/bin/bash\ncat > a <<EOF\n${x} "y" \\n\nEOF\ncat > b <<USER_DATA\nUSER_DATA\n' },
  },
  end: { domainName: "end.example.net", server: { userData: '#!/bin/bash\necho "\\$HOME"' } },
};

let folder: string;
let terraform: (folder: string, ...args: string[]) => Promise<string>;
const folderOf = (id: string) => join(folder, "stacks", id);

beforeAll(async () => {
  const { command } = await findTerraform({ cacheDir: CACHE, env: process.env });
  folder = await mkdtemp(join(tmpdir(), "alb-web-hcl-"));
  const before = process.env.SYNTH_HCL_OUTPUT;
  process.env.SYNTH_HCL_OUTPUT = "true"; // as cdktf-cli has it
  writeApp(folder, STACKS);
  if (before === undefined) delete process.env.SYNTH_HCL_OUTPUT;
  else process.env.SYNTH_HCL_OUTPUT = before;
  for (const id of Object.keys(STACKS)) copyFileSync(join(PROJECT, LOCK_FILE), join(folderOf(id), LOCK_FILE));
  // Every stack needs the one provider, so that one of them is initialized for all.
  const env: NodeJS.ProcessEnv = {
    ...(await terraformEnvironment(CACHE, "http://127.0.0.1:9")),
    TF_DATA_DIR: join(folder, ".terraform"),
  };
  terraform = async (cwd, ...args) => (await new Terraform({ command, folder: cwd, env }).run(args)).stdout;
  await withLock(
    `${env.TF_PLUGIN_CACHE_DIR}.lock`,
    () => undefined,
    () => terraform(folderOf("new"), "init", "-backend=false", "-input=false", "-no-color"),
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(["new", "existing", "ends"])("terraform finds nothing to say about %s", async (id) => {
  expect(JSON.parse(await terraform(folderOf(id), "validate", "-json"))).toMatchObject({
    valid: true,
    diagnostics: [],
  });
});

test.each(Object.keys(STACKS))("%s requires the terraform that its JSON requires", (id) => {
  expect(readFileSync(join(folderOf(id), "cdk.tf"), "utf8")).toContain(
    `\nrequired_version = "${synthOf(DOMAIN).terraform.required_version}"\n`,
  );
});

test.each(Object.entries(STACKS))("%s boots what its JSON boots", async (id, props) => {
  const hcl = readFileSync(join(folderOf(id), "cdk.tf"), "utf8");
  const [, script = ""] = /\nuser_data = (<<(\w+)\n[^]*?\n\2|"[^\n]*")\n/.exec(hcl) ?? [];
  const alone = join(folder, "scripts", id);
  mkdirSync(alone, { recursive: true });
  writeFileSync(join(alone, "main.tf"), `output "script" {\n  value = ${script}\n}\n`);
  await terraform(alone, "apply", "-auto-approve", "-no-color");
  const [inJson] = all(synthOf(props, id), "aws_instance");
  expect(JSON.parse(await terraform(alone, "output", "-json", "script"))).toBe(
    String(inJson?.user_data).replace(/\$\$\{|%%\{/g, (escape) => escape.slice(1)),
  );
});
