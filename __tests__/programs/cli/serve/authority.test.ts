import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Authority, openAuthority } from "../../../../cli/serve/authority";

/* Other implementations of TLS accept what the local authority signs, and only for its names. */

const run = promisify(execFile);
let room: string;
let authority: Authority;
let server: Server;
let port: number;

beforeAll(async () => {
  room = mkdtempSync(join(tmpdir(), "authority-test-"));
  authority = await openAuthority(join(room, "authority"));
  const leaf = await authority.leafFor(["www.example.com", "*.app.example.com"]);
  writeFileSync(join(room, "leaf.pem"), leaf.cert);
  server = createServer(leaf, (_, response) => response.end("<title>it works</title>"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(room, { recursive: true, force: true });
});

test("openssl verifies the leaf strictly", async () => {
  const { stdout } = await run("openssl", [
    "verify",
    "-x509_strict",
    "-purpose",
    "sslserver",
    "-CAfile",
    authority.certificateFile,
    join(room, "leaf.pem"),
  ]);
  expect(stdout).toMatch(/leaf\.pem: OK/);
});

test.each<[host: string, exit: number]>([
  ["www.example.com", 0],
  ["x.app.example.com", 0],
  // The peer's certificate was not OK.
  ["x.y.app.example.com", 60],
  ["example.com", 60],
])("curl for %s ends with %s", async (host, exit) => {
  const all = [
    "-sS",
    "--noproxy",
    "*",
    "--cacert",
    authority.certificateFile,
    "--connect-to",
    `${host}:443:127.0.0.1:${port}`,
    `https://${host}/`,
  ];
  const result = await run("curl", all).then(
    ({ stdout }) => stdout,
    ({ code }: { code: number }) => code,
  );
  expect(result).toBe(exit === 0 ? "<title>it works</title>" : exit);
});

test("curl without the authority's certificate refuses it", async () => {
  const all = [
    "-sS",
    "--noproxy",
    "*",
    "--connect-to",
    `www.example.com:443:127.0.0.1:${port}`,
    "https://www.example.com/",
  ];
  await expect(run("curl", all)).rejects.toMatchObject({ code: 60 });
});
