import type { Resource } from "./source";
import type { Attr } from "./value";

/** Fields of every part. */
export interface Part {
  /** As Terraform writes it, such as `module.web.aws_lb.this[0]`. */
  readonly address: string;
  /** The region of its provider, or its own. */
  readonly region: Attr<string>;
  /** A data source, not created by this file. Much of it may be unknown. */
  readonly isData: boolean;
  /** What a plan does to it, such as `["delete", "create"]`; empty in a state or a synthesized file. */
  readonly actions: readonly string[];
}

/** The common fields of a resource; the region is looked up on first use. */
export function partOf(resource: Resource): Part {
  return { address: resource.address, region: resource.region, isData: resource.isData, actions: resource.actions };
}
