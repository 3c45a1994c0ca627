/* The modules of a file, with what their expressions can refer to. */

/** An expression from a plan's `configuration`. */
export interface Expression {
  /** The source text, if the file has it. */
  readonly text?: string;
  readonly constant?: { readonly value: unknown };
  /** Such as `aws_lb.web.arn`, `module.net.public`, `each.value`. */
  readonly references: readonly string[];
}

/** One instance of a resource. */
export interface Instance {
  readonly address: string;
  readonly type: string;
  readonly isData: boolean;
  /** Of `count` or `for_each`. */
  readonly key: string | number | undefined;
  readonly scope: Scope;
  /** An argument or attribute; `undefined` if it is not in the file. */
  field(name: string): unknown;
  /** Of its `for_each`. */
  readonly forEach: Expression | undefined;
  /** Its known values from the file. */
  readonly known: unknown;
  /** Whether it stands for an unknown number of instances. */
  readonly isMany?: boolean;
  /** All instances of its block. */
  readonly siblings: readonly Instance[];
}

/** A module, as one of its instances. */
export interface Scope {
  /** Instances by `aws_lb.web` or `data.aws_vpc.main`. */
  instances(name: string): readonly Instance[];
  /** Whether `count` or `for_each` creates no instance of a resource, or of a module by its name. */
  isEmpty(name: string): boolean;
  /** All instances of these types in this module. */
  ofTypes(types: readonly string[]): readonly Instance[];
  /** The instances of a module that is called here. */
  children(name: string): readonly Scope[];
  readonly childNames: readonly string[];
  readonly key: string | number | undefined;
  output(name: string): Expression | undefined;
  readonly outputNames: readonly string[];
  /** What the caller passes, in the caller's scope; or a value that is known. */
  variable(
    name: string,
  ):
    | { readonly expression: Expression; readonly caller: Scope; readonly forEach: Expression | undefined }
    | { readonly value: unknown }
    | undefined;
  readonly variableNames: readonly string[];
  local(name: string): Expression | undefined;
}
