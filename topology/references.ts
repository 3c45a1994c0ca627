import { TARGET } from "./expected";
import type { Expected, Resolved } from "./fields";
import { Deferred } from "./fields";
import { isMixOfBlocks, isOfSeveralTiers, isOfType, type Place, paired, placeOf, wanted, withKey } from "./fitting";
import { isObject } from "./json";
import { identityIn, isList, plainText } from "./plain-references";
import type { Expression, Instance, Scope } from "./scope";
import { canonical, isSymbol, symbol } from "./source";
import { longest, pick, type Step, stepsOf } from "./traversal";
import { Unknown } from "./value";

/* Where the references of an expression lead, as a plan names no more than these for what is known after apply. */

/** Who asks: `count.index` and `each.*` mean its own. */
interface Asker {
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

interface Walk {
  readonly expected: Expected | undefined;
  readonly through: Set<string>;
  /** How many references may still be followed. */
  left: number;
  /** What asks. */
  readonly type: string;
  open: string | undefined;
}

/** What one expression may cost; a hostile file must not hang a trace. */
const BUDGET = 20_000;
const MAX_DEPTH = 100;
/** Of the references that are being followed, one through the other. */
let depth = 0;

/** Of a dynamic block a plan shows the values that are known, but no expression. */
export const IN_DYNAMIC_BLOCK: Expression = { references: ["dynamic.block"] };

/** Names of what only decides, such as `local.create_vpc`. */
const DECIDER = /^local\.(create|enabled?|is|has|use|should|count|num|len|name|prefix|tags|env)/;

/** Ends of the names of locals that hold what an argument takes, such as `local.env_subnets`. */
const NAMES_A_THING = /(subnets?|groups?|sgs?|ids?|arns?|targets?|certs?|certificates?|zones?|vpc)$/i;

/** A value that stands for what an expression leads to. */
export function deferred(expression: Expression, scope: Scope, instance: Instance, attribute: string): unknown {
  if (expression.constant !== undefined) return expression.constant.value;
  let memo: Map<Expected | undefined, Resolved> | undefined;
  let last: { readonly expected: Expected | undefined; readonly told: Resolved } | undefined;
  return new Deferred(
    instance.address,
    attribute,
    (expected) => {
      if (last !== undefined && last.expected === expected) return last.told;
      const found = memo?.get(expected);
      if (found !== undefined) return found;
      const plain = plainText(expression, scope, expected);
      if (plain !== undefined) {
        last = { expected, told: { values: [plain.value], isUnset: false, through: [plain.address] } };
        return last.told;
      }
      // A loop of references ends here: while it is worked on, the answer is nothing.
      memo ??= new Map();
      memo.set(expected, { values: [], open: "known after apply, and refers to itself", through: new Set() });
      const walk: Walk = { expected, through: new Set(), left: BUDGET, type: instance.type, open: undefined };
      const asker: Asker = {
        address: instance.address,
        key: instance.key,
        forEach: instance.forEach,
        place: placeOf(instance, instance.siblings),
      };
      const led = follow(expression, [], scope, asker, walk);
      const all = paired(wanted(led, expected), expression.references, asker.place);
      const values = isMixOfBlocks(all, instance)
        ? opened(walk, "known after apply, and all or some of several blocks")
        : all;
      // What is known would stand in the plan; what leads to nothing but nulls is left to the provider.
      const isUnset =
        led.length === 0 && walk.open === undefined && walk.through.size === 0 && expression.references.length > 0;
      const resolved = {
        values,
        isUnset,
        through: walk.through,
        ...nthOf(expression, asker),
        ...((walk.open !== undefined || values.length === 0) && { open: walk.open ?? "known after apply" }),
      };
      memo.set(expected, resolved);
      return resolved;
    },
    expression.text,
  );
}

function follow(expression: Expression, rest: readonly Step[], scope: Scope, asker: Asker, walk: Walk): unknown[] {
  const values = followed(expression, rest, scope, asker, walk);
  // An id stays what it is in whatever list it is put; any other value that a function makes is not the one that it is
  // made of.
  const isMade =
    walk.expected === undefined && expression.text !== undefined && !/^[\w.[\]"*-]+$/.test(expression.text);
  return isMade ? opened(walk, `made by ${expression.text?.slice(0, 60)}`) : values;
}

function followed(expression: Expression, rest: readonly Step[], scope: Scope, asker: Asker, walk: Walk): unknown[] {
  if (expression.constant !== undefined) return found(pick(expression.constant.value, rest), walk);
  const references = longest(expression.references);
  const isKeyed = references.some((it) => /^(count\.index|each\.)/.test(it));
  const things = references.filter((it) => !/^(count\.index|each\.key|path\.|terraform\.|self\b)/.test(it));
  if (things.length === 0 && references.includes("each.key") && rest.length === 0)
    return asker.key === undefined ? [] : [asker.key];
  // Of a list that is written out, `[0]` means the first that it names.
  const [first] = rest;
  const written =
    things.length > 1 && typeof first === "number" && things[first] !== undefined ? [things[first]] : things;
  const named =
    written.length > 1 && typeof first === "string"
      ? written.filter((it) => stepsOf(it).some((step) => step === first || String(step).endsWith(`_${first}`)))
      : [];
  const chosen = named.length === 1 ? named : written;
  const left = chosen.length < things.length ? rest.slice(1) : rest;
  const lookups =
    chosen.length > 1
      ? chosen
          .filter((it) => it.startsWith("each.value."))
          .flatMap((it) => followOne(it, [], scope, asker, asker, walk))
      : [];
  const keyed = isKeyed ? { ...asker, lookups } : { ...asker, key: undefined };
  const each = (reference: string) => followOne(reference, left, scope, keyed, asker, walk);
  const [condition, one, other] = chosen;
  // What is named twice is in more than one side.
  const isOnce = (reference: string | undefined) => expression.references.filter((it) => it === reference).length === 1;
  if (
    condition !== undefined &&
    one !== undefined &&
    other !== undefined &&
    chosen.length === 3 &&
    /^(var|each)\./.test(condition) &&
    isOnce(one) &&
    isOnce(other)
  ) {
    const decided = each(condition);
    if (decided.length === 1 && typeof decided[0] === "boolean") return each(decided[0] ? one : other);
  }
  return chosen.length === 1
    ? chosen.flatMap(each)
    : chosen.filter((reference) => !DECIDER.test(reference) || NAMES_A_THING.test(reference)).flatMap(each);
}

function followOne(
  reference: string,
  rest: readonly Step[],
  scope: Scope,
  keyed: Asker,
  asker: Asker,
  walk: Walk,
): unknown[] {
  if (walk.left-- <= 0 || depth >= MAX_DEPTH) return opened(walk, "known after apply, and its references lead too far");
  depth++;
  try {
    return led(reference, rest, scope, keyed, asker, walk);
  } finally {
    depth--;
  }
}

function led(
  reference: string,
  rest: readonly Step[],
  scope: Scope,
  keyed: Asker,
  asker: Asker,
  walk: Walk,
): unknown[] {
  const steps = stepsOf(reference);
  const [root, name, ...more] = steps;
  if (root === undefined) return [];
  const path = [...more, ...rest];
  if (root === "each") return followEach(name, path, scope, asker, walk);
  if (root === "var") return followVariable(String(name), path, scope, walk);
  if (root === "dynamic") return inferred(scope, "its dynamic block", [], keyed, asker, walk);
  if (root === "local") {
    const local = scope.local(String(name));
    return local === undefined
      ? inferred(scope, `local.${name}`, path, keyed, asker, walk)
      : follow(local, path, scope, { ...keyed, forEach: undefined }, walk);
  }
  if (root === "module") return followModule(String(name), path, scope, keyed, walk);
  const isData = root === "data";
  const [type, label, ...attributes] = isData ? [name, ...path] : [root, name, ...path];
  const block = `${isData ? "data." : ""}${type}.${label}`;
  const instances = scope.instances(block);
  if (instances.length === 0)
    return scope.isEmpty(block) ? [] : opened(walk, `known after apply, and ${reference} is not in the file`);
  return followInstances(instances, attributes, keyed, asker, walk);
}

function followEach(name: Step | undefined, path: readonly Step[], scope: Scope, asker: Asker, walk: Walk): unknown[] {
  if (name === "key") return asker.key === undefined ? [] : [asker.key];
  if (asker.forEach === undefined) return opened(walk, "known after apply, by each.value");
  const outer: Asker = { key: asker.key, forEach: undefined, place: asker.place };
  return follow(asker.forEach, asker.key === undefined ? path : [asker.key, ...path], scope, outer, walk);
}

function followVariable(name: string, path: readonly Step[], scope: Scope, walk: Walk): unknown[] {
  const variable = scope.variable(name);
  if (variable === undefined) return opened(walk, `known after apply, and var.${name} has no value in the file`);
  if ("value" in variable) return found(pick(variable.value, path), walk);
  return follow(variable.expression, path, variable.caller, { key: scope.key, forEach: variable.forEach }, walk);
}

function followModule(name: string, path: readonly Step[], scope: Scope, asker: Asker, walk: Walk): unknown[] {
  let children = scope.children(name);
  let rest = path;
  const [first] = rest;
  if (children.some((it) => it.key !== undefined)) {
    const byKey = children.filter((it) => it.key === first);
    const [, second] = rest;
    if (byKey.length > 0 && typeof second === "string") [children, rest] = [byKey, rest.slice(1)];
    else {
      const own = children.filter((it) => asker.key !== undefined && it.key === asker.key);
      if (own.length > 0) children = own;
    }
  }
  const [output, ...more] = rest;
  if (children.length === 0 && scope.isEmpty(`module.${name}`)) return [];
  if (children.length === 0 || output === undefined)
    return opened(walk, `known after apply, and module.${name} is not in the file`);
  return children.flatMap((child) => {
    const expression = child.output(String(output));
    if (expression === undefined)
      return opened(walk, `known after apply, and module.${name} has no output ${output} in the file`);
    return follow(expression, more, child, { key: asker.key, forEach: undefined, place: asker.place }, walk);
  });
}

function followInstances(
  instances: readonly Instance[],
  path: readonly Step[],
  keyed: Asker,
  asker: Asker,
  walk: Walk,
): unknown[] {
  let chosen = instances;
  let rest = path;
  const [first] = path;
  if (instances.some(({ key }) => key !== undefined) && first !== undefined) {
    const named = withKey(instances, first);
    if (named.length > 0) [chosen, rest] = [named, path.slice(1)];
    else if (typeof first === "number") rest = path.slice(1);
  }
  if (chosen.length > 1 && keyed.lookups !== undefined && keyed.lookups.length > 0) {
    const looked = chosen.filter(({ key }) => keyed.lookups?.includes(key));
    if (looked.length === 1) chosen = looked;
  }
  if (chosen.length > 1 && keyed.key !== undefined) {
    const twin = withKey(chosen, keyed.key).filter(({ key }) => key === keyed.key);
    // element() goes round.
    const wrapped = typeof keyed.key === "number" ? chosen[keyed.key % chosen.length] : undefined;
    if (twin.length > 0) chosen = twin;
    else if (wrapped !== undefined && typeof wrapped.key === "number") chosen = [wrapped];
  }
  if (
    chosen.length > 1 &&
    asker.place !== undefined &&
    asker.place.of === chosen.length &&
    typeof keyed.key === "number"
  ) {
    const same = chosen[asker.place.index];
    if (same !== undefined) chosen = [same];
  }
  if (chosen.length > 1 && isOfSeveralTiers(chosen, walk.type))
    return opened(walk, "known after apply, and all or some of one block");
  return chosen.flatMap((instance) => attributeOf(instance, rest, walk));
}

function attributeOf(instance: Instance, path: readonly Step[], walk: Walk): unknown[] {
  const [named, ...rest] = path.filter((step) => step !== "*");
  const { expected } = walk;
  const name = typeof named === "string" ? named : expected?.attribute;
  if (name === undefined) return opened(walk, `known after apply, and ${instance.address} has no attribute named`);
  walk.through.add(instance.address);
  if (instance.isMany === true) walk.open ??= `how many ${instance.address} there are is not in the file`;
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
  // A key after an identity belongs to the map that led here, and so does an index, unless the attribute is a list
  // itself.
  const indexes =
    /s$/.test(attribute) && !/(ss|dns)$/.test(attribute) ? rest.filter((step) => typeof step === "number") : [];
  return [symbol(instance.address, [attribute, ...indexes].map(String).join("."))];
}

/** A local of a plan is not in the file; what it can only be is taken, all else stays open. */
function inferred(
  scope: Scope,
  name: string,
  path: readonly Step[],
  keyed: Asker,
  asker: Asker,
  walk: Walk,
): unknown[] {
  const { expected } = walk;
  const why = `known after apply, and a plan does not say what ${name} is`;
  if (expected === undefined) return opened(walk, why);
  const here = scope.ofTypes(expected.types).filter((it) => it.address !== asker.address);
  const blocks = new Set(here.map(({ siblings }) => siblings[0]));
  if (blocks.size === 1) {
    const values = followInstances(
      here,
      path.filter((step) => typeof step === "number"),
      keyed,
      asker,
      walk,
    );
    // A local that holds a block's instances by their keys is there to choose from.
    return values.length > 1 &&
      typeof here[0]?.key === "string" &&
      here[0].type !== "aws_subnet" &&
      name.startsWith("local.")
      ? opened(walk, why)
      : values;
  }
  if (blocks.size > 1) return opened(walk, why);
  const values = identitiesOf(scope, keyed, walk);
  // As many attachments as there are targets have one each.
  const own = expected === TARGET && asker.place?.of === values.length ? values[asker.place.index] : undefined;
  const only = values.length === 1 ? values[0] : own;
  return only === undefined ? opened(walk, why) : [only];
}

const identities = new WeakMap<Scope, Map<Expected, readonly unknown[]>>();

/** The identities of the kind that is looked for that a module is given, or has from one that it calls. */
function identitiesOf(scope: Scope, keyed: Asker, walk: Walk): readonly unknown[] {
  const { expected, open } = walk;
  const found = identities.get(scope) ?? identities.set(scope, new Map()).get(scope);
  const known = expected === undefined ? [] : found?.get(expected);
  if (expected === undefined || found === undefined || known !== undefined) return known ?? [];
  // While they are looked for they lead nowhere.
  found.set(expected, []);
  const ways = [
    ...scope.variableNames.map((it) => () => followVariable(it, [], scope, walk)),
    ...scope.childNames.flatMap((child) =>
      (scope.children(child)[0]?.outputNames ?? []).map(
        (output) => () => followModule(child, [output], scope, keyed, walk),
      ),
    ),
  ];
  const values = [
    ...new Set(ways.flatMap((way) => wanted(way(), expected)).filter((it) => isSymbol(it) && isOfType(it, expected))),
  ];
  walk.open = open;
  found.set(expected, values);
  return values;
}

/** `element(var.subnets, count.index)`, or the like, means one of the list: the one at the instance's place. */
function nthOf({ references }: Expression, { key }: Asker): Pick<Resolved, "nth"> {
  if (typeof key !== "number" || !references.includes("count.index")) return {};
  return longest(references).filter((it) => it !== "count.index").length === 1 ? { nth: key } : {};
}

function found(value: unknown, walk: Walk): unknown[] {
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

function opened(walk: Walk, why: string): [] {
  walk.open ??= why;
  return [];
}
