import { Deferred } from "./fields";
import { own } from "./json";
import { Unknown } from "./value";

/* Traversals such as `module.net["a"].public[0].id`, and their values. */

export type Step = string | number;

/** Terraform lists each reference with all its prefixes; only the longest is needed. */
export function longest(references: readonly string[]): string[] {
  const kept: string[] = [];
  for (const reference of references) {
    const last = kept.at(-1);
    if (
      last?.startsWith(reference) &&
      (last === reference || last[reference.length] === "." || last[reference.length] === "[")
    )
      continue;
    kept.push(reference);
  }
  return [...new Set(kept)];
}

/** The part of a value at a path; for a list of one block, the block itself. */
export function pick(value: unknown, path: readonly Step[]): unknown {
  let at = value;
  for (const step of path) {
    if (at instanceof Deferred || at instanceof Unknown || step === "*") return at;
    if (Array.isArray(at) && typeof step === "string" && !/^\d+$/.test(step))
      at = at.length === 1 ? own(at[0], step) : undefined;
    else if (typeof at === "object" && at !== null) at = own(at, step);
    // A set has no index: its items are used as they are.
    else return typeof step === "number" || at === step ? at : undefined;
  }
  return at;
}

/** `module.net["a"].public[0].id` as `["module", "net", "a", "public", 0, "id"]`. */
export function stepsOf(reference: string): Step[] {
  return [...reference.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\[\*\]|([^.[\]]+)/g)].map(
    ([whole, quoted, index, name]) => {
      if (quoted !== undefined) return quoted.replace(/\\(.)/g, "$1");
      return index !== undefined ? Number(index) : whole === "[*]" ? "*" : (name ?? "");
    },
  );
}
