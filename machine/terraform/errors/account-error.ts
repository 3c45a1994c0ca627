/** A block of the stack's JSON, as far as sentences use it. */
type Arguments = Readonly<Record<string, unknown>>;
type Blocks = Readonly<Record<string, Readonly<Record<string, Arguments>>>>;

/** The stack's JSON. */
export interface Program {
  readonly provider?: { readonly aws?: readonly { readonly region?: string }[] };
  readonly data?: Blocks;
  readonly resource?: Blocks;
}

/** Something that the account lacks or that AWS refuses. */
export interface AccountError {
  /** The AWS provider's error, joined into one line. */
  readonly said: RegExp;
  /** The data source of the error. The provider does not repeat its arguments; they are in the stack's JSON. */
  readonly dataSource?: string;
  readonly sentence: (context: Context) => string;
}

export interface Context {
  readonly id: string;
  /** The stack's region, such as "us-east-1". */
  readonly region: string;
  /** The capture groups of `said`. */
  readonly found: readonly string[];
  /** The arguments of the data source; empty if its block was not found. */
  readonly args: Arguments;
  readonly program: Program;
}

export const OTHER_ACCOUNT =
  "use credentials of the account that holds it (aws sts get-caller-identity shows the account in use)";
