import { applyEdits } from "./edits";
import type { SynthesizedJson } from "./mutant";

type Json = Record<string, unknown>;

/** A resource of a stack, by its address. */
export interface Picked {
  readonly address: string;
  readonly body: Json;
}

/**
 * The one resource of a type (`data.` in front of a data source's) that is as said; names carry hashes.
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

/** Puts a resource into a stack, and gives its address. */
export function add(stack: SynthesizedJson, type: string, name: string, body: Json): string {
  (stack.resource[type] ??= {})[name] = body;
  return `${type}.${name}`;
}

/** Takes a resource out of a stack. */
export function takeOut(stack: SynthesizedJson, { address }: Picked): void {
  applyEdits(stack, [{ remove: address }]);
}

/** Takes all of a type out of a stack. */
export function takeOutAll(stack: SynthesizedJson, type: string): void {
  for (const each of all(stack, type)) takeOut(stack, each);
}

export function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
