/** What the account holds before anything is applied. What is there already, by id, ARN or name, is left as it is. */
export interface Seed {
  /** Region of the VPCs, buckets and key pairs, for example `us-east-1`. */
  readonly region: string;
  /** @default - no zones */
  readonly hostedZones?: readonly SeedHostedZone[];
  /** @default - the region's default VPC only */
  readonly vpcs?: readonly SeedVpc[];
  /** @default - no certificates */
  readonly certificates?: readonly SeedCertificate[];
  /**
   * Names of buckets, made with versioning on.
   * @default - no buckets
   */
  readonly buckets?: readonly string[];
  /** @default - no key pairs */
  readonly keyPairs?: readonly string[];
}

/** A public zone. */
export interface SeedHostedZone {
  readonly name: string;
  /** @default - a made-up id, and nothing happens when a zone of that name is there */
  readonly id?: string;
}

export interface SeedVpc {
  readonly id: string;
  /** @default "10.0.0.0/16" */
  readonly cidr?: string;
  /** @default - no subnets */
  readonly subnets?: readonly SeedSubnet[];
}

/** A subnet with a CIDR cut from its VPC's. */
interface SeedSubnet {
  readonly id: string;
  /** Whether its route table leads to an internet gateway. */
  readonly public: boolean;
  /** @default - the region's zones in turn, public and private subnets counted apart */
  readonly availabilityZone?: string;
}

/** An issued certificate, in the region that its ARN names. */
export interface SeedCertificate {
  readonly arn: string;
  /** The domain name, then any further names. */
  readonly names: readonly string[];
}
