import { DataAwsSubnet } from "@cdktf/provider-aws/lib/data-aws-subnet";
import { DataAwsVpc } from "@cdktf/provider-aws/lib/data-aws-vpc";
import { DataAwsVpcEndpoint } from "@cdktf/provider-aws/lib/data-aws-vpc-endpoint";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { INetwork, ISubnet } from "./network";
import type { ExistingNetworkProps } from "./props/web-stack-props";
import { isReference, operand } from "./references";

export interface ExistingNetworkOptions extends ExistingNetworkProps {
  readonly region: string;
  /** Whether the instances install packages and can reach them only through the VPC's S3 gateway endpoint. */
  readonly needsS3Endpoint: boolean;
}

/** An existing network, which is only read. The plan fails with an error if its parts do not fit together. */
export class ExistingNetwork extends Construct implements INetwork {
  readonly vpcId: string;
  readonly publicSubnets: ISubnet[];
  readonly privateSubnets: ISubnet[];
  readonly routes: ITerraformDependable[] = [];

  constructor(scope: Construct, id: string, options: ExistingNetworkOptions) {
    super(scope, id);
    const vpc = new DataAwsVpc(this, "vpc", { id: options.vpcId });
    this.vpcId = vpc.id;
    const publicSubnets: DataAwsSubnet[] = [];
    options.publicSubnetIds.forEach((subnetId, index) =>
      publicSubnets.push(this.publicSubnet(nameOf(subnetId, "public", index), subnetId, options.vpcId, publicSubnets)),
    );
    this.publicSubnets = publicSubnets;
    this.privateSubnets = (options.privateSubnetIds ?? []).map((subnetId, index) =>
      this.privateSubnet(nameOf(subnetId, "private", index), subnetId, options.vpcId, publicSubnets),
    );
    if (options.needsS3Endpoint) {
      // The lookup fails if there is none.
      new DataAwsVpcEndpoint(this, "s3-endpoint", {
        vpcId: vpc.id,
        serviceName: `com.amazonaws.${options.region}.s3`,
        filter: [{ name: "vpc-endpoint-type", values: ["Gateway"] }],
      });
    }
  }

  private publicSubnet(name: string, subnetId: string, vpcId: string, others: readonly DataAwsSubnet[]): DataAwsSubnet {
    const otherZones = others.map((other) => `${other.fqn}.availability_zone`).join(", ");
    return this.subnet(name, subnetId, vpcId, {
      condition: `\${!contains([${otherZones}], self.availability_zone)}`,
      errorMessage:
        `network.publicSubnetIds: ${subnetId} is in the same zone as another subnet; a load balancer has one subnet ` +
        "per zone.",
    });
  }

  private privateSubnet(
    name: string,
    subnetId: string,
    vpcId: string,
    publicSubnets: readonly DataAwsSubnet[],
  ): DataAwsSubnet {
    const zones = publicSubnets.map((subnet) => `${subnet.fqn}.availability_zone`).join(", ");
    return this.subnet(name, subnetId, vpcId, {
      condition: `\${contains([${zones}], self.availability_zone)}`,
      errorMessage:
        `network.privateSubnetIds: ${subnetId} is in a zone without a public subnet; the load balancer sends no ` +
        "requests there.",
    });
  }

  private subnet(
    name: string,
    subnetId: string,
    vpcId: string,
    zoneCheck: { condition: string; errorMessage: string },
  ): DataAwsSubnet {
    const isInVpc = {
      condition: `\${self.vpc_id == ${operand(vpcId)}}`,
      errorMessage: `network: ${subnetId} is not in ${vpcId}; correct one of the two.`,
    };
    return new DataAwsSubnet(this, name, { id: subnetId, lifecycle: { postcondition: [isInVpc, zoneCheck] } });
  }
}

/**
 * The name of a lookup: the subnet's id, or its position in the list if the id is a reference.
 */
function nameOf(subnetId: string, tier: string, index: number): string {
  return isReference(subnetId) ? `${tier}-${index + 1}` : subnetId;
}
