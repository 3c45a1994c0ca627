import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, relative as relativePath } from "node:path";
import { SetupError } from "../../../machine/errors";
import {
  cliConfigurationFiles,
  dropMissingCliConfiguration,
  impliedMirrors,
  storedTokens,
  throwIfDevOverrides,
} from "../../../machine/setup/cli-configuration";
import { download } from "../../../machine/setup/download";
import { type FindProviderOptions, findProvider } from "../../../machine/setup/provider";
import { thisPlatform } from "../../../machine/setup/terraform-binary";
import { localAwsEnvironment } from "../../../rehearsal/environment";
import { PROJECT } from "../../support/project";
import { askedOfProxy } from "../../support/refusing-proxy";
import { putCopy, writeLockFile } from "../../support/small-provider";

/*
 * Where terraform gets its provider from. That terraform takes what is found is held in
 * __tests__/terraform/machine/provider.test.ts.
 */

const PROXIES = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "http_proxy",
  "https_proxy",
  "all_proxy",
  "NO_PROXY",
  "no_proxy",
];

let folder: string;
let env: NodeJS.ProcessEnv;
let registry: Server;
let registryUrl: string;
/** What the registry answers; nothing: it does not answer. */
let status: number | undefined;

beforeAll((done) => {
  registry = createServer((_request, response) => {
    if (status !== undefined) response.writeHead(status).end("{}");
  }).listen(0, "127.0.0.1", () => {
    registryUrl = urlOf(registry);
    done();
  });
});
afterAll((done) => {
  registry.close(done);
  registry.closeAllConnections();
});

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "alb-web-provider-")));
  env = {
    HOME: at("home"),
    APPDATA: at("home"),
    XDG_DATA_HOME: at("data"),
    XDG_DATA_DIRS: `${at("all")}:${at("all 2")}`,
  };
  mkdirSync(at("home"));
  status = 404;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (...names: string[]) => join(folder, ...names);
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const put = (file: string, text: string) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
};
const find = (more: Partial<FindProviderOptions> = {}) =>
  findProvider({
    product: "terraform",
    cacheDir: at("cache"),
    lockFile: existsSync(at(".terraform.lock.hcl")) ? at(".terraform.lock.hcl") : writeLockFile(folder),
    env,
    registryUrl,
    shelves: [at("opt"), at("none")],
    ...more,
  });

describe("the user's CLI configuration", () => {
  test.each([
    ["that TF_CLI_CONFIG_FILE names", "chosen.hcl", { TF_CLI_CONFIG_FILE: "chosen.hcl" }],
    ["that TERRAFORM_CONFIG names, as in the past", "chosen.hcl", { TERRAFORM_CONFIG: "chosen.hcl" }],
    ["in the home folder", process.platform === "win32" ? "home/terraform.rc" : "home/.terraformrc", {}],
    [
      "in terraform's folder",
      process.platform === "win32" ? "home/terraform.d/work.tfrc" : "home/.terraform.d/work.tfrc",
      {},
    ],
  ])("%s is used as it is", async (_, name, variables: Record<string, string>) => {
    const file = put(at(name), "disable_checkpoint = true\n");
    putCopy(at("cache", "plugins"), "unpacked");
    for (const [variable, value] of Object.entries(variables)) env[variable] = at(value);
    expect(await find()).toEqual({ origin: `as configured in ${file}` });
  });

  test("is OpenTofu's own for OpenTofu, where there is one", () => {
    const [terraforms, tofus] =
      process.platform === "win32" ? ["terraform.rc", "tofu.rc"] : [".terraformrc", ".tofurc"];
    put(at("home", terraforms), "");
    expect(cliConfigurationFiles(env, "opentofu")).toEqual([at("home", terraforms)]);
    put(at("home", tofus), "");
    expect(cliConfigurationFiles(env, "opentofu")).toEqual([at("home", tofus)]);
    expect(cliConfigurationFiles(env, "terraform")).toEqual([at("home", terraforms)]);
  });

  test.each(["TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG"])(
    "is dropped in one sentence where %s names no file, and only then",
    (name) => {
      const said: string[] = [];
      const there = { [name]: put(at("there"), ""), OTHER: "kept" };
      dropMissingCliConfiguration(there, (sentence) => said.push(sentence));
      expect([there, said]).toEqual([{ [name]: at("there"), OTHER: "kept" }, []]);

      const relative: NodeJS.ProcessEnv = { [name]: relativePath(process.cwd(), at("there")) };
      dropMissingCliConfiguration(relative, (sentence) => said.push(sentence));
      expect([relative, said]).toEqual([{ [name]: at("there") }, []]);

      const missing: NodeJS.ProcessEnv = { [name]: at("missing"), OTHER: "kept" };
      dropMissingCliConfiguration(missing, (sentence) => said.push(sentence));
      expect([missing, said]).toEqual([
        { OTHER: "kept" },
        [`${name} is ignored because the file ${at("missing")} does not exist.`],
      ]);
    },
  );

  test("is refused for a rehearsal where it has dev_overrides, which bypass checksums", () => {
    const file = put(
      at("chosen.hcl"),
      'provider_installation {\n  dev_overrides {\n    "hashicorp/aws" = "/x"\n  }\n  direct {}\n}\n',
    );
    env.TF_CLI_CONFIG_FILE = file;
    expect(() => throwIfDevOverrides(env, "terraform")).toThrow(
      new SetupError(
        `${file} must not have dev_overrides for a rehearsal, as they bypass the checksums of the lock file; ` +
          "remove them, or set TF_CLI_CONFIG_FILE to a configuration without them",
      ),
    );
    put(file, "# dev_overrides\n// dev_overrides\n/* dev_overrides\n*/\nprovider_installation {\n  direct {}\n}\n");
    expect(() => throwIfDevOverrides(env, "terraform")).not.toThrow();
  });
});

test("a CLI configuration that cannot be read is one sentence", () => {
  env.TF_CLI_CONFIG_FILE = at("a folder");
  mkdirSync(at("a folder"));
  expect(() => throwIfDevOverrides(env, "terraform")).toThrow(SetupError);
  expect(() => throwIfDevOverrides(env, "terraform")).toThrow(/^Terraform's CLI configuration cannot be read: EISDIR/);
});

describe("what terraform login has stored", () => {
  const credentials = {
    "app.terraform.io": { token: "one" },
    "my-host.example.com": { token: "two" },
    "none.example.com": {},
    "number.example.com": { token: 3 },
  };
  const store = () =>
    put(
      at("home", process.platform === "win32" ? "terraform.d" : ".terraform.d", "credentials.tfrc.json"),
      JSON.stringify({ credentials }),
    );

  test("is no CLI configuration, and is handed on in variables", async () => {
    store();
    putCopy(at("cache", "plugins"), "unpacked");
    expect((await find()).origin).toBe(`from ${at("cache", "plugins")}`);
    expect(storedTokens(env, "terraform")).toEqual({
      TF_TOKEN_app_terraform_io: "one",
      TF_TOKEN_my__host_example_com: "two",
    });
  });

  test("does not replace a token of the environment", () => {
    store();
    expect(storedTokens({ ...env, TF_TOKEN_app_terraform_io: "own" }, "terraform")).toEqual({
      TF_TOKEN_my__host_example_com: "two",
    });
  });
});

describe("the registry", () => {
  test("is used where it answers, whatever copies there are", async () => {
    status = 200;
    putCopy(at("cache", "plugins"), "unpacked");
    expect(await find()).toEqual({ origin: "from registry.terraform.io" });
    expect(await find({ product: "opentofu" })).toEqual({ origin: "from registry.opentofu.org" });
  });

  test.each<[string, number | undefined, RegExp]>([
    ["answers with an error", 503, /\(it returned HTTP 503\)/],
    ["does not answer", undefined, /\(no answer within 4 s\)/],
  ])(
    "is given up where it %s",
    async (_, answer, why) => {
      status = answer;
      putCopy(at("cache", "plugins"), "unpacked");
      const reported: string[] = [];
      expect((await find({ onProgress: (text) => reported.push(text) })).origin).toBe(`from ${at("cache", "plugins")}`);
      expect(reported.join("\n")).toMatch(why);
    },
    60_000,
  );

  test("is given up at once where nobody listens", async () => {
    const nobody = createServer();
    await new Promise<void>((listening) => nobody.listen(0, "127.0.0.1", listening));
    const closed = urlOf(nobody);
    await new Promise((free) => nobody.close(free));
    await expect(find({ registryUrl: closed })).rejects.toThrow(
      "registry.terraform.io cannot be reached (ECONNREFUSED)",
    );
  });

  test("an interruption ends the waiting", async () => {
    status = undefined;
    const stopping = new AbortController();
    const finding = find({ signal: stopping.signal });
    stopping.abort(new Error("interrupted"));
    await expect(finding).rejects.toThrow("interrupted");
  });

  test.each([
    ["with its scheme", ""],
    ["without a scheme, as terraform takes it too", "http://"],
  ])("is asked through the user's proxy, named %s", async (_, left) => {
    const asked = await askedOfProxy(async (proxy) => {
      const address = proxy.replace(left, "");
      await withProxies({ HTTPS_PROXY: address, https_proxy: address }, () =>
        expect(download("https://registry.example.com/x")).rejects.toThrow(),
      );
    });
    expect(asked).toEqual(["registry.example.com:443"]);
  });

  test("is asked past ALL_PROXY, which terraform does not know", async () => {
    status = 200;
    await withProxies({ ALL_PROXY: "socks5://127.0.0.1:9", all_proxy: "socks5://127.0.0.1:9" }, async () => {
      expect((await find()).origin).toBe("from registry.terraform.io");
    });
  });

  test("that a proxy never leads to holds no process", async () => {
    const proxy = createTcpServer((socket) => socket.resume().on("error", () => undefined));
    await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
    const { port } = proxy.address() as AddressInfo;
    const script =
      'require("./machine/setup/download.ts").download("https://registry.example.com/x", ' +
      'AbortSignal.timeout(500)).catch(() => console.log("given up"))';
    const address = `http://127.0.0.1:${port}`;
    const ended = await new Promise((resolve) =>
      execFile(
        process.execPath,
        ["-r", "./cli/typescript.js", "-e", script],
        {
          timeout: 60_000,
          cwd: PROJECT,
          env: { ...process.env, HTTPS_PROXY: address, https_proxy: address, NO_PROXY: "", no_proxy: "" },
        },
        (error, stdout) => resolve([error, stdout]),
      ),
    );
    expect(ended).toEqual([null, "given up\n"]);
    await new Promise((closed) => proxy.close(closed));
  });

  async function withProxies(env: NodeJS.ProcessEnv, work: () => Promise<unknown>): Promise<void> {
    const before = { ...process.env };
    for (const name of PROXIES) delete process.env[name];
    try {
      Object.assign(process.env, env);
      await work();
    } finally {
      for (const name of PROXIES) delete process.env[name];
      Object.assign(process.env, before);
    }
  }
});

describe("a copy on this machine", () => {
  const places: [string, () => string, NodeJS.ProcessEnv?][] = [
    ["TF_PLUGIN_CACHE_DIR", () => at("own cache"), { TF_PLUGIN_CACHE_DIR: "own cache" }],
    ["the project's cache", () => at("cache", "plugins")],
    ["the plugin cache of the home folder", () => at("home", ".terraform.d", "plugin-cache")],
    ["terraform's implied mirrors, the first", () => impliedMirrors(env)[1] ?? ""],
    ["terraform's implied mirrors, the last", () => impliedMirrors(env).at(-1) ?? ""],
    ["a folder of a shelf", () => at("opt", "terraform plugins ä")],
  ];

  test.each(places)("is found in %s", async (_, place, variables = {}) => {
    for (const [name, value] of Object.entries(variables)) env[name] = at(value ?? "");
    putCopy(place(), "unpacked");
    const { origin, configurationFile } = await find();
    expect(origin).toBe(`from ${place()}`);
    const text = readFileSync(configurationFile ?? "", "utf8");
    expect(text).toContain('include = ["registry.terraform.io/hashicorp/aws","registry.opentofu.org/hashicorp/aws"]');
    expect(text).toContain(
      'direct {\n    exclude = ["registry.terraform.io/hashicorp/aws","registry.opentofu.org/hashicorp/aws"]',
    );
  });

  test.each(["unpacked", "packed"] as const)("is laid down %s under the names of both registries", async (layout) => {
    putCopy(at("opt", "a"), layout, { registry: "registry.opentofu.org" });
    const { configurationFile = "" } = await find();
    const mirror = join(dirname(configurationFile), "mirror");
    const path = layout === "packed" ? ["terraform-provider-aws_9.9.9"] : ["9.9.9"];
    for (const registry of ["registry.terraform.io", "registry.opentofu.org"]) {
      const names = readdirSync(join(mirror, registry, "hashicorp", "aws"));
      expect(names).toEqual([expect.stringMatching(new RegExp(`^${path[0]}`))]);
    }
  });

  test.each(["unpacked", "packed"] as const)(
    "whose checksum is not in the lock file is passed over (%s)",
    async (layout) => {
      putCopy(at("cache", "plugins"), layout, { damage: "one byte" });
      putCopy(at("opt", "b"), layout);
      expect((await find()).origin).toBe(`from ${at("opt", "b")}`);
    },
  );

  test("that cannot be read does not hide a good one", async () => {
    const place = (folder: string, ...names: string[]) =>
      at("opt", folder, "registry.terraform.io", "hashicorp", "aws", ...names);
    put(place("a file", "9.9.9", thisPlatform()), "no folder");
    mkdirSync(place("a folder", `terraform-provider-aws_9.9.9_${thisPlatform()}.zip`), { recursive: true });
    mkdirSync(place("a link", "9.9.9", thisPlatform()), { recursive: true });
    symlinkSync(at("nowhere"), place("a link", "9.9.9", thisPlatform(), "dangling"));
    await expect(find()).rejects.toThrow(/not accepted: .*ENOTDIR.*, .*EISDIR.*, .*ENOENT/);
    putCopy(at("opt", "good"), "unpacked");
    expect((await find()).origin).toBe(`from ${at("opt", "good")}`);
  });

  test.each([
    ["has the line ends of Windows", (text: string) => text.replaceAll("\n", "\r\n")],
    ["was written by OpenTofu", (text: string) => text.replace("registry.terraform.io", "registry.opentofu.org")],
  ])("is found where the lock file %s", async (_, change) => {
    const lockFile = writeLockFile(folder);
    writeFileSync(lockFile, change(readFileSync(lockFile, "utf8")));
    putCopy(at("opt", "a"), "unpacked");
    expect((await find({ lockFile })).origin).toBe(`from ${at("opt", "a")}`);
  });

  test.each([
    ["is missing", "missing.hcl", /^\S+missing\.hcl, which pins the AWS provider, cannot be read: ENOENT/],
    ["pins another provider", "other.hcl", /^\S+other\.hcl does not pin hashicorp\/aws; restore it/],
  ])("is not looked for where the lock file %s", async (_, name, sentence) => {
    put(at("other.hcl"), 'provider "registry.terraform.io/hashicorp/random" {\n}\n');
    await expect(find({ lockFile: at(name) })).rejects.toThrow(sentence);
    await expect(find({ lockFile: at(name) })).rejects.toBeInstanceOf(SetupError);
  });

  test("that was changed since it was accepted is checked again", async () => {
    putCopy(at("opt", "a"), "unpacked");
    expect((await find()).origin).toBe(`from ${at("opt", "a")}`);
    putCopy(at("opt", "a"), "unpacked", { damage: "!" });
    await expect(find()).rejects.toThrow("does not have its checksum");
  });

  test("that was accepted is not accepted under another lock file", async () => {
    putCopy(at("opt", "a"), "unpacked");
    expect((await find()).origin).toBe(`from ${at("opt", "a")}`);
    await expect(find({ lockFile: writeLockFile(at("home"), ["h1:another"]) })).rejects.toThrow(
      "does not have its checksum",
    );
  });

  test("is not looked for anywhere else", async () => {
    for (const place of [at("opt"), at("opt", "a", "b"), at("home"), at("home", "plugins"), at("elsewhere", "a")])
      putCopy(place, "unpacked");
    // Of the shelf's own folder, its folders are searched.
    rmSync(at("opt", "registry.terraform.io"), { recursive: true });
    await expect(find()).rejects.toThrow(/^Provider hashicorp\/aws 9\.9\.9 \(\w+\) cannot be found/);
  });

  test("that is missing is an error in one sentence, which says what was tried and what to do", async () => {
    putCopy(at("opt", "a"), "unpacked", { damage: "!" });
    const error = await find().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SetupError);
    const missing = (error as SetupError).message;
    expect(missing).toMatch(
      /^Provider hashicorp\/aws 9\.9\.9 \(\w+\) cannot be found: registry\.terraform\.io cannot be reached \(it returned HTTP 404\), and no copy is in /,
    );
    for (const tried of [at("cache", "plugins"), at("home", ".terraform.d", "plugin-cache"), at("opt", "a")])
      expect(missing).toContain(tried);
    expect(missing).toContain(`${at("opt", "a", "registry.terraform.io", "hashicorp", "aws", "9.9.9")}`);
    expect(missing).toMatch(
      /\(\.terraform\.lock\.hcl does not have its checksum\)\. On a machine that reaches the registry, run 'terraform -chdir=cdktf\.out\/stacks\/web providers mirror -platform=\w+ DIR'/,
    );
    expect(missing).toContain(`and copy the contents of DIR to ${impliedMirrors(env)[1]} on this machine.`);
  });

  test("leaves other providers of terraform's implied mirrors where they are", async () => {
    putCopy(at("opt", "a"), "unpacked");
    const implied = impliedMirrors(env)[1] ?? "";
    mkdirSync(join(implied, "registry.terraform.io", "hashicorp", "random", "3.0.0"), { recursive: true });
    const text = readFileSync((await find()).configurationFile ?? "", "utf8");
    expect(text).toContain(
      `path    = ${JSON.stringify(implied)}\n    include = ["registry.terraform.io/hashicorp/random"]`,
    );
    expect(text).toMatch(/direct \{\n {4}exclude = \[.*"registry\.terraform\.io\/hashicorp\/random"\]/);
  });

  test("is found alike by checkouts that share a cache by a link, and none leads another astray", async () => {
    putCopy(at("opt", "a"), "unpacked");
    const first = (await find()).configurationFile ?? "";
    const text = readFileSync(first, "utf8");
    symlinkSync(at("cache"), at("linked"), "junction");
    expect((await find({ cacheDir: at("linked") })).configurationFile).toBe(first);
    expect(readFileSync(first, "utf8")).toBe(text);

    // Another user's home has other mirrors.
    mkdirSync(at("else", ".terraform.d", "plugins", "registry.terraform.io", "hashicorp", "random"), {
      recursive: true,
    });
    expect((await find({ env: { ...env, HOME: at("else"), APPDATA: at("else") } })).configurationFile).not.toBe(first);
    expect(readFileSync(first, "utf8")).toBe(text);
  });

  test("that cannot be kept for later runs is an error in one sentence", async () => {
    putCopy(at("opt", "a"), "unpacked");
    put(at("cache"), "a file where the folder belongs");
    await expect(find()).rejects.toThrow(
      new SetupError(
        `The CLI configuration for the provider cannot be written in ${at("cache")}: EEXIST: file already exists, ` +
          `mkdir '${at("cache")}'`,
      ),
    );
  });

  test("whose checksum is being taken is given up when that is asked for", async () => {
    putCopy(at("opt", "a"), "unpacked");
    const stopping = new AbortController();
    const finding = find({
      signal: stopping.signal,
      onProgress: (text) => text.startsWith("checking ") && stopping.abort(new Error("interrupted")),
    });
    await expect(finding).rejects.toThrow("interrupted");
    expect(existsSync(at("cache"))).toBe(false);
  });

  test("is found by many at once", async () => {
    putCopy(at("opt", "a"), "unpacked");
    const found = await Promise.all(Array.from({ length: 20 }, () => find()));
    expect(new Set(found.map(({ configurationFile }) => configurationFile)).size).toBe(1);
  });
});

describe("behind a proxy", () => {
  const before = { ...process.env };
  beforeEach(() => PROXIES.forEach((name) => delete process.env[name]));
  afterEach(() => {
    PROXIES.forEach((name) => delete process.env[name]);
    Object.assign(process.env, before);
  });

  test("the local AWS is called past it, and what the user has excepted stays so", async () => {
    Object.assign(process.env, { HTTPS_PROXY: "http://proxy.example.com", no_proxy: "intern.example.com" });
    const { NO_PROXY, no_proxy } = await localAwsEnvironment(at("cache"), "http://127.0.0.1:1", "terraform");
    expect([NO_PROXY, no_proxy]).toEqual(Array(2).fill("127.0.0.1,localhost,intern.example.com"));
  });

  test("only: elsewhere nothing is said of proxies", async () => {
    expect(
      Object.keys(await localAwsEnvironment(at("cache"), "http://127.0.0.1:1", "terraform")).filter((name) =>
        /proxy/i.test(name),
      ),
    ).toEqual([]);
  });
});
