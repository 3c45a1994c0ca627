import { Deferred } from "./fields";
import { own } from "./json";
import { Unknown } from "./value";

/* Traversals such as `module.net["a"].public[0].id`, and what they lead to in a value. */

export type Step = string | number;

/** Terraform names each reference with all that it begins with; the longest says it all. */
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

/** The part of a value that a path leads to; of a block that is a list of one, its inside. */
export function pick(value: unknown, path: readonly Step[]): unknown {
  let at = value;
  for (const step of path) {
    if (at instanceof Deferred || at instanceof Unknown || step === "*") return at;
    if (Array.isArray(at) && typeof step === "string" && !/^\d+$/.test(step))
      at = at.length === 1 ? own(at[0], step) : undefined;
    else if (typeof at === "object" && at !== null) at = own(at, step);
    // A set has no index: what stands there is taken as it is.
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
