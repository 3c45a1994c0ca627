import { shortened } from "./limits";

/* Values of the path's resources, for every kind of file. */

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
    /** The only possible values; absent: anything. */
    readonly among?: readonly string[],
  ) {
    this.attribute = shortened(attribute);
    this.why = shortened(why);
  }
}

/**
 * A value, an unknown value, or `undefined` if it is not set. Ids that a plan does not know yet are symbols such as
 * `${aws_vpc.main.id}`: equal texts are equal ids.
 */
export type Attr<T> = T | Unknown | undefined;

/** A list; if `open` is set, it may contain more than `items`. */
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
