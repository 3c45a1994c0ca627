import type { Expected } from "./fields";
import { Deferred } from "./fields";
import type { Place } from "./fitting";
import { isObject } from "./json";
import type { Expression } from "./scope";
import { Unknown } from "./value";

/* What following one expression keeps on the way: who asks, what for, and what is left open. */

/** Who asks: `count.index` and `each.*` mean its own. */
export interface Asker {
  readonly address?: string;
  readonly key: string | number | undefined;
  readonly forEach: Expression | undefined;
  /** Its place among its siblings, where they are more than one. */
  readonly place?: Place;
  /**
   * What the `each.value…` that stand in the expression are: the keys of what it looks up, such as
   * `aws_subnet.all[each.value.subnet]`.
   */
  readonly lookups?: readonly unknown[];
}

export interface Walk {
  readonly expected: Expected | undefined;
  readonly through: Set<string>;
  /** How many references may still be followed. */
  left: number;
  /** What asks. */
  readonly type: string;
  open: string | undefined;
}

/** What one expression may cost; a hostile file must not hang a trace. */
export const BUDGET = 20_000;

/** A value at the end of a reference: the texts and numbers that it is or leads to. */
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

/** Notes why what is led to is left open. */
export function opened(walk: Walk, why: string): [] {
  walk.open ??= why;
  return [];
}
