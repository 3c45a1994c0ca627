import { once } from "node:events";
import type { ConnectionOptions } from "node:tls";
import { type ClientOptions, WebSocket, WebSocketServer } from "ws";
import {
  certificateFor,
  client,
  endAll,
  httpTarget,
  type IncomingMessage,
  listener,
  rawResponse,
  rawTarget,
  request,
  type Settings,
} from "../../../support/served-listener";

/* WebSockets through a listener. */

const servers: WebSocketServer[] = [];
afterEach(async () => {
  await endAll();
  for (const server of servers.splice(0)) {
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** @returns a server that sends everything back, and the requests that it received */
async function echo() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  servers.push(server);
  const requests: IncomingMessage[] = [];
  server.on("connection", (socket, incoming) => {
    requests.push(incoming);
    socket.on("error", () => {});
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await once(server, "listening");
  return { port: (server.address() as { port: number }).port, requests, server };
}

async function open(url: string, options = {}): Promise<WebSocket> {
  const socket = new WebSocket(url, options);
  socket.on("error", () => {});
  await once(socket, "open");
  return socket;
}

const cases: readonly (readonly ["HTTP" | "HTTPS", "ws" | "wss"])[] = [
  ["HTTP", "ws"],
  ["HTTPS", "wss"],
];
it.each(cases)("passes messages on both ways over %s", async (protocol, scheme) => {
  const { port: target, requests } = await echo();
  const { context, pem } = await certificateFor("www.example.com");
  const tls = { contextFor: () => context, minVersion: "TLSv1.2", maxVersion: "TLSv1.3" } as const;
  const { port, logged, counts, log } = await listener({ protocol, tls, cookies: ["AWSALB=x"] }, target);
  const upgraded: IncomingMessage[] = [];
  const options: ClientOptions & ConnectionOptions = {
    ca: pem,
    servername: "www.example.com",
    headers: { Host: "www.example.com", Cookie: "a=1" },
  };
  const socket = new WebSocket(`${scheme}://127.0.0.1:${port}/chat?room=1`, ["json"], options);
  socket.on("upgrade", (response) => upgraded.push(response));
  await once(socket, "open");
  for (const size of [1, 1 << 20]) {
    const message = Buffer.alloc(size, "x");
    socket.send(message);
    const [received] = (await once(socket, "message")) as [Buffer];
    expect(received.equals(message)).toBe(true);
  }
  expect(requests[0]?.url).toBe("/chat?room=1");
  expect(requests[0]?.headers).toMatchObject({
    host: "www.example.com",
    cookie: "a=1",
    "x-forwarded-for": "203.0.113.7",
    "x-forwarded-proto": scheme === "ws" ? "http" : "https",
    "sec-websocket-protocol": "json",
  });
  expect(upgraded[0]?.headers["set-cookie"]).toEqual(["AWSALB=x"]);
  expect([counts.done, log.length]).toEqual([0, 0]);
  socket.close();
  expect(await logged(1)).toEqual([
    expect.objectContaining({ status: 101, text: "101 from aws_instance.web[0]: the default action" }),
  ]);
  expect(counts).toEqual({ picked: 1, done: 1 });
});

it("passes on what the client sends right behind its request", async () => {
  const { port: target, requests } = await echo();
  const { port } = await listener({}, target);
  const socket = await client(port);
  const head =
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  // A masked text frame "hi", with a mask of zeros.
  socket.write(Buffer.concat([Buffer.from(head), Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69])]));
  while (!socket.seen().endsWith("\x81\x02hi")) await once(socket, "data");
  expect(requests).toHaveLength(1);
  socket.destroy();
});

it("closes the other side when one side leaves", async () => {
  const { port: target, server } = await echo();
  const { port, logged } = await listener({}, target);
  const first = await open(`ws://127.0.0.1:${port}`);
  for (const socket of server.clients) socket.terminate();
  await once(first, "close");
  const second = await open(`ws://127.0.0.1:${port}`);
  const [socket] = server.clients;
  second.terminate();
  await once(socket!, "close");
  expect(await logged(2)).toHaveLength(2);
});

it("is closed when nothing passes for the idle timeout", async () => {
  const { port: target } = await echo();
  const { port, logged } = await listener({ idleTimeoutMs: 2_000 }, target);
  const socket = await open(`ws://127.0.0.1:${port}`);
  const [code] = await once(socket, "close");
  expect(code).toBe(1006);
  expect((await logged(1))[0]).toMatchObject({ status: 101 });
});

it("ends with the listener", async () => {
  const { port: target } = await echo();
  const { port, close, log, counts } = await listener({}, target);
  const socket = await open(`ws://127.0.0.1:${port}`);
  await Promise.all([close(), once(socket, "close")]);
  expect(log).toHaveLength(1);
  expect(counts).toEqual({ picked: 1, done: 1 });
});

const text = "t";
const none: Settings = { picked: { kind: "none", cause: { hop: "target-group", address: "a", text } } };
const refusing: readonly { status: number; settings: Settings; target?: () => Promise<number> }[] = [
  { status: 503, settings: none },
  { status: 502, settings: {} },
  {
    status: 504,
    settings: {
      droppedTimeoutMs: 20,
      backend: { way: { kind: "closed", cause: { hop: "target", address: "a", text } } },
    },
  },
  { status: 504, settings: { idleTimeoutMs: 2_000 }, target: () => rawTarget(() => {}) },
  { status: 502, settings: {}, target: () => rawResponse("nonsense\r\n\r\n") },
  {
    status: 426,
    settings: {},
    target: () => rawResponse("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno"),
  },
];
it.each(refusing)("responds $status without a WebSocket", async ({ status, settings, target }) => {
  const { port, logged, counts } = await listener(settings, await target?.());
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  socket.on("error", () => {});
  const [sent, response] = (await once(socket, "unexpected-response")) as [{ destroy: () => void }, IncomingMessage];
  expect(response.statusCode).toBe(status);
  expect(response.headers.connection).toBe("close");
  await response.toArray();
  sent.destroy();
  expect(await logged(1)).toEqual([expect.objectContaining({ status })]);
  expect(counts.done).toBe(counts.picked);
});

it("ignores other upgrades: the request is an ordinary one, with its body", async () => {
  const { port: target } = await httpTarget((incoming, response) => {
    response.setHeader("x-upgrade", incoming.headers.upgrade ?? "none");
    incoming.pipe(response);
  });
  const { port } = await listener({}, target);
  const headers = { Upgrade: "h2c", Connection: "Upgrade, HTTP2-Settings", "HTTP2-Settings": "AAMAAABk" };
  const response = await request(port, { method: "POST", headers: { ...headers, "Content-Length": "5" } }, "hello");
  expect(response).toMatchObject({ status: 200, body: "hello", headers: { "x-upgrade": "none" } });
  // The connection serves further requests.
  const head = "POST / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\nhi";
  const socket = await client(port);
  socket.write(head);
  const [first] = (await once(socket, "data")) as [Buffer];
  socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const [second] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  const seen = `${first}${second}`;
  expect(seen.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
});

it("survives a client that resets its connection at each moment", async () => {
  const { port: target } = await echo();
  const { port, counts } = await listener({}, target);
  const head =
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  for (let turns = 0; turns < 20; turns += 1) {
    const socket = await client(port);
    socket.write(head);
    for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
    socket.resetAndDestroy();
  }
  const last = await open(`ws://127.0.0.1:${port}`);
  last.terminate();
  while (counts.picked === 0 || counts.done < counts.picked) await new Promise(setImmediate);
  expect(counts.done).toBe(counts.picked);
});
