import type { TraceReport } from "../../path/report";

/** A stack as `cdk.tf.json` has it. */
export interface SynthesizedJson {
  resource: Record<string, Record<string, Record<string, unknown>>>;
  data?: Record<string, Record<string, Record<string, unknown>>>;
  [key: string]: unknown;
}

/** The correct stacks that errors are put into; `bases.ts` creates them. */
export type Base = "site" | "created-zone" | "nat" | "public" | "auto-scaling" | "inline-groups";

export type Form = "synthesized" | "plan" | "state";

/** One error put into a correct stack. */
export interface Mutant {
  /** The rule that must be found, such as `P33`. */
  readonly rule: string;
  /** The error in words, such as "port 80 is open instead of 8080"; a rule's page shows it. */
  readonly name: string;
  readonly base: Base;
  readonly mutate: (stack: SynthesizedJson) => void;
  /** The resource type and the attribute that the finding must name. */
  readonly at: { readonly type: string; readonly attribute?: string };
  /** Other rules that the same error necessarily triggers. */
  readonly also?: readonly string[];
  /** Forms that cannot contain this error, each with the reason. */
  readonly cannot?: Partial<Record<Form, string>>;
  /** For warnings: the expected verdict. */
  readonly verdict?: TraceReport["verdict"];
  /** The rule's page shows this one, with these other blocks of its stack. */
  readonly shows?: readonly RegExp[];
  /** Why the fix cannot be tried here, if it cannot. */
  readonly unfixable?: string;
}

/** A mutant in the file of its rule. */
export type RuleMutant = Omit<Mutant, "rule">;
