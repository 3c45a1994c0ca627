/** The parts of a synthesized stack (`cdk.tf.json`) that a rehearsal reads. */
export interface StackJson {
  readonly terraform?: {
    readonly backend?: { readonly s3?: { readonly bucket?: string; readonly key?: string; readonly region?: string } };
    readonly cloud?: unknown;
  };
  readonly provider?: Blocks<{ readonly alias?: string; readonly region?: string }[]>;
  readonly data?: Blocks;
  readonly resource?: Blocks;
}

/** A synthesized stack. */
export interface SynthesizedStack {
  readonly id: string;
  /** Its folder, in which cdktf runs terraform. */
  readonly folder: string;
  /** The text of its `cdk.tf.json`, which is deployed. */
  readonly text: string;
  readonly json: StackJson;
}

/**
 * Whether a state bucket still has the placeholder name of a new `main.ts`, `CHANGE-ME`. Bucket names have no upper
 * case, and no other name with upper case synthesizes.
 */
export function isPlaceholder(bucket: string): boolean {
  return /[A-Z]/.test(bucket);
}

type Blocks<T = Readonly<Record<string, Readonly<Record<string, unknown>>>>> = Readonly<Record<string, T>>;

/** One resource or data source, with its arguments as they are. */
export interface Block {
  readonly address: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** All resources of a type, in the order of their names. */
export function resourcesOf(stack: StackJson, type: string): Block[] {
  return blocksOf(stack.resource, type, "");
}

/** All data sources of a type. */
export function dataOf(stack: StackJson, type: string): Block[] {
  return blocksOf(stack.data, type, "data.");
}

/** The names of the stack's alias records. */
export function aliasNamesOf(stack: StackJson): string[] {
  return resourcesOf(stack, "aws_route53_record").flatMap(({ arguments: { alias, name } }) =>
    alias === undefined ? [] : literalTexts(name),
  );
}

/** The region of the stack's default AWS provider. */
export function regionOf(stack: StackJson): string {
  return stack.provider?.aws?.find(({ alias }) => alias === undefined)?.region ?? "us-east-1";
}

/** A literal text; `undefined` if terraform computes the value. */
export function literalText(value: unknown): string | undefined {
  return typeof value === "string" && !value.includes("${") ? value : undefined;
}

/** All literal texts of a list or a single value. */
export function literalTexts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(literalText).filter((it) => it !== undefined);
}

function blocksOf(blocks: Blocks | undefined, type: string, prefix: string): Block[] {
  return Object.entries(blocks?.[type] ?? {}).map(([name, args]) => ({
    address: `${prefix}${type}.${name}`,
    arguments: args,
  }));
}
