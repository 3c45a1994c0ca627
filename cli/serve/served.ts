import type { Backend } from "../../path/serve/decisions";
import type { LogEntry } from "./front";
import type { Status } from "./status";

/** A site that is served on this machine. */
export interface Served {
  /** What is served, such as `stack web` or a file. */
  readonly source: string;
  readonly urls: readonly ServedAddress[];
  readonly listeners: readonly {
    readonly address: string;
    readonly protocol: string;
    readonly port: number;
    readonly listens: string;
  }[];
  /** The address of the DNS server, for UDP and TCP. */
  readonly dns: string;
  /** The file with the certificate of the local authority. */
  readonly ca: string;
  readonly page: string;
  readonly targets: readonly {
    readonly address: string;
    readonly kind: Backend["kind"];
    /** Absent: nothing listens. */
    readonly listens?: string;
    /** Why it is a stand-in, or why nothing listens. */
    readonly reason?: string;
  }[];
  /** The errors of the trace, one sentence each. */
  readonly errors: readonly string[];
  /** Why this client receives no response although the trace finds no error, one sentence each. */
  readonly closed: readonly string[];
  readonly notModelled: readonly string[];
  readonly clock: number;
  readonly client: string;
  /** Seconds from the start to the first possible request. */
  readonly seconds: number;
  /** Now, as the page shows it. */
  status(): Status;
  /** Calls the listener after each request and for each connection that is never answered. @returns how to stop it */
  onRequest(listener: (entry: LogEntry) => void): () => void;
  /** Calls the listener after each change of the status. @returns how to stop it */
  onChange(listener: () => void): () => void;
  /** Stops or starts the program of a target, by the id of its status. @returns false if there is no such target */
  stop(targetId: string): Promise<boolean>;
  start(targetId: string): Promise<boolean>;
  /** Resolves when each target has been checked often enough to be healthy or unhealthy. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface ServedAddress {
  readonly url: string;
  /** Such as `127.0.0.1:8443`. */
  readonly connect: string;
  /** A command for a shell. */
  readonly curl: string;
  /** The same in any browser. */
  readonly opensInBrowser?: string;
}
