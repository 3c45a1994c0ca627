import type { Hop } from "../../path/report";
import type { Effect } from "../../path/review/review-report";
import type { ChangedBase } from "./bases";
import type { Edit } from "./edits";

/** A change of a site that stands, and what it does to a plan and to traffic. */
export interface Changed {
  /** In words: "the load balancer's name". */
  readonly name: string;
  readonly base: ChangedBase;
  readonly edit: Edit;
  readonly effect: Effect;
  /** A cause that must be reported with that effect, by its resource's type; absent: none. */
  readonly cause?: { readonly type: string; readonly attribute: string; readonly hop: Hop | null };
  /** Hops that are broken by the change. @default none */
  readonly broken?: readonly Hop[];
  /** Hops that are repaired by it. @default none */
  readonly repaired?: readonly Hop[];
}
