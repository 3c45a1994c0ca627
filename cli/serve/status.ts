import type { Hop, Verdict } from "../../path/report";
import type { Backend } from "../../path/serve/decisions";
import type { HealthState } from "../../path/serve/health";
import type { LogEntry } from "./front";

/* What the page shows. */

export interface Status {
  /** The file or stack that is served. */
  readonly source: string;
  /** How many times faster than on AWS health checks and timeouts run. */
  readonly clock: number;
  /** The address that clients have. */
  readonly client: string;
  readonly urls: readonly {
    readonly url: string;
    readonly connect: string;
    readonly opensInBrowser?: string;
    /** A curl command for a shell. */
    readonly curl?: string;
  }[];
  /** Always all five, in order: what each hop does at the moment. */
  readonly hops: readonly {
    readonly hop: Hop;
    readonly verdict: Verdict;
    /** Such as "2 of 2 targets are healthy", or what prevents a response. */
    readonly text: string;
    readonly resources: readonly string[];
  }[];
  readonly targets: readonly TargetStatus[];
  /** The last hundred, the newest first. */
  readonly requests: readonly (LogEntry & { readonly at: string })[];
  readonly notModeled: readonly string[];
}

export interface TargetStatus {
  /** Unique, such as `aws_instance.web[0]`. */
  readonly id: string;
  readonly targetGroup: string;
  readonly kind: Backend["kind"];
  /** Why it is a stand-in. */
  readonly reason?: string;
  readonly isRunning: boolean;
  readonly health: HealthState;
  /** AWS's reason code, such as `Target.Timeout`. */
  readonly code?: string;
  /** Of the last check, such as "200 for /healthz in 2 ms". */
  readonly lastCheck?: { readonly at: string; readonly text: string };
}

/** A running site, for the server of the page. */
export interface Watched {
  readonly status: () => Status;
  /** Called after each change; returns how to stop that. */
  readonly onChange: (listener: () => void) => () => void;
  /** Stops or starts the program of a target, as if it crashed. @returns false if there is no such target */
  readonly stop: (targetId: string) => Promise<boolean>;
  readonly start: (targetId: string) => Promise<boolean>;
}
