import { execFile, execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, get as httpGet, type IncomingHttpHeaders, type Server } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settingsOf } from "../../../constructs/props/settings";
import type { WebStackProps } from "../../../constructs/props/web-stack-props";
import { userDataFor } from "../../../constructs/user-data";

/*
 * The boot script as an instance gets it, run by bash to its end, and the real NGINX that it starts. Only what a test
 * cannot have stands in: folders of the system are moved below a temporary one, dnf has nothing to install, and
 * systemctl starts NGINX without systemd.
 */

jest.setTimeout(30_000);

/** Folders of the boot script and of NGINX's configuration. */
const SYSTEM_FOLDERS = ["/etc/nginx", "/var/log/nginx", "/usr/share/nginx/html", "/run"];

let root: string;
let app: Server | undefined;

beforeAll(() => {
  try {
    execFileSync("nginx", ["-v"], { stdio: "ignore" });
  } catch {
    throw new Error(
      "these tests run the real NGINX, and there is none on PATH; install it, for example with 'apt install " +
        "nginx' or 'brew install nginx'",
    );
  }
});

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "alb-web-nginx-"));
  // NGINX's workers are another user when it is started by root.
  chmodSync(root, 0o755);
  for (const folder of [...SYSTEM_FOLDERS, "/bin"]) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "etc/nginx/mime.types"), "types { text/html html; }\n");
  program("dnf", `echo "dnf $*" >> ${root}/calls`);
  program("systemctl", `echo "systemctl $*" >> ${root}/calls; exec nginx -c ${root}/etc/nginx/nginx.conf`);
  program(
    "nginx",
    `exec ${execFileSync("sh", ["-c", "command -v nginx"], { encoding: "utf8" }).trim()} -e ` +
      `${root}/var/log/nginx/error.log "$@"`,
  );
});

afterEach(async () => {
  const pidFile = join(root, "run/nginx.pid");
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) : 0;
  if (pid > 0) process.kill(pid, "SIGTERM");
  await new Promise((done) => (app === undefined ? done(undefined) : app.close(done)));
  app = undefined;
  rmSync(root, { recursive: true, force: true });
});

test("installs NGINX, then starts it and keeps it for the next boot", async () => {
  await boot({ appPort: await freePort() });
  expect(readFileSync(join(root, "calls"), "utf8").trim().split("\n")).toEqual([
    "dnf install -y nginx",
    "systemctl enable --now nginx",
  ]);
});

test("answers the health check with 200 and everyone else with the page", async () => {
  const appPort = await freePort();
  await boot({ appPort });
  expect(await get(appPort, "/health")).toMatchObject({ status: 200, body: "ok\n" });
  expect(await get(appPort, "/")).toMatchObject({
    status: 200,
    body: expect.stringContaining("www.example.com is up"),
  });
  expect((await get(appPort, "/missing")).status).toBe(404);
});

test("answers a health check whose path has a query", async () => {
  const appPort = await freePort();
  await boot({ appPort, healthCheck: { path: "/status/live?full=1" } });
  expect((await get(appPort, "/status/live?full=1")).status).toBe(200);
});

test("answers a health check on / with the page", async () => {
  const appPort = await freePort();
  await boot({ appPort, healthCheck: { path: "/" } });
  expect(await get(appPort, "/")).toMatchObject({ status: 200, body: expect.stringContaining("is up") });
});

test("answers the health check on a port of its own too", async () => {
  const [appPort, port] = [await freePort(), await freePort()];
  await boot({ appPort, healthCheck: { port } });
  expect((await get(port, "/health")).status).toBe(200);
  expect((await get(appPort, "/health")).status).toBe(200);
});

test("hands requests and health checks to the app, with the host and what the load balancer added", async () => {
  const [appPort, proxyPort] = [await freePort(), await freePort()];
  const seen: IncomingHttpHeaders[] = [];
  app = createServer((request, response) => {
    seen.push(request.headers);
    response.end(`app says ${request.url}`);
  }).listen(proxyPort, "127.0.0.1");
  await boot({ appPort, server: { proxyPort } });
  expect(await get(appPort, "/health")).toMatchObject({ status: 200, body: "app says /health" });
  expect(
    await get(appPort, "/a?b=c", {
      host: "www.example.com",
      "x-forwarded-proto": "https",
      "x-forwarded-for": "203.0.113.7",
    }),
  ).toMatchObject({ body: "app says /a?b=c" });
  expect(seen.at(-1)).toMatchObject({
    host: "www.example.com",
    "x-forwarded-proto": "https",
    "x-forwarded-for": "203.0.113.7",
  });
});

test("says that the app is down, so that the target becomes unhealthy", async () => {
  const [appPort, proxyPort] = [await freePort(), await freePort()];
  await boot({ appPort, server: { proxyPort } });
  expect((await get(appPort, "/health")).status).toBe(502);
});

test("runs setup once, as it was written, before NGINX starts", async () => {
  const [appPort, proxyPort] = [await freePort(), await freePort()];
  const setup =
    `cat > ${root}/app.txt <<'APP_SETUP_'\n$HOME \${HOME} 'quoted'\nAPP_SETUP_\nAPP_SETUP() { :; }\necho "setup ` +
    `done" >> ${root}/calls`;
  await boot({ appPort, server: { proxyPort, setup } });
  expect(readFileSync(join(root, "app.txt"), "utf8")).toBe("$HOME ${HOME} 'quoted'\n");
  expect(readFileSync(join(root, "calls"), "utf8")).toMatch(/setup done\n(.*\n)*systemctl/);
});

test("does not start NGINX when setup fails", async () => {
  const [appPort, proxyPort] = [await freePort(), await freePort()];
  await expect(boot({ appPort, server: { proxyPort, setup: "false" } })).rejects.toThrow(/exit code 1/);
  expect(readFileSync(join(root, "calls"), "utf8")).not.toContain("systemctl");
});

test("keeps connections longer than the load balancer does", async () => {
  await boot({ appPort: await freePort(), idleTimeoutSec: 120 });
  expect(readFileSync(join(root, "etc/nginx/nginx.conf"), "utf8")).toContain("keepalive_timeout 135s;");
});

/** Runs the boot script to its end. */
function boot(props: Partial<WebStackProps>): Promise<void> {
  let script = userDataFor(settingsOf("web", { domainName: "www.example.com", ...props }));
  for (const folder of SYSTEM_FOLDERS)
    script = script
      .replace(new RegExp(`(?<=[\\s])${folder}(?=/)`, "g"), join(root, folder))
      .replace(`root ${folder};`, `root ${join(root, folder)};`);
  writeFileSync(join(root, "user-data"), script, { mode: 0o755 });
  const env = { ...process.env, PATH: `${join(root, "bin")}:${process.env.PATH}` };
  return new Promise((resolve, reject) => {
    execFile(join(root, "user-data"), { env }, (error, stdout, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`the boot script failed with exit code ${error.code}:\n${stdout}${stderr}`));
    });
  });
}

function program(name: string, line: string): void {
  writeFileSync(join(root, "bin", name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
}

function get(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    httpGet({ host: "127.0.0.1", port, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response
        .on("data", (chunk: Buffer) => chunks.push(chunk))
        .on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    }).on("error", reject);
  });
}

async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
