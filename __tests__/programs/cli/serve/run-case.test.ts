import { createSocket } from "node:dgram";
import { createServer, request as forward } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { decode, encode } from "dns-packet";
import type { LogEntry } from "../../../../cli/serve/front";
import { differencesOf, type Serve } from "../../../serve-cases/run-case";
import type { Ask, Expected, ServeCase } from "../../../serve-cases/serve-case";
import { forwardTo, listener, site } from "../../../serve-cases/site";

/* How a case is run, with a small proxy in the place of what is going to be tested with it. */

const of = (ask: Ask, expected: Expected, more: Partial<ServeCase> = {}): ServeCase => ({
  name: "x",
  source: "https://x",
  says: "X.",
  file: site({ web: { count: 1 }, change: { "aws_lb_listener.http": listener(80, forwardTo("web")) } }),
  ask,
  expect: expected,
  ...more,
});

interface Calls {
  readonly stopped: string[];
  client?: string;
  closed: number;
}

/** Forwards every request to the target; port 8080 never answers. */
function smallProxy(calls: Calls): Serve {
  return async (_, { target, client }) => {
    if (client !== undefined) calls.client = client;
    const listeners: ((entry: LogEntry) => void)[] = [];
    const log = (status: number | undefined, more: Partial<LogEntry>) => {
      const entry = { method: "GET", url: "", ms: 1, hop: "target" as const, text: "", isAssumed: false, ...more };
      for (const it of listeners) it({ ...entry, ...(status !== undefined && { status }) });
    };
    const proxy = createServer((request, response) => {
      const { url, method, headers } = request;
      const onward = forward(`${target}${url}`, { method, headers: { ...headers, "x-via": "proxy" } }, (received) => {
        response.writeHead(received.statusCode ?? 0, received.headers);
        received.pipe(response);
        response.once("close", () => log(received.statusCode, { target: "aws_instance.web_a", text: "it responded" }));
      });
      request.pipe(onward);
    });
    const silent = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      log(undefined, { hop: "listener", text: "aws_security_group.alb drops it" });
    });
    const places = await Promise.all([proxy, silent].map(listening));
    const names = createSocket("udp4");
    names.on("message", (message, from) => {
      const { id, questions = [] } = decode(message);
      const answers = questions.map(({ name }) => ({ type: "A" as const, name, data: "127.0.0.1" }));
      names.send(encode({ type: "response", id, answers }), from.port, from.address);
    });
    await new Promise<void>((done) => names.bind(0, "127.0.0.1", done));
    return {
      where: {
        listeners: [
          { port: 80, listens: places[0] ?? "" },
          { port: 8080, listens: places[1] ?? "" },
        ],
        dns: `127.0.0.1:${names.address().port}`,
        ca: "",
      },
      notModeled: ["OIDC at aws_lb_listener_rule.admin"],
      onLog: (it) => void listeners.push(it),
      stop: async (instance) => calls.stopped.push(instance),
      settled: async () => undefined,
      health: (instance, group) => ({ state: `${instance} in ${group}` === IN_WEB ? "healthy" : "unused" }),
      close: async () => {
        calls.closed += 1;
        proxy.closeAllConnections();
        names.close();
        await Promise.all([proxy, silent].map((it) => new Promise((done) => it.close(done))));
      },
    };
  };
}

const IN_WEB = "aws_instance.web_a in aws_lb_target_group.web";

async function listening(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", () => done()));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function run(it: ServeCase): Promise<{ found: string[]; calls: Calls }> {
  const calls: Calls = { stopped: [], closed: 0 };
  return { found: await differencesOf(it, smallProxy(calls)), calls };
}

test("a request: what the client, the log and the target saw are put together", async () => {
  const ask = { request: { url: "http://www.example.com/a?b=c" } };
  const right = {
    status: 200,
    body: "hello",
    group: "aws_lb_target_group.web",
    targets: ["aws_instance.web_a"],
    hop: "target",
    received: { "x-via": "proxy", host: "www.example.com" },
    receivedLine: "GET /a?b=c",
  } as const;
  const app = { "/a": { status: 200, body: "hello" } };
  expect((await run(of(ask, right, { app }))).found).toEqual([]);
  const wrong = { ...right, group: "aws_lb_target_group.api", received: { "x-via": null } };
  expect((await run(of(ask, wrong, { app }))).found).toEqual([
    'group is "aws_lb_target_group.web", not "aws_lb_target_group.api"',
    'received x-via is "proxy", not null',
  ]);
});

test("several requests, each with its entry of the log", async () => {
  const ask = { request: { url: "http://www.example.com/", times: 5 } };
  const expected = { status: 200, share: { "aws_lb_target_group.web": [5, 5] as const } };
  expect((await run(of(ask, expected))).found).toEqual([]);
});

test("a connection that is never answered ends with the entry of the log that says so", async () => {
  const ask = { request: { url: "http://www.example.com:8080/" } };
  const expected: Expected = { neverAnswered: { hop: "listener", address: "aws_security_group.alb" } };
  expect((await run(of(ask, expected))).found).toEqual([]);
  expect((await run(of(ask, { status: 200 }))).found).toEqual(["status is nothing, not 200"]);
});

test("health, DNS and the start", async () => {
  const health = { health: { instance: "aws_instance.web_a", group: "aws_lb_target_group.web" } };
  expect((await run(of(health, { health: "healthy" }))).found).toEqual([]);
  expect((await run(of(health, { health: "unused" }))).found).toHaveLength(1);
  const dns = { dns: { name: "www.example.com", type: "A" } };
  expect((await run(of(dns, { rcode: "NOERROR", answers: [{ type: "A", data: "balancer" }] }))).found).toEqual([]);
  const refused: Expected = { refused: { address: "aws_lb_listener_rule.admin", words: /oidc/i } };
  expect((await run(of({ start: true }, refused))).found).toEqual([]);
});

test("instances are stopped, the client is passed on, and all is closed, also after an error", async () => {
  const stopped = ["aws_instance.web_a"];
  const right = of({ request: { url: "http://www.example.com/" } }, { status: 200 }, { stopped, client: "192.0.2.1" });
  expect((await run(right)).calls).toEqual({ stopped, client: "192.0.2.1", closed: 1 });
  const calls: Calls = { stopped: [], closed: 0 };
  const nowhere = of({ request: { url: "http://www.example.com:9/" } }, { status: 200 });
  await expect(differencesOf(nowhere, smallProxy(calls))).rejects.toThrow("nothing is served on port 9");
  expect(calls.closed).toBe(1);
});
