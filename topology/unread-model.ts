import type { Invocation } from "./plan-format";
import type { Attr, Listed, Unknown } from "./value";

/** A resource whose type no reader knows, and which by its name may change a path. */
export interface Stranger {
  readonly address: string;
  readonly type: string;
  /** All that its arguments name. */
  readonly names: Listed<string>;
}

/** What a file holds beside the parts of a path, and may change them. */
export interface NotRead {
  /** Arguments that are set and that no reader knows, by the address of the resource. */
  readonly unread: ReadonlyMap<string, readonly Unknown[]>;
  readonly strangers: readonly Stranger[];
  /** Parts of a plan, or its whole format, that no reader knows. */
  readonly parts: readonly Unknown[];
  /** Actions that the apply of a plan invokes. */
  readonly invocations: readonly Invocation[];
  /** Instances that an `aws_ec2_instance_state` keeps stopped, by its address. */
  readonly stopped: readonly { readonly address: string; readonly instanceId: Attr<string> }[];
}
