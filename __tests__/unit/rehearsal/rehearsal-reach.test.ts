import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { WorkFailed } from "../../../machine/errors";
import { identityChecks, leftOutOf, withLocalProviders } from "../../../rehearsal/providers";
import { throwIfReachingOut } from "../../../rehearsal/reach";
import type { StackJson } from "../../../rehearsal/stack-files";
import { synthOf } from "../../support/synth";

/*
 * What a rehearsal does about a stack that could reach more than the local AWS. That it reaches nothing else:
 * __tests__/slow/rehearsal/isolation.test.ts.
 */

const stackWith = (...aws: object[]) =>
  ({ provider: { aws }, resource: { aws_ssm_parameter: { a: { name: "a" } } } }) as unknown as StackJson;

const EVERYTHING = {
  alias: "west",
  region: "us-west-2",
  default_tags: [{ tags: { a: "b" } }],
  ignore_tags: [{ keys: ["c"] }],
  max_retries: 3,
  retry_mode: "standard",
  profile: "prod",
  access_key: "a",
  secret_key: "b",
  token: "c",
  shared_config_files: ["a"],
  shared_credentials_files: ["a"],
  assume_role: [{ role_arn: "a" }],
  assume_role_with_web_identity: [{ role_arn: "a" }],
  endpoints: [{ ec2: "https://ec2.us-east-1.amazonaws.com" }],
  use_fips_endpoint: true,
  use_dualstack_endpoint: true,
  http_proxy: "http://a",
  https_proxy: "http://a",
  no_proxy: "a",
  custom_ca_bundle: "a",
  ec2_metadata_service_endpoint: "http://a",
  ec2_metadata_service_endpoint_mode: "IPv6",
  insecure: true,
  sts_region: "us-east-1",
  allowed_account_ids: ["1"],
  forbidden_account_ids: ["2"],
  skip_credentials_validation: true,
  skip_metadata_api_check: "false",
};

describe("the copy's AWS providers", () => {
  test("keep what decides what is built, and nothing that decides where", () => {
    const stack = stackWith({ region: "us-east-1" }, EVERYTHING);
    expect(withLocalProviders(stack)).toEqual({
      ...stack,
      provider: {
        aws: [
          { region: "us-east-1" },
          {
            alias: "west",
            region: "us-west-2",
            default_tags: [{ tags: { a: "b" } }],
            ignore_tags: [{ keys: ["c"] }],
            max_retries: 3,
            retry_mode: "standard",
          },
        ],
      },
    });
  });

  test("are named where something is left out, and only then", () => {
    expect(leftOutOf(stackWith({ region: "us-east-1" }))).toEqual([]);
    expect(leftOutOf(stackWith({ profile: "a" }, { alias: "west", profile: "b", endpoints: [] }))).toEqual([
      "endpoints",
      "profile",
    ]);
    expect(leftOutOf(synthOf({ domainName: "www.example.com" }) as unknown as StackJson)).toEqual([]);
    expect(leftOutOf({})).toEqual([]);
  });

  test("may stand there as one block, as terraform has it too", () => {
    const stack = { provider: { aws: { region: "us-east-1", profile: "a" } } } as unknown as StackJson;
    expect(withLocalProviders(stack)).toEqual({ provider: { aws: [{ region: "us-east-1" }] } });
    expect(leftOutOf(stack)).toEqual(["profile"]);
  });
});

describe("whom a provider talks to", () => {
  const asked = (stack: StackJson) =>
    Object.values(
      (
        identityChecks(stack, "one") as {
          data?: {
            aws_caller_identity: Record<
              string,
              { provider: string; lifecycle: { postcondition: { condition: string }[] } }
            >;
          };
        }
      ).data?.aws_caller_identity ?? {},
    );

  test("is asked of each", () => {
    const checks = asked(stackWith({ region: "us-east-1" }, { alias: "west" }));
    expect(checks.map(({ provider }) => provider)).toEqual(["aws", "aws.west"]);
    for (const { lifecycle } of checks) expect(lifecycle.postcondition[0]?.condition).toBe('${self.user_id == "one"}');
  });

  test("is asked of the one that terraform supplies, and of none where nothing is AWS's", () => {
    expect(asked({ resource: { aws_vpc: { a: {} } } }).map(({ provider }) => provider)).toEqual(["aws"]);
    expect(asked({ resource: { terraform_data: { a: {} } } })).toEqual([]);
  });
});

describe("what terraform has fetched", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "alb-web-reach-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const put = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const lock = (...addresses: string[]) =>
    put(
      ".terraform.lock.hcl",
      addresses.map((address) => `provider "${address}" {\n  version = "1.0.0"\n}\n`).join("\n"),
    );
  const module = (file: string, text: string) => {
    put(
      ".terraform/modules/modules.json",
      JSON.stringify({
        Modules: [
          { Key: "", Source: "", Dir: "." },
          { Key: "site", Source: "./site", Dir: ".terraform/modules/site" },
        ],
      }),
    );
    put(`.terraform/modules/site/${file}`, text);
  };

  test("may be AWS's provider and those that stay on this machine, from either registry", async () => {
    lock(
      "registry.terraform.io/hashicorp/aws",
      "registry.opentofu.org/hashicorp/random",
      "registry.terraform.io/hashicorp/tls",
    );
    await expect(throwIfReachingOut(folder)).resolves.toBeUndefined();
  });

  test("is refused by name where it asks somebody else", async () => {
    lock(
      "registry.terraform.io/hashicorp/aws",
      "registry.terraform.io/cloudflare/cloudflare",
      "registry.terraform.io/hashicorp/http",
      "example.com/hashicorp/aws",
    );
    await expect(throwIfReachingOut(folder)).rejects.toThrow(
      new WorkFailed(
        "A rehearsal must not use cloudflare/cloudflare, example.com/hashicorp/aws, hashicorp/http, which " +
          "would make requests outside of this machine; move those resources to a separate stack.",
      ),
    );
  });

  test.each([
    ["main.tf", 'provider "aws" {\n  profile = "prod"\n}\n'],
    ["main.tf.json", '{"provider": {"aws": {"profile": "prod"}}}'],
    ["main.tofu", '  provider "aws" {}\n'],
    ["bare.tf", "locals {}\r\n\tprovider aws {}\n"],
    ["mark.tf", '\uFEFFprovider "aws" {}\n'],
    ["before.tf", '/* of\nours */ provider "aws" {}\n'],
    ["within.tf", "provider/**/aws{}\n"],
    ["after.tf", "provider aws /**/ {}\n"],
  ])("is refused where a module configures a provider itself, in %s", async (file, text) => {
    module(file, text);
    await expect(throwIfReachingOut(folder)).rejects.toThrow(
      new WorkFailed(
        `A rehearsal must not use module site, which configures a provider itself (${file}) and could therefore reach ` +
          "AWS; pass it the stack's provider instead.",
      ),
    );
  });

  test("may be a module that uses the stack's provider", async () => {
    module(
      "main.tf",
      'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n    }\n  ' +
        '}\n}\nresource "aws_vpc" "a" {\n  # provider aws of the stack\n  provider = aws.west\n}\nmodule "b" ' +
        '{\n  source = "./b"\n  providers = {\n    aws = aws.west\n  }\n}\n',
    );
    await expect(throwIfReachingOut(folder)).resolves.toBeUndefined();
  });
});
