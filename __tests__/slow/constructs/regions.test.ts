import { createReadStream, readdirSync } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REGIONS } from "../../../constructs/props/regions";
import { withLock } from "../../../machine/files/lock";
import { findTerraform } from "../../../machine/setup/terraform-binary";
import { Terraform } from "../../../machine/terraform/terraform";
import { terraformEnvironment } from "../../../rehearsal/environment";
import { PROJECT } from "../../support/project";
import { CACHE } from "../../support/rehearsal-room";

/*
 * constructs/props/regions.ts against the pinned provider: whatever in its program looks like a region, and some that AWS has
 * or could have, is given to the real provider, each as a provider of its own in one plan.
 */

jest.setTimeout(600_000);

/** Regions that AWS announced or opened after 5.100.0, and one that nobody has. */
const LATER = ["ap-southeast-6", "us-west-3"];
const LOOKS_LIKE_ONE =
  /(?<![a-z0-9])(?!cn-)[a-z]{2}-(?:central|(?:north|south)?(?:east|west)|north|south)-\d(?![0-9])/g;
const LOCK_FILE = ".terraform.lock.hcl";

let folder: string;
let terraform: Terraform;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "alb-web-regions-"));
  const { command } = await findTerraform({ cacheDir: CACHE, env: process.env });
  const env = await terraformEnvironment(CACHE, "http://127.0.0.1:9");
  terraform = new Terraform({ command, folder, env });
  await copyFile(join(PROJECT, LOCK_FILE), join(folder, LOCK_FILE));
  await writeFile(
    join(folder, "main.tf.json"),
    JSON.stringify({ terraform: { required_providers: { aws: { source: "hashicorp/aws", version: "5.100.0" } } } }),
  );
  await withLock(
    `${env.TF_PLUGIN_CACHE_DIR}.lock`,
    () => undefined,
    () => terraform.run(["init", "-input=false", "-no-color"]),
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("the list holds every region that the provider takes, and no other", async () => {
  const candidates = [...new Set([...(await namesIn(providerProgram())), ...REGIONS, ...LATER])].sort();
  expect(candidates.length).toBeGreaterThan(REGIONS.length);
  const refused = await refusedOf(candidates);
  expect(refused).toEqual(expect.arrayContaining(LATER));
  expect([...REGIONS].sort()).toEqual(candidates.filter((region) => !refused.includes(region)));
});

/** What terraform init has put into the folder. */
function providerProgram(): string {
  const versions = join(folder, ".terraform/providers/registry.terraform.io/hashicorp/aws/5.100.0");
  const [platform = ""] = readdirSync(versions);
  const name = readdirSync(join(versions, platform)).find((it) => it.startsWith("terraform-provider-aws_"));
  if (name === undefined) throw new Error(`no provider in ${versions}`);
  return join(versions, platform, name);
}

/** All that looks like a region in a file. */
async function namesIn(file: string): Promise<Set<string>> {
  const found = new Set<string>();
  let rest = "";
  for await (const chunk of createReadStream(file, { encoding: "latin1", highWaterMark: 4 * 1024 * 1024 })) {
    const text: string = rest + String(chunk);
    for (const [name] of text.matchAll(LOOKS_LIKE_ONE)) found.add(name);
    rest = text.slice(-64);
  }
  return found;
}

/** Those that the provider does not take. */
async function refusedOf(regions: readonly string[]): Promise<string[]> {
  const skip = { skip_credentials_validation: true, skip_requesting_account_id: true, skip_metadata_api_check: true };
  await writeFile(
    join(folder, "main.tf.json"),
    JSON.stringify({
      terraform: { required_providers: { aws: { source: "hashicorp/aws", version: "5.100.0" } } },
      provider: { aws: regions.map((region) => ({ alias: region, region, ...skip })) },
      data: { aws_region: Object.fromEntries(regions.map((region) => [region, { provider: `aws.${region}` }])) },
    }),
  );
  // The plan fails, as some are refused; its text, the source of our own sentence, names each.
  const text = await terraform.run(["plan", "-input=false", "-no-color", "-parallelism=2"]).then(
    ({ stdout }) => stdout,
    (error: Error) => String(error.cause),
  );
  return [...text.matchAll(/invalid AWS Region: ([a-z0-9-]+)/gi)].map(([, region = ""]) => region);
}
