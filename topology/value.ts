import { shortened } from "./limits";

/* Values as the path's resources have them, whatever they were read from. */

/** A value that the file leaves open. */
export class Unknown {
  /** Such as `subnets`. */
  readonly attribute: string;
  /** Such as "known after apply". */
  readonly why: string;

  constructor(
    /** The resource that has it. */
    readonly address: string,
    attribute: string,
    why: string,
    /** What it can only be one of; absent: anything. */
    readonly among?: readonly string[],
  ) {
    this.attribute = shortened(attribute);
    this.why = shortened(why);
  }
}

/**
 * A value, or that it is left open, or `undefined` if it is not set. Ids that a plan does not know yet stand for
 * themselves as `${aws_vpc.main.id}`: equal texts are equal ids.
 */
export type Attr<T> = T | Unknown | undefined;

/** A list; `open` says that there may be more in it than `items`. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly open?: Unknown;
}

export function isUnknown(value: unknown): value is Unknown {
  return value instanceof Unknown;
}

/** The value if it is known, or else `undefined`. */
export function known<T>(value: Attr<T>): T | undefined {
  return value instanceof Unknown ? undefined : value;
}
