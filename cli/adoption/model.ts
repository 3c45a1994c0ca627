/** What tells one thing from another, by terraform's own attribute paths: `vpc_id`, `tags.Name`, `alias.0.name`. */
export type Values = Readonly<Record<string, unknown>>;

/** A resource of the plan, as far as the plan knows it. */
export interface Planned {
  readonly address: string;
  readonly type: string;
  readonly values: Values;
  /** Attributes that will be known only when it is created. */
  readonly unknown: ReadonlySet<string>;
}

/** Something that AWS holds. */
export interface Found {
  /** terraform's name for its kind, such as `aws_vpc`. */
  readonly type: string;
  /** As terraform's state has it. */
  readonly id: string;
  /** @default - the id */
  readonly importId?: string;
  /**
   * What must agree with a resource of the plan. A list agrees with another one that it shares something with; null
   * says that there is none; what is omitted agrees with everything.
   */
  readonly values: Values;
  readonly createdAt?: Date;
  /** Why it is of no use, such as a certificate that failed. Left away if it is sound. */
  readonly unusable?: string;
  /** The command line that shows it. */
  readonly look: string;
}

/** The tags that tell a stack's resources from others. */
export interface Owner {
  readonly stack: string;
  readonly domain: string;
}

/** Something that AWS holds, and the address that it belongs to beyond doubt. */
export interface Adoption {
  readonly address: string;
  readonly found: Found;
}

/** An address that more than one thing could belong to, or something that is there but not as planned. */
export interface Ambiguity {
  readonly address: string;
  readonly candidates: readonly Found[];
  readonly why: string;
}

/** The value at a path; nothing if there is none. */
export function valueAt(values: Values, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (at, step) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[step] : undefined),
      values,
    );
}

/** The attribute that a path begins with. */
export function attributeOf(path: string): string {
  return path.split(".")[0] ?? path;
}

/** A certificate's names as one text, whatever their order. */
export function namesKey(names: readonly string[]): string {
  return [...new Set(names)].sort().join(" ");
}

/** An id for a person to read: an ARN without what is the same in all of a stack's ARNs. */
export function shortened(id: string): string {
  return id.replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/, "");
}
