import { once } from "node:events";
import type { Server, Socket } from "node:net";
import { listenOnLoopback } from "../loopback";
import { type HeldPort, holdPort } from "./ports";
import type { RunningProgram } from "./program";

/**
 * Starts a server of this process in place of a program on an instance.
 * @param make makes the server, which does not listen yet, at each start
 */
export async function startOwnServer(instancePort: number, make: () => Server): Promise<RunningProgram> {
  let running = await listen(make());
  const { port } = running;
  let held: HeldPort | undefined;
  return {
    listens: new Map([[instancePort, port]]),
    stop: async () => {
      if (held !== undefined) return;
      await running.end();
      held = await holdPort(port);
    },
    start: async () => {
      if (held === undefined) return;
      await held.release();
      held = undefined;
      running = await listen(make(), port);
    },
    close: async () => {
      await held?.release();
      if (held === undefined) await running.end();
      held = undefined;
    },
  };
}

async function listen(server: Server, at?: number) {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
  });
  const port = await listenOnLoopback(server, at);
  return {
    port,
    end: async () => {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
