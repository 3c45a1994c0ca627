import type { Hop, Verdict } from "../../path/report";
import type { SynthesizedJson } from "../mutants/mutant";

/*
 * Cases of the independent check of `serve`. Every expected answer is written by hand from the page that the case
 * links to; nothing of it is computed.
 */

export interface ServeCase {
  readonly name: string;
  /** The page of AWS's documentation, or the RFC, that documents the answer. */
  readonly source: string;
  /** The documented fact, in one sentence of our own. */
  readonly says: string;
  readonly file: SynthesizedJson;
  /** What a trace of the file reports. @default "ok" */
  readonly verdict?: Verdict;
  /** The client's address. @default an address of 203.0.113.0/24 */
  readonly client?: string;
  /** What the program behind every target responds. @default 200 for every path */
  readonly app?: App;
  /** Instances whose program does not run, so that their port refuses connections. */
  readonly stopped?: readonly string[];
  readonly ask: Ask;
  readonly expect: Expected;
}

/** The response of the targets' program to a path, without its query; to another path it is an empty 200. */
export type App = Readonly<Record<string, AppResponse>>;

interface AppResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * Instead of a response: `silent` reads the request and sends nothing, `closes` closes the connection after the
   * request, `malformed` sends what is not HTTP.
   */
  readonly instead?: "silent" | "closes" | "malformed";
}

export type Ask =
  | { readonly dns: { readonly name: string; readonly type: string } }
  | { readonly tls: TlsAsk }
  | { readonly request: RequestAsk }
  /** The health of a target in a target group, after it settled. */
  | { readonly health: { readonly instance: string; readonly group: string } }
  /** What `serve` names at its start as not modeled. */
  | { readonly start: true };

export interface TlsAsk {
  /** Absent: the client sends none. */
  readonly serverName?: string;
  /** The listener's port on AWS. */
  readonly port: number;
  readonly minVersion?: TlsVersion;
  readonly maxVersion?: TlsVersion;
  readonly alpn?: readonly string[];
}

export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

export interface RequestAsk {
  /** As on AWS: names are resolved by the served DNS, ports are those of the listeners. */
  readonly url: string;
  /** @default "GET" */
  readonly method?: string;
  /** In this order, with these capital letters. A `Host` here replaces the one of the URL. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** @default "1.1" */
  readonly httpVersion?: "1.1" | "2";
  readonly body?: string;
  /** How many requests, one after the other. @default 1 */
  readonly times?: number;
  /** Whether each request sends the cookies of the responses before it. @default false */
  readonly keepsCookies?: boolean;
  /** The load balancer instead of the name in the URL, for a name without a record. */
  readonly to?: "aws_lb.web";
}

/** Where no page says which of several resources is to blame, any one of them is right. */
export type OneOf<T> = T | readonly T[];

/** A header's value, a pattern of it, or `null` if there is no such header. */
export type Header = string | RegExp | null;

export type Expected =
  /** `balancer` stands for the load balancer's address on loopback. */
  | ExpectedDns
  | { readonly certificate: readonly string[]; readonly version?: TlsVersion; readonly alpn?: string }
  | { readonly handshakeFails: true }
  | ExpectedResponse
  /** The client gets no byte; the log names the hop and the resource. */
  | { readonly neverAnswered: { readonly hop: OneOf<Hop>; readonly address: OneOf<string> } }
  /** Not modeled: the log, and a response if there is one, name it in these words and the resource. */
  | { readonly refused: { readonly address: OneOf<string>; readonly words: RegExp } }
  | ExpectedHealth;

interface ExpectedHealth {
  readonly health: "healthy" | "unhealthy" | "unused";
  /** AWS's reason code; a healthy target has none. */
  readonly code?: string;
  /** What the target received of a health check, as in a response. */
  readonly received?: Readonly<Record<string, Header>>;
  readonly receivedLine?: string;
}

interface ExpectedDns {
  readonly rcode: "NOERROR" | "NXDOMAIN";
  /** In any order. */
  readonly answers: readonly { readonly type: string; readonly data: string }[];
  /** Whether the records that a resolver would ask for next may follow. @default false */
  readonly mayFollow?: boolean;
}

export interface ExpectedResponse {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers?: Readonly<Record<string, Header>>;
  readonly body?: string;
  /** Patterns that one `set-cookie` each matches; with an empty list there is none. */
  readonly cookies?: readonly RegExp[];
  /** The target group that responded. */
  readonly group?: string;
  /** Instances that responded, each at least once over all requests; no others did. */
  readonly targets?: readonly string[];
  /** Of several requests, how many each target group responded to: from, to. */
  readonly share?: Readonly<Record<string, readonly [from: number, to: number]>>;
  /** Of several requests, whether one target responded to all of them. */
  readonly sameTarget?: boolean;
  /** Headers that the target received, by their names in lower case. */
  readonly received?: Readonly<Record<string, Header>>;
  /** The request line that the target received, such as `GET /img/a.jpg?x=1`. */
  readonly receivedLine?: string;
  /** The hop that decided the response. */
  readonly hop?: Hop;
  /** A resource that the log names as the cause. */
  readonly cause?: OneOf<string>;
}
