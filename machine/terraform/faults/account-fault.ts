/** A block of the stack's JSON, as far as it is named in a sentence. */
type Arguments = Readonly<Record<string, unknown>>;
type Blocks = Readonly<Record<string, Readonly<Record<string, Arguments>>>>;

/** The stack's JSON. */
export interface Program {
  readonly provider?: { readonly aws?: readonly { readonly region?: string }[] };
  readonly data?: Blocks;
  readonly resource?: Blocks;
}

/** What the account lacks, or AWS refuses it. */
export interface AccountFault {
  /** What the AWS provider says, on one line. */
  readonly said: RegExp;
  /** The data source that says so: its arguments are in the stack's JSON, as the provider does not repeat them. */
  readonly dataSource?: string;
  readonly sentence: (context: Context) => string;
}

export interface Context {
  readonly id: string;
  /** Where the stack looks, such as "us-east-1". */
  readonly region: string;
  /** The groups of `said`. */
  readonly found: readonly string[];
  /** Of the data source; empty where its block was not found. */
  readonly args: Arguments;
  readonly program: Program;
}

export const OTHER_ACCOUNT =
  "use credentials of the account that holds it (aws sts get-caller-identity shows the account in use)";
