import { blocksFor } from "./block-pairs";
import { isObject, type Json, listOf, objectOf, own } from "./json";
import { deferred, IN_DYNAMIC_BLOCK } from "./references";
import type { Expression, Instance } from "./scope";
import { Unknown } from "./value";

/* The values of a plan: known values, what expressions resolve to, and unknown values. */

const NOT_NAMED = Symbol("not named");

/** The provider stores only a hash; the text is in the configuration, if it is written there. */
export function bootScript(after: Json, unknown: Json, expressions: Json, at: At): unknown {
  const script = expressionOf(own(expressions, "user_data"));
  if (script?.constant !== undefined) return script.constant.value;
  const value = own(after, "user_data");
  if (typeof value === "string" && /^[0-9a-f]{40}$/.test(value))
    return new Unknown(at.instance.address, "user_data", "the plan contains only its hash");
  return (
    value ??
    (script !== undefined && own(unknown, "user_data") === true
      ? new Unknown(at.instance.address, "user_data", "known after apply")
      : undefined)
  );
}

export interface At {
  readonly instance: Instance;
  readonly path: string;
}

/** Known values, what expressions resolve to, and unknown values, in one value. */
export function valueOf(after: unknown, unknown: unknown, expression: unknown, at: At, depth: number): unknown {
  if (!holdsTrue(unknown, depth)) return after;
  if (depth > 12) return new Unknown(at.instance.address, at.path, "nested too deeply");
  if (unknown === true) {
    const found = expressionOf(expression);
    if (found !== undefined) return deferred(found, at.instance.scope, at.instance, at.path);
    // Blocks whose arguments contain the references.
    if (Array.isArray(expression) && expression.length > 0)
      return expression.map((it, index) => configured(it, { ...at, path: `${at.path}[${index}]` }, depth + 1));
    // The provider computes what the configuration does not set; for a dynamic block this is unknown.
    return depth === 0 || expression === NOT_NAMED
      ? undefined
      : deferred(IN_DYNAMIC_BLOCK, at.instance.scope, at.instance, at.path);
  }
  if (Array.isArray(after) || (Array.isArray(unknown) && after !== null)) {
    const [known, open] = [listOf(after), listOf(unknown)];
    const items = Array.from({ length: Math.max(known.length, open.length) }, (_, index) => index);
    // Each of several blocks has its own expression; the items of a list attribute share one.
    // Blocks without a block in the configuration.
    const isDynamic = expression === NOT_NAMED && open.some(isObject);
    const blocks = Array.isArray(expression)
      ? blocksFor(expression, known, open)
      : items.map((): unknown => (isDynamic ? undefined : expression));
    return items.map((index) =>
      valueOf(known[index], open[index], blocks[index], { ...at, path: `${at.path}[${index}]` }, depth + 1),
    );
  }
  if (isObject(after) && isObject(unknown)) {
    const names = new Set([...Object.keys(after), ...Object.keys(unknown)]);
    const inner = Array.isArray(expression) && expression.length === 1 ? expression[0] : expression;
    return Object.fromEntries(
      [...names].map((name) => [
        name,
        valueOf(
          own(after, name),
          own(unknown, name),
          expressionOf(inner) !== undefined ? inner : isObject(inner) ? (own(inner, name) ?? NOT_NAMED) : inner,
          { ...at, path: `${at.path}.${name}` },
          depth + 1,
        ),
      ]),
    );
  }
  return after;
}

/** Whether anything is unknown; most values are known and need no copy. */
export function holdsTrue(unknown: unknown, depth = 0): boolean {
  if (typeof unknown !== "object" || unknown === null) return unknown === true;
  return depth > 12 || Object.values(unknown).some((it) => holdsTrue(it, depth + 1));
}

/** A block whose configuration alone is known. */
function configured(block: unknown, at: At, depth: number): unknown {
  const found = expressionOf(block);
  if (found !== undefined) return deferred(found, at.instance.scope, at.instance, at.path);
  if (depth > 12) return new Unknown(at.instance.address, at.path, "nested too deeply");
  if (Array.isArray(block))
    return block.map((it, index) => configured(it, { ...at, path: `${at.path}[${index}]` }, depth + 1));
  return Object.fromEntries(
    Object.entries(objectOf(block)).map(([name, it]) => [
      name,
      configured(it, { ...at, path: `${at.path}.${name}` }, depth + 1),
    ]),
  );
}

export function expressionOf(value: unknown): Expression | undefined {
  if (!isObject(value)) return undefined;
  const references = listOf(own(value, "references")).filter((it) => typeof it === "string");
  // For a JSON configuration a plan contains both, and the constant is the expression's text.
  const [, text] =
    typeof value.constant_value === "string" ? (/^\$\{([^{}]*)\}$/.exec(value.constant_value) ?? []) : [];
  if (references.length > 0) return { references, ...(text !== undefined && { text }) };
  if (Object.hasOwn(value, "constant_value")) return { constant: { value: value.constant_value }, references: [] };
  return Array.isArray(own(value, "references")) ? { references } : undefined;
}
