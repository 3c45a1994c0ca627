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

/* The path of one request through the topology, as rules use it. */

/** A listener that the request reaches, with the actions that can apply to it there. */
export interface Step {
  readonly listener: Listener;
  /** The redirect of an earlier step that leads to this listener; absent for the first listener. */
  readonly redirectedBy?: { readonly address: string; readonly attribute: string };
  /**
   * Rules that match the request or may match it, in priority order; then the default action, if a request can reach
   * it.
   */
  readonly outcomes: readonly Outcome[];
}

export interface Outcome {
  /** Absent: the listener's default action. */
  readonly rule?: ListenerRule;
  /** Whether this applies to every request to the URL, to some, or (`Unknown`) possibly to none. */
  readonly match: "always" | "some" | Unknown;
  readonly actions: readonly Action[];
  /** The rule's address, or the listener's. */
  readonly address: string;
}

/** A target that the request can reach. */
export interface Target {
  readonly targetGroup: TargetGroup;
  readonly registration: Registration;
  /** Absent: it is not in the file, or is an IP address or a Lambda function. */
  readonly server?: Server;
  /** The port for requests: the registration's, or the target group's. */
  readonly port: number | Unknown | undefined;
  /** The port for health checks. */
  readonly healthPort: number | Unknown | undefined;
  /** The known subnets in which the target can be. */
  readonly subnets: readonly Subnet[];
}

export interface TracedPath {
  readonly topology: Topology;
  readonly url: URL;
  /** The name that the client requests; the load balancer's own DNS name if no record points to it. */
  readonly host: string;
  /** Whether `host` is the load balancer's own DNS name, which certificates do not need to cover. */
  readonly isOwnName: boolean;
  readonly port: number;
  readonly scheme: "http" | "https";
  /**
   * Whether the traced URL includes a path, so only listener rules for this path apply; otherwise the client may
   * request any path.
   */
  readonly hasPath: boolean;
  readonly from: "internet" | "vpc";
  /** Records with this name. */
  readonly records: readonly DnsRecord[];
  /** Records with other names that these point through. */
  readonly over: readonly DnsRecord[];
  /** Absent: the records point to none, or to one that is not in the file. */
  readonly balancer?: Balancer;
  /**
   * The listener on the port, then those that redirects lead to on the same load balancer; empty if the port has no
   * listener.
   */
  readonly steps: readonly Step[];
  /** All target groups in the file that the path forwards to. */
  readonly targetGroups: readonly TargetGroup[];
  readonly targets: readonly Target[];
}
