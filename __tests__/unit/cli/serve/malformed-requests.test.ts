import * as fc from "fast-check";
import type { Answer } from "../../../../path/serve/decisions";
import {
  client,
  endAll,
  exchangeOf,
  FORWARD,
  httpTarget,
  listener,
  rawTarget,
  request,
} from "../../../support/served-listener";

/* What is not HTTP, or too much of it, reaches no target, and ends nothing but its own connection. */

afterEach(endAll);

const HOST = "Host: www.example.com\r\n";

/** @returns what a client receives, and how many bytes any target does */
async function refused(bytes: string | Buffer) {
  let reached = 0;
  const target = await rawTarget((socket) => socket.on("data", (chunk) => (reached += chunk.length)));
  const { port, log } = await listener({}, target);
  const seen = await exchangeOf(port, bytes);
  return { seen, reached, log };
}

describe("the load balancer refuses", () => {
  it.each([
    ["no HTTP", "nonsense\r\n\r\n"],
    ["an unknown version", `GET / HTTP/3.7\r\n${HOST}\r\n`],
    ["no Host in HTTP/1.1", "GET / HTTP/1.1\r\n\r\n"],
    ["several Hosts", `GET / HTTP/1.1\r\n${HOST}Host: b\r\n\r\n`],
    ["a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"],
    ["a path with a space", `GET /a b HTTP/1.1\r\n${HOST}\r\n`],
    ["a path without a slash", `GET a HTTP/1.1\r\n${HOST}\r\n`],
    ["another scheme", `GET ftp://a/b HTTP/1.1\r\n${HOST}\r\n`],
    ["CONNECT", `CONNECT a:1 HTTP/1.1\r\n${HOST}\r\n`],
    [
      "a length, then chunks",
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      "chunks, then a length",
      `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
    ],
    ["two lengths", `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`],
    ["a list of lengths", `POST / HTTP/1.1\r\n${HOST}Content-Length: 3, 3\r\n\r\nabc`],
    ["a length with a sign", `POST / HTTP/1.1\r\n${HOST}Content-Length: +3\r\n\r\nabc`],
    ["a negative length", `POST / HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n`],
    ["a space before the colon", `GET / HTTP/1.1\r\n${HOST}A : b\r\n\r\n`],
    ["a header without a colon", `GET / HTTP/1.1\r\n${HOST}nonsense\r\n\r\n`],
    ["a header over several lines", `GET / HTTP/1.1\r\n${HOST}A: b\r\n c\r\n\r\n`],
    ["a CR alone", `GET / HTTP/1.1\r\n${HOST}A: b\rC: d\r\n\r\n`],
    ["an LF alone", `GET / HTTP/1.1\r\n${HOST}A: b\nC: d\r\n\r\n`],
    ["an LF alone after the request line", `GET / HTTP/1.1\n${HOST}\r\n`],
    ["a NUL", `GET / HTTP/1.1\r\n${HOST}A: b\0c\r\n\r\n`],
    [
      "chunked twice",
      `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    ],
    ["a header of more than 16 KB", `GET / HTTP/1.1\r\n${HOST}A: ${"a".repeat(16 * 1024)}\r\n\r\n`],
    ["headers of more than 64 KB", `GET / HTTP/1.1\r\n${HOST}${`A: ${"a".repeat(16_000)}\r\n`.repeat(5)}\r\n`],
  ])("%s: 400", async (_name, bytes) => {
    const { seen, reached, log } = await refused(bytes);
    expect(seen).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nServer: awselb\/2\.0\r\nContent-Type: text\/html\r\n/);
    expect(seen).toMatch(/<center><h1>400 Bad Request<\/h1><\/center>\r\n<\/body>\r\n<\/html>\r\n$/);
    expect(reached).toBe(0);
    expect(log).toEqual([expect.objectContaining({ status: 400, hop: "listener" })]);
  });

  it.each([
    ["TRACE", `TRACE / HTTP/1.1\r\n${HOST}`, "405 Not Allowed"],
    [
      "a request line of more than 16 KB",
      `GET /${"a".repeat(16 * 1024)} HTTP/1.1\r\n${HOST}`,
      "414 Request-URI Too Large",
    ],
    ["an unknown encoding", `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n`, "501 Not Implemented"],
    ["other encodings", `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n`, "501 Not Implemented"],
  ])("%s", async (_name, head, status) => {
    // The connection is closed without being asked to.
    const { seen, reached } = await refused(`${head}\r\n`);
    expect(seen).toContain(`HTTP/1.1 ${status}\r\n`);
    expect(reached).toBe(0);
  });

  it("not what is as large as allowed", async () => {
    const { port: target } = await httpTarget((_request, response) => response.end("ok"));
    const { port } = await listener({}, target);
    const headers = Object.fromEntries([1, 2, 3].map((at) => [`x-${at}`, "a".repeat(16_000)]));
    expect((await request(port, { path: `/${"a".repeat(10_000)}`, headers })).body).toBe("ok");
  });

  it("a body that breaks off or is malformed: 400, and the target's request ends", async () => {
    for (const body of [
      "4\r\nabcd\r\nX\r\n",
      "4\r\nabcdefg\r\n",
      "4 ;\r\n\r\nabcd\r\n0\r\n\r\n",
      "4\nabcd\r\n0\r\n\r\n",
    ]) {
      let ended: Promise<unknown> | undefined;
      const target = await rawTarget((socket) => {
        socket.resume();
        ended = new Promise((resolve) => socket.once("close", resolve));
      });
      const { port, logged, counts } = await listener({}, target);
      const socket = await client(port);
      socket.write(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`);
      while (ended === undefined) await new Promise(setImmediate);
      socket.write(body);
      await Promise.all([ended, socket.gone]);
      expect(socket.seen()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect(socket.seen()).toContain("Connection: close\r\n");
      expect(await logged(1)).toEqual([expect.objectContaining({ status: 400 })]);
      expect(counts).toEqual({ picked: 1, done: 1 });
    }
  });

  it("what follows a request, without giving its client another response", async () => {
    const { port: target } = await httpTarget((_request, response) => response.end("ok"));
    const { port, logged } = await listener({}, target);
    const get = `GET / HTTP/1.1\r\n${HOST}\r\n`;
    const seen = await exchangeOf(port, `${get}${get}nonsense\r\n\r\n`);
    expect(seen.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200"]);
    expect(seen).toMatch(/Connection: close\r\n\r\nok$/);
    expect(await logged(2)).toHaveLength(2);
  });
});

describe("whatever a client sends", () => {
  const FIXED: Answer = {
    kind: "fixed",
    status: 200,
    contentType: "text/plain",
    body: "ok",
    cause: { hop: "listener", address: "a", text: "t" },
  };
  const PIECES = [
    "GET / HTTP/1.1\r\n",
    HOST,
    "\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Content-Length: 5\r\n",
    "5\r\nhello\r\n",
  ];
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
    fc
      .array(
        fc.oneof(fc.constantFrom(...PIECES, "0\r\n\r\n", "Upgrade: websocket\r\nConnection: upgrade\r\n"), fc.string()),
      )
      .map((pieces) => Buffer.from(pieces.join(""))),
  );

  it("leaves the listener running, and each request is logged once", async () => {
    const target = await rawTarget((socket) =>
      socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")),
    );
    const { port, counts } = await listener({ answer: ({ path }) => (path === "/fixed" ? FIXED : FORWARD) }, target);
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom("end", "reset", "destroy"), async (sent, how) => {
        const socket = await client(port);
        socket.write(sent);
        if (how === "end") socket.end();
        else if (how === "reset") socket.resetAndDestroy();
        else socket.destroy();
        await socket.gone;
        expect((await request(port, { path: "/fixed" })).body).toBe("ok");
      }),
      { numRuns: 300 },
    );
    while (counts.done < counts.picked) await new Promise(setImmediate);
    expect(counts.done).toBe(counts.picked);
  });
});
