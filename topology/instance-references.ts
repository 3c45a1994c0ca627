import { Deferred } from "./fields";
import { isOfSeveralTiers, withKey } from "./fitting";
import { identityIn, isList } from "./plain-references";
import { type Asker, found, opened, type Walk } from "./reference-walk";
import type { Instance } from "./scope";
import { canonical } from "./source";
import { symbol } from "./symbols";
import { pick, type Step } from "./traversal";
import { Unknown } from "./value";

/** Resolves a path in the instances of a block: those selected by the path, a key or a position. */
export function followInstances(
  instances: readonly Instance[],
  path: readonly Step[],
  keyed: Asker,
  asker: Asker,
  walk: Walk,
): unknown[] {
  const { named, rest } = byKey(instances, path);
  const chosen = byPlace(byOwnKey(byLookup(named, keyed), keyed), keyed, asker);
  if (chosen.length > 1 && isOfSeveralTiers(chosen, walk.type))
    return opened(walk, "known after apply; some or all instances of one block");
  return chosen.flatMap((instance) => attributeOf(instance, rest, walk));
}

function attributeOf(instance: Instance, path: readonly Step[], walk: Walk): unknown[] {
  const [named, ...rest] = path.filter((step) => step !== "*");
  const { expected } = walk;
  const name = typeof named === "string" ? named : expected?.attribute;
  if (name === undefined)
    return opened(walk, `known after apply; the reference to ${instance.address} names no attribute`);
  walk.through.add(instance.address);
  if (instance.isMany === true) walk.open ??= `the number of ${instance.address} instances is not in the file`;
  const attribute = canonical(instance.type, name);
  const value = pick(instance.field(attribute), rest);
  if (value instanceof Unknown) return opened(walk, value.why);
  if (value instanceof Deferred) {
    const resolved = value.resolve(expected);
    for (const it of resolved.through) walk.through.add(it);
    if (resolved.open !== undefined) walk.open ??= resolved.open;
    return [...resolved.values];
  }
  if (value !== undefined && value !== null) return found(value, walk);
  const identity = identityIn(instance, attribute);
  if (identity !== undefined && identity !== symbol(instance.address, attribute)) return [identity];
  if (isList(attribute) && !rest.some((step) => typeof step === "number"))
    return opened(walk, `${instance.address}.${attribute} is known after apply`);
  // A key after an identity belongs to the map that contained it, and so does an index, unless the attribute is a list
  // itself.
  const indexes =
    /s$/.test(attribute) && !/(ss|dns)$/.test(attribute) ? rest.filter((step) => typeof step === "number") : [];
  return [symbol(instance.address, [attribute, ...indexes].map(String).join("."))];
}

/** The instances with the key at the start of a path. */
function byKey(
  instances: readonly Instance[],
  path: readonly Step[],
): { readonly named: readonly Instance[]; readonly rest: readonly Step[] } {
  const [first] = path;
  if (first === undefined || instances.every(({ key }) => key === undefined)) return { named: instances, rest: path };
  const named = withKey(instances, first);
  if (named.length > 0) return { named, rest: path.slice(1) };
  return { named: instances, rest: typeof first === "number" ? path.slice(1) : path };
}

/** The instance with the key that the asker looks up. */
function byLookup(instances: readonly Instance[], { lookups = [] }: Asker): readonly Instance[] {
  // Few references have a lookup, and a block can have thousands of instances.
  if (instances.length <= 1 || lookups.length === 0) return instances;
  const looked = instances.filter(({ key }) => lookups.includes(key));
  return looked.length === 1 ? looked : instances;
}

/** The instance with the asker's own key. */
function byOwnKey(instances: readonly Instance[], keyed: Asker): readonly Instance[] {
  if (instances.length <= 1 || keyed.key === undefined) return instances;
  const twin = withKey(instances, keyed.key).filter(({ key }) => key === keyed.key);
  if (twin.length > 0) return twin;
  // element() wraps around.
  const wrapped = typeof keyed.key === "number" ? instances[keyed.key % instances.length] : undefined;
  return wrapped !== undefined && typeof wrapped.key === "number" ? [wrapped] : instances;
}

/** The instance at the asker's position, if there are as many instances as siblings of the asker. */
function byPlace(instances: readonly Instance[], keyed: Asker, { place }: Asker): readonly Instance[] {
  const isSameCount = instances.length > 1 && place?.of === instances.length && typeof keyed.key === "number";
  const same = isSameCount ? instances[place.index] : undefined;
  return same === undefined ? instances : [same];
}
