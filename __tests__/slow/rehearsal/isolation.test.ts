import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findTerraform } from "../../../machine/setup/terraform-binary";
import { terraformEnvironment } from "../../../rehearsal/environment";
import type { LocalAws } from "../../../rehearsal/local-aws";
import { Rehearsal } from "../../../rehearsal/rehearsal-run";
import type { StackJson } from "../../../rehearsal/stack-files";
import { copyOfProject } from "../../support/project-copy";
import { CACHE, startLocalAws } from "../../support/rehearsal-room";
import { type EndedCommand, start } from "../../support/rehearse-command";

/*
 * Whatever the person's AWS, terraform and proxy settings are, and whatever the stack says of its providers: a
 * rehearsal connects to this machine only. strace watches every process of it, so this runs on Linux.
 */

jest.setTimeout(900_000);

/** A site as it is cloned, and a stack whose providers would go to AWS. */
const PROGRAM = `
import { App, TerraformStack } from "cdktf";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { WebStack } from "./constructs/web-stack";

const app = new App();
if (process.env.WITH_SITE === "1") new WebStack(app, "web", { domainName: "www.example.com", backend: { s3: { bucket: "CHANGE-ME", region: "us-east-1" } } });
const stack = new TerraformStack(app, "two");
new AwsProvider(stack, "first", { region: "us-east-1", profile: "prod", useFipsEndpoint: true, sharedConfigFiles: [process.env.HOSTILE_FILE ?? ""] });
const west = new AwsProvider(stack, "second", {
  alias: "west", region: "us-west-2", accessKey: "AKIAEXAMPLE", secretKey: "secret", useDualstackEndpoint: true,
  endpoints: [{ ssm: "https://ssm.us-west-2.amazonaws.com", sts: "https://sts.us-west-2.amazonaws.com" }], assumeRole: [{ roleArn: "arn:aws:iam::123456789012:role/prod" }],
});
new SsmParameter(stack, "here", { name: "/here", type: "String", value: "1" });
new SsmParameter(stack, "there", { name: "/there", type: "String", value: "1", provider: west });
app.synth();
`;

let folder: string;
let checkout: Awaited<ReturnType<typeof copyOfProject>>;
/** Takes connections and never says a word, as a proxy that hangs. */
let silent: Server;
let proxied = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-isolation-"));
  checkout = await copyOfProject();
  writeFileSync(join(checkout.folder, "main.ts"), PROGRAM);
  silent = createServer((socket) => {
    proxied++;
    socket.on("error", () => undefined);
  });
  await new Promise<void>((listening) => silent.listen(0, "127.0.0.1", listening));
});

afterAll(async () => {
  silent.close();
  await checkout.remove();
  rmSync(folder, { recursive: true, force: true });
});

const put = (file: string, text: string): string => {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
  return join(folder, file);
};

/** A home whose AWS files lead to AWS, and leave a mark when they are asked for credentials. */
function hostileEnvironment(): NodeJS.ProcessEnv {
  const profile =
    `region = us-east-1\nignore_configured_endpoint_urls = true\ncredential_process = /bin/sh -c "touch ` +
    `'${join(folder, "asked")}'; exit 1"\n`;
  const config = put("home/.aws/config", `[default]\n${profile}\n[profile prod]\n${profile}`);
  const credentials = put(
    "home/.aws/credentials",
    "[prod]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n",
  );
  const proxy = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  return {
    HOME: join(folder, "home"),
    HOSTILE_FILE: config,
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    AWS_SDK_LOAD_CONFIG: "1",
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true",
    AWS_ENDPOINT_URL_STS: "https://sts.us-east-1.amazonaws.com",
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    http_proxy: proxy,
    https_proxy: proxy,
  };
}

/** terraform finds its provider in the project's cache, so that not even set-up has a reason to go out. */
const cliConfiguration = () =>
  put(
    "cached.tfrc",
    `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(join(CACHE, "plugins"))}\n  }\n}\n`,
  );

/** Rehearses under strace. @returns how it ended, and where it connected to, each place once, this machine left out */
async function rehearse(
  name: string,
  env: NodeJS.ProcessEnv,
  ...args: string[]
): Promise<{ ended: EndedCommand; places: string[] }> {
  const log = join(folder, `${name}.strace`);
  const traced = ["-f", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-e", "signal=none", "-o", log];
  const clean = Object.fromEntries(Object.entries(process.env).filter(([it]) => !/^(AWS_|TF_)|proxy$/i.test(it)));
  const ended = await start("strace", [...traced, process.execPath, "cli/alb-web.js", "rehearse", ...args], {
    cwd: checkout.folder,
    env: { ...clean, CHECKPOINT_DISABLE: "1", TF_CLI_CONFIG_FILE: cliConfiguration(), ...env },
  }).ended;
  return { ended, places: placesIn(readFileSync(log, "utf8")) };
}

function placesIn(log: string): string[] {
  const found = [...log.matchAll(/sin_addr=inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"/g)].map(
    ([, four, six]) => four ?? six ?? "",
  );
  return [...new Set(found)].filter((it) => !/^127\.|^::1$|^::ffff:127\./.test(it));
}

test("a place elsewhere would be seen in strace's log", () => {
  const log = join(folder, "seen.strace");
  execFileSync("strace", [
    "-f",
    "-e",
    "trace=connect",
    "-o",
    log,
    process.execPath,
    "-e",
    'require("node:net").connect(9, "192.0.2.1").on("error", () => {}); setTimeout(() => process.exit(), 50)',
  ]);
  expect(placesIn(readFileSync(log, "utf8"))).toEqual(["192.0.2.1"]);
});

test(
  "a site, and a stack whose providers name a profile, keys, endpoints and a role, are rehearsed on this machine " +
    "alone",
  async () => {
    const { ended, places } = await rehearse("all", { ...hostileEnvironment(), WITH_SITE: "1" });
    expect(ended.stderr).toContain(
      "two: the rehearsal omits these settings of the AWS provider: access_key, assume_role, endpoints, " +
        "profile, secret_key, shared_config_files, use_dualstack_endpoint, use_fips_endpoint.",
    );
    expect(places).toEqual([]);
    expect(existsSync(join(folder, "asked"))).toBe(false);
    expect(proxied).toBe(0);
    expect(ended.stdout).toContain("web: ok");
    expect([ended.leftOver, ended.code === 0 || ended.code === 3]).toEqual([[], true]);
  },
);

test("settings that would make terraform or an SDK fail have no influence either", async () => {
  const broken = put("broken", "[profile\nno file of AWS\n");
  const { ended, places } = await rehearse(
    "broken",
    {
      ...hostileEnvironment(),
      AWS_CONFIG_FILE: broken,
      AWS_SHARED_CREDENTIALS_FILE: broken,
      AWS_PROFILE: "nobody",
      AWS_USE_FIPS_ENDPOINT: "true",
      AWS_USE_DUALSTACK_ENDPOINT: "true",
      AWS_RETRY_MODE: "nonsense",
      AWS_CA_BUNDLE: join(folder, "none"),
      TF_CLI_ARGS: "-nonsense",
      TF_CLI_ARGS_plan: "-nonsense",
      TF_DATA_DIR: join(folder, "data"),
      TF_WORKSPACE: "prod",
      TF_LOG: "trace",
    },
    "two",
  );
  expect(ended.stderr).not.toMatch(/Internal error|nonsense|nobody/);
  expect(places).toEqual([]);
  expect(existsSync(join(folder, "data"))).toBe(false);
  expect(ended.stderr).toMatch(/second plan: no changes/);
});

test("a stack that cdktf could take to AWS is not kept for it", async () => {
  const { ended } = await rehearse("kept", hostileEnvironment(), "--keep");
  expect(ended.stderr).toMatch(
    /^--keep must not be used if a stack sets access_key, assume_role, .*use_fips_endpoint on its AWS provider \(got two\): cdktf could reach AWS instead of the local AWS; remove the setting, or rehearse without --keep$/m,
  );
  expect([ended.code, ended.leftOver]).toEqual([2, []]);
});

describe("a provider that talks to somebody else", () => {
  let ours: LocalAws;
  let other: LocalAws;
  beforeAll(async () => {
    [ours, other] = await Promise.all([startLocalAws(), startLocalAws()]);
    await other.seed({ region: "us-east-1", buckets: ["alb-web-rehearsal-state"] });
  });
  afterAll(() => Promise.all([ours.stop(), other.stop()]));

  test("ends the rehearsal before anything is applied", async () => {
    const json = {
      provider: { aws: [{ region: "us-east-1" }] },
      resource: { aws_ssm_parameter: { here: { name: "/here", type: "String", value: "1" } } },
      terraform: { required_providers: { aws: { source: "hashicorp/aws", version: "5.100.0" } } },
    } as unknown as StackJson;
    const { command } = await findTerraform({ cacheDir: CACHE, env: process.env });
    // As if something led it there: its environment names the other one.
    const rehearsal = new Rehearsal({
      stack: { id: "one", folder, text: "", json },
      localAws: ours,
      terraform: command,
      env: await terraformEnvironment(CACHE, other.endpoint),
      folder: join(folder, "stack"),
      signal: new AbortController().signal,
    });
    await rehearsal.init();
    const [plan] = rehearsal.stages();
    await other.calls(true);
    await expect(plan?.run(() => undefined)).rejects.toThrow(
      /Provider aws does not use the local AWS of this rehearsal\. Nothing was applied\./,
    );
    expect((await other.calls()).map(({ action }) => action).filter((it) => it.startsWith("ssm:"))).toEqual([]);
    expect(rehearsal.result().verdict).not.toBe("ok");
  });
});
