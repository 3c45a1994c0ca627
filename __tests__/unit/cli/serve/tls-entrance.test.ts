import { once } from "node:events";
import * as http2 from "node:http2";
import * as tls from "node:tls";
import * as fc from "fast-check";
import {
  certificateFor,
  client,
  endAll,
  exchangeOf,
  httpsTarget,
  httpTarget,
  listener,
  rawResponse,
  rawTarget,
  type Settings,
  secureRequest,
} from "../../../support/served-listener";

/* HTTPS listeners: certificates by name, versions, HTTP/2, and handshakes that fail. */

const sessions: http2.ClientHttp2Session[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  await endAll();
});

type Certificate = Awaited<ReturnType<typeof certificateFor>>;
let www: Certificate;
let api: Certificate;
beforeAll(async () => {
  www = await certificateFor("www.example.com");
  api = await certificateFor("api.example.com");
});

/** @returns an HTTPS listener with a certificate for www by default, and another one for api */
function secure(settings: Settings = {}, target?: number, versions: Partial<NonNullable<Settings["tls"]>> = {}) {
  const contextFor = (name: string | undefined) => (name === "api.example.com" ? api : www).context;
  const policy = { contextFor, minVersion: "TLSv1.2", maxVersion: "TLSv1.3", ...versions } as const;
  return listener({ protocol: "HTTPS", tls: policy, ...settings }, target);
}

/** @returns the connection, or the code of the error */
async function handshake(port: number, options: tls.ConnectionOptions) {
  const socket = tls.connect({
    host: "127.0.0.1",
    port,
    ca: [www.pem, api.pem],
    servername: "www.example.com",
    ...options,
  });
  try {
    await once(socket, "secureConnect");
    const names = socket.getPeerCertificate().subjectaltname;
    return { protocol: socket.getProtocol(), alpn: socket.alpnProtocol, names };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  } finally {
    socket.destroy();
  }
}

function session(port: number): http2.ClientHttp2Session {
  const made = http2.connect(`https://127.0.0.1:${port}`, { ca: www.pem, servername: "www.example.com" });
  made.on("error", () => {});
  sessions.push(made);
  return made;
}

async function get(over: http2.ClientHttp2Session, headers: http2.OutgoingHttpHeaders = {}, body?: string) {
  const stream = over.request(
    { ":path": "/", ":authority": "www.example.com", ...headers },
    { endStream: body === undefined },
  );
  if (body !== undefined) stream.end(body);
  const [response] = (await once(stream, "response")) as [http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader];
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { status: response[":status"], headers: response, body: Buffer.concat(chunks).toString() };
}

describe("certificates", () => {
  it("are chosen by server name, the default one without", async () => {
    const { port } = await secure();
    expect(await handshake(port, {})).toMatchObject({ names: "DNS:www.example.com" });
    expect(await handshake(port, { servername: "api.example.com" })).toMatchObject({ names: "DNS:api.example.com" });
    const unnamed = await handshake(port, { servername: "", checkServerIdentity: () => undefined });
    expect(unnamed).toMatchObject({ names: "DNS:www.example.com" });
  });

  it("that do not exist fail the handshake with an alert, which is logged", async () => {
    const contextFor = (name: string | undefined) => {
      if (name === "www.example.com") return www.context;
      throw new Error(`no certificate for ${name}`);
    };
    const { port, logged } = await secure({}, undefined, { contextFor });
    expect(await handshake(port, {})).toMatchObject({ names: "DNS:www.example.com" });
    expect(await handshake(port, { servername: "api.example.com" })).toMatch(/ALERT|ECONNRESET/);
    expect(await handshake(port, { servername: "" })).toMatch(/ALERT/);
    const log = await logged(2);
    expect(log[0]).toMatchObject({ method: "", hop: "tls", url: "https://api.example.com:443" });
    expect(log[0]?.text).toContain("no certificate for api.example.com");
    expect(log[1]).toMatchObject({ method: "", hop: "tls", url: "https://*:443" });
    expect(log[1]).not.toHaveProperty("status");
  });
});

describe("versions", () => {
  it.each([
    ["TLSv1.2", "TLSv1.2", "TLSv1.2"],
    ["TLSv1.2", "TLSv1.3", "TLSv1.3"],
    ["TLSv1.3", "TLSv1.3", "TLSv1.3"],
  ] as const)(
    "of a policy from %s to %s: %s, with and without a server name",
    async (minVersion, maxVersion, expected) => {
      const { port } = await secure({}, undefined, { minVersion, maxVersion });
      expect(await handshake(port, {})).toMatchObject({ protocol: expected });
      const unnamed = await handshake(port, { servername: "", checkServerIdentity: () => undefined });
      expect(unnamed).toMatchObject({ protocol: expected });
    },
  );

  it("outside the policy fail the handshake, which is logged", async () => {
    const { port, logged } = await secure({}, undefined, { minVersion: "TLSv1.3" });
    expect(await handshake(port, { maxVersion: "TLSv1.2" })).toBe("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
    expect((await logged(1))[0]).toMatchObject({ hop: "tls", text: expect.stringContaining("no TLS version") });
  });

  it("of two listeners do not affect each other, though they share certificates", async () => {
    const [old, strict] = [
      await secure({}, undefined, { maxVersion: "TLSv1.2" }),
      await secure({}, undefined, { minVersion: "TLSv1.3" }),
    ];
    for (let times = 0; times < 2; times += 1) {
      expect(await handshake(old.port, {})).toMatchObject({ protocol: "TLSv1.2" });
      expect(await handshake(strict.port, {})).toMatchObject({ protocol: "TLSv1.3" });
    }
  });
});

describe("handshakes that fail", () => {
  it("for want of a common cipher are logged", async () => {
    const { port, logged } = await secure();
    await handshake(port, { maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-GCM-SHA256" });
    expect((await logged(1))[0]).toMatchObject({ hop: "tls", text: expect.stringContaining("no cipher in common") });
  });

  it("because the client speaks HTTP are logged", async () => {
    const { port, logged } = await secure();
    await exchangeOf(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect((await logged(1))[0]).toMatchObject({ hop: "tls", text: expect.stringContaining("plain HTTP") });
  });

  it("for other reasons are logged in the words of OpenSSL", async () => {
    const { port, logged } = await secure();
    // An alert before anything else.
    await exchangeOf(port, Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x30]));
    expect((await logged(1))[0]).toMatchObject({
      hop: "tls",
      text: expect.stringMatching(/failed: unexpected message$/),
    });
  });

  it("because the client leaves are no one's failure", async () => {
    const { port, log } = await secure({ idleTimeoutMs: 50 });
    const [left, silent] = [await client(port), await client(port)];
    left.resetAndDestroy();
    await silent.gone;
    expect(log.filter(({ text }) => !text.includes("handshake timeout"))).toEqual([]);
  });
});

describe("HTTP/1.1 over TLS", () => {
  it("is served in addition to HTTP/2, and alone where the load balancer has HTTP/2 turned off", async () => {
    const { port: target } = await httpTarget((_request, response) => response.end("ok"));
    for (const isOn of [true, false]) {
      const { port } = await secure({ http2: isOn }, target);
      expect((await secureRequest(port, { ca: www.pem, servername: "www.example.com" })).body).toBe("ok");
      expect(await handshake(port, { ALPNProtocols: ["h2", "http/1.1"] })).toMatchObject({
        alpn: isOn ? "h2" : "http/1.1",
      });
      expect(await handshake(port, {})).toMatchObject({ alpn: false });
    }
  });

  it("reaches targets over HTTPS without verifying their certificates", async () => {
    const { port } = await secure({ backend: { protocol: "HTTPS" } }, await httpsTarget(api.context));
    expect((await get(session(port))).body).toBe("tls");
  });
});

describe("HTTP/2", () => {
  it("passes method, path, headers and bodies on as HTTP/1.1", async () => {
    const { port: target } = await httpTarget((incoming, response) => {
      response.setHeader("X-Line", `${incoming.method} ${incoming.url} HTTP/${incoming.httpVersion}`);
      response.setHeader("Set-Cookie", ["a=1", "b=2"]);
      incoming.pipe(response);
    });
    const { port, logged } = await secure({ cookies: ["AWSALB=x"] }, target);
    const over = session(port);
    const response = await get(over, { ":method": "POST", ":path": "/a?b" }, "hello");
    expect(response).toMatchObject({ status: 200, body: "hello" });
    expect(response.headers["x-line"]).toBe("POST /a?b HTTP/1.1");
    expect(response.headers["set-cookie"]).toEqual(["a=1", "b=2", "AWSALB=x"]);
    expect((await logged(1))[0]).toMatchObject({ method: "POST", url: "https://www.example.com/a?b", status: 200 });
    expect(await get(over, { ":method": "HEAD" })).toMatchObject({ status: 200, body: "" });
  });

  it("serves 128 streams of a connection in parallel", async () => {
    let most = 0;
    let now = 0;
    const all: (() => void)[] = [];
    const { port: target } = await httpTarget((_request, response) => {
      now += 1;
      most = Math.max(most, now);
      all.push(() => response.end("x"));
      if (all.length === 128) for (const end of all) end();
    });
    const { port } = await secure({}, target);
    const over = session(port);
    await once(over, "remoteSettings");
    expect(over.remoteSettings.maxConcurrentStreams).toBe(128);
    const responses = await Promise.all(Array.from({ length: 128 }, () => get(over)));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
    expect(most).toBe(128);
  });

  it("receives the load balancer's own responses", async () => {
    const { port } = await secure({
      picked: { kind: "none", cause: { hop: "target-group", address: "a", text: "t" } },
    });
    const over = session(port);
    const response = await get(over);
    expect(response).toMatchObject({ status: 503, headers: { server: "awselb/2.0", "content-type": "text/html" } });
    expect(response.body).toContain("503 Service Temporarily Unavailable");
    expect((await get(over, { ":method": "HEAD" })).body).toBe("");
    expect((await get(over, { ":method": "TRACE" })).status).toBe(405);
    expect((await get(over, { "x-large": "a".repeat(17_000) })).status).toBe(400);
  });

  it("has a stream reset when its response breaks off; others go on", async () => {
    const broken = await rawResponse("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", true);
    const { port, logged, counts } = await secure({}, broken);
    const over = session(port);
    for (let times = 0; times < 2; times += 1) {
      const failed = await get(over).catch((error) => error.code);
      expect(failed).toBe("ERR_HTTP2_STREAM_ERROR");
    }
    expect(await logged(2)).toEqual([
      expect.objectContaining({ status: 200 }),
      expect.objectContaining({ status: 200 }),
    ]);
    expect(counts).toEqual({ picked: 2, done: 2 });
  });

  it("ends the target's request when the client resets a stream or leaves", async () => {
    for (const leave of [
      (stream: http2.ClientHttp2Stream) => stream.close(http2.constants.NGHTTP2_CANCEL),
      () => sessions.at(-1)?.destroy(),
    ]) {
      let gone: Promise<unknown> | undefined;
      const target = await rawTarget((socket) => {
        socket.resume();
        gone = once(socket, "close");
      });
      const { port, logged, counts } = await secure({}, target);
      const stream = session(port).request({ ":path": "/", ":method": "POST" }, { endStream: false });
      stream.on("error", () => {});
      while (gone === undefined) await new Promise(setImmediate);
      leave(stream);
      await gone;
      expect((await logged(1))[0]).not.toHaveProperty("status");
      expect(counts).toEqual({ picked: 1, done: 1 });
    }
  });

  it("passes on responses with headers that occur twice", async () => {
    const twice = "X-Content-Type-Options: nosniff\r\n".repeat(2);
    const target = await rawResponse(
      `HTTP/1.1 200 OK\r\n${twice}Set-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 2\r\n\r\nok`,
    );
    const { port } = await secure({}, target);
    const response = await get(session(port));
    expect(response).toMatchObject({ status: 200, body: "ok" });
    expect(response.headers).toMatchObject({ "x-content-type-options": "nosniff", "set-cookie": ["a", "b"] });
  });

  it("asks for a body that the client holds back", async () => {
    const { port: target } = await httpTarget((incoming, response) => incoming.pipe(response));
    const { port } = await secure({}, target);
    const stream = session(port).request(
      { ":path": "/", ":method": "POST", expect: "100-continue" },
      { endStream: false },
    );
    await once(stream, "continue");
    stream.end("held back");
    expect((await stream.toArray()).join("")).toBe("held back");
  });

  it("says goodbye after the duration for which clients are kept, and when it is idle", async () => {
    const { port: target } = await httpTarget((_request, response) => response.end("ok"));
    const { port } = await secure({ clientKeepAliveMs: -1 }, target);
    const over = session(port);
    const goodbye = once(over, "goaway");
    expect((await get(over)).body).toBe("ok");
    await goodbye;
    await once(over, "close");
    const idle = await secure({ idleTimeoutMs: 2_000 }, target);
    await once(session(idle.port), "close");
  });

  it("waits longer than the idle timeout for no target", async () => {
    const { port, logged } = await secure({ idleTimeoutMs: 2_000 }, await rawTarget(() => {}));
    expect((await get(session(port))).status).toBe(504);
    expect((await logged(1))[0]).toMatchObject({ status: 504, hop: "target" });
  });

  it("ends with the listener", async () => {
    const { port, close, log, counts } = await secure({}, await rawTarget(() => {}));
    const [busy, idle] = [session(port), session(port)];
    const stream = busy.request({ ":path": "/" });
    stream.on("error", () => {});
    await once(idle, "connect");
    while (counts.picked === 0) await new Promise(setImmediate);
    const left = Promise.all([once(busy, "close"), once(idle, "close")]);
    await close();
    expect(log).toHaveLength(1);
    expect(counts).toEqual({ picked: 1, done: 1 });
    await left;
  });

  it("survives bytes that are no HTTP/2", async () => {
    const { port: target } = await httpTarget((_request, response) => response.end("ok"));
    const { port } = await secure({}, target);
    const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    for (const bytes of [
      "nonsense\r\n\r\n",
      preface,
      `${preface}${"\xff".repeat(50)}`,
      `${preface}\0\0\0\x04\0\0\0\0\0\0\0\x05\x01\x05\0\0\0\x01nonse`,
    ]) {
      const socket = tls.connect({ port, ca: www.pem, servername: "www.example.com", ALPNProtocols: ["h2"] });
      socket.on("error", () => {});
      await once(socket, "secureConnect");
      socket.write(Buffer.from(bytes, "latin1"), () => socket.destroy());
      await once(socket, "close");
      expect((await get(session(port))).body).toBe("ok");
    }
  });

  it("survives whatever frames a client sends, and resets at each moment", async () => {
    const { port: target } = await httpTarget((incoming, response) => incoming.pipe(response));
    const { port, counts, log } = await secure({}, target);
    const frame = fc
      .tuple(fc.integer({ min: 0, max: 12 }), fc.nat(255), fc.nat(5), fc.uint8Array({ maxLength: 40 }))
      .map(([type, flags, id, payload]) =>
        Buffer.concat([Buffer.from([0, 0, payload.length, type, flags, 0, 0, 0, id]), payload]),
      );
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 8 }), async (frames) => {
        const socket = tls.connect({ port, ca: www.pem, servername: "www.example.com", ALPNProtocols: ["h2"] });
        socket.on("error", () => {});
        await once(socket, "secureConnect");
        const bytes = Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), settings, ...frames]);
        socket.write(bytes, () => socket.destroy());
        await once(socket, "close");
      }),
      { numRuns: 100 },
    );
    for (let turns = 0; turns < 30; turns += 1) {
      const over = session(port);
      const streams = [8, 0, 2].map((code) => {
        const stream = over.request({ ":path": "/", ":method": "POST" }, { endStream: false });
        stream.on("error", () => {});
        stream.write("a");
        return { stream, code };
      });
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
      for (const { stream, code } of streams) stream.close(code);
      if (turns % 2 === 0) over.goaway(0);
      else over.destroy();
    }
    expect((await get(session(port), { ":method": "POST" }, "alive")).body).toBe("alive");
    while (counts.done < counts.picked) await new Promise(setImmediate);
    expect(counts.done).toBe(counts.picked);
    expect(log.filter(({ method }) => method === "POST")).toHaveLength(counts.picked);
  });
});
