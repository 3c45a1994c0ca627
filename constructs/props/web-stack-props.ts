import type { CloudBackendProps, S3BackendProps } from "./backend-props";
import type { OwnServerProps, ProxiedServerProps, SshProps } from "./server-props";

/**
 * The props of a `WebStack`. Only `domainName` is required. Ids, ARNs, bucket names and key pair names can be
 * references to other resources; all other values must be literals.
 */
export interface WebStackProps {
  /**
   * The site's host name, such as `www.example.com`. It must be lower case, without a trailing dot, and at most 64
   * characters long if the stack requests a certificate (the limit of a common name). Changing it replaces the
   * certificate, the target group and the instances.
   */
  readonly domainName: string;
  /**
   * The AWS region in which everything is created. It must be a region that hashicorp/aws 5.100.0 supports, outside
   * China and GovCloud; `constructs/props/regions.ts` lists them. It is never read from the environment. Another region
   * is another site: destroy the site in the old region first, because Terraform then no longer looks there.
   * @default "us-east-1"
   */
  readonly region?: string;
  /**
   * Additional host names of the site; wildcards such as `*.example.com` are allowed. Each name is added to the
   * certificate and gets an alias record. At most 9, because ACM allows 10 names per certificate by default.
   * @default - none; the site has the name `domainName` only
   */
  readonly alternativeNames?: readonly string[];
  /**
   * The public Route 53 hosted zone for the site's records.
   * @default - the existing public hosted zone of the registrable domain (`example.com` for `www.example.com`,
   * `example.co.uk` for `www.example.co.uk`)
   */
  readonly hostedZone?: HostedZoneProps;
  /**
   * An existing ACM certificate to use instead of requesting one.
   * @default - the stack requests a certificate for all names, validated through DNS
   */
  readonly certificate?: CertificateProps;
  /**
   * The network: a new VPC or an existing one. Changing `cidr` or `vpcId` replaces the load balancer, the target group
   * and the instances; deploy `disposable: true` first.
   * @default - a new VPC, 10.0.0.0/16, in the first two Availability Zones of the region
   */
  readonly network?: NewNetworkProps | ExistingNetworkProps;
  /**
   * The port on which the instances serve the site, 1 to 65535 except 22, which is the port of sshd. The server, target
   * group, health check and the rules of both security groups use it.
   * @default 80
   */
  readonly appPort?: number;
  /** The health check of the target group. */
  readonly healthCheck?: HealthCheckProps;
  /** The EC2 instances behind the load balancer. */
  readonly instances?: InstancesProps;
  /**
   * The software that the instances run.
   * @default - NGINX with one static page
   */
  readonly server?: ProxiedServerProps | OwnServerProps;
  /**
   * The action of the HTTP listener on port 80: `redirect` (301) to HTTPS, or `forward`, which serves the site over
   * HTTP too.
   * @default "redirect"
   */
  readonly http?: "redirect" | "forward";
  /**
   * The TLS security policy of the HTTPS listener. Its lowest version must be TLS 1.2 or later.
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
   * @default "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
   */
  readonly tlsPolicy?: string;
  /**
   * SSH access to port 22 of the instances.
   * @default - no SSH access
   */
  readonly ssh?: SshProps;
  /**
   * The load balancer's idle timeout in seconds, 1 to 4000: it closes a connection on which no data is sent for this
   * time. NGINX keeps its own connections open 15 seconds longer, so that it never closes a connection first.
   * @default 60
   */
  readonly idleTimeoutSec?: number;
  /**
   * The deregistration delay of the target group in seconds, 0 to 3600: how long the load balancer continues to serve
   * requests in progress to a deregistered target. It applies to instances that keep running, such as one that you
   * deregister by hand. Terraform does not wait for it: the AWS provider deregisters a target and returns
   * (hashicorp/terraform-provider-aws#5603), and an instance that is replaced or removed is terminated immediately.
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
   * @default - the value of `idleTimeoutSec`, at most 3600
   */
  readonly deregistrationDelaySec?: number;
  /**
   * The name of an existing S3 bucket for the load balancer's access logs, which are written to a folder named after
   * the stack's id. The bucket must be in the stack's region, be encrypted with S3 managed keys (SSE-S3), and allow
   * Elastic Load Balancing to write:
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
   * @default - no access logs, because a bucket costs money and the logs contain visitors' IP addresses
   */
  readonly accessLogsBucket?: string;
  /**
   * Whether the stack can be destroyed in one step. `true` turns off the load balancer's deletion protection and allows
   * a hosted zone that the stack created to be deleted with all its records.
   * @default false
   */
  readonly disposable?: boolean;
  /**
   * Tags for everything that the stack creates, at most 40, in addition to its own `alb-web:stack`, `alb-web:domain`
   * and `Name`.
   * @default - only the stack's own tags
   */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * Where Terraform stores the state. `"local"` stores it in `terraform.<stack id>.tfstate` next to `cdktf.out`, on
   * this machine only.
   * @default "local", with a warning at each synth
   */
  readonly backend?: "local" | S3BackendProps | CloudBackendProps;
  /**
   * Findings on this stack's path that you accept. An entry that matches no finding is an error, and so is an entry
   * without an address that matches several.
   * @default - none; a stack with a broken path is refused
   */
  readonly accept?: readonly AcceptedFinding[];
}

/** A finding that does not make the stack fail. */
export interface AcceptedFinding {
  /** The id of the finding's rule, such as `P33`. */
  readonly finding: string;
  /**
   * The address that the finding reports, such as `aws_security_group.web`.
   * @default - the finding's only address
   */
  readonly address?: string;
  /** The reason why the finding is acceptable, at most 500 characters. It is shown wherever the finding is shown. */
  readonly reason: string;
}

/** The hosted zone for the site's records. Omit it to use the existing zone of the registrable domain. */
export interface HostedZoneProps {
  /**
   * The name of the hosted zone, which must contain the site's `domainName`.
   * @default - the registrable domain of `domainName`
   */
  readonly name?: string;
  /**
   * The id of an existing hosted zone: `Z…`, or `/hostedzone/Z…` as the AWS CLI prints it. It is required if the
   * account has two public zones with the same name.
   * @default - the zone is looked up by its name
   */
  readonly id?: string;
  /**
   * Whether to create the hosted zone, for a domain bought elsewhere. If `true`, `delegated` is required.
   * @default false
   */
  readonly create?: boolean;
  /**
   * Whether the registrar has the name servers of the created zone. It is required with `create`, and only allowed
   * there. Set it to `false` for the first deploy, which creates only the zone and outputs its name servers. Set it to
   * `true` once the registrar has them; the next deploy creates the rest of the site. ACM validates a certificate only
   * through a zone that is publicly resolvable, so a single deploy would wait until it times out.
   */
  readonly delegated?: boolean;
}

/** An existing ACM certificate. */
export interface CertificateProps {
  /** The ARN of the certificate. It must be in the stack's region, be issued, and cover every name of the site. */
  readonly arn: string;
}

/** A new VPC with a public and a private subnet in each Availability Zone. */
export interface NewNetworkProps {
  /**
   * The private IPv4 range of the VPC, /16 to /23. Each subnet gets one sixteenth of it, at least the /27 that a load
   * balancer requires. The subnets must have room for `instances.count` instances; leave room for twice as many,
   * because a replacement creates the new instances first.
   * @default "10.0.0.0/16"
   */
  readonly cidr?: string;
  /**
   * The Availability Zones: how many (2 to 6; the first ones of the region that offer `instances.type`), or their names
   * (`["us-east-1a", …]`). Adding a zone to the list or removing one does not change the subnets of the other zones.
   * @default 2
   */
  readonly zones?: number | readonly string[];
  /**
   * How the instances reach the internet. `none`: they do not; Amazon Linux packages come through the S3 gateway
   * endpoint, which is free. `nat`: through a NAT gateway in each zone, for an app that makes outbound requests (HTTP
   * and HTTPS), about 37 USD per month each. Each NAT gateway needs an Elastic IP address; the default quota is 5 per
   * region (L-0263D0A3), which includes the addresses already in use.
   * @default "none"
   */
  readonly egress?: "none" | "nat";
  /**
   * The name of an existing S3 bucket for the VPC's flow logs. The bucket must allow log delivery to write:
   * https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
   * @default - no flow logs, because their cost depends on their volume
   */
  readonly flowLogsBucket?: string;
}

/** An existing network; the stack changes nothing in it. */
export interface ExistingNetworkProps {
  /** The id of the VPC. */
  readonly vpcId: string;
  /**
   * The ids of the load balancer's subnets: two or more, each in another Availability Zone, with a route to an internet
   * gateway.
   */
  readonly publicSubnetIds: readonly string[];
  /**
   * The ids of the instances' subnets, each in the Availability Zone of a public subnet. They are required unless
   * `instances.placement` is `public`.
   * @default - none
   */
  readonly privateSubnetIds?: readonly string[];
  /**
   * What the instances' subnets can reach. `none`: S3, through the VPC's S3 gateway endpoint, which must exist and be
   * in their route tables. `nat`: the internet, through the existing routes of the VPC.
   * @default "none"
   */
  readonly egress?: "none" | "nat";
}

/** The health check of the target group. */
export interface HealthCheckProps {
  /**
   * The path that the health check requests, and optionally a query. Allowed are letters, digits and `/ - . _ ~`, in
   * the query letters, digits and `- . _ ~ = &`.
   * @default "/health"
   */
  readonly path?: string;
  /**
   * The port that the health check requests, 1 to 65535 except 22. If it differs from `appPort`, the security groups
   * allow it between load balancer and instances too.
   * @default - the value of `appPort`
   */
  readonly port?: number;
  /**
   * The status codes of a healthy response, from 200 to 499: `200`, `200,204`, `200-299` or `200-299,301`.
   * @default "200"
   */
  readonly matcher?: string;
  /**
   * The interval between two health checks in seconds, 5 to 300.
   * @default 15
   */
  readonly intervalSec?: number;
  /**
   * The time to wait for a response in seconds, 2 to 120. It must be less than `intervalSec`.
   * @default 5
   */
  readonly timeoutSec?: number;
  /**
   * The number of successful checks in a row after which an instance is healthy, 2 to 10.
   * @default 2
   */
  readonly healthyThreshold?: number;
  /**
   * The number of failed checks in a row after which an instance is unhealthy, 2 to 10.
   * @default 3
   */
  readonly unhealthyThreshold?: number;
}

/** The EC2 instances behind the load balancer, which run Amazon Linux 2023. */
export interface InstancesProps {
  /**
   * The number of instances, 1 to 100, distributed over the Availability Zones. Their subnets must have room for them:
   * a /23 VPC in two zones has room for 54 instances, or 38 with public placement. A new account's quota (5 vCPUs)
   * allows two `t3.micro`: docs/guides/before-the-first-deploy.md#quotas
   * @default 2
   */
  readonly count?: number;
  /**
   * The EC2 instance type. It also decides the architecture of the image (`t4g.small` is arm64). Changing it replaces
   * the instances. The plan fails if an Availability Zone of the instances does not offer it. NGINX cannot be installed
   * on a `.nano` type.
   * @default "t3.micro"
   */
  readonly type?: string;
  /**
   * The size of the root disk in GiB, 8 to 16384; the disk is gp3 and encrypted. Changing it replaces the instances,
   * because AWS cannot shrink a disk, and the system uses a larger one only after a reboot.
   * @default 8
   */
  readonly diskGiB?: number;
  /**
   * Where the instances run. `private`: without a public address, reachable through the load balancer only. `public`:
   * in the public subnets with a public address, which SSH from a CIDR range requires.
   * @default "private"
   */
  readonly placement?: "private" | "public";
  /**
   * Whether CloudWatch collects metrics every minute, not every five minutes, at about 2 USD per instance and month.
   * @default false
   */
  readonly detailedMonitoring?: boolean;
}
