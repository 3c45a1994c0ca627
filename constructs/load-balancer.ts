import { Lb } from "@cdktf/provider-aws/lib/lb";
import { LbListener } from "@cdktf/provider-aws/lib/lb-listener";
import { Construct } from "constructs";
import type { ICertificate } from "./certificate";
import type { INetwork } from "./network";
import type { Settings } from "./settings";
import type { ITargetGroup } from "./target-group";

export interface LoadBalancerOptions extends Pick<Settings, "http" | "tlsPolicy" | "idleTimeoutSec" | "accessLogsBucket"> {
  /** The provider completes it to a name. */
  readonly namePrefix: string;
  readonly network: INetwork;
  readonly securityGroupId: string;
  /** The address of the security group's VPC; another one replaces the load balancer, which cannot move. */
  readonly securityGroupVpc: string;
  readonly certificate: ICertificate;
  readonly targetGroup: ITargetGroup;
  readonly deletionProtection: boolean;
  /** Folder in the bucket for access logs. */
  readonly accessLogsPrefix: string;
}

const HTTP = 80;
const HTTPS = 443;

/** An internet-facing application load balancer with its two listeners. */
export class LoadBalancer extends Construct {
  /** For what is attached to it, such as a web ACL. */
  readonly arn: string;
  readonly dnsName: string;
  readonly zoneId: string;

  constructor(scope: Construct, id: string, options: LoadBalancerOptions) {
    super(scope, id);
    const { network, certificate, targetGroup } = options;
    const balancer = new Lb(this, "Default", {
      namePrefix: options.namePrefix,
      loadBalancerType: "application",
      internal: false,
      subnets: [...network.publicSubnetIds],
      securityGroups: [options.securityGroupId],
      idleTimeout: options.idleTimeoutSec,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: "defensive",
      enableDeletionProtection: options.deletionProtection,
      accessLogs: options.accessLogsBucket === undefined ? undefined : { enabled: true, bucket: options.accessLogsBucket, prefix: options.accessLogsPrefix },
      // The new one answers before the old one goes, or is kept by its protection.
      lifecycle: { createBeforeDestroy: true, replaceTriggeredBy: [options.securityGroupVpc] },
      dependsOn: [...network.routes],
    });
    this.arn = balancer.arn;
    this.dnsName = balancer.dnsName;
    this.zoneId = balancer.zoneId;

    // The listeners are not created before the old ones go: that would hold for all that they need, and a validation record
    // would be written and then deleted as the old one of the same name.
    const forward = [{ type: "forward", targetGroupArn: targetGroup.arn }];
    const redirect = [{ type: "redirect", redirect: { protocol: "HTTPS", port: String(HTTPS), statusCode: "HTTP_301" } }];
    new LbListener(this, "http", {
      loadBalancerArn: balancer.arn, port: HTTP, protocol: "HTTP", defaultAction: options.http === "redirect" ? redirect : forward,
    });
    new LbListener(this, "https", {
      loadBalancerArn: balancer.arn, port: HTTPS, protocol: "HTTPS", sslPolicy: options.tlsPolicy, certificateArn: certificate.issuedArn, defaultAction: forward,
    });
  }
}
