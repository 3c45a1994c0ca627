import { DataAwsKeyPair } from "@cdktf/provider-aws/lib/data-aws-key-pair";
import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter";
import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { DataResource, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { IInstanceType } from "./instance-type";
import { literal } from "./names";
import type { ISubnet } from "./network";
import type { Settings } from "./props/settings";
import { isReference, operand } from "./references";

export interface WebServersOptions extends Pick<Settings, "instances" | "architecture"> {
  readonly instanceType: IInstanceType;
  /** Subnets that the instances are spread over. */
  readonly subnets: readonly ISubnet[];
  readonly securityGroupId: string;
  readonly userData: string;
  readonly keyName?: string;
  readonly iamNamePrefix: string;
  /** Begins the `Name` tags. */
  readonly name: string;
  /** Routes and rules; the boot script needs them within its first seconds. */
  readonly bootNeeds: readonly ITerraformDependable[];
}

/** The instances behind the load balancer. */
export interface IWebServers {
  readonly instanceIds: readonly string[];
}

/** Types of earlier generations that refuse the EBS-optimised flag or charge for it; the others have it built in. */
const WITHOUT_EBS_OPTIMISATION = /^(t1|t2|m1|m2|m3|c1|c3|cc\d|cr1|r3|i2|g2|hs1)\./;

export class WebServers extends Construct implements IWebServers {
  readonly instanceIds: string[];

  constructor(scope: Construct, id: string, options: WebServersOptions) {
    super(scope, id);
    const image = new DataAwsSsmParameter(this, "image", {
      name: `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${options.architecture}`,
    });
    // Only looked up, so that the plan fails where there is none; AWS says so once it starts the instances.
    if (options.keyName !== undefined) new DataAwsKeyPair(this, "key-pair", { keyName: literal(options.keyName) });
    const { type, diskGiB, count } = options.instances;
    // AWS changes the type of a stopped instance only, all of them at the same time, and gives a larger disk to a
    // system that does not use it before it boots again. terraform would do both in place.
    const machine = new DataResource(this, "machine", { input: { type, diskGiB } });
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
      // Changed user data runs on a new machine only; an old one would be stopped, started and unchanged.
      userDataReplaceOnChange: true,
      ebsOptimized: WITHOUT_EBS_OPTIMISATION.test(type) ? undefined : true,
      rootBlockDevice: { volumeType: "gp3", volumeSize: diskGiB, encrypted: true, tags: name },
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      tags: name,
      // A new image is for new machines; it must not replace those that serve.
      lifecycle: {
        createBeforeDestroy: true,
        ignoreChanges: ["ami"],
        replaceTriggeredBy: [machine],
        precondition: [
          {
            condition: options.instanceType.isOfferedIn(operand(subnet.availabilityZone)),
            errorMessage:
              `instances.type: \${${operand(subnet.availabilityZone)}} does not have ${type}; choose another ` +
              "type, or other zones or subnets in network.",
          },
        ],
      },
      dependsOn: [...options.bootNeeds],
    });
  }

  /** Lets Session Manager in where the network lets it out; no key, no open port. */
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
