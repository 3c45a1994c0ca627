import { createSocket, type RemoteInfo, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { DnsAnswer, DnsQuestion } from "../../path/serve/dns-answers";
import { type DnsLogEntry, respond } from "./dns-packets";
import { LOOPBACK, listenOnLoopback } from "./loopback";

/* The name server of `serve`, on one port of this machine for UDP and TCP. */

/** How often another port is tried, because the one that UDP got is taken for TCP. */
const ATTEMPTS = 20;
/** A client that sends nothing more on a TCP connection is disconnected. */
const IDLE_MS = 10_000;
const MAX_CONNECTIONS = 100;
const MAX_UNREAD_BYTES = 1_000_000;

export interface DnsServerOptions {
  readonly answer: (question: DnsQuestion) => DnsAnswer;
  /** Called once for each query that is answered. */
  readonly log: (entry: DnsLogEntry) => void;
}

export interface DnsServer {
  readonly port: number;
  /** Ends all connections; resolves when the port is free again. */
  close(): Promise<void>;
}

/** Starts the name server on a port that UDP and TCP both have. */
export async function startDns(options: DnsServerOptions): Promise<DnsServer> {
  for (let attempt = 1; ; attempt++) {
    const udp = await boundUdp();
    const { port } = udp.address();
    const tcp = await boundTcp(port).catch((error: NodeJS.ErrnoException) => {
      udp.close();
      if (error.code !== "EADDRINUSE" || attempt === ATTEMPTS) throw error;
      return undefined;
    });
    if (tcp !== undefined) return serving(udp, tcp, options);
  }
}

async function boundUdp(): Promise<UdpSocket> {
  const socket = createSocket("udp4");
  socket.bind(0, LOOPBACK);
  await once(socket, "listening");
  return socket;
}

async function boundTcp(port: number): Promise<Server> {
  const server = createServer();
  server.maxConnections = MAX_CONNECTIONS;
  await listenOnLoopback(server, port);
  return server;
}

function serving(udp: UdpSocket, tcp: Server, options: DnsServerOptions): DnsServer {
  const connections = new Set<Socket>();
  udp.on("message", (message: Buffer, from: RemoteInfo) => {
    const response = respond(message, "udp", options);
    // The client may be gone.
    if (response !== undefined) udp.send(response, from.port, from.address, () => undefined);
  });
  // Such as the ICMP message that a client's port is closed; the next query is answered all the same.
  udp.on("error", () => undefined);
  tcp.on("connection", (socket: Socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
    answerOn(socket, options);
  });
  return {
    port: (tcp.address() as AddressInfo).port,
    close: async () => {
      for (const socket of connections) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => udp.close(() => resolve())),
        new Promise<void>((resolve) => tcp.close(() => resolve())),
      ]);
    },
  };
}

/** Over TCP, two bytes with its length precede each message, and a connection can carry several. */
function answerOn(socket: Socket, options: DnsServerOptions): void {
  let received: Buffer = Buffer.alloc(0);
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      const response = respond(received.subarray(2, end), "tcp", options);
      // After something that is not a query, the length of the next one is not credible either.
      if (response === undefined) return void socket.destroy();
      const length = Buffer.alloc(2);
      length.writeUInt16BE(response.length);
      socket.write(Buffer.concat([length, response]));
      // The client does not read its responses.
      if (socket.writableLength > MAX_UNREAD_BYTES) return void socket.destroy();
      received = received.subarray(end);
    }
  });
}
