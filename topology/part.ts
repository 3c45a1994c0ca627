import type { Resource } from "./source";
import type { Attr } from "./value";

/** What every part has. */
export interface Part {
  /** As Terraform writes it, such as `module.web.aws_lb.this[0]`. */
  readonly address: string;
  /** The region of its provider, or its own. */
  readonly region: Attr<string>;
  /** Read, not made, by this file: `data` sources. Much of it may be left open. */
  readonly isData: boolean;
  /** What a plan does to it, such as `["delete", "create"]`; empty in a state or a synthesized file. */
  readonly actions: readonly string[];
}

/** What every part has of its resource; the region is looked up when it is asked for. */
export function partOf(resource: Resource): Part {
  return { address: resource.address, region: resource.region, isData: resource.isData, actions: resource.actions };
}
