/** What a rehearsal reads of a synthesized stack (`cdk.tf.json`); everything else in it is terraform's business. */
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
  /** Its folder, where cdktf has terraform run. */
  readonly folder: string;
  /** Its `cdk.tf.json`, as text: what is deployed. */
  readonly text: string;
  readonly json: StackJson;
}

/**
 * Whether a state bucket still has the name that `main.ts` begins with, `CHANGE-ME`: no bucket's name has upper case,
 * and no other name of that kind synthesizes.
 */
export function isPlaceholder(bucket: string): boolean {
  return /[A-Z]/.test(bucket);
}

type Blocks<T = Readonly<Record<string, Readonly<Record<string, unknown>>>>> = Readonly<Record<string, T>>;

/** One resource or data source, its arguments not looked into. */
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

/** The names that the stack points to its load balancer. */
export function aliasNamesOf(stack: StackJson): string[] {
  return resourcesOf(stack, "aws_route53_record").flatMap(({ arguments: { alias, name } }) =>
    alias === undefined ? [] : literalTexts(name),
  );
}

/** The region that the stack's own provider works in. */
export function regionOf(stack: StackJson): string {
  return stack.provider?.aws?.find(({ alias }) => alias === undefined)?.region ?? "us-east-1";
}

/** A text that stands in the file as it is; nothing if it is worked out by terraform. */
export function literalText(value: unknown): string | undefined {
  return typeof value === "string" && !value.includes("${") ? value : undefined;
}

/** All literal texts of a list, or of a single value. */
export function literalTexts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(literalText).filter((it) => it !== undefined);
}

function blocksOf(blocks: Blocks | undefined, type: string, prefix: string): Block[] {
  return Object.entries(blocks?.[type] ?? {}).map(([name, args]) => ({
    address: `${prefix}${type}.${name}`,
    arguments: args,
  }));
}
