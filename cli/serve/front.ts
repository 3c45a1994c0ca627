import type { SecureContext } from "node:tls";
import type { Answer, IncomingRequest, Picked, Way } from "../../path/serve/decisions";

/** One listener of a load balancer, as the server in cli/serve/ carries it out. */
export interface Front {
  /** The listener's address, such as `aws_lb_listener.https`. */
  readonly address: string;
  readonly protocol: "HTTP" | "HTTPS";
  /** The port of the listener on AWS; the server listens on a free one. */
  readonly port: number;
  /** Of the load balancer, for requests of HTTP/1.0 without a Host header; absent: they have an empty one. */
  readonly dnsName?: string;
  /** Only for HTTPS. */
  readonly tls?: {
    /** Called before the first handshake, such as to sign certificates. @default - nothing is to be prepared */
    readonly prepare?: () => Promise<void>;
    readonly contextFor: (serverName: string | undefined) => SecureContext;
    readonly minVersion: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
    readonly maxVersion: "TLSv1.2" | "TLSv1.3";
  };
  readonly http2: boolean;
  /** Already scaled by the clock, as all times here. */
  readonly idleTimeoutMs: number;
  readonly clientKeepAliveMs: number;
  /** How long the load balancer waits for a connection to a target: 10 s on AWS. */
  readonly connectTimeoutMs: number;
  /** The same if the packets to the target are dropped, which no program can delay. */
  readonly droppedTimeoutMs: number;
  readonly dropsInvalidHeaders: boolean;
  readonly preservesHost: boolean;
  readonly forwardedFor: "append" | "preserve" | "remove";
  readonly addsClientPort: boolean;
  /** The address that clients have, from `--client`. */
  readonly clientIp: string;
  /** Whether packets of this client reach the listener and return. */
  readonly way: () => Way;
  /** Whether the file leaves open if packets of this client reach the listener. */
  readonly isAssumed: boolean;
  readonly answer: (request: IncomingRequest) => Answer;
  /** @param cookies those of the request, by name */
  readonly pick: (answer: Extract<Answer, { kind: "forward" }>, cookies: ReadonlyMap<string, string>) => Picked;
  /** Called once for each request, when its response has ended, and for each connection that is never answered. */
  readonly log: (entry: LogEntry) => void;
}

/** A request, or a connection without a response, for the log and the page. */
export interface LogEntry {
  /** Such as `GET`; empty for a connection without a request. */
  readonly method: string;
  /** As the client requested it: `https://www.example.com/`; for a connection `https://*:443`. */
  readonly url: string;
  /** Absent: never answered. */
  readonly status?: number;
  /** In place of a status: the result of a DNS query, such as `NXDOMAIN`, or that a TLS handshake failed. */
  readonly result?: string;
  readonly ms: number;
  /** The hop that decided the response. */
  readonly hop: "dns" | "tls" | "listener" | "target-group" | "target";
  /** Why, in one sentence that names the resource. */
  readonly text: string;
  /** The target that responded. */
  readonly target?: string;
  /** Whether a stand-in responded, or the file leaves open whether the packets pass. */
  readonly isAssumed: boolean;
}
