import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { type BrowserEntrance, startEntrance } from "../../../../cli/serve/browser-entrance";
import { open, send, textOf } from "../../../support/http-requests";
import { type LocalAuthority, localAuthority } from "../../../support/local-authority";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let authority: LocalAuthority;
let secure: Server;
let plain: Server;
let entrance: BrowserEntrance;
let handler: Handler;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  authority = await localAuthority();
  secure = createTlsServer(await authority.certificateFor(["www.example.com", "example.com"]), (...it) =>
    handler(...it),
  );
  plain = createServer((...it) => handler(...it));
  entrance = await startEntrance({
    ca: authority.ca,
    origins: [
      { url: "http://www.example.com/", connect: await listening(plain) },
      { url: "https://www.example.com/", connect: await listening(secure) },
      { url: "https://example.com:8443/", connect: addressOf(secure) },
      { url: "http://plain.example.com/", connect: addressOf(plain) },
      { url: "https://not-covered.example.com/", connect: addressOf(secure) },
      { url: "http://refused.example.com/", connect: { host: "127.0.0.1", port: await freePort() } },
    ],
  });
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
afterAll(async () => {
  await entrance.close();
  for (const server of [secure, plain]) {
    server.closeAllConnections();
    server.close();
  }
});

const addressOf = (server: Server | TcpServer) => ({
  host: "127.0.0.1",
  port: (server.address() as AddressInfo).port,
});

async function listening(server: Server | TcpServer) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return addressOf(server);
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  const { port } = await listening(server);
  server.close();
  return port;
}

const hostOf = (name: string) => `${name}.localhost:${entrance.port}`;
const ask = (name: string, path = "/", options: Parameters<typeof open>[2] = {}) =>
  send(entrance.port, path, { ...options, headers: { host: hostOf(name), ...options.headers } });

/** Responds with what it received. */
const echo: Handler = (asked, response) => {
  void textOf(asked).then((body) => {
    const { method, url, headers } = asked;
    const isTls = "encrypted" in asked.socket;
    response.end(JSON.stringify({ method, url, headers, body, isTls }));
  });
};
const echoed = (body: string) =>
  JSON.parse(body) as {
    method: string;
    url: string;
    headers: IncomingMessage["headers"];
    body: string;
    isTls: boolean;
  };

describe("a request", () => {
  test("reaches the HTTPS origin of its name, with the name as Host and the path unchanged", async () => {
    handler = echo;
    const { body, headers } = await ask("www.example.com", "/a//b/../c?d=%2F");
    expect(echoed(body)).toMatchObject({ url: "/a//b/../c?d=%2F", headers: { host: "www.example.com" }, isTls: true });
    expect(headers["x-alb-web-entrance"]).toMatch(/^https:\/\/www\.example\.com over plain HTTP/);
  });

  test("reaches the HTTP origin of a name without HTTPS", async () => {
    handler = echo;
    const { body } = await ask("plain.example.com");
    expect(echoed(body)).toMatchObject({ headers: { host: "plain.example.com" }, isTls: false });
  });

  test("has the port in its Host if it is not the default", async () => {
    handler = echo;
    expect(echoed((await ask("example.com")).body).headers.host).toBe("example.com:8443");
  });

  test("keeps its method, body and headers; Origin and Referer are those of the site", async () => {
    handler = echo;
    const { body } = await ask("www.example.com", "/form", {
      method: "PUT",
      body: "x".repeat(200_000),
      headers: {
        origin: `http://${hostOf("www.example.com")}`,
        referer: `http://${hostOf("www.example.com")}/from`,
        cookie: "a=1",
        "x-custom": ["1", "2"],
      },
    });
    expect(echoed(body)).toMatchObject({
      method: "PUT",
      body: "x".repeat(200_000),
      headers: {
        origin: "https://www.example.com",
        referer: "https://www.example.com/from",
        cookie: "a=1",
        "x-custom": "1, 2",
        "content-length": "200000",
      },
    });
  });

  test("and its response are streamed in both directions", async () => {
    handler = (asked, response) => {
      response.write("started ");
      asked.on("data", (chunk) => response.write(chunk)).on("end", () => response.end());
    };
    const asked = request({
      host: "127.0.0.1",
      port: entrance.port,
      method: "POST",
      agent: false,
      headers: { host: hostOf("www.example.com"), "transfer-encoding": "chunked" },
    });
    asked.write("first");
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    const chunks = response[Symbol.asyncIterator]();
    let text = "";
    while (text !== "started first") text += String((await chunks.next()).value);
    asked.end(" last");
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) text += String(next.value);
    expect(text).toBe("started first last");
  });

  test.each(["GET", "DELETE", "POST"])("to %s can have a body of unknown length", async (method) => {
    handler = echo;
    const headers = { "transfer-encoding": "chunked" };
    const { body } = await ask("www.example.com", "/", { method, body: "text", headers });
    expect(echoed(body)).toMatchObject({ method, body: "text", headers });
  });

  test("of a name that is not served gets a list of those that are", async () => {
    for (const host of ["other.example.com.localhost", `127.0.0.1:${entrance.port}`, "www.example.com"]) {
      const { status, body, headers } = await send(entrance.port, "/", { headers: { host } });
      expect(status).toBe(404);
      expect(headers["content-type"]).toBe("text/plain; charset=utf-8");
      expect(body).toContain(`http://${hostOf("www.example.com")}/ for https://www.example.com\n`);
      expect(body).toContain(`http://${hostOf("plain.example.com")}/ for http://plain.example.com\n`);
    }
  });

  test("is not sent where the certificate is not valid for the name", async () => {
    handler = () => {
      throw new Error("received");
    };
    const { status, body } = await ask("not-covered.example.com");
    expect(status).toBe(502);
    expect(body).toMatch(/^https:\/\/not-covered\.example\.com did not respond .*altnames/);
  });

  test("is not sent where another authority signed the certificate", async () => {
    const other = await startEntrance({
      ca: (await localAuthority()).ca,
      origins: [{ url: "https://www.example.com/", connect: addressOf(secure) }],
    });
    closing.push(() => other.close());
    const response = await send(other.port, "/", { headers: { host: "www.example.com.localhost" } });
    expect(response.status).toBe(502);
  });

  test("says where nothing listens", async () => {
    expect(await ask("refused.example.com")).toMatchObject({
      status: 502,
      body: expect.stringMatching(/ECONNREFUSED/),
    });
  });
});

describe("a response", () => {
  const answered = async (headers: Record<string, string | string[]>, name = "www.example.com") => {
    handler = (_, response) => response.writeHead(302, headers).end();
    return (await ask(name, "/here")).headers;
  };

  test("redirects within the entrance, also to another scheme, port or name", async () => {
    const locationOf = async (location: string) => (await answered({ location })).location;
    expect(await locationOf("https://www.example.com:443/x")).toBe(`http://${hostOf("www.example.com")}/x`);
    expect(await locationOf("https://example.com:8443/")).toBe(`http://${hostOf("example.com")}/`);
    expect(await locationOf("http://www.example.com/")).toBe(`http://port-80.${hostOf("www.example.com")}/`);
    expect(await locationOf("/relative")).toBe("/relative");
    expect(await locationOf("https://elsewhere.example/")).toBe("https://elsewhere.example/");
  });

  test("has cookies that a browser stores here, and nothing that makes it use HTTPS", async () => {
    const headers = await answered({
      "set-cookie": ["a=1; Secure; Domain=example.com", "b=2; Path=/"],
      "strict-transport-security": "max-age=1",
      "alt-svc": 'h3=":443"',
      "content-security-policy": "default-src 'self'; upgrade-insecure-requests",
      "access-control-allow-origin": "https://www.example.com",
      "content-location": "https://example.com:8443/x",
      "x-kept": "yes",
    });
    expect(headers).toMatchObject({
      "content-location": `http://${hostOf("example.com")}/x`,
      "set-cookie": ["a=1; Domain=example.com.localhost", "b=2; Path=/"],
      "content-security-policy": "default-src 'self'",
      "access-control-allow-origin": `http://${hostOf("www.example.com")}`,
      "x-kept": "yes",
    });
    expect(headers).not.toHaveProperty("strict-transport-security");
    expect(headers).not.toHaveProperty("alt-svc");
  });

  test("has the status and the reason of the listener", async () => {
    handler = (_, response) => response.writeHead(503, "Service Temporarily Unavailable").end("none");
    const response = await open(entrance.port, "/", { headers: { host: hostOf("www.example.com") } });
    expect([response.statusCode, response.statusMessage]).toEqual([503, "Service Temporarily Unavailable"]);
    expect(await textOf(response)).toBe("none");
  });

  test.each(["HEAD", "GET"])("to %s can have no body", async (method) => {
    handler = (_, response) => response.writeHead(method === "HEAD" ? 200 : 304, { etag: '"a"' }).end();
    expect(await ask("www.example.com", "/", { method })).toMatchObject({ body: "", headers: { etag: '"a"' } });
  });

  test("that breaks off breaks off here", async () => {
    handler = (_, response) => {
      response.writeHead(200, { "content-length": "10" });
      response.write("half", () => response.destroy());
    };
    await expect(ask("www.example.com")).rejects.toThrow(/aborted/);
  });
});

describe("no response", () => {
  /** A listener whose way is closed: it accepts the connection, and that is all. */
  async function silent(url: string) {
    const accepted: Socket[] = [];
    const server = createTcpServer((socket) => accepted.push(socket.resume().on("error", () => {})));
    const own = await startEntrance({ ca: authority.ca, origins: [{ url, connect: await listening(server) }] });
    closing.push(
      () => own.close(),
      () => server.close(),
      () => accepted.map((it) => it.destroy()),
    );
    return { server, own };
  }

  test.each(["http://www.example.com/", "https://www.example.com/"])(
    "of %s is none here, and a client that leaves has left there",
    async (url) => {
      const { server, own } = await silent(url);
      const accepted = once(server, "connection") as Promise<[Socket]>;
      const client = connect(own.port, "127.0.0.1");
      let received = "";
      client.on("data", (chunk) => (received += String(chunk)));
      client.write("GET / HTTP/1.1\r\nHost: www.example.com.localhost\r\n\r\n");
      const [behind] = await accepted;
      await once(behind, "data");
      expect([received, client.closed]).toEqual(["", false]);
      const left = once(behind, "close");
      client.destroy();
      await left;
      expect(received).toBe("");
    },
  );

  test("ends with the entrance", async () => {
    const { server, own } = await silent("http://www.example.com/");
    const accepted = once(server, "connection") as Promise<[Socket]>;
    const asked = send(own.port, "/", { headers: { host: "www.example.com.localhost" } });
    const [behind] = await accepted;
    await Promise.all([own.close(), once(behind, "close"), expect(asked).rejects.toThrow(/hang up/)]);
  });

  test("where the listener closes the connection is a closed connection", async () => {
    handler = (asked) => asked.socket.destroy();
    await expect(ask("www.example.com")).rejects.toThrow(/hang up/);
    await expect(ask("plain.example.com")).rejects.toThrow(/hang up/);
  });
});

describe("a WebSocket", () => {
  const opened = (name: string, path = "/") =>
    new WebSocket(`ws://127.0.0.1:${entrance.port}${path}`, {
      headers: { host: hostOf(name), origin: `http://${hostOf(name)}` },
    });

  test.each([
    ["www.example.com", "https"],
    ["plain.example.com", "http"],
  ])("of %s passes in both directions", async (name, scheme) => {
    const sockets = new WebSocketServer({ server: scheme === "https" ? secure : plain });
    closing.push(() => sockets.close());
    const connected = once(sockets, "connection") as Promise<[WebSocket, IncomingMessage]>;
    const client = opened(name, "/chat");
    const [there, asked] = await connected;
    expect([asked.url, asked.headers.host, asked.headers.origin]).toEqual(["/chat", name, `${scheme}://${name}`]);
    const [first, echo] = [once(client, "message"), once(there, "message")];
    there.send("hello");
    expect(String((await first)[0])).toBe("hello");
    client.send("x".repeat(100_000));
    expect(String((await echo)[0])).toBe("x".repeat(100_000));
    const closed = once(client, "close");
    there.close(4000);
    expect((await closed)[0]).toBe(4000);
  });

  test("loses nothing that either side sends with the upgrade", async () => {
    const upgraded = (asked: IncomingMessage, socket: Socket, head: Buffer) => {
      const { connection, upgrade } = asked.headers;
      socket.write(`HTTP/1.1 101 Yes\r\nConnection: ${connection}\r\nUpgrade: ${upgrade}\r\n\r\nfirst `);
      socket.write(head);
      socket.pipe(socket);
    };
    plain.on("upgrade", upgraded);
    closing.push(() => plain.off("upgrade", upgraded));
    const client = connect(entrance.port, "127.0.0.1");
    closing.push(() => client.destroy());
    const lines = [
      `GET / HTTP/1.1`,
      `Host: ${hostOf("plain.example.com")}`,
      "Connection: upgrade",
      "Upgrade: websocket",
    ];
    client.write(`${lines.join("\r\n")}\r\n\r\nearly `);
    let text = "";
    const chunks = client[Symbol.asyncIterator]();
    while (!text.includes("first early ")) text += String((await chunks.next()).value);
    expect(text).toMatch(/^HTTP\/1\.1 101 Yes\r\n/);
    client.write("later");
    while (!text.endsWith("first early later")) text += String((await chunks.next()).value);
  });

  test("that the site refuses is refused with the same status and body", async () => {
    handler = (_, response) => response.writeHead(403).end("no sockets");
    const [, response] = (await once(opened("www.example.com"), "unexpected-response")) as [unknown, IncomingMessage];
    expect([response.statusCode, await textOf(response)]).toEqual([403, "no sockets"]);
  });

  test("of a name that is not served, or where nothing listens, gets the reason", async () => {
    const refused = async (name: string) => {
      const [, response] = (await once(opened(name), "unexpected-response")) as [unknown, IncomingMessage];
      return [response.statusCode, await textOf(response)];
    };
    expect(await refused("other.example.com")).toEqual([404, expect.stringContaining("www.example.com.localhost")]);
    expect(await refused("refused.example.com")).toEqual([502, expect.stringContaining("ECONNREFUSED")]);
  });

  test("ends with the entrance", async () => {
    const sockets = new WebSocketServer({ server: plain });
    closing.push(() => sockets.close());
    const own = await startEntrance({
      ca: authority.ca,
      origins: [{ url: "http://plain.example.com/", connect: addressOf(plain) }],
    });
    const connected = once(sockets, "connection") as Promise<[WebSocket]>;
    const client = new WebSocket(`ws://127.0.0.1:${own.port}`, { headers: { host: "plain.example.com.localhost" } });
    const [there] = await connected;
    await Promise.all([once(client, "close"), once(there, "close"), once(client, "open").then(() => own.close())]);
  });
});

test("addressOf gives the address for a browser: HTTPS first, with the path", () => {
  expect(entrance.addressOf("https://www.example.com/a?b")).toBe(`http://${hostOf("www.example.com")}/a?b`);
  expect(entrance.addressOf("http://www.example.com/a")).toBe(`http://${hostOf("www.example.com")}/a`);
  expect(entrance.addressOf("http://plain.example.com/")).toBe(`http://${hostOf("plain.example.com")}/`);
});
