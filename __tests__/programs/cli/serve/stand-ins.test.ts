import { once } from "node:events";
import { createServer, get, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createSocketServer } from "node:net";
import { startTarget } from "../../../../cli/serve/targets";
import { appAddress, checkApp } from "../../../../cli/serve/targets/app";
import { freePort, holdPort } from "../../../../cli/serve/targets/ports";
import { STAND_IN_HEADER } from "../../../../cli/serve/targets/stand-in";
import { UsageError } from "../../../../machine/errors";
import { targetProgram } from "../../../../path/serve/nginx-configuration";

const OPTIONS = { id: "aws_instance.web[0]", ports: [80, 8080] };

function ask(port: number | undefined, path = "/", method = "GET") {
  return new Promise<{ status?: number; header?: unknown; body: string }>((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, method, agent: false }, (response) => {
      let body = "";
      response
        .on("data", (chunk: Buffer) => (body += chunk))
        .on("end", () => resolve({ status: response.statusCode, header: response.headers[STAND_IN_HEADER], body }));
    }).on("error", reject);
  });
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

describe("a stand-in", () => {
  test("responds 200 to every request on each port, and says why", async () => {
    const target = await startTarget({ kind: "stand-in", ports: "any", reason: "it is\r\nnot “known”" }, OPTIONS);
    expect([...target.listens.keys()]).toEqual([80, 8080]);
    const response = await ask(target.listens.get(8080), "/health?x");
    expect(response).toMatchObject({ status: 200, header: expect.stringMatching(/^it is\S*not \?known\?$/) });
    expect(response.body).toContain("aws_instance.web[0]: alb-web responds in place of its program");
    expect(await ask(target.listens.get(80), "/", "HEAD")).toMatchObject({ status: 200, body: "" });
    await target.close();
    await expect(ask(target.listens.get(80))).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test("listens on the ports that the script shows", async () => {
    const target = await startTarget(targetProgram("#!/bin/bash\npython3 -m http.server 8000\n"), OPTIONS);
    expect([target.kind, [...target.listens.keys()]]).toEqual(["stand-in", [8000]]);
    await target.close();
  });

  test("cuts open connections when it is stopped", async () => {
    const target = await startTarget({ kind: "stand-in", ports: [80], reason: "a" }, OPTIONS);
    const socket = connect(target.listens.get(80) ?? 0, "127.0.0.1");
    await once(socket, "connect");
    const closed = once(socket, "close");
    await target.stop();
    await closed;
    await target.close();
  });
});

test("where nothing listens, no port is open, and the reason is known", async () => {
  const target = await startTarget(targetProgram("dnf install nginx\n"), {
    ...OPTIONS,
    app: appAddress("http://127.0.0.1:1"),
  });
  expect([...target.listens]).toEqual([]);
  expect(target.reason).toContain("cloud-init does not run the user data");
  await target.stop();
  await target.start();
  await target.close();
});

describe("the app of --target", () => {
  test("is in the place of a program that does not proxy", async () => {
    const server = createServer((request, response) => response.end(`app ${request.url}`));
    const app = appAddress(`http://localhost:${await listening(server)}`);
    await checkApp(app);
    const target = await startTarget({ kind: "stand-in", ports: [80], reason: "a" }, { ...OPTIONS, app });
    expect([target.kind, target.reason]).toEqual(["app", undefined]);
    expect(await ask(target.listens.get(80), "/a?b")).toEqual({ status: 200, header: undefined, body: "app /a?b" });
    server.close();
    server.closeAllConnections();
    expect(await ask(target.listens.get(80))).toMatchObject({ status: 502 });
    await target.close();
  });

  test("receives what a client sends on after it has sent everything", async () => {
    const server = createSocketServer({ allowHalfOpen: true }, (socket) => {
      let text = "";
      socket.on("data", (chunk) => (text += chunk)).on("end", () => socket.end(`got ${text}`));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const app = appAddress(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const target = await startTarget({ kind: "stand-in", ports: [80], reason: "a" }, { ...OPTIONS, app });
    const socket = connect({ port: target.listens.get(80) ?? 0, host: "127.0.0.1", allowHalfOpen: true });
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk)).end("hello");
    await once(socket, "close");
    expect(answer).toBe("got hello");
    server.close();
    await target.close();
  });

  test("that does not answer is an error of the command line", async () => {
    const port = await freePort();
    await expect(checkApp(appAddress(`http://127.0.0.1:${port}`))).rejects.toThrow(
      new UsageError(`--target must be the URL of a running app (http://127.0.0.1:${port}: ECONNREFUSED)`),
    );
  });

  test.each([
    ["http://127.0.0.1:3000", { host: "127.0.0.1", port: 3000, isTls: false }],
    ["http://localhost", { host: "localhost", port: 80, isTls: false }],
    ["https://[::1]:8443/", { host: "::1", port: 8443, isTls: true }],
    ["http://127.1.2.3:80", { host: "127.1.2.3", port: 80, isTls: false }],
  ])("%s is an app on this machine", (url, expected) => {
    expect(appAddress(url)).toMatchObject(expected);
  });

  test.each([
    "3000",
    "localhost:3000",
    "http://example.com",
    "http://10.0.0.1:3000",
    "http://127.0.0.1.example.com",
    "ftp://127.0.0.1",
    "http://user:a@127.0.0.1",
    "http://127.0.0.1/app",
    "http://127.0.0.1/?a",
    "http://0.0.0.0:3000",
    "file:///etc/passwd",
    "",
  ])("%j is refused", (url) => {
    expect(() => appAddress(url)).toThrow(UsageError);
  });
});

describe("a port that is held", () => {
  test("refuses connections, is given to nobody, and is free again afterwards", async () => {
    const port = await freePort();
    const held = await holdPort(port);
    await expect(ask(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    const others = await Promise.all(Array.from({ length: 100 }, freePort));
    expect(others).not.toContain(port);
    await held.release();
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    server.close();
  });

  test("cannot be held while something listens on it", async () => {
    const server = createServer();
    const port = await listening(server);
    await expect(holdPort(port)).rejects.toMatchObject({ code: "EADDRINUSE" });
    server.close();
  });
});
