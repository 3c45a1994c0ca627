import { groupOfVpc } from "./default-group";
import type { Expected } from "./fields";
import type { Expression, Instance, Scope } from "./scope";
import { canonical, NAMED_BY } from "./source";
import { isSymbol, symbol } from "./symbols";

/*
 * A fast path for an expression that is only an attribute of one resource, as most are: it halves the time of a trace.
 */

const ROOTS = new Set(["module", "data", "var", "local", "each", "count", "path", "terraform", "self", "dynamic"]);

/** The value of such an expression; nothing for any other expression. */
export function plainText(
  { references, text }: Expression,
  scope: Scope,
  expected: Expected | undefined,
): { readonly address: string; readonly value: string } | undefined {
  const [first, second] = references;
  if (
    first === undefined ||
    references.length > 2 ||
    (second !== undefined && !first.startsWith(`${second}.`)) ||
    (text !== undefined && text !== first)
  )
    return undefined;
  const dot = first.indexOf(".");
  const end = first.indexOf(".", dot + 1);
  if (end < 0 || first.includes(".", end + 1) || first.includes("[") || ROOTS.has(first.slice(0, dot)))
    return undefined;
  const [instance, other] = scope.instances(first.slice(0, end));
  if (instance === undefined || other !== undefined || instance.key !== undefined) return undefined;
  const attribute = canonical(instance.type, first.slice(end + 1));
  const given = instance.field(attribute);
  const value =
    typeof given === "string"
      ? given
      : given === undefined || given === null
        ? identityIn(instance, attribute)
        : undefined;
  return value !== undefined && (expected === undefined || isSymbol(value) || expected.literal.test(value))
    ? { address: instance.address, value }
    : undefined;
}

/**
 * The symbol for an attribute that is not in the file; nothing for a list, whose length is unknown.
 */
export function identityIn(instance: Instance, attribute: string): string | undefined {
  const identity =
    Object.hasOwn(NAMED_BY, instance.type) && attribute === "id"
      ? instance.field(NAMED_BY[instance.type] ?? "")
      : groupOfVpc(instance, attribute);
  if (typeof identity === "string") return identity;
  return isList(attribute) ? undefined : symbol(instance.address, attribute);
}

/** Whether an attribute's name is that of a list. */
export function isList(attribute: string): boolean {
  return /[^s]s$/.test(attribute) && !attribute.endsWith("address");
}
