import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { UsageError } from "../../../machine/errors";
import { portOf } from "../../../path/facts/url-ports";
import { startOwnServer } from "./own-server";
import type { RunningProgram } from "./program";

/** The user's own app, from `--target`. */
export interface AppAddress {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Reads the value of `--target`.
 * @throws UsageError if it is not the URL of an app on this machine
 */
export function appAddress(text: string): AppAddress {
  const refuse = () =>
    new UsageError(`--target must be the URL of an app on this machine, such as http://127.0.0.1:3000 (got ${text})`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
    throw refuse();
  if (!/^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/.test(url.hostname)) throw refuse();
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") throw refuse();
  const isTls = url.protocol === "https:";
  return { url: url.origin, host: url.hostname.replace(/^\[|\]$/g, ""), port: portOf(url), isTls };
}

/**
 * Connects to the app once.
 * @throws UsageError if nothing accepts the connection
 */
export async function checkApp(app: AppAddress): Promise<void> {
  const socket = open(app);
  try {
    await once(socket, app.isTls ? "secureConnect" : "connect");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`--target must be the URL of a running app (${app.url}: ${code || message})`);
  } finally {
    socket.destroy();
  }
}

/** Passes connections to the app; 502 where it accepts none. */
export function startPassThrough(app: AppAddress, port: number): Promise<RunningProgram> {
  return startOwnServer(port, () => createServer({ allowHalfOpen: true }, (socket) => pass(socket, app)));
}

function pass(client: Socket, app: AppAddress): void {
  const server = open(app);
  let isOpen = false;
  server.once(app.isTls ? "secureConnect" : "connect", () => {
    isOpen = true;
    server.setTimeout(0);
    client.pipe(server).pipe(client);
  });
  server.on("error", () => {
    if (isOpen) client.destroy();
    else refuse(client, app);
  });
  server.on("close", () => isOpen && client.destroySoon());
  client.on("close", () => server.destroy());
  client.on("error", () => server.destroy());
}

function refuse(client: Socket, { url }: AppAddress): void {
  const body = `alb-web: no app answers at ${url}\n`;
  client.resume();
  client.end(
    "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/plain\r\nconnection: close\r\n" +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function open({ host, port, isTls }: AppAddress): Socket {
  const socket = isTls
    ? // A certificate for localhost is usually signed by nobody, and the connection does not leave this machine.
      connectTls({ host, port, rejectUnauthorized: false })
    : connect({ host, port, allowHalfOpen: true });
  socket.setTimeout(CONNECT_TIMEOUT_MS, () =>
    socket.destroy(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`)),
  );
  return socket;
}
