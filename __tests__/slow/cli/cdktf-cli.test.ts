import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isRunning } from "../../../rehearsal/local-aws";
import { copyOfProject } from "../../support/project-copy";

/*
 * The real cdktf-cli on a checkout, against the local AWS that `npm run rehearse -- --keep` leaves, with nothing but
 * the lines that it prints. The tests follow each other, as a person's commands would: those of
 * docs/guides/first-deploy.md.
 */

jest.setTimeout(600_000);

interface Ended {
  readonly code: number;
  readonly text: string;
}

/** Reads the zone that the site needs and builds nothing, so that its rehearsal is short. */
const READS_ZONE = `
import { App, S3Backend, TerraformStack } from "cdktf";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { DataAwsRoute53Zone } from "@cdktf/provider-aws/lib/data-aws-route53-zone";

const app = new App();
const stack = new TerraformStack(app, "web");
new AwsProvider(stack, "aws", { region: "us-east-1" });
new S3Backend(stack, { bucket: "CHANGE-ME", key: "web/terraform.tfstate", region: "us-east-1" });
new DataAwsRoute53Zone(stack, "zone", { name: "example.com" });
app.synth();
`;

let checkout: { folder: string; remove: () => Promise<void> };
let kept: string;
let lines: string[];
let pid: number;

beforeAll(async () => {
  checkout = await copyOfProject();
  const main = join(checkout.folder, "main.ts");
  const site = await readFile(main, "utf8");
  await writeFile(main, READS_ZONE);
  // Its exit code says that there is no site to be checked.
  ({ text: kept } = await shell("npm run -s rehearse -- --keep 2>/dev/null"));
  await writeFile(main, site);
  lines = kept.split("\n").filter((line) => line.startsWith("export "));
  pid = Number(/^# +kill (\d+)$/m.exec(kept)?.[1]);
});

afterAll(async () => {
  if (pid > 0 && isRunning(pid)) process.kill(pid, "SIGTERM");
  await checkout.remove();
});

test("rehearse --keep names the local AWS and the lines to use it", () => {
  expect(isRunning(pid)).toBe(true);
  expect(lines.map((line) => line.split(/[ =]/)[1])).toEqual(
    expect.arrayContaining(["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"]),
  );
});

test("it says what is to be done before a deploy, as main.ts names no bucket yet", async () => {
  expect(kept).toContain(
    "\n# To deploy web there, first set a bucket name in main.ts and run npx alb-web bootstrap.\n",
  );
});

test("npx alb-web bootstrap creates the bucket that main.ts names, and says what is next", async () => {
  const main = join(checkout.folder, "main.ts");
  await writeFile(main, (await readFile(main, "utf8")).replace("CHANGE-ME", "acme-states"));
  const { code, text } = await inShell("node cli/alb-web.js bootstrap");
  expect([code, text]).toEqual([0, expect.stringMatching(/^npx cdktf deploy web\n[^]*acme-states: created/)]);
});

test("cdktf synth writes the stack", async () => {
  expect(await cdktf("synth")).toMatchObject({ code: 0 });
  expect(existsSync(join(checkout.folder, "cdktf.out", "stacks", "web", "cdk.tf.json"))).toBe(true);
});

test("cdktf diff plans everything as new", async () => {
  const { code, text } = await cdktf("diff");
  expect([code, text]).toEqual([0, expect.stringMatching(/Plan: \d+ to add, 0 to change, 0 to destroy/)]);
});

test("cdktf deploy --auto-approve builds the site and prints its outputs", async () => {
  const { code, text } = await cdktf("deploy --auto-approve");
  expect([code, text]).toEqual([0, expect.stringContaining("site_url = https://www.example.com")]);
});

test("a second cdktf diff finds no changes", async () => {
  expect(await cdktf("diff")).toEqual({ code: 0, text: expect.stringContaining("No changes") });
});

test("cdktf synth --hcl gives HCL alone, by which terraform changes nothing", async () => {
  expect(await cdktf("synth --hcl")).toMatchObject({ code: 0 });
  expect(
    readdirSync(join(checkout.folder, "cdktf.out", "stacks", "web")).filter((name) => /\.tf(\.json)?$/.test(name)),
  ).toEqual(["cdk.tf"]);
  const { code, text } = await shell(
    [...lines, '"${TERRAFORM_BINARY_NAME:-terraform}" -chdir=cdktf.out/stacks/web plan -no-color'].join("\n"),
  );
  expect([code, text]).toEqual([0, expect.stringContaining("No changes")]);
  expect(text).not.toContain("Warning");
});

test("cdktf diff and npx alb-web plan work after it, without a file to delete", async () => {
  expect(await cdktf("diff")).toEqual({ code: 0, text: expect.stringContaining("No changes") });
  expect(await cdktf("synth --hcl")).toMatchObject({ code: 0 });
  expect(await shell([...lines, "node cli/alb-web.js plan web"].join("\n"))).toEqual({
    code: 0,
    text: expect.stringContaining("web: no changes"),
  });
});

test("cdktf output prints what was built", async () => {
  const { code, text } = await cdktf("output");
  expect([code, text]).toEqual([0, expect.stringContaining("health_check_url = https://www.example.com/health")]);
});

test("cdktf destroy --auto-approve takes it down", async () => {
  const { code, text } = await cdktf("destroy --auto-approve");
  expect([code, text]).toEqual([0, expect.stringMatching(/Destroy complete! Resources: \d+ destroyed/)]);
  const state = await inShell('"${TERRAFORM_BINARY_NAME:-terraform}" -chdir=cdktf.out/stacks/web state pull');
  expect(JSON.parse(state.text)).toMatchObject({ resources: [] });
});

test("the command that is printed stops the local AWS", async () => {
  expect((await shell(`kill ${pid}`)).code).toBe(0);
  while (isRunning(pid)) await new Promise((wake) => setTimeout(wake, 50));
});

function cdktf(command: string): Promise<Ended> {
  return inShell(`export CI=1 FORCE_COLOR=0; node_modules/.bin/cdktf ${command}`);
}

/** In the shell that the printed lines were pasted into. */
function inShell(line: string): Promise<Ended> {
  return shell([...lines, line].join("\n"));
}

/** Runs shell lines in the checkout as a person would; the environment is ours, less AWS settings. */
function shell(script: string): Promise<Ended> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_")));
  return new Promise((resolve) => {
    execFile(
      "sh",
      ["-ec", script],
      { cwd: checkout.folder, env, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), text: `${stdout}\n${stderr}` });
      },
    );
  });
}
