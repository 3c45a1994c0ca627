import type { Part } from "./part";
import type { Attr, Listed } from "./value";

/* What surrounds a path: logs, web ACLs, and VPC block public access. */

export interface LogBucket extends Part {
  /** The bucket's name. */
  readonly id: Attr<string>;
  /** Policies' documents as text, with their addresses. */
  readonly policies: readonly { readonly address: string; readonly text: Attr<string> }[];
  /** Server-side encryption by this algorithm: `AES256`, `aws:kms`, `aws:kms:dsse`. */
  readonly encryption?: { readonly address: string; readonly algorithm: Attr<string> };
}

export interface WebAcl extends Part {
  readonly arn: Attr<string>;
  readonly defaultAction: Attr<"allow" | "block">;
  /** Whether any rule allows something. */
  readonly hasAllowRule: boolean;
  /** Load balancers' ARNs, with the association's address. */
  readonly associations: readonly { readonly address: string; readonly resourceArn: Attr<string> }[];
}

/** `aws_vpc_block_public_access_options`. */
export interface BlockPublicAccess extends Part {
  /** `off`, `block-bidirectional`, `block-ingress`. */
  readonly mode: Attr<string>;
  /** Ids of VPCs and subnets that are exempt. */
  readonly excluded: Listed<string>;
}
