import type {
  Action,
  Balancer,
  DnsRecord,
  Listener,
  ListenerRule,
  Registration,
  Server,
  Subnet,
  TargetGroup,
  Topology,
} from "../../../topology/model";
import type { Unknown } from "../../../topology/value";

/* The way of one request through the topology; rules look at this. */

/** A listener that the request comes to, with those actions that it can meet there. */
export interface Step {
  readonly listener: Listener;
  /** How the request comes to this listener: at first, or by the redirect of an earlier step. */
  readonly redirectedBy?: { readonly address: string; readonly attribute: string };
  /**
   * Rules that match the request or may match it, in the order of their priorities; then the default action, if a
   * request can come so far.
   */
  readonly outcomes: readonly Outcome[];
}

export interface Outcome {
  /** Absent: the listener's default action. */
  readonly rule?: ListenerRule;
  /** Whether every request to the URL, some, or (for want of knowledge) perhaps none comes here. */
  readonly match: "always" | "some" | Unknown;
  readonly actions: readonly Action[];
  /** The rule's address, or the listener's. */
  readonly address: string;
}

/** A target that the request can come to. */
export interface Target {
  readonly targetGroup: TargetGroup;
  readonly registration: Registration;
  /** Absent: it is not in the file, or is an address or a function. */
  readonly server?: Server;
  /** Where the request goes: the registration's port, or its group's. */
  readonly port: number | Unknown | undefined;
  /** Where the health check goes. */
  readonly healthPort: number | Unknown | undefined;
  /** The subnets in which the target can be; those that are known. */
  readonly subnets: readonly Subnet[];
}

export interface TracedPath {
  readonly topology: Topology;
  readonly url: URL;
  /** The name that the client asks for; the load balancer's own name when no record leads to it. */
  readonly host: string;
  /** Whether `host` is the load balancer's own name, which no certificate covers and nobody expects one to. */
  readonly isOwnName: boolean;
  readonly port: number;
  readonly scheme: "http" | "https";
  /**
   * Whether the URL was asked for with its path, so that only rules of this path are met; otherwise the client may ask
   * for any path.
   */
  readonly hasPath: boolean;
  readonly from: "internet" | "vpc";
  /** Records of this name. */
  readonly records: readonly DnsRecord[];
  /** Records of other names that these lead over. */
  readonly over: readonly DnsRecord[];
  /** Absent: the records lead to none, or to one that is not in the file. */
  readonly balancer?: Balancer;
  /**
   * The listener on the port, then those that redirects lead to on the same load balancer; empty when there is none on
   * the port.
   */
  readonly steps: readonly Step[];
  /** All groups that a forward on the path leads to, without those that are not in the file. */
  readonly targetGroups: readonly TargetGroup[];
  readonly targets: readonly Target[];
}
