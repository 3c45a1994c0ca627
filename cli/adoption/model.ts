/** Values that distinguish resources, by terraform's attribute paths: `vpc_id`, `tags.Name`, `alias.0.name`. */
export type Values = Readonly<Record<string, unknown>>;

/** A resource of the plan, with its known values. */
export interface Planned {
  readonly address: string;
  readonly type: string;
  readonly values: Values;
  /** Attributes that are known after apply. */
  readonly unknown: ReadonlySet<string>;
}

/** A resource on AWS. */
export interface Found {
  /** terraform's type, such as `aws_vpc`. */
  readonly type: string;
  /** As in terraform's state. */
  readonly id: string;
  /** @default - the id */
  readonly importId?: string;
  /**
   * The values that must agree with a planned resource. A list agrees with another one if they share an item; null
   * means that there is no value; an omitted value agrees with everything.
   */
  readonly values: Values;
  readonly createdAt?: Date;
  /** Why it cannot be used, such as a failed certificate. Absent if it can. */
  readonly unusable?: string;
  /** The command line that shows it. */
  readonly look: string;
}

/** The values of the tags that identify a stack's resources. */
export interface Owner {
  readonly stack: string;
  readonly domain: string;
}

/** A resource on AWS and its only possible address. */
export interface Adoption {
  readonly address: string;
  readonly found: Found;
}

/** An address with several possible resources, or with one that exists but not as planned. */
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

/** A certificate's names as one sorted text. */
export function namesKey(names: readonly string[]): string {
  return [...new Set(names)].sort().join(" ");
}

/** A short id for the report: an ARN without the parts that all ARNs of a stack share. */
export function shortened(id: string): string {
  return id.replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/, "");
}
