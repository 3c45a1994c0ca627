import { webcrypto } from "node:crypto";
import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import * as x509 from "@peculiar/x509";
import type { Front, LogEntry } from "../../cli/serve/front";
import { listenAs } from "../../cli/serve/listener-server";
import type { Answer, Backend, IncomingRequest, Picked } from "../../path/serve/decisions";

/* Listeners on loopback, their targets and clients. Everything that is started here is ended by `endAll`. */

const CAUSE = { hop: "listener", address: "aws_lb_listener.web", text: "the default action" } as const;
const ends: (() => Promise<unknown> | unknown)[] = [];

/** To be called after each test. */
export async function endAll(): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end();
}

/** A listener as a test sees it. */
export interface Listener {
  readonly port: number;
  readonly close: () => Promise<void>;
  readonly log: LogEntry[];
  readonly requests: IncomingRequest[];
  /** How many requests were picked a target, and how many of them are done. */
  readonly counts: { picked: number; done: number };
  /** Waits until this many requests are logged. */
  readonly logged: (count: number) => Promise<readonly LogEntry[]>;
}

export interface Settings extends Partial<Omit<Front, "answer" | "pick" | "log">> {
  readonly answer?: (request: IncomingRequest) => Answer;
  readonly picked?: Picked;
  readonly backend?: Partial<Backend>;
  readonly cookies?: readonly string[];
  /** The port of the listener on this machine. */
  readonly on?: number;
  readonly onPick?: (cookies: ReadonlyMap<string, string>) => void;
}

export const FORWARD: Answer = {
  kind: "forward",
  groups: [{ address: "aws_lb_target_group.web", arn: "arn", weight: 1 }],
  cause: CAUSE,
};

/** @param target the port of the target's program; absent: nothing listens */
export async function listener(settings: Settings = {}, target?: number): Promise<Listener> {
  const log: LogEntry[] = [];
  const requests: IncomingRequest[] = [];
  const counts = { picked: 0, done: 0 };
  const waiting: { count: number; resolve: () => void }[] = [];
  const { answer = () => FORWARD, picked, backend, cookies = [], onPick, on, ...rest } = settings;
  const front: Front = {
    address: "aws_lb_listener.web",
    protocol: "HTTP",
    port: rest.protocol === "HTTPS" ? 443 : 80,
    http2: true,
    idleTimeoutMs: 60_000,
    clientKeepAliveMs: 3_600_000,
    connectTimeoutMs: 10_000,
    droppedTimeoutMs: 10_000,
    isAssumed: false,
    dropsInvalidHeaders: false,
    preservesHost: false,
    forwardedFor: "append",
    addsClientPort: false,
    clientIp: "203.0.113.7",
    way: () => ({ kind: "open" }),
    ...rest,
    answer: (request) => {
      requests.push(request);
      return answer(request);
    },
    pick: (_answer, given) => {
      onPick?.(given);
      if (picked !== undefined) return picked;
      counts.picked += 1;
      return {
        kind: "backend",
        group: "aws_lb_target_group.web",
        cookies,
        done: () => {
          counts.done += 1;
        },
        backend: {
          id: "aws_instance.web[0]",
          protocol: "HTTP",
          port: 8080,
          way: { kind: "open" },
          kind: "nginx",
          ...(target === undefined ? {} : { listens: { host: "127.0.0.1", port: target } }),
          ...backend,
        },
      };
    },
    log: (entry) => {
      log.push(entry);
      for (const { count, resolve } of waiting) if (log.length >= count) resolve();
    },
  };
  const { port, close } = await listenAs(front, on);
  ends.push(close);
  return {
    port,
    close,
    log,
    requests,
    counts,
    logged: async (count) => {
      if (log.length < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }));
      return log;
    },
  };
}

/** @returns the port of an HTTP server */
export async function httpTarget(handle: http.RequestListener): Promise<{ port: number; server: http.Server }> {
  const server = http.createServer({ maxHeaderSize: 128 * 1024 }, handle);
  server.maxHeadersCount = 0;
  return { port: await listening(server, () => server.closeAllConnections()), server };
}

/** @returns the port of a server whose bytes the test writes */
export async function rawTarget(handle: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    handle(socket);
  });
  return listening(server, () => {
    for (const socket of sockets) socket.destroy();
  });
}

/** @returns a target that responds with the given bytes to each request, and keeps or ends the connection */
export async function rawResponse(response: string | Buffer, isEnded = false): Promise<number> {
  return rawTarget((socket) => socket.on("data", () => (isEnded ? socket.end(response) : socket.write(response))));
}

async function listening(server: Server, endConnections: () => void): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(async () => {
    const closed = once(server, "close");
    server.close();
    endConnections();
    await closed;
  });
  return (server.address() as AddressInfo).port;
}

export type Connection = Socket;
export type IncomingMessage = http.IncomingMessage;
export type ServerResponse = http.ServerResponse;
type Client = Socket & { readonly seen: () => string; readonly gone: Promise<void> };

/** A connection of a client whose bytes the test writes. */
export async function client(port: number): Promise<Client> {
  const socket = connect(port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("error", () => {});
  socket.on("data", (chunk) => chunks.push(chunk));
  await once(socket, "connect");
  ends.push(() => socket.destroy());
  const gone = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  return Object.assign(socket, { gone, seen: () => Buffer.concat(chunks).toString("latin1") });
}

/** A request over HTTP/1.1 whose body the test writes. */
export function upload(port: number, headers: http.OutgoingHttpHeaders = {}): http.ClientRequest {
  return http.request({ host: "127.0.0.1", port, agent: false, method: "POST", headers });
}

/** @returns the response to a request */
export async function responseTo(sent: http.ClientRequest): Promise<http.IncomingMessage> {
  const [response] = (await once(sent, "response")) as [http.IncomingMessage];
  return response;
}

/** Sends one request over HTTP/1.1 and TLS. */
export async function secureRequest(port: number, options: https.RequestOptions): Promise<Received> {
  return received(await responseTo(https.get({ host: "127.0.0.1", port, agent: false, ...options })));
}

/** @returns the port of a target with HTTPS, which responds "tls" */
export async function httpsTarget(context: SecureContext): Promise<number> {
  const server = https.createServer((_request, response) => response.end("tls"));
  // What a server without server names presents.
  Object.assign(server, { _sharedCreds: context });
  return listening(server, () => server.closeAllConnections());
}

/** @returns everything that the listener sends until it closes the connection */
export async function exchangeOf(port: number, bytes: string | Buffer): Promise<string> {
  const socket = await client(port);
  socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  await socket.gone;
  return socket.seen();
}

export interface Received {
  readonly status: number;
  readonly text: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly raw: readonly string[];
  readonly body: string;
}

/** Sends one request over HTTP/1.1. */
export async function request(port: number, options: http.RequestOptions = {}, body?: string): Promise<Received> {
  const sent = http.request({ host: "127.0.0.1", port, agent: false, ...options });
  sent.end(body);
  return received(await responseTo(sent));
}

async function received(response: http.IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode!,
    text: response.statusMessage!,
    headers: response.headers,
    raw: response.rawHeaders,
    body: Buffer.concat(chunks).toString(),
  };
}

/** @returns a certificate for the name, signed by itself */
export async function certificateFor(name: string): Promise<{ context: SecureContext; pem: string }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: "dns", value: name }])],
  });
  const pem = certificate.toString("pem");
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const key = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
  return { context: createSecureContext({ cert: pem, key }), pem };
}
