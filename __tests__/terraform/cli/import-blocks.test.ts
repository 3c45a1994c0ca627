import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADOPTED_FILE, dropSettledBlocks, restoreBlocks } from "../../../cli/adoption/import-blocks";
import { findTerraform } from "../../../machine/setup/terraform-binary";
import { Terraform } from "../../../machine/terraform/terraform";
import { CACHE } from "../../support/rehearsal-room";

/* Which import blocks have done their work, according to terraform's own state. */

let folder: string;
let terraform: Terraform;

beforeAll(async () => {
  const { command } = await findTerraform({ cacheDir: CACHE, env: process.env });
  folder = await mkdtemp(join(tmpdir(), "alb-web-blocks-"));
  terraform = new Terraform({ command, folder, env: process.env });
  await writeFile(join(folder, "cdk.tf.json"), JSON.stringify({ resource: { terraform_data: { a: {} } } }));
  await terraform.run(["init", "-no-color"]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("none, as long as there is no state: the first deploy was killed before it stored one", async () => {
  expect(await leftOf("terraform_data.a", "terraform_data.b")).toEqual(["terraform_data.a", "terraform_data.b"]);
});

test("those whose address the state has", async () => {
  await terraform.run(["apply", "-auto-approve", "-no-color"]);
  expect(await leftOf("terraform_data.a", "terraform_data.b")).toEqual(["terraform_data.b"]);
});

test("without any other, the file goes", async () => {
  expect(await leftOf("terraform_data.a")).toBeUndefined();
});

async function leftOf(...addresses: string[]): Promise<string[] | undefined> {
  const file = join(folder, ADOPTED_FILE);
  await restoreBlocks(folder, JSON.stringify({ import: addresses.map((to) => ({ to, id: "x" })) }));
  await dropSettledBlocks({ folder, terraform });
  const left = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as { import: { to: string }[] }).import.map(({ to }) => to)
    : undefined;
  await restoreBlocks(folder, undefined);
  return left;
}
