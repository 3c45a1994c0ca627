import { Lb } from "@cdktf/provider-aws/lib/lb";
import { LbListener } from "@cdktf/provider-aws/lib/lb-listener";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { ICertificate } from "./certificate";
import type { INetwork } from "./network";
import type { Settings } from "./props/settings";
import { operand } from "./references";
import type { ITargetGroup } from "./target-group";

export interface LoadBalancerOptions
  extends Pick<Settings, "http" | "tlsPolicy" | "idleTimeoutSec" | "accessLogsBucket"> {
  /** The provider adds a suffix to it. */
  readonly namePrefix: string;
  readonly network: INetwork;
  readonly securityGroupId: string;
  /** The address of the security group's `vpc_id`. Another VPC replaces the load balancer, which cannot move. */
  readonly securityGroupVpc: string;
  /** The rules of its security group, without which it allows no traffic. */
  readonly securityGroupRules: readonly ITerraformDependable[];
  readonly certificate: ICertificate;
  readonly targetGroup: ITargetGroup;
  readonly deletionProtection: boolean;
  /** The folder in the bucket for access logs. */
  readonly accessLogsPrefix: string;
}

const HTTP = 80;
const HTTPS = 443;

/** An internet-facing application load balancer with its two listeners. */
export class LoadBalancer extends Construct {
  /** For resources that are associated with it, such as a web ACL. */
  readonly arn: string;
  readonly dnsName: string;
  readonly zoneId: string;

  constructor(scope: Construct, id: string, options: LoadBalancerOptions) {
    super(scope, id);
    const balancer = this.balancer(options);
    this.arn = balancer.arn;
    this.dnsName = balancer.dnsName;
    this.zoneId = balancer.zoneId;
    this.listeners(options);
  }

  private balancer(options: LoadBalancerOptions): Lb {
    const { network } = options;
    return new Lb(this, "Default", {
      namePrefix: options.namePrefix,
      loadBalancerType: "application",
      internal: false,
      subnets: network.publicSubnets.map(({ id }) => id),
      securityGroups: [options.securityGroupId],
      idleTimeout: options.idleTimeoutSec,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: "defensive",
      enableDeletionProtection: options.deletionProtection,
      accessLogs:
        options.accessLogsBucket === undefined
          ? undefined
          : { enabled: true, bucket: options.accessLogsBucket, prefix: options.accessLogsPrefix },
      // The new one serves before the old one is destroyed, or is kept by its deletion protection.
      lifecycle: {
        createBeforeDestroy: true,
        replaceTriggeredBy: [options.securityGroupVpc],
        precondition: [oneSubnetInEachZone(network)],
      },
      // If its security group changes, the new group needs its rules first.
      dependsOn: [...network.routes, ...options.securityGroupRules],
    });
  }

  /**
   * The listeners have no create_before_destroy: it would also apply to everything that they depend on, and a
   * validation record would be written and then deleted as the old record of the same name.
   */
  private listeners({ http, tlsPolicy, certificate, targetGroup }: LoadBalancerOptions): void {
    const forward = [{ type: "forward", targetGroupArn: targetGroup.arn }];
    // A new target group has all its targets before the listener forwards to it. If an instance cannot be launched, the
    // old target group continues to serve.
    const dependsOn = [...targetGroup.targets];
    const redirect = [
      { type: "redirect", redirect: { protocol: "HTTPS", port: String(HTTPS), statusCode: "HTTP_301" } },
    ];
    new LbListener(this, "http", {
      loadBalancerArn: this.arn,
      port: HTTP,
      protocol: "HTTP",
      ...(http === "redirect" ? { defaultAction: redirect } : { defaultAction: forward, dependsOn }),
    });
    new LbListener(this, "https", {
      loadBalancerArn: this.arn,
      port: HTTPS,
      protocol: "HTTPS",
      sslPolicy: tlsPolicy,
      certificateArn: certificate.issuedArn,
      defaultAction: forward,
      dependsOn,
    });
  }
}

function oneSubnetInEachZone({ publicSubnets }: INetwork): { condition: string; errorMessage: string } {
  const zones = publicSubnets.map(({ availabilityZone }) => operand(availabilityZone)).join(", ");
  return {
    condition: `\${length(distinct([${zones}])) == ${publicSubnets.length}}`,
    errorMessage:
      "network.zones: two public subnets are in one zone, and a load balancer has one subnet per zone; set " +
      "network.zones to zone names.",
  };
}
