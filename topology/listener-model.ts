import type { Part } from "./part";
import type { Attr, Listed } from "./value";

/* Load balancers, their listeners, and how these handle a request. */

export interface Balancer extends Part {
  readonly arn: Attr<string>;
  readonly name: Attr<string>;
  readonly dnsName: Attr<string>;
  readonly zoneId: Attr<string>;
  /** `application`, `network`, `gateway`, or `classic`. */
  readonly type: Attr<string>;
  readonly isInternal: Attr<boolean>;
  /** `ipv4`, `dualstack`, `dualstack-without-public-ipv4`. */
  readonly ipAddressType: Attr<string>;
  readonly securityGroupIds: Listed<string>;
  /** Whether the file sets any group; without one AWS uses the VPC's default group. */
  readonly hasSecurityGroups: Attr<boolean>;
  readonly subnetIds: Listed<string>;
  readonly deletionProtection: Attr<boolean>;
  /** Seconds; absent: AWS's 60. */
  readonly idleTimeout: Attr<number>;
  /** `enable_http2`; absent: clients can use HTTP/2. */
  readonly http2: Attr<boolean>;
  readonly traffic: BalancerTraffic;
  /** Only if logs are enabled. */
  readonly accessLogs?: { readonly bucket: Attr<string>; readonly prefix: Attr<string> };
  readonly listeners: readonly Listener[];
}

/** How a load balancer handles connections and headers; absent values are AWS's defaults. */
export interface BalancerTraffic {
  /** Seconds; AWS's default is 3600. */
  readonly clientKeepAlive?: Attr<number>;
  readonly dropsInvalidHeaders?: Attr<boolean>;
  readonly preservesHost?: Attr<boolean>;
  /** `append`, `preserve` or `remove`. */
  readonly forwardedFor?: Attr<string>;
  readonly addsClientPort?: Attr<boolean>;
  /** `defensive`, `strictest` or `monitor`. */
  readonly desyncMode?: Attr<string>;
}

export interface Listener extends Part {
  readonly arn: Attr<string>;
  readonly balancerArn: Attr<string>;
  readonly port: Attr<number>;
  /** `HTTP`, `HTTPS`; `TCP` and others cannot be on an Application Load Balancer. HTTP if none is set. */
  readonly protocol: Attr<string>;
  readonly sslPolicy: Attr<string>;
  /** The default certificate first, then those of `aws_lb_listener_certificate`. */
  readonly certificates: readonly CertificateUse[];
  /** In the order in which they are carried out. */
  readonly defaultActions: readonly Action[];
  /** Of mutual TLS: `off`, `passthrough` or `verify`; absent: off. */
  readonly mutualTls?: Attr<string>;
  /** By priority; those of unknown priority last. */
  readonly rules: readonly ListenerRule[];
}

export interface ListenerRule extends Omit<Part, "actions"> {
  readonly listenerArn: Attr<string>;
  /** Absent: AWS assigns the next free one. */
  readonly priority: Attr<number>;
  readonly conditions: readonly Condition[];
  /** The attribute of a URL or host rewrite, if the rule has one. */
  readonly rewrites?: string;
  readonly actions: readonly Action[];
}

/** The values of one condition are alternatives; all conditions of a rule must match. */
export interface Condition {
  readonly kind:
    | "host-header"
    | "path-pattern"
    | "http-header"
    | "http-request-method"
    | "query-string"
    | "source-ip"
    | "unknown";
  readonly values: Listed<string>;
  /** Of `http-header`: the name. */
  readonly header?: Attr<string>;
  /** Of `query-string`: each pair; without a key, the value of any parameter. */
  readonly pairs?: readonly { readonly key: Attr<string>; readonly value: Attr<string> }[];
  /** Its values are regular expressions. */
  readonly regexes?: Listed<string>;
}

export type Action =
  | {
      readonly type: "forward";
      readonly targetGroups: readonly { readonly arn: Attr<string>; readonly weight: Attr<number> }[];
      /** How long a client stays with one target group, in seconds; absent: each request is distributed separately. */
      readonly stickinessSec?: Attr<number>;
      readonly attribute: string;
    }
  | {
      readonly type: "redirect";
      readonly protocol: Attr<string>;
      readonly host: Attr<string>;
      readonly port: Attr<string>;
      readonly path: Attr<string>;
      readonly query: Attr<string>;
      readonly statusCode: Attr<string>;
      readonly attribute: string;
    }
  | {
      readonly type: "fixed-response";
      readonly statusCode: Attr<string>;
      readonly contentType?: Attr<string>;
      readonly body?: Attr<string>;
      readonly attribute: string;
    }
  /** `by` is the type of the action, such as `authenticate-oidc`. */
  | { readonly type: "authenticate"; readonly by: string; readonly attribute: string }
  | { readonly type: "unknown"; readonly why: string; readonly attribute: string };

/** A certificate as a listener refers to it. */
export interface CertificateUse {
  readonly arn: Attr<string>;
  /** The resource at the end of the listener's expression; absent in a state, where both look alike. */
  readonly via?: "certificate" | "validation";
  /** The listener, or the `aws_lb_listener_certificate`. */
  readonly address: string;
}
