import type { CloudBackendProps, S3BackendProps } from "./backend-props";
import type { OwnServerProps, ProxiedServerProps, SshProps } from "./server-props";

/**
 * The choices of a `WebStack`. Only `domainName` is required. Ids, ARNs, buckets and key pairs can be references, all
 * else is literal.
 */
export interface WebStackProps {
  /**
   * The name that people type, such as `www.example.com`: lower case, without a trailing dot,
   * at most 64 characters where a certificate is requested (the limit of its common name). Another one replaces the
   * instances.
   */
  readonly domainName: string;
  /**
   * The AWS region everything is created in, one that hashicorp/aws 5.100.0 supports (`constructs/props/regions.ts`).
   * It is never read from the environment. Another region makes another site; destroy the one in the old region first,
   * as terraform does not look for it any more.
   * @default "us-east-1"
   */
  readonly region?: string;
  /**
   * Further names that the same site answers to, wildcards such as `*.example.com` included:
   * each is in the certificate and gets an alias record. At most 9, the default ACM quota being
   * 10 names in a certificate.
   * @default - the site answers to `domainName` only
   */
  readonly alternativeNames?: readonly string[];
  /**
   * The public Route 53 zone that holds the site's records.
   * @default - the existing public zone of the registrable domain (`example.com` for
   * `www.example.com`, `example.co.uk` for `www.example.co.uk`)
   */
  readonly hostedZone?: HostedZoneProps;
  /**
   * An ACM certificate that the account already has, instead of one that is requested.
   * @default - a certificate for all names is requested and validated through DNS
   */
  readonly certificate?: CertificateProps;
  /**
   * A new network or an existing one. Another one replaces what is in it; deploy `disposable: true` first.
   * @default - a new VPC 10.0.0.0/16 in the first two zones of the region
   */
  readonly network?: NewNetworkProps | ExistingNetworkProps;
  /**
   * The one port that the instances serve on: server, target group, health check and the rules
   * of both security groups follow from it. 1 to 65535, but not 22, where sshd listens.
   * @default 80
   */
  readonly appPort?: number;
  /** How the load balancer finds out whether an instance is well. */
  readonly healthCheck?: HealthCheckProps;
  /** The machines behind the load balancer. */
  readonly instances?: InstancesProps;
  /**
   * What the instances run.
   * @default - NGINX with one static page
   */
  readonly server?: ProxiedServerProps | OwnServerProps;
  /**
   * What port 80 does: answer with a redirect (301) to HTTPS, or serve the site as well.
   * @default "redirect"
   */
  readonly http?: "redirect" | "forward";
  /**
   * The TLS security policy of the HTTPS listener, one that begins at TLS 1.2 or later.
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
   * @default "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
   */
  readonly tlsPolicy?: string;
  /**
   * Who may reach port 22 of the instances.
   * @default - nobody
   */
  readonly ssh?: SshProps;
  /**
   * Seconds after which the load balancer closes a connection on which nothing moves, 1 to 4000.
   * NGINX keeps its own connections 15 seconds longer, so that it is never the first to close.
   * @default 60
   */
  readonly idleTimeoutSec?: number;
  /**
   * Seconds that the load balancer goes on with the requests to a target that is deregistered, 0 to 3600. It holds for
   * instances that run on, such as one that you take out by hand. terraform does not wait for it: the AWS provider
   * deregisters a target and returns (hashicorp/terraform-provider-aws#5603), and an instance that is replaced or
   * removed is terminated at once.
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
   * @default - as long as `idleTimeoutSec`, at most 3600
   */
  readonly deregistrationDelaySec?: number;
  /**
   * Existing bucket for a line about every request, below a folder with the stack's id; it must be in the stack's
   * region, be encrypted with S3's own keys and let ELB write:
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
   * @default - requests are not logged, as a bucket costs money and holds people's addresses
   */
  readonly accessLogsBucket?: string;
  /**
   * The stack can be destroyed in one go: no deletion protection on the load balancer, and a zone
   * that the stack created goes with all its records.
   * @default false
   */
  readonly disposable?: boolean;
  /**
   * Tags on everything that the stack creates, at most 40, beside its own `alb-web:stack`,
   * `alb-web:domain` and `Name`.
   * @default - none of yours
   */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * Where terraform keeps the state. `"local"` is `terraform.<stack id>.tfstate` beside `cdktf.out`, on this machine
   * only.
   * @default "local", with a warning at each synth, as nobody chose it
   */
  readonly backend?: "local" | S3BackendProps | CloudBackendProps;
  /**
   * Findings that may break this stack's path, because you know better. An entry that no longer matches anything is an
   * error, and so is one without an address that matches several.
   * @default - none: a stack whose path is broken is refused
   */
  readonly accept?: readonly AcceptedFinding[];
}

/** A finding that is let pass. */
export interface AcceptedFinding {
  /** Its id, such as `P33`. */
  readonly finding: string;
  /**
   * Where it is found, as the finding says it: `aws_security_group.web`.
   * @default - it is found at one address only
   */
  readonly address?: string;
  /** Why it is no fault here; it is shown wherever the finding is. */
  readonly reason: string;
}

/** The zone for the site's records; say nothing of it to use the registrable domain's zone. */
export interface HostedZoneProps {
  /**
   * The zone's name; the site's `domainName` must lie in it.
   * @default - the registrable domain of `domainName`
   */
  readonly name?: string;
  /**
   * The id (`Z…`, or `/hostedzone/Z…` as the AWS CLI prints it) of an existing zone; needed where the account has two
   * public zones of one name.
   * @default - the zone is looked up by its name
   */
  readonly id?: string;
  /**
   * Create the zone, for a domain that was bought elsewhere. Say in `delegated` how far it is.
   * @default false
   */
  readonly create?: boolean;
  /**
   * Only with `create`, and required there. `false` for the first deploy: it creates the zone
   * alone and prints the name servers that the registrar must be given. `true` once the registrar
   * has them: the rest of the site is created. (ACM validates a certificate only through a zone
   * that the whole world can see, so a single deploy would wait for nothing until it timed out.)
   */
  readonly delegated?: boolean;
}

/** A certificate that the account already has. */
export interface CertificateProps {
  /** Its ARN, in the stack's region. It must be issued and cover every name of the site. */
  readonly arn: string;
}

/** A network of the stack's own: a public and a private subnet in each zone. */
export interface NewNetworkProps {
  /**
   * The VPC's private IPv4 range, /16 to /23: each subnet gets a sixteenth, at least the /27 that a load balancer asks
   * for. `instances.count` must fit into the subnets; leave room for twice as many, as instances are replaced the new
   * ones first.
   * @default "10.0.0.0/16"
   */
  readonly cidr?: string;
  /**
   * How many zones (2 to 6, the first ones of the region that have `instances.type`), or which (`["us-east-1a", …]`). A
   * zone that is added or taken out of the list leaves the other zones' subnets as they are.
   * @default 2
   */
  readonly zones?: number | readonly string[];
  /**
   * How the instances reach the internet. `none`: not at all; Amazon Linux's packages come through the S3 gateway
   * endpoint, which is free. `nat`: a NAT gateway in each zone, for an app that calls out (HTTP and HTTPS), at about 37
   * USD a month each. Each takes an Elastic IP address, of which an account has 5 in a region by default (quota
   * L-0263D0A3), what else has one included.
   * @default "none"
   */
  readonly egress?: "none" | "nat";
  /**
   * Existing bucket for the VPC's flow logs; it must let log delivery write:
   * https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
   * @default - no flow logs, as they cost money by their size
   */
  readonly flowLogsBucket?: string;
}

/** A network that exists; nothing in it is changed. */
export interface ExistingNetworkProps {
  /** The VPC's id. */
  readonly vpcId: string;
  /** Two or more subnets with a route to an internet gateway, each in another zone. */
  readonly publicSubnetIds: readonly string[];
  /**
   * The subnets of the instances; required unless `instances.placement` is `public`. Each must lie
   * in a zone of the public ones.
   * @default - none
   */
  readonly privateSubnetIds?: readonly string[];
  /**
   * What the instances' subnets can reach. `none`: the VPC's S3 gateway endpoint, which must exist
   * and be in their route tables. `nat`: the internet, through the routes that the VPC has.
   * @default "none"
   */
  readonly egress?: "none" | "nat";
}

/** The health check of the target group. */
export interface HealthCheckProps {
  /**
   * Path that answers when the server is well; letters, digits and `/ - . _ ~`, a query allowed.
   * @default "/health"
   */
  readonly path?: string;
  /**
   * Port that is asked, when it is not the app port; it is opened between the two groups too.
   * @default - `appPort`
   */
  readonly port?: number;
  /**
   * Status codes that count as well: `200`, `200,204`, `200-299` or `200-299,301`, from 200 to 499.
   * @default "200"
   */
  readonly matcher?: string;
  /**
   * Seconds between two checks, 5 to 300.
   * @default 15
   */
  readonly intervalSec?: number;
  /**
   * Seconds to wait for an answer, 2 to 120, and less than `intervalSec`.
   * @default 5
   */
  readonly timeoutSec?: number;
  /**
   * Good answers in a row until an instance is healthy, 2 to 10.
   * @default 2
   */
  readonly healthyThreshold?: number;
  /**
   * Bad answers in a row until an instance is unhealthy, 2 to 10.
   * @default 3
   */
  readonly unhealthyThreshold?: number;
}

/** The machines behind the load balancer; they boot Amazon Linux 2023. */
export interface InstancesProps {
  /**
   * How many, 1 to 100, spread over the zones, whose subnets must have room for them: a /23 has for 54 in two zones,
   * with public placement 38.
   * @default 2
   */
  readonly count?: number;
  /**
   * EC2 instance type; the image's architecture follows from it (`t4g.small` is arm64). Another one replaces the
   * instances. The plan fails where a zone of the instances does not have it. NGINX cannot be installed on a `.nano`.
   * @default "t3.micro"
   */
  readonly type?: string;
  /**
   * Root disk in GiB, 8 to 16384: gp3, encrypted. Another size replaces the instances, as AWS makes no disk smaller and
   * a system uses a larger one only once it boots again.
   * @default 8
   */
  readonly diskGiB?: number;
  /**
   * `private`: no public address, reachable through the load balancer only. `public`: in the
   * public subnets with an address of their own, which SSH from a CIDR needs.
   * @default "private"
   */
  readonly placement?: "private" | "public";
  /**
   * CloudWatch metrics every minute instead of every five, at about 2 USD a month for an instance.
   * @default false
   */
  readonly detailedMonitoring?: boolean;
}
