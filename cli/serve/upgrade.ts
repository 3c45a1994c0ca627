import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type Connection, type Exchange, exchangeOfHttp1, valueOf } from "./exchange";
import type { Agents } from "./forwarding";
import type { Front } from "./front";
import { serveRequest } from "./requests";

/* WebSockets over HTTP/1.1. Load balancers upgrade to nothing else:
   https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html */

/** @returns whether a request asks for a WebSocket, rather than for HTTP/2 for example */
export function isWebSocket(request: IncomingMessage): boolean {
  return request.method === "GET" && request.headers.upgrade?.toLowerCase() === "websocket";
}

/**
 * Serves a request for a WebSocket; any response but 101 ends the connection.
 *
 * @param first what the client has sent behind the request
 * @returns the exchange, which lasts as long as the WebSocket
 */
export function serveUpgrade(
  front: Front,
  agents: Agents,
  request: IncomingMessage,
  first: Buffer,
  connection: Connection,
): Exchange {
  const { socket } = request;
  const response = new ServerResponse(request);
  // Node leaves the socket to whoever upgrades it.
  response.assignSocket(socket);
  response.once("finish", () => socket.end());
  const exchange = exchangeOfHttp1(request, response, { ...connection, isLast: true }, false);
  socket.on("error", () => socket.destroy());
  serveRequest(front, exchange, agents, {
    headers: ["Upgrade", request.headers.upgrade ?? "", "Connection", "Upgrade"],
    join: (cookies, accepted, target, targetFirst) => {
      response.detachSocket(socket);
      socket.write(headOf(accepted, cookies));
      socket.write(targetFirst);
      target.write(first);
      join(front, socket, target);
    },
  });
  return exchange;
}

/** @returns the same request without its Upgrade header, to be read once more as an ordinary one */
export function withoutUpgrade(request: IncomingMessage, first: Buffer): Buffer {
  let head = `${request.method} ${request.url} HTTP/1.${request.httpVersionMinor}\r\n`;
  const { rawHeaders } = request;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== "upgrade") head += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
  }
  return Buffer.concat([Buffer.from(`${head}\r\n`, "latin1"), first]);
}

function headOf(accepted: IncomingMessage, cookies: readonly string[]): Buffer {
  let head = "HTTP/1.1 101 Switching Protocols\r\n";
  const { rawHeaders } = accepted;
  for (let at = 0; at < rawHeaders.length; at += 2) head += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
  if (valueOf(rawHeaders, "connection") === undefined) head += "Connection: Upgrade\r\n";
  for (const cookie of cookies) head += `Set-Cookie: ${cookie}\r\n`;
  return Buffer.from(`${head}\r\n`, "latin1");
}

/** Passes bytes on in both directions, until one side closes or both are idle for too long. */
function join(front: Front, client: Socket, target: Socket): void {
  const end = () => {
    client.destroy();
    target.destroy();
  };
  for (const side of [client, target]) {
    side.removeAllListeners("timeout");
    side.setTimeout(front.idleTimeoutMs, end);
    side.on("error", end);
    side.on("close", end);
  }
  client.pipe(target);
  target.pipe(client);
}
