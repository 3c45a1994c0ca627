import * as v from "valibot";

/** One thing that is wrong with a stack's props, in the words of the person who wrote them. */
export interface Fault {
  /** Path of the prop, such as `healthCheck.intervalSec`. */
  readonly prop: string;
  /** What it holds, as text. */
  readonly got: string;
  /** What it may hold and what to do. */
  readonly advice: string;
}

export type Schema = v.GenericSchema<unknown, unknown>;
const adviceOf = new WeakMap<object, string>();

/** A value that passes `isGood`, or the one sentence that says what may stand here. */
export function value<T>(isGood: (input: unknown) => boolean, advice: string): v.GenericSchema<T> {
  const schema = v.custom<T>(isGood, advice);
  adviceOf.set(schema, advice);
  return schema;
}

export function text(isGood: (input: string) => boolean, advice: string) {
  return value<string>((input) => typeof input === "string" && isGood(input), advice);
}

export function whole(min: number, max: number, what: string, except: readonly number[] = []) {
  const but = except.length > 0 ? ` except ${except.join(", ")}` : "";
  return value<number>(
    (input) => Number.isInteger(input) && (input as number) >= min && (input as number) <= max && !except.includes(input as number),
    `allowed is a whole number from ${min} to ${max}${but}; give ${what}`,
  );
}

export function oneOf(values: readonly string[], what: string) {
  return value<string>((input) => values.includes(input as string), `allowed is ${values.map((it) => `"${it}"`).join(" or ")}; ${what}`);
}

export const flag = (what: string) => value<boolean>((input) => typeof input === "boolean", `allowed is true or false; ${what}`);

export function list(item: Schema, min: number, max: number, advice: string) {
  const isGood = (input: unknown[]) => input.length >= min && input.length <= max && new Set(input).size === input.length;
  const schema = v.pipe(v.array(item, advice), v.check(isGood, advice));
  adviceOf.set(schema, advice);
  return schema;
}

/** An object whose props are all known; those in `required` must be there. */
export function object(required: Record<string, Schema>, optional: Record<string, Schema> = {}) {
  const names = [...Object.keys(required), ...Object.keys(optional)];
  const advice = `allowed is an object with ${names.join(", ")}; write { … }`;
  const entries = v.objectWithRest(
    { ...required, ...Object.fromEntries(Object.entries(optional).map(([name, it]) => [name, v.optional(it)])) },
    // valibot's strictObject would name the first unknown prop only.
    v.never(`there is no such prop; allowed is ${names.join(", ")}; correct the name or take it out`),
    (issue) => {
      const key = String(issue.path?.at(-1)?.key);
      const missing = issue.received === "undefined" ? required[key] : undefined;
      return (missing && adviceOf.get(missing)) ?? advice;
    },
  );
  const schema = v.pipe(v.custom<Record<string, unknown>>(isObject, advice), v.check((it) => hasSeenKeys(it), `there is no prop called ${UNSEEN_KEYS.join(", ")}; allowed is ${names.join(", ")}; take it out`), entries);
  adviceOf.set(schema, advice);
  return schema;
}

/** valibot passes over these, whatever they hold. */
const UNSEEN_KEYS = ["__proto__", "constructor", "prototype"];

/** Whether valibot sees all keys. */
export function hasSeenKeys(input: object): boolean {
  return !UNSEEN_KEYS.some((key) => Object.hasOwn(input, key));
}

/** An object as `{ … }` makes it: no array, no class. */
export function isObject(input: unknown): input is Record<string, unknown> {
  const parent: unknown = typeof input === "object" && input !== null ? Object.getPrototypeOf(input) : undefined;
  return parent === null || (typeof parent === "object" && parent !== undefined && Object.getPrototypeOf(parent) === null);
}

/** What is wrong with a value. */
export function issuesOf(schema: Schema, input: unknown, prefix: string): Fault[] {
  const result = v.safeParse(schema, input);
  return (result.issues ?? []).map((issue) => ({
    prop: prefix + (v.getDotPath(issue) ?? "props"),
    got: shown(issue.input),
    advice: issue.message,
  }));
}

/** A value as it stands in an error text, in one line. */
export function shown(input: unknown): string {
  if (input === undefined) return "nothing";
  const text = typeof input === "function" || typeof input === "number" || typeof input === "bigint" || typeof input === "symbol" ? String(input) : jsonOf(input);
  const line = text.replace(/\s+/g, " ");
  return line.length > 80 ? `${line.slice(0, 77)}…` : line;
}

function jsonOf(input: unknown): string {
  try {
    return JSON.stringify(input) ?? String(input);
  } catch {
    return "something that JSON cannot hold";
  }
}
