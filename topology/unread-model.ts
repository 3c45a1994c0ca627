import type { Invocation } from "./plan-format";
import type { Attr, Listed, Unknown } from "./value";

/** A resource whose type is not recognized and, by its name, may change a path. */
export interface Stranger {
  readonly address: string;
  readonly type: string;
  /** Everything that its arguments refer to. */
  readonly names: Listed<string>;
}

/** Other content of a file that may change the parts of a path. */
export interface NotRead {
  /** Arguments that are set but not recognized, by the address of the resource. */
  readonly unread: ReadonlyMap<string, readonly Unknown[]>;
  readonly strangers: readonly Stranger[];
  /** Parts of a plan, or its format version, that are not recognized. */
  readonly parts: readonly Unknown[];
  /** Actions that the apply of a plan invokes. */
  readonly invocations: readonly Invocation[];
  /** Instances that an `aws_ec2_instance_state` keeps stopped, by its address. */
  readonly stopped: readonly { readonly address: string; readonly instanceId: Attr<string> }[];
}
