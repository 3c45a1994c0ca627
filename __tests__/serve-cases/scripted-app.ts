import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { ReceivedRequest } from "./observed";
import type { App } from "./serve-case";

/** A target's program on loopback that responds as a case says. */
export interface ScriptedApp {
  /** For `--target`. */
  readonly url: string;
  /** The requests of clients, in the order in which they came. */
  readonly requests: readonly ReceivedRequest[];
  readonly healthChecks: readonly ReceivedRequest[];
  readonly close: () => Promise<void>;
}

export async function startApp(app: App = {}): Promise<ScriptedApp> {
  const requests: ReceivedRequest[] = [];
  const healthChecks: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const take = (request: IncomingMessage) => {
    const received = receivedOf(request);
    const isHealthCheck = received.headers["user-agent"]?.startsWith("ELB-HealthChecker/") === true;
    (isHealthCheck ? healthChecks : requests).push(received);
    return app[(request.url ?? "").split("?")[0] ?? ""];
  };
  const server = createServer((request, response) => {
    const script = take(request);
    request.resume();
    request.once("end", () => {
      if (script?.instead === "silent") return;
      if (script?.instead === "closes") request.socket.end();
      else if (script?.instead === "malformed") request.socket.end("this is no response\r\n\r\n");
      else response.writeHead(script?.status ?? 200, script?.headers).end(script?.body);
    });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket) => {
    const script = take(request);
    const lines = Object.entries(script?.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      script?.status === 101
        ? `HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}Sec-WebSocket-Accept: ${acceptOf(request)}\r\n\r\n`
        : "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    );
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    healthChecks,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function receivedOf({ method, url, rawHeaders }: IncomingMessage): ReceivedRequest {
  const headers: Record<string, string> = {};
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = "", value = ""] = rawHeaders.slice(index, index + 2);
    const known = headers[name.toLowerCase()];
    headers[name.toLowerCase()] = known === undefined ? value : `${known}, ${value}`;
  }
  return { line: `${method} ${url}`, headers };
}

/** https://www.rfc-editor.org/rfc/rfc6455#section-1.3 */
function acceptOf({ headers }: IncomingMessage): string {
  const key = headers["sec-websocket-key"] ?? "";
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}
