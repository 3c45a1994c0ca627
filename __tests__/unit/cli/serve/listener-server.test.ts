import type { Answer, Cause } from "../../../../path/serve/decisions";
import { client, endAll, exchangeOf, httpTarget, listener, rawTarget, request } from "../../../support/served-listener";

/* What a listener responds by itself, what it logs, and how it ends. */

afterEach(endAll);

const cause: Cause = { hop: "listener", address: "aws_lb_listener_rule.r", text: "aws_lb_listener_rule.r decides" };
const page = (title: string) =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;

describe("a listener responds by itself", () => {
  it("redirects with the load balancer's page", async () => {
    const answer: Answer = { kind: "redirect", status: 301, location: "https://www.example.com:443/a?b", cause };
    const { port, logged } = await listener({ answer: () => answer });
    const response = await request(port, { path: "/a?b", headers: { Host: "www.example.com:8080" } });
    expect(response).toMatchObject({ status: 301, text: "Moved Permanently", body: page("301 Moved Permanently") });
    expect(response.headers).toMatchObject({
      server: "awselb/2.0",
      location: "https://www.example.com:443/a?b",
      "content-type": "text/html",
      // As seen on AWS.
      "content-length": "134",
    });
    expect(await logged(1)).toEqual([
      expect.objectContaining({
        method: "GET",
        url: "http://www.example.com:8080/a?b",
        status: 301,
        hop: "listener",
        text: cause.text,
        isAssumed: false,
      }),
    ]);
  });

  it("passes what the client sent to the decisions", async () => {
    const answer: Answer = { kind: "fixed", status: 200, contentType: "text/plain", body: "", cause };
    const { port, requests } = await listener({ answer: () => answer });
    await request(port, { method: "DELETE", path: "/a/b?c=d&e", headers: { Host: "WWW.Example.com:80", "X-A": "1" } });
    expect(requests).toEqual([
      {
        method: "DELETE",
        host: "www.example.com",
        path: "/a/b",
        query: "c=d&e",
        clientIp: "203.0.113.7",
        headers: expect.arrayContaining([
          ["x-a", "1"],
          ["host", "WWW.Example.com:80"],
        ]),
      },
    ]);
  });

  it("takes path and host from an absolute target", async () => {
    const answer: Answer = { kind: "fixed", status: 200, contentType: "text/plain", body: "", cause };
    const { port, requests } = await listener({ answer: () => answer });
    await exchangeOf(port, "GET http://A.example.com/x?y HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n");
    expect(requests[0]).toMatchObject({ host: "a.example.com", path: "/x", query: "y" });
  });

  it("gives a fixed response, without its body to HEAD", async () => {
    const answer: Answer = { kind: "fixed", status: 418, contentType: "text/plain", body: "tea", cause };
    const { port } = await listener({ answer: () => answer });
    const response = await request(port);
    expect(response).toMatchObject({ status: 418, body: "tea" });
    expect(response.headers).toMatchObject({ server: "awselb/2.0", "content-type": "text/plain" });
    expect(await request(port, { method: "HEAD" })).toMatchObject({
      status: 418,
      body: "",
      headers: { "content-length": "3" },
    });
  });

  it.each([204, 304])("gives a fixed response of status %i no body", async (status) => {
    const answer: Answer = { kind: "fixed", status, contentType: "text/plain", body: "tea", cause };
    const { port } = await listener({ answer: () => answer });
    const seen = await exchangeOf(port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(seen).toMatch(/\r\n\r\n$/);
    expect(seen).not.toContain("Content-Length: 3");
  });

  it("names what is not modeled", async () => {
    const text = "aws_lb_listener_rule.r signs in: not modeled";
    const { port, logged } = await listener({ answer: () => ({ kind: "not-modeled", cause: { ...cause, text } }) });
    const response = await request(port);
    expect(response).toMatchObject({ status: 501, headers: { "x-alb-web-not-modeled": text } });
    expect(response.headers["content-type"]).toBe("text/plain");
    expect(response.body).toContain(text);
    expect((await logged(1))[0]).toMatchObject({ status: 501, hop: "listener", text });
    const picks = await listener({ picked: { kind: "not-modeled", cause: { ...cause, text } } });
    expect((await request(picks.port)).status).toBe(501);
  });

  it("responds 503 without targets", async () => {
    const none: Cause = { hop: "target-group", address: "aws_lb_target_group.web", text: "no registered targets" };
    const { port, logged } = await listener({ picked: { kind: "none", cause: none } });
    const response = await request(port);
    expect(response).toMatchObject({ status: 503, body: page("503 Service Temporarily Unavailable") });
    expect(response.headers["content-length"]).toBe("162");
    expect((await logged(1))[0]).toMatchObject({ status: 503, hop: "target-group", text: none.text });
  });

  it("survives decisions that fail", async () => {
    const { port, logged } = await listener({
      answer: () => {
        throw new Error("broken");
      },
    });
    expect((await request(port)).status).toBe(500);
    expect((await logged(1))[0]?.text).toContain("broken");
  });
});

describe("a closed way", () => {
  it.each(["HTTP", "HTTPS"] as const)("is accepted and never answered, over %s", async (protocol) => {
    const closed: Cause = { hop: "listener", address: "aws_security_group.alb", text: "the group allows nothing" };
    const tls = {
      contextFor: () => {
        throw new Error("not asked for");
      },
      minVersion: "TLSv1.2",
      maxVersion: "TLSv1.3",
    } as const;
    const { port, close, log, requests } = await listener({
      protocol,
      tls,
      way: () => ({ kind: "closed", cause: closed }),
    });
    const [stays, leaves] = [await client(port), await client(port)];
    stays.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    leaves.end("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await leaves.gone;
    expect(log).toHaveLength(2);
    expect(log[0]).toMatchObject({ method: "", hop: "listener", text: closed.text });
    expect(log[0]?.url).toBe(protocol === "HTTP" ? "http://*:80" : "https://*:443");
    expect(log[0]).not.toHaveProperty("status");
    expect(requests).toEqual([]);
    await Promise.all([close(), stays.gone]);
    expect([stays.seen(), leaves.seen()]).toEqual(["", ""]);
  });

  it("that is assumed to be open marks each request", async () => {
    const { port } = await httpTarget((_request, response) => response.end("x"));
    const way = () => ({ kind: "assumed", cause }) as const;
    const assumed = await listener({ way, isAssumed: true }, port);
    await request(assumed.port);
    expect((await assumed.logged(1))[0]?.isAssumed).toBe(true);
  });
});

describe("connections of clients", () => {
  it("are closed when they are idle", async () => {
    const { port } = await listener({ idleTimeoutMs: 50 });
    const socket = await client(port);
    await socket.gone;
    expect(socket.seen()).toBe("");
    // Half a request, too.
    expect(await exchangeOf(port, "GET / HT")).toBe("");
  });

  it("are kept for the idle timeout after a response, not for the 5 seconds of Node", async () => {
    const answer: Answer = { kind: "fixed", status: 200, contentType: "text/plain", body: "ok", cause };
    const { port } = await listener({ answer: () => answer });
    const socket = await client(port);
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await Promise.race([socket.gone, new Promise((resolve) => setTimeout(resolve, 6500))]);
    socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await socket.gone;
    expect(socket.seen().match(/200/g)).toHaveLength(2);
  });

  it("are kept for further requests, also pipelined ones, in their order", async () => {
    const answer: Answer = { kind: "fixed", status: 200, contentType: "text/plain", body: "", cause };
    const { port } = await listener({ answer: ({ path }) => ({ ...answer, body: `<${path}>` }) });
    const get = (path: string, last = "") => `GET ${path} HTTP/1.1\r\nHost: a\r\n${last}\r\n`;
    const seen = await exchangeOf(port, get("/1") + get("/2") + get("/3", "Connection: close\r\n"));
    expect(seen.match(/<\/\d>/g)).toEqual(["</1>", "</2>", "</3>"]);
    expect(seen.match(/Connection: .*/g)).toEqual([
      "Connection: keep-alive",
      "Connection: keep-alive",
      "Connection: close",
    ]);
    expect(seen).not.toContain("Keep-Alive:");
  });

  it("end after the duration for which clients are kept", async () => {
    const answer: Answer = { kind: "fixed", status: 200, contentType: "text/plain", body: "", cause };
    const { port } = await listener({ answer: () => answer, clientKeepAliveMs: -1 });
    expect(await exchangeOf(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).toContain("Connection: close\r\n");
  });

  it("log each of several requests that a client leaves", async () => {
    const silent = await rawTarget(() => {});
    const { port, logged, counts } = await listener({}, silent);
    const socket = await client(port);
    socket.write("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n", () =>
      socket.resetAndDestroy(),
    );
    const log = await logged(2);
    expect(log.map(({ url, status }) => [url, status])).toEqual([
      ["http://a/1", undefined],
      ["http://a/2", undefined],
    ]);
    expect(log[0]?.text).toContain("the client closed the connection");
    expect(counts).toEqual({ picked: 2, done: 2 });
  });
});

describe("close()", () => {
  it("ends idle, busy and silent connections", async () => {
    const silent = await rawTarget(() => {});
    const { port, close, log, counts } = await listener({}, silent);
    const sockets = await Promise.all([client(port), client(port), client(port)]);
    sockets[0]?.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    sockets[1]?.write("GET / HT");
    while (counts.picked === 0) await new Promise(setImmediate);
    await Promise.all([close(), ...sockets.map(({ gone }) => gone)]);
    expect(log).toHaveLength(1);
    expect(counts).toEqual({ picked: 1, done: 1 });
    const late = await client(port).catch((error) => error.code);
    expect(late).toBe("ECONNREFUSED");
  });

  it("frees the port, which nobody else can have before", async () => {
    const first = await listener();
    await expect(listener({ on: first.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await first.close();
    expect((await listener({ on: first.port })).port).toBe(first.port);
  });
});
