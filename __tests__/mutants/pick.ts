import { applyEdits } from "./edits";
import type { SynthesizedJson } from "./mutant";

type Json = Record<string, unknown>;

/** A resource of a stack, by its address. */
export interface Picked {
  readonly address: string;
  readonly body: Json;
}

/**
 * The only resource of a type (with `data.` for a data source) that matches; names contain hashes.
 * @throws {Error} if there is none, or more than one
 */
export function the(stack: SynthesizedJson, type: string, is: (body: Json) => boolean = () => true): Picked {
  const found = all(stack, type).filter(({ body }) => is(body));
  const [one, another] = found;
  if (one === undefined || another !== undefined) throw new Error(`${found.length} of ${type}, not one`);
  return one;
}

export function all(stack: SynthesizedJson, type: string): Picked[] {
  const blocks = type.startsWith("data.") ? stack.data?.[type.slice(5)] : stack.resource[type];
  return Object.entries(blocks ?? {}).map(([name, body]) => ({ address: `${type}.${name}`, body }));
}

/** Adds a resource to a stack, and returns its address. */
export function add(stack: SynthesizedJson, type: string, name: string, body: Json): string {
  (stack.resource[type] ??= {})[name] = body;
  return `${type}.${name}`;
}

/** Removes a resource from a stack. */
export function takeOut(stack: SynthesizedJson, { address }: Picked): void {
  applyEdits(stack, [{ remove: address }]);
}

/** Removes all resources of a type from a stack. */
export function takeOutAll(stack: SynthesizedJson, type: string): void {
  for (const each of all(stack, type)) takeOut(stack, each);
}

export function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
