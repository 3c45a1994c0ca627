import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer } from "../../../../path/serve/decisions";
import { certificateFor, endAll, FORWARD, httpTarget, listener } from "../../../support/served-listener";

/* Listeners, as curl sees them. */

const NAME = "www.example.com";
let room: string;
beforeAll(() => {
  room = mkdtempSync(join(tmpdir(), "alb-web-curl-"));
});
afterEach(endAll);
afterAll(() => rmSync(room, { recursive: true }));

/** @returns what curl prints, and its exit code */
function curl(...args: string[]): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    execFile(
      "curl",
      ["--silent", "--show-error", "--noproxy", "*", ...args],
      { encoding: "utf8" },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), out: stdout + stderr }),
    );
  });
}

async function site(target: number) {
  const { context, pem } = await certificateFor(NAME);
  const ca = join(room, "ca.pem");
  writeFileSync(ca, pem);
  const tls = { contextFor: () => context, minVersion: "TLSv1.2", maxVersion: "TLSv1.3" } as const;
  const redirect: Answer = {
    kind: "redirect",
    status: 301,
    location: `https://${NAME}:443/`,
    cause: { hop: "listener", address: "aws_lb_listener.http", text: "redirects" },
  };
  const https = await listener({ protocol: "HTTPS", tls, answer: () => FORWARD }, target);
  const http = await listener({ answer: () => redirect });
  const ways = [443, 80].map((port, at) => ["--connect-to", `${NAME}:${port}:127.0.0.1:${[https, http][at]?.port}`]);
  return { https, http, ca, to: ways.flat() };
}

it("follows the redirect to HTTPS and gets the site over HTTP/2", async () => {
  const { port } = await httpTarget((_request, response) => response.end("the site"));
  const { ca, to } = await site(port);
  const format = "\n%{http_version} %{num_redirects} %{url_effective}";
  const { code, out } = await curl("--location", "--cacert", ca, ...to, "--write-out", format, `http://${NAME}/`);
  expect([code, out]).toEqual([0, `the site\n2 1 https://${NAME}:443/`]);
});

it("uploads over HTTP/1.1, with 100 Continue, and over HTTP/2", async () => {
  const { port } = await httpTarget((incoming, response) => {
    let length = 0;
    incoming.on("data", (chunk) => (length += chunk.length)).on("end", () => response.end(String(length)));
  });
  const { ca, to } = await site(port);
  const file = join(room, "large");
  writeFileSync(file, Buffer.alloc(5 << 20));
  for (const version of ["--http1.1", "--http2"]) {
    const { out } = await curl(
      version,
      "--cacert",
      ca,
      ...to,
      "--header",
      "Expect: 100-continue",
      "--upload-file",
      file,
      `https://${NAME}/`,
    );
    expect(out).toBe(String(5 << 20));
  }
});

it.each(["1.2", "1.3"])("that does not trust the certificate is logged, with TLS %s", async (version) => {
  const { port } = await httpTarget((_request, response) => response.end());
  const { https, to } = await site(port);
  const { code } = await curl(...to, "--tls-max", version, `https://${NAME}/`);
  expect(code).toBe(60);
  expect(await https.logged(1)).toEqual([
    expect.objectContaining({ hop: "tls", text: expect.stringContaining("does not trust") }),
  ]);
});
