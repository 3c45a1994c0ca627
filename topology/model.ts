import type { BlockPublicAccess, LogBucket, WebAcl } from "./around-model";
import type { Balancer, Listener, ListenerRule } from "./listener-model";
import type { Gateway, NetworkAcl, RouteTable, SecurityGroup, Subnet, Vpc } from "./network-model";
import type { Part } from "./part";
import type { NotRead } from "./unread-model";
import type { Attr, Listed } from "./value";
import type { Writers } from "./writers";

export type { BlockPublicAccess, LogBucket, WebAcl } from "./around-model";
export type {
  Action,
  Balancer,
  BalancerTraffic,
  CertificateUse,
  Condition,
  Listener,
  ListenerRule,
} from "./listener-model";
export type {
  AclEntry,
  Gateway,
  NetworkAcl,
  Route,
  RouteTable,
  SecurityGroup,
  SecurityRule,
  Subnet,
  Vpc,
} from "./network-model";

/* The resources on the path of a request, in plain types, for every kind of file. */

/* dns */

export interface Zone extends Part {
  readonly id: Attr<string>;
  /** Lower case, without a trailing dot. */
  readonly name: Attr<string>;
  readonly isPrivate: Attr<boolean>;
  readonly vpcIds: Listed<string>;
  /** Those that Route 53 assigned. */
  readonly nameServers: Listed<string>;
}

export interface DnsRecord extends Part {
  readonly zoneId: Attr<string>;
  /**
   * The full name as Route 53 answers it: lower case, without a trailing dot, with the zone's name where Route 53
   * appends it.
   */
  readonly fqdn: Attr<string>;
  /** As it was written. */
  readonly name: Attr<string>;
  readonly type: Attr<string>;
  readonly alias?: {
    readonly name: Attr<string>;
    readonly zoneId: Attr<string>;
    readonly evaluateTargetHealth: Attr<boolean>;
  };
  /** For a record without an alias. */
  readonly values: Listed<string>;
  /** Seconds; absent for an alias. */
  readonly ttl: Attr<number>;
  /** `weighted`, `failover`, `latency`, `geolocation`, … ; absent: simple. */
  readonly routing?: string;
  /** Only of a weighted record. */
  readonly weight?: Attr<number>;
  /** What distinguishes it from others with the same name and type; absent: simple. */
  readonly setIdentifier?: Attr<string>;
  /**
   * The name of the certificate (`www.example.com`) that this record validates; open if it validates one that cannot be
   * determined.
   */
  readonly validates: readonly { readonly certificate: string; readonly domain: Attr<string> }[];
}

/* tls */

export interface Certificate extends Part {
  readonly arn: Attr<string>;
  /** The domain name and all alternative names, lower case. */
  readonly names: Listed<string>;
  /** `DNS`, `EMAIL` or, for an imported certificate, `NONE`. */
  readonly validationMethod: Attr<string>;
  /** Such as `EC_prime256v1`; absent: AWS's `RSA_2048`. */
  readonly keyAlgorithm: Attr<string>;
  /** Only in a state: `ISSUED`, `PENDING_VALIDATION`, … */
  readonly status: Attr<string>;
  /** Whether the file sets `lifecycle.create_before_destroy`; only a synthesized file contains it. */
  readonly createBeforeDestroy: Attr<boolean>;
  /** The validations (`aws_acm_certificate_validation`) that wait for it. */
  readonly validations: readonly string[];
  /** Whether something other than a listener uses it, such as a content delivery network. */
  readonly usedBeside: boolean;
}

/* target-group */

export interface TargetGroup extends Part {
  readonly arn: Attr<string>;
  readonly name: Attr<string>;
  readonly port: Attr<number>;
  readonly protocol: Attr<string>;
  /** `HTTP1`, `HTTP2`, `GRPC`. */
  readonly protocolVersion: Attr<string>;
  /** `instance`, `ip`, `lambda`, `alb`; `instance` if none is set. */
  readonly targetType: Attr<string>;
  readonly vpcId: Attr<string>;
  readonly deregistrationDelay: Attr<number>;
  readonly healthCheck: {
    readonly enabled: Attr<boolean>;
    readonly path: Attr<string>;
    /** `traffic-port` or a number as text. */
    readonly port: Attr<string>;
    readonly protocol: Attr<string>;
    readonly matcher: Attr<string>;
    /** Seconds. */
    readonly interval: Attr<number>;
    /** Seconds. */
    readonly timeout: Attr<number>;
    /** Checks in a row; AWS's default is 5. */
    readonly healthyThreshold?: Attr<number>;
    /** Checks in a row; AWS's default is 2. */
    readonly unhealthyThreshold?: Attr<number>;
  };
  /** How long a client stays with a target; absent: not at all. */
  readonly stickiness?: {
    /** `lb_cookie` or `app_cookie`. */
    readonly type: Attr<string>;
    readonly durationSec: Attr<number>;
    readonly cookie: Attr<string>;
  };
  /** `round_robin`, `least_outstanding_requests` or `weighted_random`; absent: `round_robin`. */
  readonly algorithm?: Attr<string>;
  readonly registrations: readonly Registration[];
}

/** A target in a target group, or an Auto Scaling group that registers its instances there. */
export interface Registration {
  /** The attachment, or the Auto Scaling group that lists the target group itself. */
  readonly address: string;
  /** The attribute that names the target. */
  readonly attribute: string;
  readonly targetGroupArn: Attr<string>;
  /** An instance's id, an IP address, or a function's ARN; absent for an Auto Scaling group. */
  readonly targetId: Attr<string>;
  /** The Auto Scaling group's name as an id. */
  readonly autoScalingGroup?: Attr<string>;
  /** Absent: the group's. */
  readonly port: Attr<number>;
}

/** Something that changes target groups outside Terraform while the site runs. */
export interface Mover {
  readonly address: string;
  /** ARNs or names. */
  readonly targetGroups: Listed<string>;
  /** It registers targets, but does not change listeners. */
  readonly onlyRegisters: boolean;
}

/* target */

/** An instance, or the template of an Auto Scaling group's instances. */
export interface Server extends Part {
  readonly kind: "instance" | "auto-scaling-group";
  /** The instance's id, or the Auto Scaling group's name. */
  readonly id: Attr<string>;
  /** Of an instance, if known. */
  readonly privateIp: Attr<string>;
  /** One, or all those of an Auto Scaling group. */
  readonly subnetIds: Listed<string>;
  readonly securityGroupIds: Listed<string>;
  readonly hasSecurityGroups: Attr<boolean>;
  /** `associate_public_ip_address`; absent: the subnet's `map_public_ip_on_launch` decides. */
  readonly publicIp: Attr<boolean>;
  /** In plain text; `undefined` if there is none. */
  readonly userData: Attr<string>;
  readonly userDataReplaceOnChange: Attr<boolean>;
  /** Whether a plan changes the user data in place. */
  readonly changesUserDataInPlace: boolean;
  readonly metadataOptions?: { readonly httpTokens: Attr<string>; readonly hopLimit: Attr<number> };
  /** Where the address, the groups, and the user data are set: the instance, or its launch template. */
  readonly settingsAddress: string;
  /**
   * Only of an Auto Scaling group: `EC2`, or `ELB` if instances that fail the load balancer's health checks are
   * replaced.
   */
  readonly healthCheckType?: Attr<string>;
  /** Only of an Auto Scaling group: how many healthy instances Terraform waits for. */
  readonly waitsForHealthy?: Attr<number>;
  /** Only of an Auto Scaling group. */
  readonly capacity?: { readonly min: Attr<number>; readonly max: Attr<number>; readonly desired: Attr<number> };
}

/** Everything that a trace uses. */
export interface Topology extends NotRead {
  readonly source: "plan" | "state" | "synthesized";
  /** A plan with `-target`, or one that Terraform could not finish: what it lacks may still exist. */
  readonly isPartial?: boolean;
  readonly zones: readonly Zone[];
  readonly records: readonly DnsRecord[];
  /** Names with a record that the plan destroys; empty in a state or a synthesized file. */
  readonly goneNames: ReadonlySet<string>;
  readonly certificates: readonly Certificate[];
  /** Application load balancers and others, each with its listeners. */
  readonly balancers: readonly Balancer[];
  /** Listeners whose load balancer is not in the file. */
  readonly looseListeners: readonly Listener[];
  /** Rules whose listener is not in the file. */
  readonly looseRules: readonly ListenerRule[];
  readonly targetGroups: readonly TargetGroup[];
  /** Registrations whose target group is not in the file, or is unknown. */
  readonly looseRegistrations: readonly Registration[];
  /**
   * What moves listeners between target groups or registers targets outside Terraform, such as a deployment service.
   */
  readonly movers: readonly Mover[];
  readonly servers: readonly Server[];
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  readonly routeTables: readonly RouteTable[];
  readonly gateways: readonly Gateway[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly networkAcls: readonly NetworkAcl[];
  readonly logBuckets: readonly LogBucket[];
  readonly webAcls: readonly WebAcl[];
  readonly blockPublicAccess: readonly BlockPublicAccess[];
  /** Which resources write what, if two resources can write the same thing. */
  readonly writers: Writers;
  /** A part of the lists above by its id or ARN; nothing if it is not in the file. */
  readonly byId: {
    readonly zone: (id: Attr<string>) => Zone | undefined;
    readonly certificate: (arn: Attr<string>) => Certificate | undefined;
    readonly balancer: (arn: Attr<string>) => Balancer | undefined;
    readonly targetGroup: (arn: Attr<string>) => TargetGroup | undefined;
    readonly server: (id: Attr<string>) => Server | undefined;
    readonly vpc: (id: Attr<string>) => Vpc | undefined;
    readonly subnet: (id: Attr<string>) => Subnet | undefined;
    readonly routeTable: (id: Attr<string>) => RouteTable | undefined;
    readonly gateway: (id: Attr<string>) => Gateway | undefined;
    readonly securityGroup: (id: Attr<string>) => SecurityGroup | undefined;
  };
}
