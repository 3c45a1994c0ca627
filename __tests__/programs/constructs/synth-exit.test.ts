import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT } from "../../support/project";

/*
 * What the program of cdktf.json does when it ends; __tests__/slow/cli/cdktf-cli.test.ts runs the same through
 * cdktf-cli.
 */

jest.setTimeout(120_000);

const APP = (JSON.parse(readFileSync(join(PROJECT, "cdktf.json"), "utf8")) as { app: string }).app;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-synth-exit-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("cdktf.json loads it before main.ts", () => {
  expect(APP).toMatch(/ -r \.\/cli\/synth-exit\.js main\.ts$/);
});

test("each stack has its files in one syntax, that of the last synth, and the lock file", () => {
  for (const [isHcl, files] of [
    [false, ["cdk.tf.json"]],
    [true, ["cdk.tf", "metadata.json"]],
    [false, ["cdk.tf.json"]],
  ] as const) {
    expect(synth("site-with-more", { SYNTH_HCL_OUTPUT: String(isHcl) })).toMatchObject({ status: 0, stderr: "" });
    expect(readdirSync(stackFolder("more")).sort()).toEqual([".terraform.lock.hcl", ...files].sort());
  }
});

test("what is not cdktf's stays in a stack's folder", () => {
  synth("site-with-more");
  writeFileSync(join(stackFolder("more"), "adopted.tf.json"), "{}");
  synth("site-with-more", { SYNTH_HCL_OUTPUT: "true" });
  synth("site-with-more");
  expect(readdirSync(stackFolder("more")).sort()).toEqual([".terraform.lock.hcl", "adopted.tf.json", "cdk.tf.json"]);
});

test("files of both syntaxes stay where the program fails", () => {
  synth("site-with-more");
  const before = readdirSync(stackFolder("more"));
  expect(synth("with-errors", { SYNTH_HCL_OUTPUT: "true" }).status).toBe(1);
  expect(readdirSync(stackFolder("more"))).toEqual(before);
});

test("an error that is no refusal is shown as Node shows it", () => {
  const { status, stderr } = synth("crashing");
  expect(status).toBe(1);
  expect(stderr).toMatch(/main\.ts:\d+\n[^]*TypeError: the program itself is wrong\n +at .*[^]*Node\.js v/);
  expect(existsSync(join(folder, "manifest.json"))).toBe(false);
});

const WITHOUT_TERRAFORM = { TERRAFORM_BINARY_NAME: "no-such-terraform" };

test("a site is synthesized without terraform, which a rehearsal downloads later", () => {
  expect(synth("site-with-more", WITHOUT_TERRAFORM)).toMatchObject({ status: 0, stderr: "" });
});

test("where cdktf itself requires terraform, one sentence says so", () => {
  const file = join(folder, "main.ts");
  const constructs = join(PROJECT, "constructs", "web-stack");
  writeFileSync(
    file,
    `const { App } = require(${JSON.stringify(join(PROJECT, "node_modules", "cdktf"))});\n` +
      `const { WebStack } = require(${JSON.stringify(constructs)});\n` +
      'const app = new App({ outdir: "out" });\n' +
      'const backend = { cloud: { organization: "acme", workspace: "web" } };\n' +
      'new WebStack(app, "web", { domainName: "www.example.com", backend });\napp.synth();\n',
  );
  const { status, stderr } = spawnSync(
    process.execPath,
    ["-r", join(PROJECT, "cli", "typescript.js"), "-r", join(PROJECT, "cli", "synth-exit.js"), file],
    { cwd: folder, env: { ...process.env, ...WITHOUT_TERRAFORM }, encoding: "utf8" },
  );
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^cdktf needs Terraform 1\.10 or later on PATH \(`no-such-terraform version` failed\)\. (Install it: https:.*|Use .*)\n$/,
  );
});

test("a mistake in the program's syntax is one line with its place", () => {
  const file = join(folder, "main.ts");
  writeFileSync(file, "export const props = {\n  appPort: 80\n  region: 1,\n};\n");
  const { status, stderr } = spawnSync(
    process.execPath,
    ["-r", join(PROJECT, "cli", "typescript.js"), "-r", join(PROJECT, "cli", "synth-exit.js"), file],
    { cwd: folder, encoding: "utf8" },
  );
  expect([status, stderr]).toEqual([1, 'main.ts:3:3: Unexpected token, expected ","\n']);
});

function synth(fixture: string, env: NodeJS.ProcessEnv = {}): { status: number | null; stderr: string } {
  return spawnSync(APP.replace("main.ts", `__tests__/fixtures/${fixture}/main.ts`), {
    cwd: PROJECT,
    encoding: "utf8",
    shell: true,
    env: { ...process.env, CDKTF_OUTDIR: folder, NODE_OPTIONS: "", ...env },
  });
}

function stackFolder(id: string): string {
  return join(folder, "stacks", id);
}
