import type { FileCheck, PathCheck, TargetCheck } from "./rule";

/** The rules of one subject. */
export interface Rules {
  readonly path: readonly PathCheck[];
  readonly targets?: readonly TargetCheck[];
  readonly file: readonly FileCheck[];
}

/** Checks that are not in files of their own yet. */
export const SUBJECTS: readonly (Rules & { readonly subject: string })[] = [];
