import type { Hop } from "../report";

/* What the data plane decides about connections and requests, for the sockets in cli/serve/ that carry it out. */

/** What decided, for the log and the page. */
export interface Cause {
  readonly hop: Hop;
  /** The resource, as Terraform writes it. */
  readonly address: string;
  /** One sentence, such as "aws_security_group_rule.in allows port 80 from sg-1 only". */
  readonly text: string;
}

/** Whether packets pass from one side to the other and back. */
export type Way =
  | { readonly kind: "open" }
  /** They are dropped: the connection is accepted here and never answered. */
  | { readonly kind: "closed"; readonly cause: Cause }
  /** The file does not say; it is treated as open. */
  | { readonly kind: "assumed"; readonly cause: Cause };

/** A request as a listener receives it. */
export interface IncomingRequest {
  readonly method: string;
  /** The Host header or `:authority`, lower case, without a port. */
  readonly host: string;
  /** As sent, with its leading slash, without the query. */
  readonly path: string;
  /** Without `?`; empty if there is none. */
  readonly query: string;
  /** Names in lower case; a name can occur several times. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly clientIp: string;
}

/** A target group of a forward action, and the part of the requests that it receives. */
export interface WeightedGroup {
  readonly address: string;
  /** The key of the target group in {@link Balancing}. */
  readonly arn: string;
  readonly weight: number;
}

export type Answer =
  | {
      readonly kind: "forward";
      readonly groups: readonly WeightedGroup[];
      /** How long a client stays with its target group; absent: not at all. */
      readonly groupStickinessSec?: number;
      readonly cause: Cause;
    }
  | { readonly kind: "redirect"; readonly status: number; readonly location: string; readonly cause: Cause }
  | {
      readonly kind: "fixed";
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
      readonly cause: Cause;
    }
  /** The request needs something that is not modeled, such as authentication; the cause names it. */
  | { readonly kind: "not-modeled"; readonly cause: Cause };

/** A target as the load balancer reaches it. */
export interface Backend {
  /** Such as `aws_instance.web[0]`; with the port if the target is registered with several. */
  readonly id: string;
  /** Where its program listens on this machine; absent: nothing listens on the target's port. */
  readonly listens?: { readonly host: string; readonly port: number };
  readonly protocol: "HTTP" | "HTTPS";
  /** The port that the target is registered with. */
  readonly port: number;
  /** For requests from the load balancer. */
  readonly way: Way;
  /** `nginx`, `app` or `stand-in`; of a stand-in the response is assumed. */
  readonly kind: "nginx" | "app" | "stand-in";
  /** A stand-in responds in place of the app behind NGINX. */
  readonly isAssumed?: boolean;
}

/** The result of choosing a target for a request. */
export type Picked =
  | {
      readonly kind: "backend";
      readonly backend: Backend;
      readonly group: string;
      /** Cookies that the load balancer adds to the response, as `set-cookie` values. */
      readonly cookies: readonly string[];
      /** Marks the request as finished, for "least outstanding requests". */
      readonly done: () => void;
    }
  /** 503: the target group has no registered target, or all its weights are 0. */
  | { readonly kind: "none"; readonly cause: Cause }
  | { readonly kind: "not-modeled"; readonly cause: Cause };
