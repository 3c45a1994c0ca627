/* Safe access to parsed JSON from untrusted files. */

export type Json = Readonly<Record<string, unknown>>;

/** Used if there is no object. */
export const EMPTY: Json = Object.freeze({});

/** The object, or an empty one for anything else. */
export function objectOf(value: unknown): Json {
  return isObject(value) ? value : EMPTY;
}

/** The list, or an empty one for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own property: `constructor` of a file is not JavaScript's. */
export function own(object: unknown, key: string | number): unknown {
  return typeof object === "object" && object !== null && Object.hasOwn(object, key)
    ? (object as Record<string | number, unknown>)[key]
    : undefined;
}

/** Terraform's JSON allows a list for any repeatable block. */
export function blocksOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

/** Whether a list contains this text alone; in a file it can contain anything, also what cannot become text. */
export function isOnly([first, ...others]: readonly unknown[], text: string): boolean {
  return first === text && others.length === 0;
}
