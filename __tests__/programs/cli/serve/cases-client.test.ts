import { webcrypto } from "node:crypto";
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createSecureServer } from "node:http2";
import { type AddressInfo, createServer, type Server } from "node:net";
import {
  BasicConstraintsExtension,
  cryptoProvider,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { type Answer, decode, encode } from "dns-packet";
import { asked, type Where } from "../../../serve-cases/client";
import type { Observed } from "../../../serve-cases/observed";
import { type ScriptedApp, startApp } from "../../../serve-cases/scripted-app";
import type { Ask } from "../../../serve-cases/serve-case";

/* The client of the cases sees what a server does, and a case's target does what the case says. */

const closes: (() => unknown)[] = [];
const never = new AbortController().signal;
let app: ScriptedApp;
let where: Where;
let silent: Server;

beforeAll(async () => {
  app = await startApp({
    "/teapot": { status: 418, headers: { "content-type": "text/tea", "set-cookie": "pot=1; Path=/" }, body: "short" },
    "/silent": { status: 200, instead: "silent" },
    "/closes": { status: 200, instead: "closes" },
    "/malformed": { status: 200, instead: "malformed" },
    "/socket": { status: 101, headers: { Connection: "Upgrade", Upgrade: "websocket" } },
  });
  closes.push(app.close);
  const { cert, key } = await selfSigned("www.example.com");
  const secure = createSecureServer({ cert, key, allowHTTP1: true, minVersion: "TLSv1.2", maxVersion: "TLSv1.2" });
  secure.on("request", ({ httpVersion, url }, response) => response.end(`HTTP/${httpVersion} ${url}`));
  await listening(secure);
  silent = createServer();
  await listening(silent);
  where = {
    listeners: [
      { port: 80, listens: app.url.replace("http://", "") },
      { port: 443, listens: listens(secure) },
      { port: 8080, listens: listens(silent) },
    ],
    dns: await nameServer(),
    ca: cert,
  };
});

afterAll(async () => {
  for (const close of closes) await close();
});

async function selfSigned(name: string): Promise<{ cert: string; key: string }> {
  cryptoProvider.set(webcrypto as never);
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: algorithm,
    keys: keys as never,
    extensions: [
      new SubjectAlternativeNameExtension([{ type: "dns", value: name }]),
      new BasicConstraintsExtension(true),
    ],
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return { cert: certificate.toString("pem"), key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n` };
}

async function listening(server: Pick<Server, "listen" | "close" | "address" | "on">): Promise<void> {
  const sockets = new Set<{ destroy: () => unknown }>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", () => done()));
  closes.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((done) => server.close(() => done()));
  });
}

const listens = (server: Pick<Server, "address">) => `127.0.0.1:${(server.address() as AddressInfo).port}`;

const RECORDS: readonly Answer[] = [
  { type: "A", name: "www.example.com", data: "127.0.0.1" },
  { type: "CNAME", name: "blog.example.com", data: "www.example.com" },
  { type: "A", name: "files.example.com", data: "192.0.2.9" },
  { type: "TXT", name: "example.com", data: [Buffer.from("v=spf1 "), Buffer.from("-all")] },
  { type: "CAA", name: "example.com", data: { flags: 0, tag: "issue", value: "amazon.com" } },
];

async function nameServer(): Promise<string> {
  const socket: UdpSocket = createSocket("udp4");
  socket.on("message", (message, from) => {
    const { id, questions: [{ name, type } = { name: "", type: "A" }] = [] } = decode(message);
    const ofName = RECORDS.filter((it) => it.name === name);
    const answers = ofName.filter((it) => it.type === type || it.type === "CNAME");
    const flags = ofName.length === 0 ? 3 : 0;
    socket.send(encode({ type: "response", id, flags, answers: [...answers] }), from.port, from.address);
  });
  await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
  closes.push(() => new Promise<void>((done) => socket.close(() => done())));
  return `127.0.0.1:${socket.address().port}`;
}

const see = (ask: Ask, giveUp = never): Promise<Observed> => asked(ask, where, giveUp);
const get = (path: string, more: object = {}): Ask => ({
  request: { url: `http://www.example.com${path}`, ...more },
});

test.each([
  ["www.example.com", "A", "NOERROR", [{ type: "A", data: "balancer" }]],
  ["blog.example.com", "A", "NOERROR", [{ type: "CNAME", data: "www.example.com" }]],
  ["files.example.com", "A", "NOERROR", [{ type: "A", data: "192.0.2.9" }]],
  ["example.com", "TXT", "NOERROR", [{ type: "TXT", data: "v=spf1 -all" }]],
  ["example.com", "CAA", "NOERROR", [{ type: "CAA", data: '0 issue "amazon.com"' }]],
  ["www.example.com", "AAAA", "NOERROR", []],
  ["none.example.com", "A", "NXDOMAIN", []],
])("DNS: %s %s", async (name, type, rcode, answers) => {
  expect(await see({ dns: { name, type } })).toEqual({ dns: { rcode, answers } });
});

test("a request is sent as it is given, and the response is seen as it is", async () => {
  const { responses } = await see(get("/teapot?a=b", { headers: [["X_Odd.Name", "1"]], method: "PROPFIND" }));
  expect(responses).toMatchObject([
    { status: 418, headers: { "content-type": "text/tea" }, cookies: ["pot=1; Path=/"], body: "short" },
  ]);
  expect(app.requests.at(-1)).toEqual({
    line: "PROPFIND /teapot?a=b",
    headers: { host: "www.example.com", "x_odd.name": "1", "content-length": "0", connection: "close" },
  });
});

test("a Host of its own replaces the URL's, and a body is sent", async () => {
  await see(get("/", { headers: [["Host", "WWW.Example.COM"]], method: "POST", body: "ä=1" }));
  expect(app.requests.at(-1)).toEqual({
    line: "POST /",
    headers: { host: "WWW.Example.COM", "content-length": "4", connection: "close" },
  });
});

test("cookies are kept where the case says so", async () => {
  await see(get("/teapot", { times: 2 }));
  expect(app.requests.at(-1)?.headers.cookie).toBeUndefined();
  await see(get("/teapot", { times: 2, keepsCookies: true }));
  expect(app.requests.slice(-2).map(({ headers }) => headers.cookie)).toEqual([undefined, "pot=1"]);
});

test("health checks are listed apart from requests", async () => {
  await see(get("/", { headers: [["User-Agent", "ELB-HealthChecker/2.0"]] }));
  expect(app.healthChecks).toMatchObject([{ line: "GET /", headers: { "user-agent": "ELB-HealthChecker/2.0" } }]);
});

test("a WebSocket", async () => {
  const headers = [
    ["Connection", "Upgrade"],
    ["Upgrade", "websocket"],
    ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
  ];
  const { responses } = await see(get("/socket", { headers }));
  expect(responses).toMatchObject([
    { status: 101, headers: { upgrade: "websocket", "sec-websocket-accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" } },
  ]);
});

test.each(["/closes", "/malformed"])("instead of a response: %s", async (path) => {
  expect(await see(get(path))).toEqual({ responses: [{ stage: "closed" }] });
});

test("silence ends when it is given up: before a response, and before a handshake", async () => {
  const before = app.requests.length;
  const first = new AbortController();
  const response = see(get("/silent"), first.signal);
  while (app.requests.length === before) await new Promise(setImmediate);
  first.abort();
  expect(await response).toEqual({ responses: [{ stage: "no answer" }] });

  const second = new AbortController();
  silent.once("connection", () => second.abort());
  const handshake = see({ request: { url: "https://www.example.com:8080/" } }, second.signal);
  expect(await handshake).toEqual({ responses: [{ stage: "no answer" }] });
});

test("HTTP/1.1 and HTTP/2 over verified TLS, by a name that is a CNAME only if the certificate has it", async () => {
  const url = "https://www.example.com/a?b=c";
  expect((await see({ request: { url } })).responses).toMatchObject([{ status: 200, body: "HTTP/1.1 /a?b=c" }]);
  expect((await see({ request: { url, httpVersion: "2" } })).responses).toMatchObject([
    { status: 200, body: "HTTP/2.0 /a?b=c" },
  ]);
  expect(await see({ request: { url: "https://blog.example.com/" } })).toEqual({
    responses: [{ stage: "no handshake" }],
  });
});

test("a handshake shows the names, the version and the protocol, or fails", async () => {
  const tls = { serverName: "www.example.com", port: 443, alpn: ["h2", "http/1.1"] };
  expect(await see({ tls })).toEqual({ tls: { certificate: ["www.example.com"], version: "TLSv1.2", alpn: "h2" } });
  expect(await see({ tls: { port: 443 } })).toMatchObject({ tls: { alpn: "" } });
  expect(await see({ tls: { ...tls, minVersion: "TLSv1.3" } })).toEqual({ responses: [{ stage: "no handshake" }] });
});

test("a name that does not lead to the load balancer is not asked", async () => {
  await expect(see({ request: { url: "http://files.example.com/" } })).rejects.toThrow(
    "files.example.com does not resolve to the load balancer",
  );
});
