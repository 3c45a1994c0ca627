import { expressionsIn, referencesIn } from "./expressions";
import { Deferred } from "./fields";
import { isObject, objectOf } from "./json";
import { deferred } from "./references";
import type { Expression, Instance } from "./scope";
import { Unknown } from "./value";

/* Values in Terraform's JSON syntax, with expressions in their strings. */

/** All references in a value, however deep. */
export function expressionOf(value: unknown): Expression {
  const references: string[] = [];
  let isConstant = true;
  const pending: unknown[] = [value];
  for (let at = pending.pop(), left = 100_000; at !== undefined && left > 0; at = pending.pop(), left--) {
    if (typeof at === "string") {
      const found = expressionsIn(at);
      if (found.length > 0) isConstant = false;
      references.push(...found.flatMap(referencesIn));
    } else if (typeof at === "object" && at !== null) pending.push(...Object.values(at).reverse());
  }
  const [only] = typeof value === "string" ? expressionsIn(value) : [];
  return isConstant
    ? { constant: { value }, references: [] }
    : { references, ...(only !== undefined && value === `\${${only}}` && { text: only }) };
}

/** A value with what its expressions resolve to. */
export function valueOf(value: unknown, instance: Instance, path: string, depth: number): unknown {
  if (depth > 12) return new Unknown(instance.address, path, "nested too deeply");
  if (Array.isArray(value)) return value.map((it, index) => valueOf(it, instance, `${path}[${index}]`, depth + 1));
  if (isObject(value)) {
    const entries = Object.entries(value).filter(([name]) => name !== "dynamic" && name !== "//");
    const dynamic = Object.entries(objectOf(value.dynamic)).map(
      ([name]) => [name, new Unknown(instance.address, `${path}.${name}`, "made by a dynamic block")] as const,
    );
    return Object.fromEntries([
      ...entries.map(([name, it]) => [name, valueOf(it, instance, `${path}.${name}`, depth + 1)] as const),
      ...dynamic,
    ]);
  }
  if (typeof value !== "string") return value;
  const expressions = expressionsIn(value);
  if (expressions.length === 0) return unescaped(value);
  if (expressions.length === 1 && value === `\${${expressions[0]}}`) return whole(expressions[0] ?? "", instance, path);
  return template(value, expressions, instance, path);
}

function whole(expression: string, instance: Instance, path: string): unknown {
  const text = expression.trim();
  if (/^(true|false|null|-?\d+(\.\d+)?|"[^"\\$]*")$/.test(text)) return JSON.parse(text);
  // An index of a zone list can be compared with another index of the same list.
  return deferred({ text, references: referencesIn(text) }, instance.scope, instance, path);
}

/** Text with expressions: known if all of them are, otherwise a symbol with the text around it. */
function template(value: string, expressions: readonly string[], instance: Instance, path: string): unknown {
  let text = value;
  for (const expression of expressions) {
    const inner = whole(expression, instance, path);
    const part = inner instanceof Deferred ? inner.resolve(undefined) : { values: [inner], open: undefined };
    const [one] = part.values;
    if (part.values.length !== 1 || part.open !== undefined || typeof one === "object")
      return new Unknown(instance.address, path, `computed from ${expression}`);
    text = text.replace(`\${${expression}}`, () => String(one));
  }
  return unescaped(text);
}

function unescaped(text: string): string {
  return text.replaceAll("$${", "${").replaceAll("%%{", "%{");
}
