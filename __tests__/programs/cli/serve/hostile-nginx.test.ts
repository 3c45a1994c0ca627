import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNginx } from "../../../../cli/serve/targets/nginx-program";
import type { RunningProgram } from "../../../../cli/serve/targets/program";
import { findNginx, type Nginx } from "../../../../machine/setup/nginx";
import { targetProgram } from "../../../../path/serve/nginx-configuration";
import { FORBIDDEN_DIRECTIVES, MALFORMED, RUNS_WITHIN_ITS_SITE } from "../../../support/hostile-nginx";

/* Configurations of strangers, in the real NGINX: a request never leaves the private folder. */

let nginx: Nginx;
let root: string;
let program: RunningProgram | undefined;

beforeAll(async () => {
  const found = await findNginx({ cacheDir: ".rehearsal", env: process.env });
  if (found === undefined)
    throw new Error(
      "these tests run the real NGINX, and there is none on PATH; install it, such as 'apt install nginx'",
    );
  nginx = found;
});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "hostile-nginx-"));
  mkdirSync(join(root, "private"), { mode: 0o700 });
  writeFileSync(join(root, "canary.txt"), "root:x: outside\n");
});
afterEach(async () => {
  await program?.close();
  program = undefined;
  rmSync(root, { recursive: true, force: true });
});

/** A URI as a client can send it, which `fetch` would normalize. */
function get(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, agent: false }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk)).on("end", () => resolve(body));
    })
      .on("error", reject)
      .end();
  });
}

const UPWARDS = ["../".repeat(3), "../".repeat(6), "../".repeat(12), "x/" + "../".repeat(7), "%2e%2e/".repeat(6)];
const PATHS = [
  "/etc/passwd",
  "/e/passwd",
  "/canary.txt",
  ...["/", "/r", "/r/", "/static", "/static../", "/etc", "/etc../", "/r..", "/r%2e%2e/"].flatMap((it) => [
    `${it}?f=/etc/passwd`,
    ...UPWARDS.flatMap((up) => [`${it}${up}etc/passwd`, `${it}?f=${up}etc/passwd`, `${it}?f=${up}canary.txt`]),
    `${it}?f=../canary.txt`,
    `${it}?f=../../canary.txt`,
    `${it}?f=../../../../../canary.txt`,
    `${it}?f=../../../../../../canary.txt`,
  ]),
];

function written(text: string): string {
  return (
    `#!/bin/bash\ndnf install -y nginx\ncat > /etc/nginx/nginx.conf <<'NGINX'\n${text}\nNGINX\n` +
    "mkdir -p /usr/share/nginx/html/x\necho x > /usr/share/nginx/html/x/y\nsystemctl start nginx\n"
  );
}

test("the client would see the files without serve", () => {
  expect(readFileSync("/etc/passwd", "utf8")).toContain("root:");
});

test.each(RUNS_WITHIN_ITS_SITE)("$title", async ({ text }) => {
  const found = targetProgram(written(text));
  if (found.kind !== "nginx") throw new Error(found.reason);
  let connections = 0;
  const app = createServer((socket) => {
    connections++;
    socket.end("HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\napp");
  });
  await new Promise((done) => app.listen(0, "127.0.0.1", () => done(undefined)));
  const address = app.address();
  const appPort = typeof address === "object" && address !== null ? address.port : 0;
  try {
    const apps = new Map(found.proxiesTo.map((port) => [port, appPort]));
    program = await startNginx({ nginx, program: found, apps, folder: join(root, "private") });
    const [port = 0] = [...program.listens.values()];
    const shown: string[] = [];
    for (const path of PATHS) if (/root:.:/.test(await get(port, path))) shown.push(path);
    expect(shown).toEqual([]);
    // What it proxies to is a port of serve.
    expect(connections > 0).toBe(found.proxiesTo.some((it) => it !== 80));
  } finally {
    app.close();
  }
});

test("nothing of the others becomes a configuration", () => {
  const all = [...FORBIDDEN_DIRECTIVES, ...MALFORMED];
  expect(all.filter(({ text }) => targetProgram(written(text)).kind === "nginx")).toEqual([]);
});
