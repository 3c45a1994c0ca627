import type { ITerraformDependable } from "cdktf";

export interface ISubnet {
  readonly id: string;
  /** The name of its zone. */
  readonly availabilityZone: string;
}

/** Where the load balancer and the instances live. */
export interface INetwork {
  readonly vpcId: string;
  /** Subnets the load balancer answers from; each in another zone. */
  readonly publicSubnets: readonly ISubnet[];
  /** Subnets without an address of their own; may be none in an existing network. */
  readonly privateSubnets: readonly ISubnet[];
  /** What must exist before anything in the subnets can send or receive a packet. */
  readonly routes: readonly ITerraformDependable[];
}
