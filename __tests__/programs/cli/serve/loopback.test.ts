import { createServer, type Server } from "node:net";
import { listenOnLoopback } from "../../../../cli/serve/loopback";

/* The ports of serve. */

const servers: Server[] = [];
const server = () => {
  const made = createServer();
  servers.push(made);
  return made;
};
afterEach(async () => {
  await Promise.all(servers.splice(0).map((it) => new Promise((resolve) => it.close(resolve))));
});

test("are free ones of this machine alone", async () => {
  const [first, second] = [server(), server()];
  const ports = [await listenOnLoopback(first), await listenOnLoopback(second)];
  expect(new Set(ports).size).toBe(2);
  expect(first.address()).toMatchObject({ address: "127.0.0.1", port: ports[0] });
});

test("or the one that is asked for, if it is free", async () => {
  const first = server();
  const port = await listenOnLoopback(first);
  await expect(listenOnLoopback(server(), port)).rejects.toMatchObject({ code: "EADDRINUSE" });
  await new Promise((resolve) => first.close(resolve));
  await expect(listenOnLoopback(server(), port)).resolves.toBe(port);
});

test("stay open if a connection cannot be accepted, such as with too many open files", async () => {
  const open = server();
  await listenOnLoopback(open);
  open.emit("error", Object.assign(new Error("accept EMFILE"), { code: "EMFILE" }));
  expect(open.listening).toBe(true);
});
