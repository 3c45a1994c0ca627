import { once } from "node:events";
import * as http2 from "node:http2";
import {
  certificateFor,
  client,
  endAll,
  exchangeOf,
  httpTarget,
  listener,
  rawResponse,
  request,
  type Settings,
} from "../../../support/served-listener";

/* The headers that targets and clients receive, as real targets and clients see them. */

afterEach(endAll);

/** @returns the headers that the target received, names in lower case, several ones with a space between */
async function sentToTarget(settings: Settings, headers: readonly string[], line = "GET / HTTP/1.1") {
  const seen: Record<string, string> = {};
  const { port } = await httpTarget(({ rawHeaders }, response) => {
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const name = rawHeaders[at]!.toLowerCase();
      seen[name] = seen[name] === undefined ? rawHeaders[at + 1]! : `${seen[name]} ${rawHeaders[at + 1]}`;
    }
    response.end();
  });
  const served = await listener(settings, port);
  const answer = await exchangeOf(served.port, [line, ...headers, "Connection: close", "", ""].join("\r\n"));
  expect(answer).toContain("HTTP/1.1 200 OK");
  return seen;
}
const HOST = "Host: www.example.com";

describe("X-Forwarded-For", () => {
  it.each([
    ["append", [], "203.0.113.7"],
    ["append", ["X-Forwarded-For: 198.51.100.1"], "198.51.100.1, 203.0.113.7"],
    [
      "append",
      ["X-Forwarded-For: 198.51.100.1", "x-forwarded-for: 198.51.100.2"],
      "198.51.100.1, 198.51.100.2, 203.0.113.7",
    ],
    ["preserve", ["X-Forwarded-For: 198.51.100.1"], "198.51.100.1"],
    ["preserve", [], undefined],
    ["remove", ["X-Forwarded-For: 198.51.100.1"], undefined],
  ] as const)("%s with %j becomes %s", async (forwardedFor, headers, expected) => {
    expect((await sentToTarget({ forwardedFor }, [HOST, ...headers]))["x-forwarded-for"]).toBe(expected);
  });

  it("has the client's port if the load balancer adds it", async () => {
    const seen = await sentToTarget({ addsClientPort: true }, [HOST]);
    expect(seen["x-forwarded-for"]).toMatch(/^203\.0\.113\.7:\d+$/);
    const six = await sentToTarget({ addsClientPort: true, clientIp: "2001:db8::7" }, [HOST]);
    expect(six["x-forwarded-for"]).toMatch(/^\[2001:db8::7\]:\d+$/);
  });
});

describe("requests to targets", () => {
  it("have the listener's protocol and port, whatever the client claims", async () => {
    const seen = await sentToTarget({ port: 8080 }, [HOST, "X-Forwarded-Proto: https", "X-Forwarded-Port: 1"]);
    expect(seen).toMatchObject({ "x-forwarded-proto": "http", "x-forwarded-port": "8080" });
  });

  it.each([
    [80, false, "WWW.example.com", "WWW.example.com"],
    [80, false, "www.example.com:80", "www.example.com"],
    [443, false, "www.example.com:18443", "www.example.com"],
    [8080, false, "www.example.com", "www.example.com:8080"],
    [8080, false, "www.example.com:9", "www.example.com:9"],
    [80, false, "[2001:db8::1]", "[2001:db8::1]"],
    [8080, true, "www.example.com", "www.example.com"],
    [80, true, "www.example.com:80", "www.example.com:80"],
  ] as const)("have Host: port %i, preserved %s, %s becomes %s", async (port, preservesHost, host, expected) => {
    expect((await sentToTarget({ port, preservesHost }, [`Host: ${host}`])).host).toBe(expected);
  });

  it("of HTTP/1.0 without Host have the load balancer's name", async () => {
    const dnsName = "web-1.us-east-1.elb.amazonaws.com";
    expect((await sentToTarget({ dnsName }, [], "GET / HTTP/1.0")).host).toBe(dnsName);
  });

  it("do not have what belongs to the client's connection", async () => {
    const seen = await sentToTarget({}, [
      ...[HOST, "Keep-Alive: timeout=5", "Proxy-Connection: close", "Proxy-Authorization: Basic eA==", "TE: trailers"],
      ...["Trailer: x", "X-Mine: 1", "X-Named: 2", "Connection: x-named, content-length, x-forwarded-for"],
    ]);
    expect(Object.keys(seen).sort()).toEqual([
      ...["connection", "host", "x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"],
      "x-mine",
    ]);
    expect(seen.connection).toBe("keep-alive");
  });

  it("lose invalid names only where the load balancer drops them", async () => {
    const headers = [HOST, "X_Under: 1", "X-Fine: 2", "X.Dot: 3"];
    expect(await sentToTarget({}, headers)).toMatchObject({ x_under: "1", "x-fine": "2", "x.dot": "3" });
    const dropped = await sentToTarget({ dropsInvalidHeaders: true }, headers);
    expect(dropped["x-fine"]).toBe("2");
    expect(Object.keys(dropped).filter((name) => /[_.]/.test(name))).toEqual([]);
  });

  it("keep several headers of one name, and more than 2,000 headers", async () => {
    const many = Array.from({ length: 3000 }, (_, at) => `a${at}: b`);
    const seen = await sentToTarget({}, [HOST, "X-A: 1", "X-A: 2", ...many]);
    expect(seen["x-a"]).toBe("1 2");
    expect(Object.keys(seen).filter((name) => /^a\d+$/.test(name))).toHaveLength(3000);
  });
});

describe("X-Amzn-Trace-Id", () => {
  const ROOT = "Root=1-67891233-abcdef012345678912345678";
  const id = "1-[0-9a-f]{8}-[0-9a-f]{24}";
  it.each([
    [undefined, `^Root=${id}$`],
    [ROOT, `^Self=${id};${ROOT}$`],
    [`${ROOT};CalledFrom=app`, `^Self=${id};${ROOT};CalledFrom=app$`],
    [`Self=1-67891233-12456789abcdef0123456780;${ROOT}`, `^Self=(?!1-67891233)${id};${ROOT}$`],
  ])("%s", async (given, expected) => {
    const headers = given === undefined ? [HOST] : [HOST, `X-Amzn-Trace-Id: ${given}`];
    expect((await sentToTarget({}, headers))["x-amzn-trace-id"]).toMatch(new RegExp(expected));
  });

  it("has the time of the request", async () => {
    const [, time = ""] = (await sentToTarget({}, [HOST]))["x-amzn-trace-id"]!.split("-");
    expect(Math.abs(Number.parseInt(time, 16) - Date.now() / 1000)).toBeLessThan(60);
  });
});

describe("over HTTP/2", () => {
  it("joins cookies and sends Host", async () => {
    const { context, pem } = await certificateFor("www.example.com");
    const seen: string[] = [];
    const { port } = await httpTarget(({ rawHeaders }, response) => {
      seen.push(...rawHeaders);
      response.end();
    });
    const cookies: (readonly [string, string])[] = [];
    const served = await listener(
      {
        protocol: "HTTPS",
        tls: { contextFor: () => context, minVersion: "TLSv1.2", maxVersion: "TLSv1.3" },
        onPick: (given) => cookies.push(...given),
      },
      port,
    );
    const session = http2.connect(`https://127.0.0.1:${served.port}`, { ca: pem, servername: "www.example.com" });
    const stream = session.request({ ":path": "/", ":authority": "www.example.com:1", cookie: ["a=1", "b=2"] });
    stream.resume();
    await once(stream, "end");
    session.destroy();
    expect(seen.slice(0, 2)).toEqual(["Host", "www.example.com"]);
    expect(seen[seen.indexOf("Cookie") + 1]).toBe("a=1; b=2");
    expect(seen[seen.indexOf("X-Forwarded-Proto") + 1]).toBe("https");
    expect(cookies).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
  });
});

describe("responses to clients", () => {
  it("lose what belongs to the target's connection and receive the load balancer's cookies", async () => {
    const port = await rawResponse(
      "HTTP/1.1 299 Very Fine\r\nConnection: x-named\r\nX-Named: 1\r\nKeep-Alive: timeout=9\r\nSet-Cookie: own=1\r\n" +
        "Proxy-Authenticate: Basic\r\nX-Mine: 2\r\nServer: nginx\r\nContent-Length: 2\r\n\r\nok",
    );
    const { port: front } = await listener({ cookies: ["AWSALB=x; Path=/", "AWSALBCORS=x"] }, port);
    const { status, text, headers, body } = await request(front);
    expect([status, text, body]).toEqual([299, "Very Fine", "ok"]);
    expect(headers["set-cookie"]).toEqual(["own=1", "AWSALB=x; Path=/", "AWSALBCORS=x"]);
    expect(headers).toMatchObject({ "x-mine": "2", server: "nginx" });
    expect(headers).not.toHaveProperty("x-named");
    expect(headers).not.toHaveProperty("keep-alive");
    expect(headers).not.toHaveProperty("proxy-authenticate");
  });

  it("have up to 32 KB of headers, however many they are", async () => {
    const many = Array.from({ length: 2500 }, (_, at) => `a${at}: bcdef\r\n`).join("");
    const port = await rawResponse(`HTTP/1.1 200 OK\r\n${many}Content-Length: 0\r\n\r\n`);
    const { port: front } = await listener({}, port);
    const seen = await exchangeOf(front, `GET / HTTP/1.1\r\n${HOST}\r\nConnection: close\r\n\r\n`);
    expect(seen.match(/^a\d+: bcdef\r$/gm)).toHaveLength(2500);
  });

  it("ignore interim responses and trailers", async () => {
    const port = await rawResponse(
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n" +
        "2\r\nok\r\n0\r\nX-T: 1\r\n\r\n",
    );
    const { port: front } = await listener({}, port);
    const seen = await exchangeOf(front, `GET / HTTP/1.1\r\n${HOST}\r\nConnection: close\r\n\r\n`);
    expect(seen).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(seen).not.toMatch(/103|X-T: 1/);
    expect(seen).toMatch(/\r\n\r\n2\r\nok\r\n0\r\n\r\n$/);
  });

  it("to HTTP/1.0 have no chunks; the end of the connection ends them", async () => {
    const port = await rawResponse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
    const { port: front } = await listener({}, port);
    const seen = await exchangeOf(front, `GET / HTTP/1.0\r\n${HOST}\r\nConnection: keep-alive\r\n\r\n`);
    expect(seen).toContain("Connection: close\r\n");
    expect(seen).not.toContain("Transfer-Encoding");
    expect(seen).toMatch(/\r\n\r\nok$/);
  });

  it("to HTTP/1.0 keep the connection if they have a length", async () => {
    const port = await rawResponse("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    const { port: front, logged } = await listener({}, port);
    const socket = await client(front);
    socket.write(`GET / HTTP/1.0\r\n${HOST}\r\nConnection: keep-alive\r\n\r\n`);
    await logged(1);
    socket.write(`GET / HTTP/1.0\r\n${HOST}\r\n\r\n`);
    await socket.gone;
    expect(socket.seen().match(/Connection: .*/g)).toEqual(["Connection: keep-alive", "Connection: close"]);
  });

  it.each([204, 304])("of status %i have no body", async (status) => {
    const port = await rawResponse(`HTTP/1.1 ${status} X\r\nETag: "a"\r\n\r\n`);
    const { port: front } = await listener({}, port);
    const seen = await exchangeOf(front, `GET / HTTP/1.1\r\n${HOST}\r\nConnection: close\r\n\r\n`);
    expect(seen).toContain('ETag: "a"\r\n');
    expect(seen).toMatch(/\r\n\r\n$/);
    expect(seen).not.toContain("Transfer-Encoding");
  });

  it("to HEAD have the length and no body", async () => {
    const port = await rawResponse("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n");
    const { port: front } = await listener({}, port);
    const { headers, body } = await request(front, { method: "HEAD" });
    expect([headers["content-length"], body]).toEqual(["12345", ""]);
  });
});
