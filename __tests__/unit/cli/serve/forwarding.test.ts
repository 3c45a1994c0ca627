import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  type Connection,
  client,
  endAll,
  exchangeOf,
  httpTarget,
  listener,
  rawResponse,
  rawTarget,
  request,
  responseTo,
  type ServerResponse,
  upload,
} from "../../../support/served-listener";

/* What clients see of targets: their responses, their failures, and bodies in both directions. */

afterEach(endAll);

const GET = "GET / HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

describe("a target that responds", () => {
  it("is named in the log, with its status", async () => {
    const { port: target } = await httpTarget((_request, response) => response.writeHead(404).end("no"));
    const { port, logged, counts } = await listener({}, target);
    expect(await request(port)).toMatchObject({ status: 404, body: "no" });
    expect(await logged(1)).toEqual([
      expect.objectContaining({
        status: 404,
        hop: "target",
        text: "404 from aws_instance.web[0]: the default action",
        target: "aws_instance.web[0]",
        isAssumed: false,
      }),
    ]);
    expect(counts).toEqual({ picked: 1, done: 1 });
  });

  it.each([
    ["a stand-in", { kind: "stand-in" }],
    [
      "a target behind a way that is assumed",
      { way: { kind: "assumed", cause: { hop: "target", address: "a", text: "t" } } },
    ],
  ] as const)("is assumed if it is %s", async (_name, backend) => {
    const { port: target } = await httpTarget((_request, response) => response.end("x"));
    const { port, logged } = await listener({ backend }, target);
    expect(await request(port)).toMatchObject({ status: 200, body: "x" });
    expect((await logged(1))[0]).toMatchObject({ isAssumed: true, status: 200 });
  });

  it("keeps its connection for the next request", async () => {
    let connections = 0;
    const { port: target, server } = await httpTarget((_request, response) => response.end("x"));
    server.on("connection", () => (connections += 1));
    const { port } = await listener({}, target);
    for (let at = 0; at < 5; at += 1) expect((await request(port)).body).toBe("x");
    expect(connections).toBe(1);
  });

  it("receives method, path and query as sent", async () => {
    const { port: target } = await httpTarget(({ method, url }, response) => response.end(`${method} ${url}`));
    const { port } = await listener({}, target);
    expect((await request(port, { method: "PROPFIND", path: "/a%2Fb/../c?d=%20&e" })).body).toBe(
      "PROPFIND /a%2Fb/../c?d=%20&e",
    );
    expect(await exchangeOf(port, GET.replace("/", "http://www.example.com/x?y"))).toContain("GET /x?y");
  });
});

describe("a target that fails", () => {
  const faults: readonly (readonly [string, number, () => Promise<number | undefined>])[] = [
    ["nothing listens on port 8080 of", 502, async () => undefined],
    [
      "refused the connection on port 8080",
      502,
      async () => {
        const { port, server } = await httpTarget(() => {});
        server.close();
        await once(server, "close");
        return port;
      },
    ],
    ["closed the connection before it responded", 502, () => rawTarget((socket) => socket.end())],
    [
      "closed the connection before it responded",
      502,
      () => rawTarget((socket) => socket.once("data", () => socket.resetAndDestroy())),
    ],
    ["malformed response", 502, () => rawResponse("nonsense\r\n\r\n")],
    ["malformed response", 502, () => rawResponse("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")],
    ["malformed response", 502, () => rawResponse("HTTP/1.1 200 OK\r\nA b: c\r\n\r\n")],
    ["closed the connection before it responded", 502, () => rawResponse("HTTP/1.1 200 OK\r\nContent-Le", true)],
    ["malformed response", 502, () => rawResponse("HTTP/1.1 101 Switching\r\n\r\n")],
    ["more than 32 KB", 502, () => rawResponse(`HTTP/1.1 200 OK\r\nA: ${"a".repeat(33 * 1024)}\r\n\r\n`)],
    ["did not respond in time", 504, () => rawTarget(() => {})],
  ];
  it.each(faults)("%s: %i", async (text, status, target) => {
    const { port, logged, counts } = await listener({ idleTimeoutMs: status === 504 ? 50 : 60_000 }, await target());
    const response = await request(port);
    expect(response).toMatchObject({ status, headers: { server: "awselb/2.0", "content-type": "text/html" } });
    expect(response.body).toContain(`<h1>${status === 502 ? "502 Bad Gateway" : "504 Gateway Time-out"}</h1>`);
    const [entry] = await logged(1);
    expect(entry).toMatchObject({ status, hop: "target", text: expect.stringContaining(text) });
    expect(entry?.text).toContain("aws_instance.web[0]");
    expect(counts).toEqual({ picked: 1, done: 1 });
  });

  it("keeps the client's connection", async () => {
    const { port } = await listener({});
    const socket = await client(port);
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2) + GET);
    await socket.gone;
    expect(socket.seen().match(/502 Bad Gateway\r\n/g)).toHaveLength(3);
  });

  it("behind a closed way is not connected to, and 504 after the time for connections", async () => {
    let connections = 0;
    const { port: target, server } = await httpTarget((_request, response) => response.end());
    server.on("connection", () => (connections += 1));
    const way = { kind: "closed", cause: { hop: "target", address: "sg", text: "sg allows port 80 only" } } as const;
    const { port, logged } = await listener({ droppedTimeoutMs: 30, backend: { way } }, target);
    expect((await request(port)).status).toBe(504);
    expect((await logged(1))[0]).toMatchObject({ status: 504, hop: "target", text: "504: sg allows port 80 only" });
    expect(connections).toBe(0);
  });

  it("behind a closed way is forgotten when the client leaves", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const way = { kind: "closed", cause: { hop: "target", address: "sg", text: "closed" } } as const;
    const { port, logged, counts, close } = await listener({ backend: { way } });
    const socket = await client(port);
    socket.write(GET);
    while (counts.picked === 0) await new Promise(setImmediate);
    const during = timers();
    socket.destroy();
    const [entry] = await logged(1);
    expect(entry).not.toHaveProperty("status");
    expect(counts.done).toBe(1);
    await close();
    expect(timers()).toBeLessThan(during);
  });

  it.each([
    ["ends", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", true, 60_000],
    ["ends a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", true, 60_000],
    ["sends no chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nnonsense", false, 60_000],
    ["stalls", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", false, 50],
  ])(
    "in the middle of a response breaks the client's connection: it %s",
    async (_name, bytes, isEnded, idleTimeoutMs) => {
      const { port, logged, counts } = await listener({ idleTimeoutMs }, await rawResponse(bytes, isEnded));
      const seen = await exchangeOf(port, GET.replace("close", "keep-alive"));
      expect(seen).not.toMatch(/\r\n0\r\n\r\n$/);
      expect((await logged(1))[0]).toMatchObject({ status: 200, hop: "target", target: "aws_instance.web[0]" });
      expect(counts.done).toBe(1);
    },
  );
});

describe("a client that leaves", () => {
  it("ends the request to the target, before and in a response", async () => {
    for (const bytes of ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"]) {
      let gone: Promise<unknown> | undefined;
      const target = await rawTarget((socket) => {
        gone = new Promise((resolve) => socket.once("close", resolve));
        socket.once("data", () => socket.write(bytes));
      });
      const { port, logged, counts } = await listener({}, target);
      const socket = await client(port);
      socket.write(GET);
      while (gone === undefined || !socket.seen().endsWith(bytes.slice(-4))) await new Promise(setImmediate);
      socket.resetAndDestroy();
      await gone;
      expect(await logged(1)).toHaveLength(1);
      expect(counts.done).toBe(1);
    }
  });

  it("in the middle of its body ends the request to the target", async () => {
    let target: Connection | undefined;
    const port = await rawTarget((socket) => (target = socket));
    const front = await listener({}, port);
    const socket = await client(front.port);
    socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
    while (target === undefined) await new Promise(setImmediate);
    await once(target, "data");
    socket.destroy();
    await once(target, "close");
    expect(await front.logged(1)).toHaveLength(1);
  });

  it("stalls in its body receives 408", async () => {
    const port = await rawTarget((socket) => socket.resume());
    const front = await listener({ idleTimeoutMs: 2_000 }, port);
    const socket = await client(front.port);
    socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
    const [entry] = await front.logged(1);
    expect(entry).toMatchObject({ status: 408 });
    socket.destroy();
  });
});

describe("bodies", () => {
  it.each([
    ["with a length", { "Content-Length": "5" }, "5", undefined],
    ["in chunks", { "Transfer-Encoding": "chunked" }, undefined, "chunked"],
  ])("of requests pass %s", async (_name, headers, length, encoding) => {
    const { port: target } = await httpTarget((incoming, response) => {
      const { "content-length": received, "transfer-encoding": chunked } = incoming.headers;
      incoming.pipe(response.writeHead(200, { "x-length": received ?? "", "x-encoding": chunked ?? "" }));
    });
    const { port } = await listener({}, target);
    const response = await request(port, { method: "POST", headers }, "hello");
    expect(response.body).toBe("hello");
    expect(response.headers).toMatchObject({ "x-length": length ?? "", "x-encoding": encoding ?? "" });
  });

  it("are asked for by the load balancer where the client waits for that", async () => {
    const { port: target } = await httpTarget((incoming, response) => {
      incoming.pipe(response.writeHead(200, { "x-expect": incoming.headers.expect ?? "none" }));
    });
    const { port } = await listener({}, target);
    const sent = upload(port, { Expect: "100-continue", "Content-Length": "3" });
    sent.flushHeaders();
    await once(sent, "continue");
    sent.end("abc");
    const response = await responseTo(sent);
    expect(response.headers["x-expect"]).toBe("none");
    expect((await response.toArray()).join("")).toBe("abc");
  });

  it("are not asked for where a rule responds; the connection ends, as the client may send it or not", async () => {
    const cause = { hop: "listener", address: "a", text: "t" } as const;
    const { port } = await listener({
      answer: () => ({ kind: "fixed", status: 403, contentType: "", body: "", cause }),
    });
    const seen = await exchangeOf(
      port,
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n",
    );
    expect(seen).toMatch(/^HTTP\/1\.1 403 /);
    expect(seen).toContain("Connection: close");
  });

  it("that a target answers early do not hold up the next request", async () => {
    const { port: target } = await httpTarget((incoming, response) => {
      if (incoming.method === "POST") response.writeHead(413).end("too large");
      else response.end("next");
    });
    const { port, logged } = await listener({}, target);
    const socket = await client(port);
    socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n");
    while (!socket.seen().includes("413 Payload Too Large")) await once(socket, "data");
    await logged(1);
    socket.write("x".repeat(300_000) + GET);
    await socket.gone;
    expect(socket.seen()).toMatch(/\r\n\r\nnext$/);
  });

  it("of 200 MB pass both ways", async () => {
    const { port: target } = await httpTarget((incoming, response) => incoming.pipe(response));
    const { port } = await listener({}, target);
    const block = randomBytes(1 << 20);
    const [up, down] = [createHash("sha256"), createHash("sha256")];
    const sent = upload(port);
    const arrived = responseTo(sent).then(async (response) => {
      for await (const chunk of response) {
        down.update(chunk);
      }
    });
    for (let at = 0; at < 200; at += 1) {
      up.update(block);
      if (!sent.write(block)) await once(sent, "drain");
    }
    sent.end();
    await arrived;
    expect(down.digest("hex")).toBe(up.digest("hex"));
  });

  /** Writes without an end, and counts what was accepted. */
  function pour(into: { write: (chunk: Buffer) => boolean; once: (event: "drain", more: () => void) => unknown }) {
    const poured = { bytes: 0 };
    const block = Buffer.alloc(1 << 16);
    const more = () => {
      let isAccepted = true;
      while (isAccepted && poured.bytes < 300 << 20) {
        isAccepted = into.write(block);
        poured.bytes += block.length;
      }
      into.once("drain", more);
    };
    more();
    return poured;
  }

  /** Waits until the buffers of all sockets are full: for a while, nothing more has been accepted. */
  async function full(poured: () => number): Promise<number> {
    for (let last = -1; last !== poured() || last === 0; ) {
      last = poured();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    return poured();
  }

  it("wait for a client that does not read", async () => {
    const responses: { poured: { bytes: number }; response: ServerResponse }[] = [];
    const { port: origin } = await httpTarget((_request, response) => {
      responses.push({ poured: pour(response), response });
    });
    const { port, counts } = await listener({}, origin);
    const socket = await client(port);
    socket.pause();
    socket.write(GET);
    expect(await full(() => responses[0]?.poured.bytes ?? 0)).toBeLessThan(64 << 20);
    expect(counts.done).toBe(0);
    socket.destroy();
    await once(responses[0]!.response, "close");
  });

  it("wait for a target that does not read", async () => {
    const target = await rawTarget((socket) => socket.pause());
    const { port, close, log } = await listener({}, target);
    const sent = upload(port);
    sent.on("error", () => {});
    const poured = pour(sent);
    expect(await full(() => poured.bytes)).toBeLessThan(64 << 20);
    await close();
    expect(log).toHaveLength(1);
  });
});

it("passes on what it received of a response at once", async () => {
  let socketOfTarget: Connection | undefined;
  const port = await rawTarget((socket) => (socketOfTarget = socket));
  const front = await listener({}, port);
  const socket = await client(front.port);
  socket.write(GET);
  while (socketOfTarget === undefined) await new Promise(setImmediate);
  await once(socketOfTarget, "data");
  socketOfTarget.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfirs\r\n");
  while (!socket.seen().includes("firs")) await once(socket, "data");
  socketOfTarget.write("1\r\nt\r\n0\r\n\r\n");
  await socket.gone;
  expect(socket.seen()).toContain("1\r\nt\r\n0\r\n\r\n");
});

it("responds to a target's response with the right length only once", async () => {
  const { port } = await listener({}, await rawResponse(`${OK}${OK}`));
  const seen = await exchangeOf(port, GET);
  expect(seen.match(/200 OK/g)).toHaveLength(1);
});
