import { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group";
import { LbTargetGroupAttachment } from "@cdktf/provider-aws/lib/lb-target-group-attachment";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Settings } from "./props/settings";
import type { IWebServers } from "./web-servers";

export interface TargetGroupOptions extends Pick<Settings, "appPort" | "healthCheck" | "deregistrationDelaySec"> {
  readonly name: string;
  readonly vpcId: string;
  readonly servers: IWebServers;
}

/** The target group: the instances, on the app port. */
export interface ITargetGroup {
  readonly arn: string;
  /** The registrations of all targets, on which the listeners depend. */
  readonly targets: readonly ITerraformDependable[];
}

export class TargetGroup extends Construct implements ITargetGroup {
  readonly arn: string;
  readonly targets: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, options: TargetGroupOptions) {
    super(scope, id);
    const { appPort, healthCheck } = options;
    const group = new LbTargetGroup(this, "Default", {
      name: options.name,
      targetType: "instance",
      protocol: "HTTP",
      port: appPort,
      vpcId: options.vpcId,
      deregistrationDelay: String(options.deregistrationDelaySec),
      healthCheck: {
        protocol: "HTTP",
        path: healthCheck.path,
        port: healthCheck.port === appPort ? "traffic-port" : String(healthCheck.port),
        matcher: healthCheck.matcher,
        interval: healthCheck.intervalSec,
        timeout: healthCheck.timeoutSec,
        healthyThreshold: healthCheck.healthyThreshold,
        unhealthyThreshold: healthCheck.unhealthyThreshold,
      },
      // A listener uses its target group until it gets another one. The name changes with everything that replaces it.
      lifecycle: { createBeforeDestroy: true },
    });
    this.arn = group.arn;
    this.targets = options.servers.instanceIds.map(
      (instanceId, index) =>
        // No port here: the target group's port applies.
        new LbTargetGroupAttachment(this, `target-${index + 1}`, {
          targetGroupArn: group.arn,
          targetId: instanceId,
          lifecycle: { createBeforeDestroy: true },
        }),
    );
  }
}
