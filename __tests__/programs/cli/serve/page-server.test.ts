import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { networkInterfaces } from "node:os";
import { pageEvents } from "../../../../cli/serve/page/events";
import { startPage } from "../../../../cli/serve/page-server";
import type { Status } from "../../../../cli/serve/status";
import { open, send } from "../../../support/http-requests";
import { OK_STATUS, TARGETS, type WatchedSite, watchedSite } from "../../../support/watched-site";

let site: WatchedSite;
let page: Awaited<ReturnType<typeof startPage>>;
let port: number;
let token: string;

beforeEach(async () => {
  site = watchedSite();
  page = await startPage(site);
  port = Number(new URL(page.url).port);
  token = new URL(page.url).hash.slice(1);
});
afterEach(() => page.close());

/** The events of a stream, one by one. */
async function* eventsOf(response: IncomingMessage): AsyncGenerator<{ name: string; data: string }> {
  let text = "";
  for await (const chunk of response) {
    text += String(chunk);
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (data !== undefined) yield { name: /^event: (.*)$/m.exec(part)?.[1] ?? "message", data };
    }
  }
}

async function nextStatus(events: ReturnType<typeof eventsOf>): Promise<Status> {
  return JSON.parse((await events.next()).value.data) as Status;
}

const watch = async () => eventsOf(await open(port, `/events?token=${token}`));

describe("the page", () => {
  test("has a URL of 127.0.0.1 with 128 random bits, and the page itself does not contain them", async () => {
    expect(page.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#[\w-]{22}$/);
    expect((await send(port, "/")).body).not.toContain(token);
    const other = await startPage(site);
    await other.close();
    expect(new URL(other.url).hash).not.toBe(`#${token}`);
  });

  test("allows only its own script and style, and cannot be framed, cached, or read by another origin", async () => {
    const { status, headers, body } = await send(port, "/");
    const hashed = (tag: string) => {
      const text = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(body)?.[1] ?? "";
      return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    };
    expect(status).toBe(200);
    expect(String(headers["content-security-policy"]).split("; ")).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        `script-src ${hashed("script")}`,
        `style-src ${hashed("style")}`,
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
      ]),
    );
    expect(headers["content-security-policy"]).not.toContain("unsafe");
    expect(body.match(/(?:src|href)="(?!data:|#)[^"]*"| style="| on\w+="/g)).toBeNull();
  });

  test.each(["/", "/events", "/other"])("%s has the headers that protect it", async (path) => {
    const { headers } = await send(port, path);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
      "cross-origin-resource-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
    });
    expect(Object.keys(headers).filter((it) => it.startsWith("access-control"))).toEqual([]);
  });

  test("is reachable on 127.0.0.1 only", async () => {
    const others = Object.values(networkInterfaces()).flatMap((it) => it ?? []);
    const addresses = ["::1", ...others.filter((it) => !it.internal && it.family === "IPv4").map((it) => it.address)];
    for (const host of addresses) {
      const socket = connect({ host, port });
      await expect(once(socket, "connect")).rejects.toThrow();
      socket.destroy();
    }
  });

  test.each<[host: (port: number) => string, status: number]>([
    [(it) => `127.0.0.1:${it}`, 200],
    [(it) => `localhost:${it}`, 200],
    [(it) => `rebound.example.com:${it}`, 421],
    [() => "127.0.0.1", 421],
    [(it) => `localhost:${it + 1}`, 421],
    [(it) => `127.0.0.1:${it}.example.com`, 421],
  ])("answers only to its own Host (%#)", async (host, status) => {
    expect(await send(port, "/", { headers: { host: host(port) } })).toMatchObject({ status });
    const withToken = await open(port, `/events?token=${token}`, { headers: { host: host(port) } });
    expect(withToken.statusCode).toBe(status);
    withToken.destroy();
  });

  test.each([
    ["GET", "/status"],
    ["GET", "/targets/stop"],
    ["POST", "/"],
    ["POST", "/events"],
    ["DELETE", "/targets/stop"],
    ["GET", "//evil.example/"],
    ["GET", "/../etc/passwd"],
  ])("has nothing for %s %s", async (method, path) => {
    expect((await send(port, path, { method })).status).toBe(404);
  });
});

describe("the status", () => {
  test("comes at once, and after each change", async () => {
    const events = await watch();
    expect(await nextStatus(events)).toEqual(OK_STATUS);
    site.change({ clock: 1 });
    expect(await nextStatus(events)).toEqual({ ...OK_STATUS, clock: 1 });
    await events.return(undefined);
  });

  test("of many changes at once comes twice: the first and the last", async () => {
    const events = await watch();
    await nextStatus(events);
    for (let clock = 1; clock <= 1000; clock += 1) site.change({ clock });
    expect((await nextStatus(events)).clock).toBe(1);
    expect((await nextStatus(events)).clock).toBe(1000);
    await events.return(undefined);
  });

  test.each<[string, string, OutgoingHttpHeaders]>([
    ["without a token", "", {}],
    ["with another token", "?token=AAAAAAAAAAAAAAAAAAAAAA", {}],
    ["with the token in the header of the buttons only", "", { "x-alb-web-token": "TOKEN" }],
    ["from another origin", "?token=TOKEN", { origin: "http://evil.example" }],
    ["from another port", "?token=TOKEN", { "sec-fetch-site": "same-site" }],
  ])("is refused %s", async (_, query, headers) => {
    const filled = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, String(value).replace("TOKEN", token)]),
    );
    const { status, body } = await send(port, `/events${query.replace("TOKEN", token)}`, { headers: filled });
    expect(status).toBe(403);
    expect(body).not.toContain("example.com");
  });

  test("has no characters that change what is around them", async () => {
    site.change({ source: "a\u202eb\u0007", notModeled: ["x\u2066y"] });
    const events = await watch();
    expect(await nextStatus(events)).toMatchObject({ source: "a\\u{202e}b\\u{7}", notModeled: ["x\\u{2066}y"] });
    await events.return(undefined);
  });

  test("waits for a page that does not read, and is then the newest", async () => {
    const large = watchedSite({ ...OK_STATUS, source: "x".repeat(1_000_000) });
    const events = pageEvents(large);
    const responses: ServerResponse[] = [];
    const server = createServer((_, response) => {
      responses.push(response);
      events.add(response);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const at = (server.address() as AddressInfo).port;
    const stuck = await open(at, "/");
    const reading = eventsOf(await open(at, "/"));
    let clock = 100;
    const changeAndRead = async () => {
      large.change({ clock: ++clock });
      while ((await nextStatus(reading)).clock !== clock);
    };
    while (responses[0]?.writableNeedDrain === false) await changeAndRead();
    const waiting = responses[0]?.writableLength;
    await changeAndRead();
    await changeAndRead();
    expect(responses[0]?.writableLength).toBeLessThanOrEqual(waiting ?? 0);
    const late = eventsOf(stuck);
    while ((await nextStatus(late)).clock !== clock);
    await Promise.all([late.return(undefined), reading.return(undefined)]);
    await events.close();
    server.closeAllConnections();
    server.close();
  });
});

describe("the buttons", () => {
  const press = (
    change: { path?: string; headers?: OutgoingHttpHeaders; body?: string; without?: string } = {},
  ): ReturnType<typeof send> => {
    const headers: OutgoingHttpHeaders = {
      origin: `http://127.0.0.1:${port}`,
      "content-type": "application/json",
      "x-alb-web-token": token,
      "sec-fetch-site": "same-origin",
      ...change.headers,
    };
    if (change.without !== undefined) delete headers[change.without];
    return send(port, change.path ?? "/targets/stop", {
      method: "POST",
      headers,
      body: change.body ?? JSON.stringify({ id: "aws_instance.web[0]" }),
    });
  };

  test("stop and start a target", async () => {
    expect(await press()).toMatchObject({ status: 204, body: "" });
    expect(await press({ path: "/targets/start" })).toMatchObject({ status: 204 });
    expect(site.calls).toEqual(["stop aws_instance.web[0]", "start aws_instance.web[0]"]);
  });

  test("work from localhost and from a browser without Sec-Fetch-Site", async () => {
    const headers = { host: `localhost:${port}`, origin: `http://localhost:${port}` };
    expect(await press({ headers, without: "sec-fetch-site" })).toMatchObject({ status: 204 });
  });

  test.each<[string, Parameters<typeof press>[0], number]>([
    ["without the token", { without: "x-alb-web-token" }, 403],
    ["with another token", { headers: { "x-alb-web-token": "AAAAAAAAAAAAAAAAAAAAAA" } }, 403],
    ["without an origin", { without: "origin" }, 403],
    ["from another origin", { headers: { origin: "https://www.example.com" } }, 403],
    ["from a document without an origin", { headers: { origin: "null" } }, 403],
    ["from another port", { headers: { origin: "http://127.0.0.1:1" } }, 403],
    ["from what a browser calls another site", { headers: { "sec-fetch-site": "cross-site" } }, 403],
    ["from what a browser calls another port", { headers: { "sec-fetch-site": "same-site" } }, 403],
    ["as a form", { headers: { "content-type": "text/plain" } }, 415],
    ["with the type of a form", { headers: { "content-type": "text/plain; application/json" } }, 415],
    ["without a content type", { without: "content-type" }, 415],
    ["with a large body", { body: JSON.stringify({ id: "x".repeat(5000) }) }, 413],
    ["with no JSON", { body: "id=1" }, 400],
    ["with another value", { body: "null" }, 400],
    ["with an ID that is no text", { body: '{"id":["aws_instance.web[0]"]}' }, 400],
    ["for an unknown target", { body: '{"id":"aws_instance.other"}' }, 404],
  ])("do nothing %s", async (_, change, status) => {
    expect((await press(change)).status).toBe(status);
    expect(site.calls).toEqual([]);
  });

  test("reach a target whose ID is shown in another way", async () => {
    const [first] = TARGETS;
    site.change({ targets: [{ ...first!, id: 'aws_instance.web["\u202ex"]' }] });
    await press({ body: JSON.stringify({ id: 'aws_instance.web["\\u{202e}x"]' }) });
    expect(site.calls).toEqual(['stop aws_instance.web["\u202ex"]']);
  });

  test("say what failed", async () => {
    await page.close();
    page = await startPage({ ...site, stop: () => Promise.reject(new Error("port\u202e taken")) });
    port = Number(new URL(page.url).port);
    token = new URL(page.url).hash.slice(1);
    expect(await press()).toMatchObject({ status: 500, body: "port\\u{202e} taken\n" });
  });
});

describe("the end", () => {
  test("is an event of each page, and nothing listens or watches any more", async () => {
    const events = await watch();
    await nextStatus(events);
    expect(site.watching()).toBe(1);
    await page.close();
    expect((await events.next()).value).toEqual({ name: "end", data: "end" });
    expect(site.watching()).toBe(0);
    await expect(send(port, "/")).rejects.toThrow(/ECONNREFUSED/);
  });

  test("comes although a client neither sends nor reads", async () => {
    const silent = connect(port, "127.0.0.1").on("error", () => {});
    await once(silent, "connect");
    const unread = await open(port, `/events?token=${token}`);
    const closed = once(silent, "close");
    silent.resume();
    await page.close();
    await closed;
    unread.destroy();
  });
});
