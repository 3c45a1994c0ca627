import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";

/** Everything listens there: no other machine can connect. */
export const LOOPBACK = "127.0.0.1";

/**
 * Opens a port on loopback.
 * @param port a free one if absent
 */
export async function listenOnLoopback(server: Server, port = 0): Promise<number> {
  server.listen(port, LOOPBACK);
  await once(server, "listening");
  // Such as too many open files: the connection is lost, the server stays.
  server.on("error", () => undefined);
  return (server.address() as AddressInfo).port;
}
