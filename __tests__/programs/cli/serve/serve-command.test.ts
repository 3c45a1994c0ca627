import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { site } from "../../../serve-cases/site";
import { type RunningProcess, runningProcesses } from "../../../support/processes";
import { PROJECT } from "../../../support/project";
import { writeApp } from "../../../support/synth";

/* `serve` as a person runs it. */

jest.setTimeout(120_000);

const COMMAND = join(PROJECT, "cli", "alb-web.js");

let folder: string;
/** A correct site, whose instances have no boot script. */
let good: string;
const started: ChildProcess[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-serve-test-"));
  good = file("good.tf.json", JSON.stringify(site()));
});
afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const environment = () => ({ ...process.env, XDG_DATA_HOME: join(folder, "data") });

/** Runs it to its end. */
function served(args: readonly string[], input?: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, "serve", ...args], {
    cwd: folder,
    env: environment(),
    encoding: "utf8",
    ...(input !== undefined && { input }),
  });
  return { code: status, out: stdout, said: stderr };
}

interface Ready {
  readonly child: ChildProcess;
  readonly line: string;
  readonly said: () => string;
  /** Resolves with the exit code. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** Starts it, and waits until it is ready. */
async function start(args: readonly string[], until = /./): Promise<Ready> {
  const child = spawn(process.execPath, [COMMAND, "serve", ...args], { cwd: folder, env: environment() });
  started.push(child);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const lines = createInterface({ input: child.stdout });
  const line = await new Promise<string>((resolve, reject) => {
    lines.on("line", (text) => until.test(text) && resolve(text));
    child.once("close", (code) => reject(new Error(`it ended with ${code}: ${said}`)));
  });
  return {
    child,
    line,
    said: () => said,
    end: async (signal) => {
      const closed = once(child, "close") as Promise<[number | null]>;
      child.kill(signal);
      return (await closed)[0];
    },
  };
}

interface Line {
  readonly format_version: string;
  readonly urls: readonly { readonly url: string; readonly connect: string }[];
  readonly listeners: readonly Record<string, unknown>[];
  readonly dns: string;
  readonly ca: string;
  readonly page: string;
  readonly targets: readonly Record<string, unknown>[];
  readonly notModelled: readonly string[];
}

const curl = (...args: readonly string[]) =>
  promisify(require("node:child_process").execFile)("curl", ["-sS", "--max-time", "30", ...args]) as Promise<{
    stdout: string;
  }>;

test("--format json prints one line when the site is ready, with names that others rely on", async () => {
  const { line, end, said } = await start([good, "--format", "json"]);
  const ready = JSON.parse(line) as Line;
  expect(Object.keys(ready)).toEqual([
    "format_version",
    "urls",
    "listeners",
    "dns",
    "ca",
    "page",
    "targets",
    "notModelled",
  ]);
  expect(ready).toMatchObject({
    format_version: "1.0",
    urls: [
      { url: "http://www.example.com/", connect: expect.stringMatching(/^127\.0\.0\.1:\d+$/) },
      { url: "https://www.example.com/", connect: expect.stringMatching(/^127\.0\.0\.1:\d+$/) },
      { url: expect.stringMatching(/^http:\/\/web.*\.elb\.amazonaws\.com\/$/) },
    ],
    listeners: [
      { address: "aws_lb_listener.http", protocol: "HTTP", port: 80 },
      { address: "aws_lb_listener.https", protocol: "HTTPS", port: 443 },
    ],
    dns: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    ca: expect.stringMatching(/\.pem$/),
    page: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\//),
    targets: [
      { address: "aws_instance.web_a", kind: "stand-in", listens: expect.stringMatching(/^127\.0\.0\.1:\d+$/) },
      { address: "aws_instance.web_b", kind: "stand-in" },
    ],
  });
  expect(await end("SIGINT")).toBe(0);
  expect(said()).toBe("");
});

test("the printed curl command follows the redirect to the site, and each request is logged with its reason", async () => {
  const { line, end, said } = await start([good], /^ {2}curl -L .* http:\/\/www\.example\.com\/$/);
  const { stdout } = await curl(...line.trim().split(" ").slice(1));
  expect(stdout).toMatch(/aws_instance\.web_[ab]/);
  expect(await end("SIGTERM")).toBe(0);
  expect(said()).toMatch(
    /^GET http:\/\/www\.example\.com\/: 301 in \d+ ms \(listener: aws_lb_listener\.http redirects to https:\/\/www\.example\.com:443\/\)$/m,
  );
  expect(said()).toMatch(
    /^GET https:\/\/www\.example\.com\/: 200 in \d+ ms \(target: 200 from aws_instance\.web_[ab]: .*; assumed\)$/m,
  );
});

test("--target puts an app of the user at the targets", async () => {
  const app = createServer((request, response) => response.end(`app got ${request.headers["x-forwarded-proto"]}`));
  await once(app.listen(0, "127.0.0.1"), "listening");
  try {
    const { port } = app.address() as AddressInfo;
    const { line, end } = await start([good, "--target", `http://127.0.0.1:${port}`], /^ {2}curl -L .* https:/);
    expect((await curl(...line.trim().split(" ").slice(1))).stdout).toBe("app got https");
    expect(await end("SIGINT")).toBe(0);
  } finally {
    await new Promise((resolve) => app.close(resolve));
  }
});

test("a client that no security group allows is never answered, and the log names the group", async () => {
  const closed = site({ without: ["aws_vpc_security_group_ingress_rule.clients_80"] });
  const { line, end, said } = await start(
    [file("closed.tf.json", JSON.stringify(closed))],
    /^ {2}curl -L .* http:\/\/www\.example\.com\/$/,
  );
  await expect(curl("--max-time", "1", ...line.trim().split(" ").slice(1))).rejects.toMatchObject({ code: 28 });
  expect(await end("SIGINT")).toBe(0);
  expect(said()).toMatch(
    /^connection http:\/\/\*:80: never answered \(listener: aws_security_group\.alb of aws_lb\.web does not allow inbound traffic on port 80 from 203\.0\.113\.10\)$/m,
  );
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s ends NGINX and everything else that was started",
  async (signal) => {
    writeApp(folder, { web: { domainName: "www.example.com" } });
    const { child, line, end } = await start([join(folder, "stacks", "web", "cdk.tf.json"), "--format", "json"]);
    const { targets } = JSON.parse(line) as Line;
    expect(targets.map(({ kind }) => kind)).toEqual(["nginx", "nginx"]);
    const family = familyOf(child.pid ?? 0);
    expect(family.filter(({ command }) => command.includes("nginx")).length).toBeGreaterThanOrEqual(2);
    expect(await end(signal)).toBe(0);
    const left = runningProcesses().filter(({ pid }) => family.some((it) => it.pid === pid));
    expect(left).toEqual([]);
  },
);

/** All processes that a process started, directly or not. */
function familyOf(root: number): RunningProcess[] {
  const all = runningProcesses();
  const family = [{ pid: root }];
  for (const { pid } of family) family.push(...all.filter(({ parent }) => parent === pid));
  return all.filter(({ pid }) => pid !== root && family.some((it) => it.pid === pid));
}

describe("bad input gets one sentence and an exit code", () => {
  const EMPTY = JSON.stringify({ resource: { aws_vpc: { a: { cidr_block: "10.0.0.0/16" } } } });
  test.each<[string, readonly string[], number, RegExp]>([
    ["a file that does not exist", ["missing.json"], 2, /^missing\.json: .*there is no file with this name\.$/m],
    ["a file that is no JSON", ["no.json"], 2, /no\.json.*JSON/],
    ["a file of something else", ["other.json"], 2, /^other\.json: expected the output of `terraform show -json`/],
    ["a file without a load balancer", ["empty.json"], 2, /^empty\.json must contain an Application Load Balancer/],
    ["an unknown stack", ["nosuchstack"], 2, /^<stack> must be a stack of main\.ts: web \(got nosuchstack\)/],
    ["a client that is no address", ["good.tf.json", "--client", "me"], 2, /Must be an IP address/],
    ["a clock that is too fast", ["good.tf.json", "--clock", "0"], 2, /Must be a whole number from 1 to 1000/],
    ["an unknown format", ["good.tf.json", "--format", "xml"], 2, /^--format must be text or json \(got xml\)/],
    [
      "an app that does not respond",
      ["good.tf.json", "--target", "http://127.0.0.1:1"],
      2,
      /^--target must be the URL of a running app/,
    ],
    [
      "an app elsewhere",
      ["good.tf.json", "--target", "http://example.com"],
      2,
      /^--target must be the URL of an app on this machine/,
    ],
  ])("%s", (_, args, code, sentence) => {
    file("no.json", "{ not json");
    file("other.json", "{}");
    file("empty.json", EMPTY);
    const ended = served(args);
    expect([ended.code, ended.out]).toEqual([code, ""]);
    expect(ended.said).toMatch(sentence);
    expect(ended.said.trim().split("\n")).toHaveLength(1);
  });

  test("an authority that cannot be read", async () => {
    const data = join(folder, "data", "alb-web");
    const { end } = await start([good, "--format", "json"]);
    await end("SIGINT");
    const [key] = ["authority.key", "authority-key.pem"].filter((it) => existsSync(join(data, it)));
    const path = join(data, key ?? "");
    const before = readFileSync(path);
    writeFileSync(path, "not a key");
    const ended = served([good]);
    expect([ended.code, ended.out]).toEqual([1, ""]);
    expect(ended.said).toContain(path);
    expect(readFileSync(path, "utf8")).toBe("not a key");
    writeFileSync(path, before);
  });
});
