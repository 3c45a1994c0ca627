import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type RunningTarget, startTarget, type TargetOptions } from "../../../../cli/serve/targets";
import { appAddress } from "../../../../cli/serve/targets/app";
import { settingsOf } from "../../../../constructs/props/settings";
import type { WebStackProps } from "../../../../constructs/props/web-stack-props";
import { userDataFor } from "../../../../constructs/user-data";
import { findNginx, type Nginx } from "../../../../machine/setup/nginx";
import { targetProgram } from "../../../../path/serve/nginx-configuration";
import { runningProcesses } from "../../../support/processes";
import { PROJECT } from "../../../support/project";

/* Instances whose boot script starts NGINX, with the real one. */

let nginx: Nginx;
const targets: RunningTarget[] = [];
const apps: Server[] = [];

beforeAll(async () => {
  const found = await findNginx({ cacheDir: join(PROJECT, ".rehearsal"), env: process.env });
  if (found === undefined)
    throw new Error(
      "these tests run the real NGINX, and there is none on PATH; install it, such as 'apt install nginx'",
    );
  nginx = found;
});
afterEach(async () => {
  await Promise.all(targets.splice(0).map((it) => it.close()));
  for (const it of apps.splice(0)) it.close();
  expect(processesOf(process.pid)).toEqual([]);
  expect(foldersOf(process.pid)).toEqual([]);
});

/** The private folders of a process. */
function foldersOf(pid: number): string[] {
  return readdirSync(tmpdir()).filter((it) => it.startsWith(`alb-web-serve-${pid}-`));
}

function processesOf(pid: number) {
  return runningProcesses().filter((it) => it.pid !== pid && it.command.includes(`alb-web-serve-${pid}-`));
}

const own = (props: Partial<WebStackProps> = {}) =>
  userDataFor(settingsOf("web", { domainName: "www.example.com", ...props }));
const script = (lines: string) => `#!/bin/bash\ndnf install -y nginx\n${lines}\nsystemctl start nginx\n`;

async function start(userData: string, options: Partial<TargetOptions> = {}): Promise<RunningTarget> {
  const target = await startTarget(targetProgram(userData), {
    id: "aws_instance.web[0]",
    ports: [80],
    nginx,
    ...options,
  });
  targets.push(target);
  return target;
}

function get(target: RunningTarget, port: number, path: string, headers: Record<string, string> = {}) {
  return fetch(`http://127.0.0.1:${target.listens.get(port)}${path}`, { headers, redirect: "manual" });
}

async function app(): Promise<{ url: string; seen: IncomingHttpHeaders[]; server: Server }> {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    response.end(`app ${request.url}`);
  }).listen(0, "127.0.0.1");
  apps.push(server);
  await new Promise((done) => server.once("listening", done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, server };
}

describe("this project's own user data", () => {
  test("serves its page and its health check", async () => {
    const target = await start(own());
    expect([target.kind, [...target.listens.keys()]]).toEqual(["nginx", [80]]);
    const page = await get(target, 80, "/");
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html"]);
    expect(await page.text()).toContain("www.example.com is up");
    expect(page.headers.get("server")).toBe("nginx");
    expect(await (await get(target, 80, "/health")).text()).toBe("ok\n");
    expect((await get(target, 80, "/missing")).status).toBe(404);
  });

  test("serves on its own port and on that of health checks", async () => {
    const target = await start(own({ appPort: 8080, healthCheck: { port: 9000, path: "/live?full=1" } }));
    expect([...target.listens.keys()]).toEqual([8080, 9000]);
    for (const port of [8080, 9000]) expect((await get(target, port, "/live?full=1")).status).toBe(200);
  });

  test("proxies to a stand-in, which says so in each response", async () => {
    const target = await start(own({ server: { proxyPort: 3000 } }));
    expect(target).toMatchObject({ kind: "nginx", behind: "stand-in" });
    expect([...target.listens.keys()]).toEqual([80]);
    const response = await get(target, 80, "/health");
    expect([response.status, response.headers.get("x-alb-web-stand-in")]).toEqual([
      200,
      "the app on the instance is not run",
    ]);
  });

  test("proxies to the app of the user, with the host and what the load balancer added", async () => {
    const { url, seen } = await app();
    const target = await start(own({ server: { proxyPort: 3000 } }), { app: appAddress(url) });
    expect(target).toMatchObject({ kind: "nginx", behind: "app" });
    const response = await get(target, 80, "/a?b=c", { "x-forwarded-proto": "https" });
    expect([await response.text(), response.headers.get("x-alb-web-stand-in")]).toEqual(["app /a?b=c", null]);
    expect(seen[0]).toMatchObject({ "x-forwarded-proto": "https", host: expect.stringContaining("127.0.0.1") });
  });

  test("returns 502 when the app of the user has ended", async () => {
    const { url, server } = await app();
    const target = await start(own({ server: { proxyPort: 3000 } }), { app: appAddress(url) });
    await new Promise((done) => server.close(done));
    const response = await get(target, 80, "/");
    expect([response.status, await response.text()]).toEqual([502, `alb-web: no app answers at ${url}\n`]);
  });
});

describe("other user data", () => {
  test("serves the page of a script in the package's configuration", async () => {
    const target = await start(script("echo '<h1>Hi</h1>' > /usr/share/nginx/html/index.html"));
    expect(await (await get(target, 80, "/")).text()).toBe("<h1>Hi</h1>\n");
  });

  test("keeps what a location captured", async () => {
    const conf = "server { listen 8080; location ~ ^/a/(?<name>\\w+)/(.*)$ { return 200 $name-$2; } }";
    const target = await start(script(`cat > /etc/nginx/conf.d/a.conf <<'EOF'\n${conf}\nEOF`));
    expect(await (await get(target, 8080, "/a/b/c/d")).text()).toBe("b-c/d");
  });

  test("redirects to a folder without a port", async () => {
    const target = await start(script("echo x > /usr/share/nginx/html/a/index.html"));
    const response = await get(target, 80, "/a");
    expect([response.status, response.headers.get("location")]).toEqual([301, "http://127.0.0.1/a/"]);
  });

  test.each([
    [
      "set $request_filename /etc/passwd;",
      /^NGINX refuses the configuration: the duplicate "request_filename" variable/,
    ],
    [
      "location ~ ^/(?<document_root>.*)$ { }",
      /^NGINX refuses the configuration: the duplicate "document_root" variable/,
    ],
    ["return 200 $nobody_knows;", /^NGINX refuses the configuration: unknown "nobody_knows" variable/],
  ])("is a stand-in with NGINX's own message for: %s", async (inside, reason) => {
    const target = await start(script(`cat > /etc/nginx/conf.d/a.conf <<'EOF'\nserver { listen 80; ${inside} }\nEOF`));
    expect(target).toMatchObject({ kind: "stand-in", reason: expect.stringMatching(reason) });
    expect(target.reason).not.toContain(tmpdir());
    expect((await get(target, 80, "/health")).headers.get("x-alb-web-stand-in")).toBe(target.reason);
  });
});

test("without NGINX, a stand-in names the reason and how to get it", async () => {
  const target = await start(own(), { nginx: undefined });
  expect(target).toMatchObject({
    kind: "stand-in",
    reason: expect.stringMatching(/^NGINX is not on PATH; install it, /),
  });
  const response = await get(target, 80, "/health");
  expect([response.status, response.headers.get("x-alb-web-stand-in")]).toEqual([200, target.reason]);
  expect(await response.text()).toContain("aws_instance.web[0]");
});

test("the private folder is for the user alone", async () => {
  await start(own());
  const [name = ""] = foldersOf(process.pid);
  expect(statSync(join(tmpdir(), name)).mode & 0o777).toBe(0o700);
});

test("NGINX gets no environment and no terminal", async () => {
  await start(own());
  const [found] = processesOf(process.pid).filter((it) => it.command.startsWith(nginx.executable));
  expect(found).toBeDefined();
  if (process.platform !== "linux") return;
  expect(readFileSync(`/proc/${found?.pid}/environ`, "utf8")).not.toContain("HOME=");
});

describe("stopping and starting", () => {
  test.each<[string, () => Promise<RunningTarget>]>([
    ["NGINX", () => start(own())],
    ["a stand-in", () => start(own(), { nginx: undefined })],
    ["NGINX with an app", () => start(own({ server: { proxyPort: 3000 } }))],
  ])("%s refuses connections until it is started on the same port", async (_, begin) => {
    const target = await begin();
    const port = target.listens.get(80);
    for (let round = 0; round < 3; round++) {
      await target.stop();
      expect(target.isRunning()).toBe(false);
      await expect(get(target, 80, "/")).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
      await target.start();
      expect([target.isRunning(), target.listens.get(80)]).toEqual([true, port]);
      expect((await get(target, 80, "/health")).status).toBe(200);
    }
  });

  test("a button that is pressed twice does nothing twice", async () => {
    const target = await start(own());
    await Promise.all([target.stop(), target.stop(), target.start(), target.start(), target.stop(), target.start()]);
    expect((await get(target, 80, "/")).status).toBe(200);
  });

  test("a stopped one can be closed", async () => {
    const target = await start(own());
    await target.stop();
    await target.close();
  });
});

test("NGINX ends when this program is killed", async () => {
  const child = startedElsewhere();
  try {
    const port = await portPrintedBy(child);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    const ours = processesOf(child.pid ?? 0);
    expect(ours.length).toBeGreaterThan(0);
    child.kill("SIGKILL");
    while (processesOf(child.pid ?? 0).length > 0) await sleep(20);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
  } finally {
    child.kill("SIGKILL");
    for (const name of foldersOf(child.pid ?? 0)) rmSync(join(tmpdir(), name), { recursive: true });
  }
});

/** A program that starts an instance, prints its port, and goes on. */
function startedElsewhere(): ChildProcess {
  const text = `
    const { startTarget } = require("./cli/serve/targets");
    const { targetProgram } = require("./path/serve/nginx-configuration");
    const options = { id: "a", ports: [80], nginx: ${JSON.stringify(nginx)} };
    startTarget(targetProgram(${JSON.stringify(own())}), options).then((it) => console.log(it.listens.get(80)));
    setInterval(() => {}, 1000);
  `;
  return spawn(process.execPath, ["-r", "./cli/typescript.js", "-e", text], {
    cwd: PROJECT,
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function portPrintedBy(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error("it has no output");
  for await (const line of createInterface({ input: child.stdout })) return Number(line);
  throw new Error("it printed no port");
}
