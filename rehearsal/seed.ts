/** What the account has before anything is applied. What already exists, by id, ARN or name, is not changed. */
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
   * Names of buckets, created with versioning.
   * @default - no buckets
   */
  readonly buckets?: readonly string[];
  /** @default - no key pairs */
  readonly keyPairs?: readonly string[];
}

/** A public zone. */
export interface SeedHostedZone {
  readonly name: string;
  /** @default - a made-up id; no zone is created if one with that name exists */
  readonly id?: string;
}

export interface SeedVpc {
  readonly id: string;
  /** @default "10.0.0.0/16" */
  readonly cidr?: string;
  /** @default - no subnets */
  readonly subnets?: readonly SeedSubnet[];
}

/** A subnet with a range of its VPC. */
interface SeedSubnet {
  readonly id: string;
  /** Whether its route table has a route to an internet gateway. */
  readonly public: boolean;
  /** @default - the region's zones in turn, counted separately for public and private subnets */
  readonly availabilityZone?: string;
}

/** An issued certificate, in the region that its ARN names. */
export interface SeedCertificate {
  readonly arn: string;
  /** The domain name, then any further names. */
  readonly names: readonly string[];
}
