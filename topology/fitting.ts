import { isGroupOfVpc } from "./default-group";
import type { Expected } from "./fields";
import type { Instance } from "./scope";
import { typeOf } from "./source";
import { isSymbol, symbol } from "./symbols";

/* Selects the values of references that fit an argument. */

/** An instance's position among those of its block. */
export interface Place {
  readonly index: number;
  readonly of: number;
}

interface Sibling {
  readonly key: string | number | undefined;
  /** What is known of it, as the file has it. */
  readonly known: unknown;
}

/** The positions of interchangeable instances; nothing if they are not interchangeable. */
const places = new WeakMap<readonly Sibling[], { readonly of: ReadonlyMap<Sibling, number> | undefined }>();

/**
 * The position of an instance whose block refers to as many things as it has instances. With `count` the order is that
 * of the list. With `for_each` it is that of the keys, which the references do not have, so the assignment does not
 * matter only if all are otherwise alike.
 */
export function placeOf(instance: Sibling, siblings: readonly Sibling[]): Place | undefined {
  if (siblings.length < 2) return undefined;
  const found = places.get(siblings) ?? {
    of: areExchangeable(siblings) ? new Map(siblings.map((it, index) => [it, index] as const)) : undefined,
  };
  places.set(siblings, found);
  const index = found.of?.get(instance);
  return found.of === undefined ? undefined : { index: index ?? siblings.indexOf(instance), of: siblings.length };
}

function areExchangeable(siblings: readonly Sibling[]): boolean {
  return (
    siblings.every(({ key }) => typeof key === "number") ||
    new Set(siblings.map((it) => JSON.stringify(it.known))).size === 1
  );
}

const byKeys = new WeakMap<readonly object[], ReadonlyMap<string, readonly object[]>>();

/**
 * The instances of a block with this key, by index: a block can have thousands of instances, each looking up one of
 * thousands.
 */
export function withKey<T extends { readonly key: string | number | undefined }>(
  instances: readonly T[],
  key: string | number,
): readonly T[] {
  if (instances.length < 8) return instances.filter((it) => String(it.key) === String(key));
  const known = byKeys.get(instances) as ReadonlyMap<string, readonly T[]> | undefined;
  if (known !== undefined) return known.get(String(key)) ?? [];
  const found = new Map<string, T[]>();
  for (const it of instances) found.set(String(it.key), [...(found.get(String(it.key)) ?? []), it]);
  byKeys.set(instances, found);
  return found.get(String(key)) ?? [];
}

export function isOfType(value: unknown, { types }: Expected): boolean {
  const [, type] =
    typeof value === "string" ? (/^\$\{(?:module\.[^.]+\.)*(?:data\.)?([a-z0-9_]+)\./.exec(value) ?? []) : [];
  return (
    type !== undefined &&
    (types.includes(typeOf(type)) || (isGroupOfVpc(value) && types.includes("aws_default_security_group")))
  );
}

/**
 * A value that is not an identity of the expected kind is only a condition of the expression.
 */
export function wanted(values: readonly unknown[], expected: Expected | undefined): unknown[] {
  const all = values.length < 2 ? [...values] : [...new Set(values)];
  if (expected === undefined) return all;
  const fitting = all.filter((value) =>
    isSymbol(value) ? isOfType(value, expected) : typeof value === "string" && expected.literal.test(value),
  );
  const symbols = all.filter(isSymbol);
  return fitting.length > 0 ? fitting : symbols;
}

/**
 * `for_each = { a = x.id, b = y.id }` refers to as many things as it has instances: each gets one. A lookup by an
 * instance's own name (`x[each.value.name]`) need not be one for each.
 */
export function paired(
  values: readonly unknown[],
  references: readonly string[],
  place: Place | undefined,
): readonly unknown[] {
  if (place === undefined || values.length !== place.of) return values;
  if (
    !references.some((it) => it.startsWith("count.")) &&
    !(references.length > 0 && references.every((it) => it.startsWith("each.")))
  )
    return values;
  return [values[place.index]];
}

/**
 * Whether an expression that refers to a whole block may select only some of its instances, as
 * `[for it in aws_subnet.all : it.id if …]` does, for which a plan shows only the block: subnets of one block, two of
 * them in one zone. With `for_each` they are of several tiers. With `count` all can be meant, but not for a load
 * balancer, which uses one of each zone.
 */
export function isOfSeveralTiers(
  instances: readonly { readonly type: string; readonly key: unknown; field(name: string): unknown }[],
  asker: string,
): boolean {
  if (!instances.every(({ type, key }) => type === "aws_subnet" && (typeof key === "string" || asker === "aws_lb")))
    return false;
  const zones = instances.map(({ field }) => field("availability_zone")).filter((it) => typeof it === "string");
  // If all are in one zone, they are wrong in any combination.
  const different = new Set(zones).size;
  return different > 1 && different < zones.length;
}

/**
 * A load balancer uses one subnet per zone. If blocks have more, it uses some of them, and a plan does not show which.
 */
export function isMixOfBlocks(values: readonly unknown[], { type, scope }: Instance): boolean {
  if (
    type !== "aws_lb" ||
    values.length < 3 ||
    !values.every((it) => typeof it === "string" && /[.{]aws_subnet\./.test(it))
  )
    return false;
  const subnets = new Map(scope.ofTypes(["aws_subnet"]).map((it) => [symbol(it.address, "id"), it]));
  const named = values.map((it) => subnets.get(String(it)));
  const zones = named.map((it) => it?.field("availability_zone"));
  // A single resource is referred to directly.
  const isWhole =
    named.every((it) => it !== undefined && it.siblings.length > 1) &&
    new Set(named.map((it) => it?.siblings)).size > 1;
  const different = new Set(zones).size;
  return isWhole && zones.every((it) => typeof it === "string") && different > 1 && different < zones.length;
}
