import type { TraceReport } from "../../path/report";

/** A stack as `cdk.tf.json` has it. */
export interface SynthesizedJson {
  resource: Record<string, Record<string, Record<string, unknown>>>;
  data?: Record<string, Record<string, Record<string, unknown>>>;
  [key: string]: unknown;
}

/** The correct stacks that faults are put into; `bases.ts` makes them. */
export type Base = "site" | "created-zone" | "nat" | "public" | "auto-scaling" | "inline-groups";

export type Form = "synthesized" | "plan" | "state";

/** One fault put into a correct stack. */
export interface Mutant {
  /** The rule that must be found, such as `P33`. */
  readonly rule: string;
  /** The fault in words: "the instances' group opens the wrong port". */
  readonly name: string;
  readonly base: Base;
  readonly mutate: (stack: SynthesizedJson) => void;
  /** The resource type and the attribute that the finding must name. */
  readonly at: { readonly type: string; readonly attribute?: string };
  /** Other rules that the same fault cannot help touching. */
  readonly also?: readonly string[];
  /** Forms that cannot hold this fault, each with the reason. */
  readonly cannot?: Partial<Record<Form, string>>;
  /** Of warnings: the verdict that stays. */
  readonly verdict?: TraceReport["verdict"];
  /** Why setting what the fix says cannot be tried here, where that is so. */
  readonly unfixable?: string;
}

/** A mutant as the file of its rule has it. */
export type RuleMutant = Omit<Mutant, "rule">;
