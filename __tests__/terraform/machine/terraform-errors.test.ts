import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTerraform } from "../../../machine/setup/terraform-binary";
import { Terraform } from "../../../machine/terraform/terraform";
import { terraformEnvironment } from "../../../rehearsal/environment";
import type { LocalAws } from "../../../rehearsal/local-aws";
import { CACHE, startLocalAws } from "../../support/rehearsal-room";
import { EXISTING_NETWORK, synthOf } from "../../support/synth";

/*
 * Errors that people meet around a stack, each made for real with terraform: those of its state in a stack that is
 * as small as can be, and what the account lacks in a site's own.
 */

jest.setTimeout(120_000);

let aws: LocalAws;
let scratch: string;
let command: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  ({ command } = await findTerraform({ cacheDir: CACHE, env: process.env }));
  aws = await startLocalAws();
  await aws.seed({ region: "us-east-1", buckets: ["my-state"] });
  env = await terraformEnvironment(CACHE, aws.endpoint);
  scratch = await mkdtemp(join(tmpdir(), "alb-web-errors-"));
});

afterAll(async () => {
  await aws.stop();
  await rm(scratch, { recursive: true, force: true });
});

const local = { local: { path: "terraform.tfstate" } };
const s3 = (more: object = {}) => ({
  s3: {
    bucket: "my-state",
    key: "web/terraform.tfstate",
    region: "us-east-1",
    encrypt: true,
    use_lockfile: true,
    ...more,
  },
});
const nobody = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", AWS_EC2_METADATA_DISABLED: "true" };

test("no credentials, where the state lies in S3", async () => {
  const { run } = await stack("nobody", s3(), nobody);
  await expect(run("init")).rejects.toThrow(/^There are no AWS credentials; set AWS_PROFILE, or .*$/);
});

test("credentials that AWS does not know", async () => {
  const clone = await aws.clone();
  try {
    await fetch(`${clone.endpoint}/moto-api/reset-auth`, {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: "0",
    });
    const { run } = await stack("stranger", s3(), { AWS_ENDPOINT_URL: clone.endpoint });
    await expect(run("init")).rejects.toThrow(/^AWS does not accept the credentials in use; .*$/);
  } finally {
    await clone.stop();
  }
});

describe("credentials that only the provider needs", () => {
  const EXPIRED =
    /^The AWS credentials have expired; log in again \(aws sso login, aws login, or new keys in the environment\)\.$/;
  let folder: string;
  const planWith = (more: NodeJS.ProcessEnv) =>
    new Terraform({ command, folder, env: { ...env, ...more } }).run(["plan", "-no-color"]);

  beforeAll(async () => {
    const { run, write, ...made } = await stack("provider", local);
    ({ folder } = made);
    await write({
      terraform: { backend: local, required_providers: { aws: { source: "hashicorp/aws", version: "5.100.0" } } },
      provider: { aws: [{ region: "us-east-1" }] },
      data: { aws_region: { here: {} } },
    });
    await run("init");
  });

  test("there are none", async () => {
    await expect(planWith(nobody)).rejects.toThrow(/^There are no AWS credentials; .*$/);
  });

  test("a region that is newer than the provider", async () => {
    await expect(planWith({ AWS_REGION: "ap-southeast-6" })).resolves.toBeDefined(); // the stack's own counts
    const file = join(folder, "cdk.tf.json");
    const before = await readFile(file, "utf8");
    await writeFile(file, before.replace("us-east-1", "ap-southeast-6"));
    try {
      await expect(planWith({})).rejects.toThrow(
        /^The AWS provider in use \(hashicorp\/aws 5\.100\.0\), or terraform itself, does not support the region ap-southeast-6: /,
      );
    } finally {
      await writeFile(file, before);
    }
  });

  test("a profile that does not exist", async () => {
    await expect(
      planWith({ AWS_PROFILE: "acme", AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" }),
    ).rejects.toThrow(/^The AWS profile acme does not exist in this machine's AWS configuration; .*$/);
  });

  test("keys that have expired, as AWS refuses them", async () => {
    const answer =
      "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>The security token included " +
      "in the request is expired</Message></Error><RequestId>1</RequestId></ErrorResponse>";
    const server = createServer((request, response) =>
      request.resume().on("end", () => response.writeHead(403, { "content-type": "text/xml" }).end(answer)),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      await expect(
        planWith({
          AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          AWS_SESSION_TOKEN: "expired",
        }),
      ).rejects.toThrow(EXPIRED);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test.each([
    [
      "a session of aws sso login",
      "sso_session = acme\n[sso-session acme]\nsso_registration_scopes = sso:account:access\n",
      "acme",
    ],
    ["one in the older form", "", "https://acme.awsapps.com/start"],
  ])("%s that has expired", async (_, more, key) => {
    const home = await mkdtemp(join(scratch, "home-"));
    const expired = {
      accessToken: "a",
      expiresAt: "2020-01-01T00:00:00Z",
      region: "us-east-1",
      startUrl: "https://acme.awsapps.com/start",
    };
    await mkdir(join(home, ".aws", "sso", "cache"), { recursive: true });
    await writeFile(
      join(home, ".aws", "config"),
      `[profile acme]\nsso_account_id = 123456789012\nsso_role_name = admin\n${more}sso_region = ` +
        `us-east-1\nsso_start_url = https://acme.awsapps.com/start\n`,
    );
    await writeFile(
      join(home, ".aws", "sso", "cache", `${createHash("sha1").update(key).digest("hex")}.json`),
      JSON.stringify(expired),
    );
    // The environment of a rehearsal reads no AWS files; a person's reads those in HOME.
    const itsFiles = { AWS_CONFIG_FILE: undefined, AWS_SHARED_CREDENTIALS_FILE: undefined };
    await expect(planWith({ AWS_PROFILE: "acme", HOME: home, ...nobody, ...itsFiles })).rejects.toThrow(EXPIRED);
  });
});

test("a bucket that is in another region", async () => {
  const { run } = await stack("web", s3({ region: "eu-west-1" }));
  await expect(run("init")).rejects.toThrow(
    /^The state bucket of web is in region us-east-1, not in eu-west-1; add region: "us-east-1" to backend.s3 of the stack.$|^The state bucket of web is not in the region of backend.s3; /,
  );
});

test("a bucket in a region that terraform does not know", async () => {
  const { run } = await stack("no-region", s3({ region: "xx-nowhere-9" }));
  await expect(run("init")).rejects.toThrow(/^The AWS provider in use .* does not support the region xx-nowhere-9: /);
});

test("a bucket that does not exist", async () => {
  const { run } = await stack("no-bucket", s3({ bucket: "no-state" }));
  await expect(run("init")).rejects.toThrow(
    /^The state bucket (no-state )?of no-bucket does not exist: correct backend\.s3\.bucket in main\.ts, or create the bucket with npx alb-web bootstrap$/,
  );
});

test("a bucket that these credentials may not read", async () => {
  const clone = await aws.clone();
  try {
    const policy = {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: ["arn:aws:s3:::my-state", "arn:aws:s3:::my-state/*"],
        },
      ],
    };
    await fetch(`${clone.endpoint}/my-state?policy`, { method: "PUT", body: JSON.stringify(policy) });
    const { run } = await stack("stranger-bucket", s3(), { AWS_ENDPOINT_URL: clone.endpoint });
    await expect(run("init")).rejects.toThrow(
      /^AWS refuses access to (my-state, )?the state bucket of stranger-bucket: it belongs to another account, or .*$/,
    );
  } finally {
    await clone.stop();
  }
});

describe("what the account lacks is named, all of it at once", () => {
  const { vpcId, publicSubnetIds } = EXISTING_NETWORK;
  const lacking = synthOf(
    {
      domainName: "www.example.com",
      network: { vpcId, publicSubnetIds },
      instances: { placement: "public" },
      ssh: { cidrs: ["203.0.113.7/32"], keyName: "ops" },
    },
    "lacking",
  );
  const account =
    "use credentials of the account that holds it (aws sts get-caller-identity shows the account in use).";
  const sentences = [
    "The public hosted zone example.com of lacking does not exist in this AWS account. Create it with " +
      `hostedZone: { create: true, delegated: false } (docs/guides/domain-bought-elsewhere.md), or ${account}`,
    `The VPC ${vpcId} of lacking does not exist in this AWS account in us-east-1. Correct network.vpcId or ` +
      `region, or ${account}`,
    // The others are looked up after it, as each must be in a zone that fits.
    `The subnet ${publicSubnetIds[0]} of lacking does not exist in this AWS account in us-east-1. Correct ` +
      `network.publicSubnetIds or network.privateSubnetIds or region, or ${account}`,
    "The key pair ops of lacking does not exist in this AWS account in us-east-1. Correct ssh.keyName or " +
      `region, or ${account}`,
  ].sort();
  let run: Awaited<ReturnType<typeof stack>>["run"];
  let write: Awaited<ReturnType<typeof stack>>["write"];

  beforeAll(async () => {
    ({ run, write } = await stack("lacking", local));
    await write(lacking);
    await run("init");
  });

  const linesOf = (failing: Promise<unknown>) =>
    failing.then(
      () => [],
      (error: Error) => error.message.split("\n").sort(),
    );

  test("zone, VPC, subnet and key pair, by a plan", async () => {
    expect(await linesOf(run("plan"))).toEqual(sentences);
  });

  test("the same, by an apply that reports in JSON", async () => {
    expect(await linesOf(run("apply", "-json", "-auto-approve"))).toEqual(sentences);
  });

  test("a zone by its id, and next to it an error of another kind in terraform's own words", async () => {
    const { data, ...site } = synthOf(
      { domainName: "www.example.com", hostedZone: { id: "Z0123456789ABCDEFGHIJ" } },
      "lacking",
    );
    await write({
      ...site,
      data: { ...data, terraform_remote_state: { other: { backend: "local", config: { path: "nowhere.tfstate" } } } },
    });
    const lines = await linesOf(run("plan"));
    expect(lines).toContain(
      "The hosted zone Z0123456789ABCDEFGHIJ of lacking does not exist in this AWS account. Correct " +
        `hostedZone.id, create a zone with hostedZone: { create: true, delegated: false }, or ${account}`,
    );
    expect(lines).toContain("Error: Unable to find remote state");
  });

  test("what else a site looks up: the VPC's endpoint for S3, its addresses, and the image", async () => {
    const { terraform, provider } = synthOf(
      { domainName: "www.example.com", hostedZone: { create: true, delegated: false } },
      "lacking",
    );
    const service = "com.amazonaws.us-east-1.s3";
    const image = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-of-tomorrow-arm64";
    const data = {
      aws_vpc_endpoint: { s3: { service_name: service, filter: [{ name: "vpc-endpoint-type", values: ["Gateway"] }] } },
      aws_ec2_managed_prefix_list: { s3: { name: `${service}.of-tomorrow` } },
      aws_ssm_parameter: { image: { name: image } },
    };
    await write({ terraform, provider, data });
    expect(await linesOf(run("plan"))).toEqual([
      `Amazon Linux 2023 for arm64, which lacking boots, is not offered in us-east-1 (SSM parameter ${image}). ` +
        "Choose another region, or an instances.type of another architecture.",
      "The S3 prefix list of lacking does not exist in us-east-1. Correct region.",
      `The VPC of lacking has no S3 gateway endpoint (${service}), through which private instances install ` +
        `NGINX. Create one for the private subnets' route tables, or set network.egress: "nat" if the VPC has ` +
        "NAT gateways.",
    ]);
  });
});

test("a lock that another run holds: by whom, since when, and how to break it", async () => {
  const { run, folder, write } = await stack("locked", s3());
  await run("init");
  // A run that waits with the lock in its hand: it asks a question that nobody answers.
  await write({ terraform: { backend: s3() }, output: { a: { value: "b" } } });
  const holder = spawn(command, ["apply", "-no-color"], { cwd: folder, env, stdio: ["pipe", "pipe", "ignore"] });
  try {
    await new Promise<void>((asked) =>
      holder.stdout.on("data", (text: Buffer) => text.includes("Enter a value") && asked()),
    );
    await expect(run("plan")).rejects.toThrow(
      /^The state of locked is locked by \S+@\S+ since \d{4}-\d\d-\d\d [\d:]+ UTC \(apply, lock [0-9a-f-]{36}\)\. .*terraform -chdir=.*locked force-unlock [0-9a-f-]{36}; .*npx alb-web adopt locked$/,
    );
  } finally {
    holder.stdin.end("no\n");
    await new Promise((ended) => holder.once("close", ended));
  }
  await expect(run("plan")).resolves.toBeDefined();
});

test("a state that is newer than the terraform in use", async () => {
  const { run, folder } = await stack("newer", local);
  await run("init");
  await run("apply", "-auto-approve");
  const file = join(folder, "terraform.tfstate");
  await writeFile(
    file,
    JSON.stringify({ ...(JSON.parse(await readFile(file, "utf8")) as object), version: 5, terraform_version: "9.9.9" }),
  );
  await expect(run("plan")).rejects.toThrow(
    /^The state of newer was written by (Terraform|OpenTofu) 9\.9\.9, which is newer than the \w+ [\d.]+\S* in use; .*$/,
  );
});

test("a backend that was changed without moving the state", async () => {
  const { run, write } = await stack("moved", local);
  await run("init");
  await write({ terraform: { backend: s3() } });
  await expect(run("init")).rejects.toThrow(
    /^The backend of moved has changed since .*moved was last used; move the state as described in docs\/guides\/moving-state\.md, .*$/,
  );
});

test("a saved plan that is older than the state", async () => {
  const { run, write } = await stack("stale", local);
  await run("init");
  await run("plan", "-out=old.tfplan");
  await write({ terraform: { backend: local }, output: { a: { value: "c" } } });
  await run("apply", "-auto-approve");
  await expect(run("apply", "old.tfplan")).rejects.toThrow(
    /^The state of stale has changed since this plan was made, so the plan was not applied and nothing was changed; plan again \(npx alb-web plan stale\) .*$/,
  );
});

test("a state that cannot be stored any more: nothing else is said before where it lies now", async () => {
  const clone = await aws.clone();
  try {
    const { run, write, folder } = await stack("full", s3({ key: "full/terraform.tfstate", max_retries: 0 }), {
      AWS_ENDPOINT_URL: clone.endpoint,
    });
    await run("init");
    const denied = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", Principal: "*", Action: "s3:PutObject", Resource: "arn:aws:s3:::my-state/*" }],
    };
    const command = `curl -sS -X PUT '${clone.endpoint}/my-state?policy' -d '${JSON.stringify(denied)}'`;
    await write({
      terraform: { backend: s3({ key: "full/terraform.tfstate", max_retries: 0 }) },
      resource: { terraform_data: { a: { provisioner: [{ "local-exec": { command } }] } } },
    });
    await expect(run("apply", "-auto-approve")).rejects.toThrow(
      /^terraform could not store the state of full; the only record of its changes is \S+full\/errored\.tfstate\. Do not deploy again until the state is stored: .*state push errored\.tfstate \(if that file is lost: npx alb-web adopt full\)$/,
    );
    expect(await readFile(join(folder, "errored.tfstate"), "utf8")).toContain("terraform_data");
  } finally {
    await clone.stop();
  }
});

test("what is not known is reported in terraform's own words, with the command", async () => {
  const { run, write } = await stack("broken", local);
  await run("init");
  await write({ terraform: { backend: local }, output: { a: { value: "${var.nothing}" } } });
  await expect(run("plan")).rejects.toThrow(
    /^terraform plan -no-color failed \(exit code 1\)\n[^]*Reference to undeclared input variable/,
  );
});

async function stack(id: string, backend: object, more: NodeJS.ProcessEnv = {}) {
  const folder = join(scratch, id);
  await mkdir(folder);
  const write = (json: object) => writeFile(join(folder, "cdk.tf.json"), JSON.stringify(json));
  await write({ terraform: { backend }, output: { a: { value: "b" } } });
  const terraform = new Terraform({ command, folder, env: { ...env, ...more } });
  return { folder, write, run: (...args: string[]) => terraform.run([args[0] ?? "", "-no-color", ...args.slice(1)]) };
}
