import { DataAwsKeyPair } from "@cdktf/provider-aws/lib/data-aws-key-pair";
import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter";
import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { type ITerraformDependable, TerraformResource } from "cdktf";
import { Construct } from "constructs";
import type { IInstanceType } from "./instance-type";
import { literal } from "./names";
import type { ISubnet } from "./network";
import type { Settings } from "./props/settings";
import { isReference, operand } from "./references";

export interface WebServersOptions extends Pick<Settings, "instances" | "architecture"> {
  readonly instanceType: IInstanceType;
  /** The subnets over which the instances are distributed. */
  readonly subnets: readonly ISubnet[];
  readonly securityGroupId: string;
  readonly userData: string;
  readonly keyName?: string;
  readonly iamNamePrefix: string;
  /** The beginning of the `Name` tags. */
  readonly name: string;
  /** Routes and security group rules, which the boot script needs in its first seconds. */
  readonly bootNeeds: readonly ITerraformDependable[];
}

/** The instances behind the load balancer. */
export interface IWebServers {
  readonly instanceIds: readonly string[];
}

/**
 * Types of earlier generations that reject the EBS-optimized flag or charge for it; others are always EBS-optimized.
 */
const WITHOUT_EBS_OPTIMIZATION = /^(t1|t2|m1|m2|m3|c1|c3|cc\d|cr1|r3|i2|g2|hs1)\./;

export class WebServers extends Construct implements IWebServers {
  readonly instanceIds: string[];

  constructor(scope: Construct, id: string, options: WebServersOptions) {
    super(scope, id);
    const image = new DataAwsSsmParameter(this, "image", {
      name: `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${options.architecture}`,
    });
    // Looked up so that the plan fails if it does not exist; AWS reports that only when it starts the instances.
    if (options.keyName !== undefined) new DataAwsKeyPair(this, "key-pair", { keyName: literal(options.keyName) });
    const { type, diskGiB, count } = options.instances;
    // terraform would change both in place: AWS changes the type only while an instance is stopped, so all instances
    // would stop at the same time, and a running system does not use a larger disk before it reboots.
    // cdktf's own DataResource runs `terraform version` at each synth, which then fails where a rehearsal has yet to
    // download terraform; the stack requires a later version anyway.
    const machine = new TerraformResource(this, "machine", {
      terraformResourceType: "terraform_data",
      terraformGeneratorMetadata: { providerName: "terraform" },
    });
    machine.addOverride("input", { type, diskGiB });
    const parts = {
      ami: image.insecureValue,
      iamInstanceProfile: this.profile(options.iamNamePrefix).name,
      machine: `${machine.terraformResourceType}.${machine.friendlyUniqueId}`,
    };
    this.instanceIds = Array.from({ length: count }, (_, index) => this.instance(index, options, parts).id);
  }

  private instance(
    index: number,
    options: WebServersOptions,
    { ami, iamInstanceProfile, machine }: { ami: string; iamInstanceProfile: string; machine: string },
  ): Instance {
    const { type, diskGiB, placement, detailedMonitoring } = options.instances;
    const subnet = options.subnets[index % options.subnets.length] as ISubnet;
    const name = { Name: `${options.name} ${index + 1}` };
    return new Instance(this, `instance-${index + 1}`, {
      ami,
      instanceType: type,
      subnetId: subnet.id,
      vpcSecurityGroupIds: [options.securityGroupId],
      associatePublicIpAddress: placement === "public",
      monitoring: detailedMonitoring,
      keyName: options.keyName && (isReference(options.keyName) ? options.keyName : literal(options.keyName)),
      iamInstanceProfile,
      userData: literal(options.userData),
      // Changed user data runs only on a new instance; an existing one would stop and start without a change.
      userDataReplaceOnChange: true,
      ebsOptimized: WITHOUT_EBS_OPTIMIZATION.test(type) ? undefined : true,
      rootBlockDevice: { volumeType: "gp3", volumeSize: diskGiB, encrypted: true, tags: name },
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      tags: name,
      // A new image applies to new instances and must not replace existing ones.
      lifecycle: {
        createBeforeDestroy: true,
        ignoreChanges: ["ami"],
        replaceTriggeredBy: [machine],
        precondition: [
          {
            condition: options.instanceType.isOfferedIn(operand(subnet.availabilityZone)),
            errorMessage:
              `instances.type: \${${operand(subnet.availabilityZone)}} does not offer ${type}; choose another ` +
              "type, or other zones or subnets in network.",
          },
        ],
      },
      dependsOn: [...options.bootNeeds],
    });
  }

  /** Allows Session Manager, if the network allows its outbound traffic; it needs no key and no open port. */
  private profile(namePrefix: string): IamInstanceProfile {
    const role = new IamRole(this, "role", {
      namePrefix,
      description: "Instances behind the load balancer",
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } }],
      }),
    });
    new IamRolePolicyAttachment(this, "session-manager", {
      role: role.name,
      policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    });
    return new IamInstanceProfile(this, "profile", { namePrefix, role: role.name });
  }
}
