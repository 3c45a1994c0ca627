import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { SetupError } from "../../../machine/errors";
import { findTerraform, PINNED_SHA256, PINNED_VERSION } from "../../../machine/setup/terraform-binary";
import { needShell } from "../../support/shell";

const standIn = (version: string, text = `Terraform v${version}`) =>
  `#!/bin/sh\nif [ "$2" = -json ]; then echo '{"terraform_version": "${version}"}'; else echo '${text}'; fi\n`;
const release = zipSync({ "LICENSE.txt": strToU8("terms"), terraform: strToU8(standIn(PINNED_VERSION)) });
const sha256 = createHash("sha256").update(release).digest("hex");

describe("the pinned checksums", () => {
  test.each(["darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64", "windows_amd64"])("cover %s", (platform) => {
    expect(PINNED_SHA256[platform]).toMatch(/^[0-9a-f]{64}$/);
  });

  test("differ from platform to platform", () => {
    const sums = Object.values(PINNED_SHA256);
    expect(new Set(sums).size).toBe(sums.length);
  });
});

describe("finding terraform", () => {
  beforeAll(needShell);

  let folder: string;
  let bin: string;
  let cacheDir: string;
  let server: Server;
  let baseUrl: string;
  let requested: string[];

  beforeAll((done) => {
    server = createServer((request, response) => {
      requested.push(request.url ?? "");
      response.end(release);
    }).listen(0, "127.0.0.1", () => {
      baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      done();
    });
  });
  afterAll((done) => {
    server.close(done);
    server.closeAllConnections();
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "terraform-binary-"));
    bin = mkdtempSync(join(folder, "bin-"));
    cacheDir = join(folder, "cache");
    requested = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const put = (name: string, script: string, mode = 0o755) => {
    writeFileSync(join(bin, name), script, { mode });
    return join(bin, name);
  };
  const find = (env: NodeJS.ProcessEnv = {}, download = { baseUrl, sha256 }) =>
    findTerraform({ cacheDir, env: { PATH: bin, ...env }, download });
  const failure = async (found: Promise<unknown>) => {
    const error = await found.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SetupError);
    return (error as SetupError).message;
  };

  test.each(["1.10.0", "1.11.4", "1.14.0", "2.0.0"])("takes %s on PATH without a download", async (version) => {
    put("terraform", standIn(version));
    expect(await find()).toEqual({ command: "terraform", version, product: "terraform" });
    expect(requested).toEqual([]);
    expect(existsSync(cacheDir)).toBe(false);
  });

  test.each(["TF_CLI_ARGS", "TF_CLI_ARGS_version", "TF_LOG", "TF_LOG_CORE"])(
    "asks without the person's %s, with which it would fail",
    async (name) => {
      put("terraform", standIn("1.11.4").replace("\n", `\nif [ -n "$${name}" ]; then exit 1; fi\n`));
      expect(await find({ [name]: "-nonsense" })).toMatchObject({ command: "terraform" });
      expect(requested).toEqual([]);
    },
  );

  test("distinguishes OpenTofu from terraform", async () => {
    put("terraform", standIn("1.10.5", "OpenTofu v1.10.5"));
    expect(await find()).toEqual({ command: "terraform", version: "1.10.5", product: "opentofu" });
  });

  test("downloads the pinned release where there is none, and does it once", async () => {
    const command = join(cacheDir, `terraform-${PINNED_VERSION}`, "terraform");
    const expected = { command, version: PINNED_VERSION, product: "terraform" };
    expect(await find()).toEqual(expected);
    const path = expect.stringMatching(/^\/terraform\/1\.11\.4\/terraform_1\.11\.4_[a-z]+_(amd|arm)64\.zip$/);
    expect(requested).toEqual([path]);
    expect(statSync(command).mode & 0o777).toBe(0o755);
    expect(readdirSync(join(cacheDir, `terraform-${PINNED_VERSION}`))).toEqual(["terraform"]);

    expect(await find()).toEqual(expected);
    expect(requested).toHaveLength(1);
  });

  test.each([
    ["is too old", standIn("1.5.0"), "'terraform' on PATH is terraform 1.5.0, older than 1.10.0"],
    ["fails", "#!/bin/sh\necho 'no version is set' >&2\nexit 126\n", "no version is set"],
  ])("downloads where the terraform on PATH %s, and says why", async (_, script, why) => {
    put("terraform", script);
    const reported: string[] = [];
    const onProgress = (text: string) => reported.push(text);
    await findTerraform({ cacheDir, env: { PATH: bin }, download: { baseUrl, sha256 }, onProgress });
    expect(reported[0]).toContain(why);
    expect(reported.at(-1)).toBe(`terraform 1.11.4 is in ${join(cacheDir, "terraform-1.11.4")}`);
  });

  test("downloads again where the kept one is damaged", async () => {
    const { command } = await find();
    writeFileSync(command, "damaged");
    expect(await find()).toMatchObject({ command, version: PINNED_VERSION });
    expect(requested).toHaveLength(2);
  });

  test("removes what a process that was killed long ago has left half written, and nothing that is being written", async () => {
    const folder = join(cacheDir, `terraform-${PINNED_VERSION}`);
    mkdirSync(folder, { recursive: true });
    for (const name of ["terraform.long-ago", "terraform.now"]) writeFileSync(join(folder, name), "half");
    utimesSync(join(folder, "terraform.long-ago"), new Date(0), new Date(0));
    await find();
    expect(readdirSync(folder).sort()).toEqual(["terraform", "terraform.now"]);
  });

  test("refuses a download with the wrong checksum and keeps nothing of it", async () => {
    const wrong = "0".repeat(64);
    const message = await failure(find({}, { baseUrl, sha256: wrong }));
    expect(message).toMatch(/^http:\S+\.zip has the wrong SHA-256 and was discarded: /);
    expect(message).toContain(`expected ${wrong}, got ${sha256}; try again, or install terraform 1.10.0 or later`);
    expect(existsSync(cacheDir)).toBe(false);
  });

  test("names the address and the reason when it cannot be reached", async () => {
    const nobody = createServer();
    await new Promise<void>((listening) => nobody.listen(0, "127.0.0.1", listening));
    const closed = `http://127.0.0.1:${(nobody.address() as AddressInfo).port}`;
    await new Promise((free) => nobody.close(free));

    const message = await failure(find({}, { baseUrl: closed, sha256 }));
    expect(message.replace(/[\w.]+\.zip/, "<zip>")).toBe(
      `'terraform' on PATH is missing, and ${closed}/terraform/1.11.4/<zip> cannot be downloaded: ECONNREFUSED; ` +
        "go online, or install terraform 1.10.0 or later yourself and try again",
    );
  });

  test("says so when the download cannot be kept", async () => {
    writeFileSync(cacheDir, "a file where the folder should be");
    expect(await failure(find())).toMatch(/^terraform cannot be stored as \S+\/terraform: E.*; correct the cause/);
  });

  describe("with TERRAFORM_BINARY_NAME", () => {
    test("takes it before the one on PATH, by name or by path", async () => {
      put("terraform", standIn("1.11.0"));
      const tofu = put("tofu", standIn("1.10.1", "OpenTofu v1.10.1"));
      const expected = { version: "1.10.1", product: "opentofu" };
      expect(await find({ TERRAFORM_BINARY_NAME: "tofu" })).toEqual({ ...expected, command: "tofu" });
      expect(await find({ TERRAFORM_BINARY_NAME: tofu })).toEqual({ ...expected, command: tofu });
    });

    test.each([
      ["nowhere", undefined, "is missing"],
      ["old", standIn("1.9.8"), "is terraform 1.9.8, older than 1.10.0"],
      ["other", "#!/bin/sh\necho something else\n", "does not respond to 'version -json': something else"],
    ])("refuses one that is %s, without a download", async (name, script, why) => {
      if (script !== undefined) put(name, script);
      put("terraform", standIn("1.11.0"));
      expect(await failure(find({ TERRAFORM_BINARY_NAME: name }))).toBe(
        `TERRAFORM_BINARY_NAME is '${name}', which ${why}; ` +
          "set it to a terraform or OpenTofu of at least 1.10.0, or unset it",
      );
      expect(requested).toEqual([]);
    });
  });

  test("a PATH of several folders is searched", async () => {
    put("terraform", standIn("1.12.0"));
    expect((await find({ PATH: [join(folder, "none"), bin].join(delimiter) })).version).toBe("1.12.0");
  });
});
