import type { Socket } from "node:net";
import * as tls from "node:tls";
import type { Front, LogEntry } from "./front";

/* The TLS of a listener: certificates by server name, versions, and HTTP/2 or HTTP/1.1. */

/** A TLS server without a port: it takes connections that have been accepted already. */
export interface TlsEntrance {
  readonly accept: (socket: Socket) => void;
}

/** Versions as OpenSSL numbers them. */
const NUMBERS = { TLSv1: 0x0301, "TLSv1.1": 0x0302, "TLSv1.2": 0x0303, "TLSv1.3": 0x0304 };

/** A client has at least this time for the handshake, however fast the clock. */
const SHORTEST_HANDSHAKE_MS = 10_000;

/** What Node's types leave out. */
interface SharedContext {
  _sharedCreds: tls.SecureContext;
}
interface NativeContext {
  readonly setMinProto: (version: number) => void;
  readonly setMaxProto: (version: number) => void;
}

/** Failed handshakes: OpenSSL's codes, in words. */
const FAILURES: Readonly<Record<string, string>> = {
  ERR_SSL_UNSUPPORTED_PROTOCOL: "the client supports no TLS version of the listener's policy",
  ERR_SSL_VERSION_TOO_LOW: "the client supports no TLS version of the listener's policy",
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "the client supports no TLS version of the listener's policy",
  ERR_SSL_NO_SHARED_CIPHER: "client and listener have no cipher in common",
  ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM: "the client supports no signature algorithm of the certificate",
  ERR_SSL_NO_APPLICATION_PROTOCOL: "the client supports neither HTTP/2 nor HTTP/1.1",
  ERR_SSL_HTTP_REQUEST: "the client sent plain HTTP to an HTTPS listener",
  ERR_SSL_WRONG_VERSION_NUMBER: "the client does not speak TLS",
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: "the client does not trust the certificate's authority",
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: "the client rejected the certificate",
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: "the client rejected the certificate",
};

/** @param secured called for each connection whose handshake succeeded */
export function tlsEntrance(front: Front, secured: (socket: tls.TLSSocket) => void): TlsEntrance {
  const policy = front.tls;
  if (policy === undefined) throw new Error(`${front.address} is an HTTPS listener without TLS settings`);
  const versions = { minVersion: policy.minVersion, maxVersion: policy.maxVersion };
  // Serves clients that send no server name if there is no certificate for them: their handshakes fail with an alert.
  const empty = tls.createSecureContext(versions);
  const server = tls.createServer({
    ...versions,
    ALPNProtocols: front.http2 ? ["h2", "http/1.1"] : ["http/1.1"],
    handshakeTimeout: Math.max(front.idleTimeoutMs, SHORTEST_HANDSHAKE_MS),
    SNICallback: (name, done) => {
      try {
        done(null, policy.contextFor(name));
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
  server.on("secureConnection", secured);
  server.on("tlsClientError", (error, socket) => {
    const entry = tlsFailure(front, error, socket);
    if (entry !== undefined) front.log(entry);
    socket.destroy();
  });
  return {
    accept: (socket) => {
      const enter = () => {
        // The context of a connection decides its versions, and its certificate unless the client sends a server name.
        (server as unknown as SharedContext)._sharedCreds = limited(defaultContext(policy, empty), policy);
        if (!socket.destroyed) server.emit("connection", socket);
      };
      if (policy.prepare === undefined) enter();
      // A context that could not be prepared is reported by the handshake.
      else void policy.prepare().then(enter, enter);
    },
  };
}

function defaultContext(policy: NonNullable<Front["tls"]>, empty: tls.SecureContext): tls.SecureContext {
  try {
    return policy.contextFor(undefined);
  } catch {
    return empty;
  }
}

function limited(context: tls.SecureContext, policy: NonNullable<Front["tls"]>): tls.SecureContext {
  const native: NativeContext = context.context;
  native.setMinProto(NUMBERS[policy.minVersion]);
  native.setMaxProto(NUMBERS[policy.maxVersion]);
  return context;
}

/** @returns the entry of a handshake that failed; nothing if the client just closed the connection */
export function tlsFailure(
  front: Front,
  error: NodeJS.ErrnoException & { readonly reason?: string },
  socket: { readonly servername?: string | false | null },
): LogEntry | undefined {
  const known = FAILURES[error.code ?? ""];
  if (known === undefined && (error.code === "ECONNRESET" || error.code === "EPIPE")) return undefined;
  return {
    method: "",
    url: `https://${socket.servername || "*"}:${front.port}`,
    result: "TLS handshake failed",
    ms: 0,
    hop: "tls",
    text: `${front.address}: the TLS handshake failed: ${known ?? error.reason ?? error.message}`,
    isAssumed: front.isAssumed,
  };
}
