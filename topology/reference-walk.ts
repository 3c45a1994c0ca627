import type { Expected } from "./fields";
import { Deferred } from "./fields";
import type { Place } from "./fitting";
import { isObject } from "./json";
import type { Expression } from "./scope";
import { Unknown } from "./value";

/* The state while one expression is resolved: who asks, what for, and what is unknown. */

/** The asking instance: `count.index` and `each.*` are its own. */
export interface Asker {
  readonly address?: string;
  readonly key: string | number | undefined;
  readonly forEach: Expression | undefined;
  /** Its position among its siblings, if there are several. */
  readonly place?: Place;
  /**
   * The values of each `each.value…` in the expression: the keys that it looks up, such as in
   * `aws_subnet.all[each.value.subnet]`.
   */
  readonly lookups?: readonly unknown[];
}

export interface Walk {
  readonly expected: Expected | undefined;
  readonly through: Set<string>;
  /** How many references may still be followed. */
  left: number;
  /** The type of the asking resource. */
  readonly type: string;
  open: string | undefined;
}

/** The limit for one expression; a hostile file must not hang a trace. */
export const BUDGET = 20_000;

/** A value at the end of a reference: the strings and numbers that it is or resolves to. */
export function found(value: unknown, walk: Walk): unknown[] {
  if (value === undefined || value === null) return [];
  if (value instanceof Unknown) return opened(walk, value.why);
  if (value instanceof Deferred) {
    const resolved = value.resolve(walk.expected);
    if (resolved.open !== undefined) walk.open ??= resolved.open;
    for (const it of resolved.through) walk.through.add(it);
    return [...resolved.values];
  }
  if (Array.isArray(value))
    return value.slice(0, BUDGET).flatMap((it) => (Array.isArray(it) || isObject(it) ? [] : found(it, walk)));
  return isObject(value) ? [] : [value];
}

/** Records why the result is unknown. */
export function opened(walk: Walk, why: string): [] {
  walk.open ??= why;
  return [];
}
