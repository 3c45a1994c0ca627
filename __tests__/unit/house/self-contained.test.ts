import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { COMBINATIONS } from "../../support/combinations";
import { PROJECT } from "../../support/project";
import { stackIdOf } from "../../support/stack-id";
import { writeApp } from "../../support/synth";

/* A stack's folder alone is all that a run elsewhere gets: nothing in it may lead out of it. */

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A text, and the names that lead to it. */
interface Leaf {
  readonly at: string;
  readonly text: string;
}

/** Texts that begin with a slash and are no paths of a file. */
/** And the name of what holds remarks in a JSON configuration. */
const NO_FILES = [
  /^\/\/\.metadata\.overrides\./,
  /\.health_check\.\d*\.?path$/,
  /^data\.aws_ssm_parameter\.[^.]+\.name$/,
];
/** Functions and values of terraform that look at files, at the machine or at the moment. */
const OUTSIDE =
  /\b(file|fileexists|fileset|filebase64|file(base64)?(md5|sha1|sha256|sha512)|templatefile|abspath|pathexpand|timestamp|plantimestamp)\s*\(|\bpath\.(module|root|cwd)\b|\bterraform\.workspace\b/;

const RULES: Readonly<Record<string, (json: Json) => string[]>> = {
  "no path of this machine": (json) =>
    leavesOf(json)
      .filter(({ text }) =>
        [PROJECT, homedir(), tmpdir(), process.cwd()].some((folder) => folder !== "/" && text.includes(folder)),
      )
      .map(({ at }) => at),
  "no absolute path, and none that leads upwards": (json) =>
    leavesOf(json)
      .filter(
        ({ at, text }) =>
          (/^([/~]|[A-Za-z]:[\\/]|\\\\)/.test(text) || /(^|[\\/])\.\.([\\/]|$)/.test(text)) &&
          !NO_FILES.some((it) => it.test(at)),
      )
      .map(({ at, text }) => `${at}: ${text}`),
  "no function that reads a file": (json) =>
    leavesOf(json)
      .filter(({ text }) =>
        [...text.matchAll(/(?<!\$)\$\{([^}]*)\}/g)].some(([, expression = ""]) => OUTSIDE.test(expression)),
      )
      .map(({ at }) => at),
  "no program that is run": (json) =>
    namesOf(json)
      .filter((at) => /(^|\.)(provisioner|connection|local-exec|remote-exec)(\.|$)/.test(at))
      .concat(
        leavesOf(json)
          .filter(({ text }) => /^(local|remote)-exec$/.test(text))
          .map(({ at }) => at),
      ),
  "no module, and no provider but the locked one": (json) => {
    const {
      module,
      provider = {},
      terraform = {},
    } = json as {
      module?: Json;
      provider?: Record<string, Json>;
      terraform?: { required_providers?: Record<string, Json> };
    };
    const providers = new Set([...Object.keys(provider), ...Object.keys(terraform.required_providers ?? {})]);
    return [...(module === undefined ? [] : ["module"]), ...[...providers].filter((name) => name !== "aws")];
  },
};

const NAMES = Object.keys(COMBINATIONS);
let folder: string;
const written = (name: string): Json =>
  JSON.parse(readFileSync(join(folder, "stacks", stackIdOf(name), "cdk.tf.json"), "utf8")) as Json;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-self-contained-"));
  const inCloud = (name: string) => ({
    ...COMBINATIONS[name],
    backend: { cloud: { organization: "acme", workspace: stackIdOf(name) } },
  });
  writeApp(folder, Object.fromEntries(NAMES.map((name) => [stackIdOf(name), inCloud(name)])));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(Object.entries(RULES))("%s", (_, rule) => {
  test.each(NAMES)("%s", (name) => {
    expect(rule(written(name))).toEqual([]);
  });
});

test.each(NAMES)("%s: the state is in the workspace alone", (name) => {
  const { terraform } = written(name) as { terraform: { backend?: Json; cloud?: Json } };
  expect(terraform.backend).toBeUndefined();
  expect(terraform.cloud).toMatchObject({ organization: "acme", workspaces: { name: stackIdOf(name) } });
});

/** So that each rule is seen to find something. */
test.each<[rule: string, json: Json]>([
  ["no path of this machine", { terraform: { backend: { local: { path: join(PROJECT, "terraform.web.tfstate") } } } }],
  [
    "no absolute path, and none that leads upwards",
    { resource: { aws_s3_object: { it: { source: "/srv/page.html" } } } },
  ],
  [
    "no absolute path, and none that leads upwards",
    { resource: { aws_s3_object: { it: { source: "C:\\page.html" } } } },
  ],
  ["no absolute path, and none that leads upwards", { resource: { aws_s3_object: { it: { source: "~/page.html" } } } }],
  [
    "no absolute path, and none that leads upwards",
    { terraform: { backend: { local: { path: "../../../terraform.web.tfstate" } } } },
  ],
  ["no function that reads a file", { resource: { aws_instance: { it: { user_data: '${file("boot.sh")}' } } } }],
  [
    "no function that reads a file",
    { resource: { aws_instance: { it: { user_data: 'a ${join("", [templatefile("boot.sh", {})])}' } } } },
  ],
  ["no function that reads a file", { resource: { aws_s3_object: { it: { source: "${path.module}/page.html" } } } }],
  [
    "no program that is run",
    { resource: { aws_instance: { it: { provisioner: { "local-exec": { command: "true" } } } } } },
  ],
  ["no program that is run", { resource: { aws_instance: { it: { provisioner: [{ type: "local-exec" }] } } } }],
  ["no module, and no provider but the locked one", { module: { it: { source: "./it" } } }],
  ["no module, and no provider but the locked one", { terraform: { required_providers: { aws: {}, null: {} } } }],
])("the rule finds (%#): %s", (rule, json) => {
  expect(RULES[rule]?.(json)).not.toEqual([]);
});

test.each<[rule: string, json: Json]>([
  [
    "no absolute path, and none that leads upwards",
    { resource: { aws_lb_target_group: { it: { health_check: { path: "/health" } } } } },
  ],
  [
    "no function that reads a file",
    { resource: { aws_instance: { it: { user_data: "#!/bin/bash\necho $${file(x)} file(y)" } } } },
  ],
])("the rule finds nothing (%#): %s", (rule, json) => {
  expect(RULES[rule]?.(json)).toEqual([]);
});

// terraform takes a zip whose sum is here (zh) on any platform, and what is unpacked already (h1) on those it was
// written for.
test("the provider's committed lock has a sum for each package of the release", () => {
  const file = join(PROJECT, ".terraform.lock.hcl");
  expect(existsSync(file)).toBe(true);
  const lock = readFileSync(file, "utf8");
  const { terraform } = written(NAMES[0] ?? "") as {
    terraform: { required_providers: { aws: { source: string; version: string } } };
  };
  expect(lock).toContain(
    `provider "registry.terraform.io/${terraform.required_providers.aws.source.replace(/^aws$/, "hashicorp/aws")}"`,
  );
  expect(/version += "([^"]+)"/.exec(lock)?.[1]).toBe(terraform.required_providers.aws.version);
  const packages = [
    "darwin_amd64",
    "darwin_arm64",
    "freebsd_386",
    "freebsd_amd64",
    "freebsd_arm",
    "freebsd_arm64",
    "linux_386",
    "linux_amd64",
    "linux_arm",
    "linux_arm64",
    "openbsd_386",
    "openbsd_amd64",
    "windows_386",
    "windows_amd64",
  ];
  expect(new Set(lock.match(/zh:[0-9a-f]{64}/g)).size).toBeGreaterThanOrEqual(packages.length);
});

function leavesOf(json: Json, at = ""): Leaf[] {
  if (typeof json === "string") return [{ at, text: json }];
  if (typeof json !== "object" || json === null) return [];
  return Object.entries(json).flatMap(([name, value]) => leavesOf(value, at === "" ? name : `${at}.${name}`));
}

function namesOf(json: Json, at = ""): string[] {
  if (typeof json !== "object" || json === null) return [];
  return Object.entries(json).flatMap(([name, value]) => {
    const path = at === "" ? name : `${at}.${name}`;
    return [path, ...namesOf(value, path)];
  });
}
