import type { ITerraformDependable } from "cdktf";

export interface ISubnet {
  readonly id: string;
  /** The name of its Availability Zone. */
  readonly availabilityZone: string;
}

/** The network of the load balancer and the instances. */
export interface INetwork {
  readonly vpcId: string;
  /** The load balancer's subnets, each in another zone. */
  readonly publicSubnets: readonly ISubnet[];
  /** Subnets whose instances have no public addresses; an existing network may have none. */
  readonly privateSubnets: readonly ISubnet[];
  /** What must exist before the subnets can send or receive traffic. */
  readonly routes: readonly ITerraformDependable[];
}
