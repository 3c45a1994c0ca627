import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cloudHost } from "../../../cli/terraform-cloud/host";
import { tokenVariable } from "../../../machine/setup/cli-configuration";

/*
 * Where terraform keeps a token and learns where an API is; that terraform reads the same is shown where its runs are
 * ended.
 */

const CONFIGURATION = `
# credentials "commented.example.com" {
#   token = "no"
# }
plugin_cache_dir = "/tmp/plugins"
host "tfe.acme.example" {
  services = { "tfe.v2" = "https://api.acme.example/v2/" }
}
host "no-token.example" {
  services {
    "tfe.v2" = "https://api.no-token.example"
  }
}
host "commented.example.com" { services = { "tfe.v2" = "https://commented.example.com" } }
credentials "other.example" {
  token = "of-another"
}
credentials "tfe.acme.example" {
  token = "of-the-file"
}
`;

let folder: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "alb-web-host-"));
  env = { HOME: folder, TF_CLI_CONFIG_FILE: join(folder, "terraformrc") };
  await writeFile(join(folder, "terraformrc"), CONFIGURATION);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("the CLI configuration's token and address", async () => {
  expect(await cloudHost("tfe.acme.example", env)).toEqual({
    hostname: "tfe.acme.example",
    api: "https://api.acme.example/v2",
    token: "of-the-file",
  });
});

test("the usual configuration, where no setting names another", async () => {
  await writeFile(join(folder, ".terraformrc"), CONFIGURATION);
  expect(await cloudHost("tfe.acme.example", { HOME: folder })).toMatchObject({ token: "of-the-file" });
});

test("a token in the environment comes first", async () => {
  expect(await cloudHost("tfe.acme.example", { ...env, TF_TOKEN_tfe_acme_example: "of-the-shell" })).toMatchObject({
    token: "of-the-shell",
  });
  expect(tokenVariable("my-tfe.acme.example")).toBe("TF_TOKEN_my__tfe_acme_example");
});

test("nothing without a token, whatever others have, and what is commented out does not count", async () => {
  expect(await cloudHost("no-token.example", env)).toBeUndefined();
  expect(await cloudHost("commented.example.com", env)).toBeUndefined();
});

test("the token that terraform login keeps", async () => {
  await mkdir(join(folder, ".terraform.d"));
  await writeFile(
    join(folder, ".terraform.d", "credentials.tfrc.json"),
    JSON.stringify({ credentials: { "no-token.example": { token: "of-a-login" } } }),
  );
  expect(await cloudHost("no-token.example", env)).toEqual({
    hostname: "no-token.example",
    api: "https://api.no-token.example",
    token: "of-a-login",
  });
});
