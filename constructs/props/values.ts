import * as v from "valibot";
import { isListReference, isReference } from "../references";
import { closest, meant } from "./closest";
import { type Place, shown } from "./echo";
import type { OptionalKeys, RequiredKeys } from "./shape";

/** One error in a stack's props. */
export interface PropError {
  /** Path of the prop, such as `healthCheck.intervalSec`. */
  readonly prop: string;
  /** The value that was given, as text. */
  readonly got: string;
  /** The requirement, such as `must be 1 or more`, and a remedy after `; ` if it is not obvious. */
  readonly advice: string;
}

export type Schema = v.GenericSchema<unknown, unknown>;
/** `must be …`: one text for every wrong value, or a text that depends on the value. */
export type Advice = string | ((input: unknown) => string);

const NO_LITERAL = "must be a literal";
const adviceOf = new WeakMap<object, Advice>();
const adviceFor = (advice: Advice, input: unknown) => (typeof advice === "string" ? advice : advice(input));

/** `prop must be … (got …); remedy`. */
export function sentence({ prop, got, advice }: PropError): string {
  const [requirement = "", ...remedy] = advice.split("; ");
  return [`${prop} ${requirement} (got ${got})`, ...remedy].join("; ");
}

/** A value that passes `isGood`; any other value is an error with this advice. */
export function value<T>(isGood: (input: unknown) => boolean, advice: Advice): v.GenericSchema<T> {
  const schema = v.custom<T>(
    (input) => !isReference(input) && isGood(input),
    ({ input }) => (isReference(input) ? NO_LITERAL : adviceFor(advice, input)),
  );
  adviceOf.set(schema, advice);
  return schema;
}

export function text(isGood: (input: string) => boolean, advice: Advice) {
  return value<string>((input) => typeof input === "string" && isGood(input), advice);
}

/** An id, ARN or name from AWS: a literal text, or a reference to the resource that has it. */
export function idText(isGood: (input: string) => boolean, advice: string) {
  const schema = v.custom<string>(
    (input) => typeof input === "string" && (isReference(input) || isGood(input)),
    advice,
  );
  adviceOf.set(schema, advice);
  return schema;
}

export function whole(min: number, max: number, what: string, except: readonly number[] = []) {
  const but = except.length > 0 ? ` except ${except.join(", ")}` : "";
  return value<number>(
    (input) =>
      Number.isInteger(input) &&
      (input as number) >= min &&
      (input as number) <= max &&
      !except.includes(input as number),
    `must be a whole number${what} from ${min} to ${max}${but}`,
  );
}

export function oneOf(values: readonly string[]) {
  return value<string>(
    (input) => values.includes(input as string),
    `must be ${values.map((it) => `"${it}"`).join(" or ")}`,
  );
}

/** One of a list of values that is too long for an error. */
export function oneOfMany(values: readonly string[], what: string) {
  return value<string>(
    (input) => values.includes(input as string),
    (input) => {
      if (typeof input !== "string" || input === "") return `must be ${what}, such as "${values[0]}"`;
      const near = closest(input, values, 3).map((it) => `"${it}"`);
      return `must be ${what}; the closest ${near.length === 1 ? "is" : "are"} ${near.join(", ")}`;
    },
  );
}

export const flag = () => value<boolean>((input) => typeof input === "boolean", "must be true or false");

export function list(item: Schema, min: number, max: number, advice: string) {
  const isGood = (input: unknown[]) =>
    input.length >= min && input.length <= max && new Set(input).size === input.length;
  const isLong = v.custom(
    (input) => !isListReference(input),
    "must be a list whose length is known at synth; list its items one by one, for example " +
      "Token.asString(Fn.element(list, 0))",
  );
  const schema = v.pipe(isLong, v.array(item, advice), v.check(isGood, advice));
  adviceOf.set(schema, advice);
  return schema;
}

/** An object with the props of `P`. Each prop has a schema here; the props in `required` must be present. */
export function object<P extends object>(
  required: { readonly [K in RequiredKeys<P>]: Schema },
  optional: { readonly [K in OptionalKeys<P>]: Schema },
) {
  return objectOf(required, optional);
}

function objectOf(required: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>>) {
  const names = [...Object.keys(required), ...Object.keys(optional)];
  const advice = `must be an object with ${listed(Object.keys(required), Object.keys(optional))}`;
  const entries = v.objectWithRest(
    { ...required, ...Object.fromEntries(Object.entries(optional).map(([name, it]) => [name, v.optional(it)])) },
    // valibot's strictObject reports only the first unknown prop.
    v.never(names.join(", ")),
    (issue) => {
      const key = String(issue.path?.at(-1)?.key);
      const missing = issue.received === "undefined" ? required[key] : undefined;
      return adviceFor((missing && adviceOf.get(missing)) ?? advice, undefined);
    },
  );
  const schema = v.pipe(
    v.custom<Record<string, unknown>>(isObject, advice),
    v.check(
      (it) => hasSeenKeys(it),
      `must not have a prop called ${UNSEEN_KEYS.join(", ")}; the props are ${names.join(", ")}`,
    ),
    entries,
  );
  adviceOf.set(schema, advice);
  return schema;
}

/** `domainName, and optionally region or network`. */
function listed(required: readonly string[], optional: readonly string[]): string {
  if (required.length === 0) return `any of ${optional.join(", ")}`;
  return [required.join(", "), ...(optional.length === 0 ? [] : [`optionally ${optional.join(", ")}`])].join(" and ");
}

/** valibot ignores these keys, whatever their values are. */
const UNSEEN_KEYS = ["__proto__", "constructor", "prototype"];

/** Whether valibot checks all keys of the object. */
export function hasSeenKeys(input: object): boolean {
  return !UNSEEN_KEYS.some((key) => Object.hasOwn(input, key));
}

/** A plain object, as `{ … }` creates it: not an array and not an instance of a class. */
export function isObject(input: unknown): input is Record<string, unknown> {
  const parent: unknown = typeof input === "object" && input !== null ? Object.getPrototypeOf(input) : undefined;
  return (
    parent === null || (typeof parent === "object" && parent !== undefined && Object.getPrototypeOf(parent) === null)
  );
}

/** The errors in a value. */
export function issuesOf(schema: Schema, input: unknown, prefix: string): PropError[] {
  const result = v.safeParse(schema, input);
  return (result.issues ?? []).map((issue) => ({
    prop: prefix + (v.getDotPath(issue) ?? "props"),
    got: shown(issue.input, placeOf(issue, prefix)),
    advice: issue.type === "never" ? unknownProp(String(issue.path?.at(-1)?.key), issue.message) : issue.message,
  }));
}

function placeOf(issue: v.BaseIssue<unknown>, prefix: string): Place {
  const prop = prefix + (v.getDotPath(issue) ?? "props");
  if (issue.type !== "never") return { prop };
  const near = meant(String(issue.path?.at(-1)?.key), issue.message.split(", "));
  return { prop, meant: near === undefined ? null : prop.replace(/[^.]*$/, near) };
}

/** valibot reports the name of an unknown prop only at the end; until then the message contains the known names. */
function unknownProp(name: string, names: string): string {
  const near = meant(name, names.split(", "));
  return `is not a prop; ${near === undefined ? `the props are ${names}` : `did you mean \`${near}\`?`}`;
}
