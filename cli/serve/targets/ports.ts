import { once } from "node:events";
import { connect, createServer } from "node:net";
import { LOOPBACK, listenOnLoopback } from "../loopback";

/* Loopback ports that are free, or reserved while nothing listens on them. */

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  server.close();
  await once(server, "close");
  return port;
}

/** A port on which nothing listens, and which no other program gets. */
export interface HeldPort {
  readonly release: () => Promise<void>;
}

/**
 * Holds a port by a connection from it: a new connection to the port is refused, as nothing listens, and the operating
 * system does not give the port to others.
 */
export async function holdPort(port: number): Promise<HeldPort> {
  const server = createServer();
  const serverPort = await listenOnLoopback(server);
  const accepted = once(server, "connection");
  const holder = connect({ host: LOOPBACK, port: serverPort, localAddress: LOOPBACK, localPort: port });
  try {
    await once(holder, "connect");
  } catch (error) {
    server.close();
    throw error;
  }
  const [socket] = await accepted;
  socket.on("error", () => undefined);
  holder.on("error", () => undefined);
  // They alone keep no process alive.
  for (const it of [server, socket, holder]) it.unref();
  return {
    release: async () => {
      const ended = once(holder, "close");
      // Without a reset, the port would be busy for a minute.
      holder.resetAndDestroy();
      await ended;
      socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
