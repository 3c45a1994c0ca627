import type { BlockPublicAccess, LogBucket, WebAcl } from "./around-model";
import type { Balancer, Listener, ListenerRule } from "./listener-model";
import type { Gateway, NetworkAcl, RouteTable, SecurityGroup, Subnet, Vpc } from "./network-model";
import type { Part } from "./part";
import type { NotRead } from "./unread-model";
import type { Attr, Listed } from "./value";
import type { Writers } from "./writers";

export type { BlockPublicAccess, LogBucket, WebAcl } from "./around-model";
export type { Action, Balancer, CertificateUse, Condition, Listener, ListenerRule } from "./listener-model";
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

/* The resources on the path of a request, in plain types, whatever they were read from. */

/* dns */

export interface Zone extends Part {
  readonly id: Attr<string>;
  /** Lower case, without the dot at the end. */
  readonly name: Attr<string>;
  readonly isPrivate: Attr<boolean>;
  readonly vpcIds: Listed<string>;
}

export interface DnsRecord extends Part {
  readonly zoneId: Attr<string>;
  /**
   * Whole, as Route 53 will answer it: lower case, without the dot at the end, with the zone's name where Route 53
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
  /** Of a record without an alias. */
  readonly values: Listed<string>;
  /** `weighted`, `failover`, `latency`, `geolocation`, … ; absent: simple. */
  readonly routing?: string;
  /**
   * The name of the certificate (`www.example.com`) whose validation this record is for; open when it is for one that
   * cannot be told.
   */
  readonly validates: readonly { readonly certificate: string; readonly domain: Attr<string> }[];
}

/* tls */

export interface Certificate extends Part {
  readonly arn: Attr<string>;
  /** The domain name and all others, lower case. */
  readonly names: Listed<string>;
  /** `DNS`, `EMAIL` or, of an imported one, `NONE`. */
  readonly validationMethod: Attr<string>;
  /** Only of a state: `ISSUED`, `PENDING_VALIDATION`, … */
  readonly status: Attr<string>;
  /** Whether the file sets `lifecycle.create_before_destroy`, which only a synthesized one tells. */
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
  /** `instance`, `ip`, `lambda`, `alb`; `instance` where none is given. */
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
  };
  readonly registrations: readonly Registration[];
}

/** A target in a group, or an Auto Scaling group that puts its instances there. */
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

/** Something that works on target groups while the site runs. */
export interface Mover {
  readonly address: string;
  /** ARNs or names. */
  readonly targetGroups: Listed<string>;
  /** It puts targets into groups, and leaves listeners as they are. */
  readonly onlyRegisters: boolean;
}

/* target */

/** An instance, or what an Auto Scaling group makes its instances of. */
export interface Server extends Part {
  readonly kind: "instance" | "auto-scaling-group";
  /** The instance's id, or the Auto Scaling group's name. */
  readonly id: Attr<string>;
  /** Of an instance, when it is known. */
  readonly privateIp: Attr<string>;
  /** One, or all those of an Auto Scaling group. */
  readonly subnetIds: Listed<string>;
  readonly securityGroupIds: Listed<string>;
  readonly hasSecurityGroups: Attr<boolean>;
  /** `associate_public_ip_address`; absent: the subnet's `map_public_ip_on_launch` decides. */
  readonly publicIp: Attr<boolean>;
  /** In clear; `undefined` where there is none. */
  readonly userData: Attr<string>;
  readonly userDataReplaceOnChange: Attr<boolean>;
  /** A plan that changes the user data in place. */
  readonly changesUserDataInPlace: boolean;
  readonly metadataOptions?: { readonly httpTokens: Attr<string>; readonly hopLimit: Attr<number> };
  /** Where the address, the groups, and the user data are set: the instance, or its launch template. */
  readonly settingsAddress: string;
  /**
   * Only of an Auto Scaling group: `EC2`, or `ELB` where instances that fail the load balancer's health checks are
   * replaced.
   */
  readonly healthCheckType?: Attr<string>;
  /** Only of an Auto Scaling group: how many healthy instances terraform waits for. */
  readonly waitsForHealthy?: Attr<number>;
  /** Only of an Auto Scaling group. */
  readonly capacity?: { readonly min: Attr<number>; readonly max: Attr<number>; readonly desired: Attr<number> };
}

/** Everything that a trace looks at. */
export interface Topology extends NotRead {
  readonly source: "plan" | "state" | "synthesized";
  /** A plan of some targets, or one that terraform could not finish: what it lacks may be there all the same. */
  readonly isPartial?: boolean;
  readonly zones: readonly Zone[];
  readonly records: readonly DnsRecord[];
  /** Names of which the plan destroys a record; empty in a state or a synthesized file. */
  readonly goneNames: ReadonlySet<string>;
  readonly certificates: readonly Certificate[];
  /** Application load balancers and others, each with its listeners. */
  readonly balancers: readonly Balancer[];
  /** Listeners whose load balancer is not in the file. */
  readonly looseListeners: readonly Listener[];
  /** Rules whose listener is not in the file. */
  readonly looseRules: readonly ListenerRule[];
  readonly targetGroups: readonly TargetGroup[];
  /** Registrations whose target group is not in the file, or is left open. */
  readonly looseRegistrations: readonly Registration[];
  /** What moves listeners between target groups or registers targets by itself, such as a deployment service. */
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
  /** Who writes what, where two resources may write one thing. */
  readonly writers: Writers;
  /** A part of the list above by its id or ARN; nothing if the file does not hold it. */
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
