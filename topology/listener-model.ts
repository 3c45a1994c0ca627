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
  /** Only if logs are enabled. */
  readonly accessLogs?: { readonly bucket: Attr<string>; readonly prefix: Attr<string> };
  readonly listeners: readonly Listener[];
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
  /** By priority; those of unknown priority last. */
  readonly rules: readonly ListenerRule[];
}

export interface ListenerRule extends Omit<Part, "actions"> {
  readonly listenerArn: Attr<string>;
  /** Absent: AWS assigns the next free one. */
  readonly priority: Attr<number>;
  readonly conditions: readonly Condition[];
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
}

export type Action =
  | {
      readonly type: "forward";
      readonly targetGroups: readonly { readonly arn: Attr<string>; readonly weight: Attr<number> }[];
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
  | { readonly type: "fixed-response"; readonly statusCode: Attr<string>; readonly attribute: string }
  | { readonly type: "authenticate"; readonly attribute: string }
  | { readonly type: "unknown"; readonly why: string; readonly attribute: string };

/** A certificate as a listener refers to it. */
export interface CertificateUse {
  readonly arn: Attr<string>;
  /** The resource at the end of the listener's expression; absent in a state, where both look alike. */
  readonly via?: "certificate" | "validation";
  /** The listener, or the `aws_lb_listener_certificate`. */
  readonly address: string;
}
