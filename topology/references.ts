import type { Expected, Resolved } from "./fields";
import { Deferred } from "./fields";
import { isMixOfBlocks, paired, placeOf, wanted } from "./fitting";
import { inferred } from "./inferred-references";
import { followInstances } from "./instance-references";
import { plainText } from "./plain-references";
import { type Asker, BUDGET, found, opened, type Walk } from "./reference-walk";
import type { Expression, Instance, Scope } from "./scope";
import { longest, pick, type Step, stepsOf } from "./traversal";

/* Resolves the references of an expression: all that a plan contains for a value that is known after apply. */

/** The depth of references; a hostile file must not overflow the stack. */
const MAX_DEPTH = 100;
/** The current depth. */
let depth = 0;

/** For a dynamic block a plan contains known values, but no expression. */
export const IN_DYNAMIC_BLOCK: Expression = { references: ["dynamic.block"] };

/** Names of conditions, such as `local.create_vpc`. */
const DECIDER = /^local\.(create|enabled?|is|has|use|should|count|num|len|name|prefix|tags|env)/;

/** Ends of the names of locals with values for an argument, such as `local.env_subnets`. */
const NAMES_A_THING = /(subnets?|groups?|sgs?|ids?|arns?|targets?|certs?|certificates?|zones?|vpc)$/i;

/** A value for what an expression resolves to. */
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
      // A reference loop ends here: during the search, the result is empty.
      memo ??= new Map();
      memo.set(expected, { values: [], open: "known after apply; refers to itself", through: new Set() });
      const resolved = resolve(expression, scope, instance, expected);
      memo.set(expected, resolved);
      return resolved;
    },
    expression.text,
  );
}

function resolve(expression: Expression, scope: Scope, instance: Instance, expected: Expected | undefined): Resolved {
  const walk: Walk = { expected, through: new Set(), left: BUDGET, type: instance.type, open: undefined };
  const asker: Asker = {
    address: instance.address,
    key: instance.key,
    forEach: instance.forEach,
    place: placeOf(instance, instance.siblings),
  };
  const led = follow(expression, [], scope, asker, walk);
  const all = paired(wanted(led, expected), expression.references, asker.place);
  const values = isMixOfBlocks(all, instance) ? opened(walk, "known after apply; some or all of several blocks") : all;
  // Known values would be in the plan; the provider computes what resolves only to nulls.
  const isUnset =
    led.length === 0 && walk.open === undefined && walk.through.size === 0 && expression.references.length > 0;
  return {
    values,
    isUnset,
    through: walk.through,
    ...nthOf(expression, asker),
    ...((walk.open !== undefined || values.length === 0) && { open: walk.open ?? "known after apply" }),
  };
}

function follow(expression: Expression, rest: readonly Step[], scope: Scope, asker: Asker, walk: Walk): unknown[] {
  const values = followed(expression, rest, scope, asker, walk);
  // An id stays the same in any list; other values change if a function processes them.
  const isMade =
    walk.expected === undefined && expression.text !== undefined && !/^[\w.[\]"*-]+$/.test(expression.text);
  return isMade ? opened(walk, `computed by ${expression.text?.slice(0, 60)}`) : values;
}

function followed(expression: Expression, rest: readonly Step[], scope: Scope, asker: Asker, walk: Walk): unknown[] {
  if (expression.constant !== undefined) return found(pick(expression.constant.value, rest), walk);
  const references = longest(expression.references);
  const isKeyed = references.some((it) => /^(count\.index|each\.)/.test(it));
  const things = references.filter((it) => !/^(count\.index|each\.key|path\.|terraform\.|self\b)/.test(it));
  if (things.length === 0 && references.includes("each.key") && rest.length === 0)
    return asker.key === undefined ? [] : [asker.key];
  const chosen = chosenBy(rest[0], things);
  const left = chosen.length < things.length ? rest.slice(1) : rest;
  const lookups =
    chosen.length > 1
      ? chosen
          .filter((it) => it.startsWith("each.value."))
          .flatMap((it) => followOne(it, [], scope, asker, asker, walk))
      : [];
  const keyed = isKeyed ? { ...asker, lookups } : { ...asker, key: undefined };
  const each = (reference: string) => followOne(reference, left, scope, keyed, asker, walk);
  if (chosen.length === 1) return chosen.flatMap(each);
  return (
    decided(chosen, expression.references, each) ??
    chosen.filter((reference) => !DECIDER.test(reference) || NAMES_A_THING.test(reference)).flatMap(each)
  );
}

/** In a literal list, `[0]` selects the first item, and a name the item with that name. */
function chosenBy(first: Step | undefined, things: readonly string[]): readonly string[] {
  const nth = typeof first === "number" ? things[first] : undefined;
  if (things.length > 1 && nth !== undefined) return [nth];
  if (things.length < 2 || typeof first !== "string") return things;
  const named = things.filter((it) => stepsOf(it).some((step) => step === first || String(step).endsWith(`_${first}`)));
  return named.length === 1 ? named : things;
}

/** The branch of `var.x ? one : other` that the condition selects, if known. */
function decided(
  chosen: readonly string[],
  references: readonly string[],
  each: (reference: string) => unknown[],
): unknown[] | undefined {
  const [condition, one, other, more] = chosen;
  if (condition === undefined || one === undefined || other === undefined || more !== undefined) return undefined;
  // A repeated reference is in both branches.
  const isOnce = (reference: string) => references.filter((it) => it === reference).length === 1;
  if (!/^(var|each)\./.test(condition) || !isOnce(one) || !isOnce(other)) return undefined;
  const [value, ...others] = each(condition);
  return others.length === 0 && typeof value === "boolean" ? each(value ? one : other) : undefined;
}

function followOne(
  reference: string,
  rest: readonly Step[],
  scope: Scope,
  keyed: Asker,
  asker: Asker,
  walk: Walk,
): unknown[] {
  if (walk.left-- <= 0 || depth >= MAX_DEPTH)
    return opened(walk, "known after apply; its references are too many or nested too deeply");
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
  const ways = () => waysInto(scope, keyed, walk);
  if (root === "each") return followEach(name, path, scope, asker, walk);
  if (root === "var") return followVariable(String(name), path, scope, walk);
  if (root === "dynamic") return inferred(scope, "its dynamic block", [], keyed, asker, walk, ways);
  if (root === "local") {
    const local = scope.local(String(name));
    return local === undefined
      ? inferred(scope, `local.${name}`, path, keyed, asker, walk, ways)
      : follow(local, path, scope, { ...keyed, forEach: undefined }, walk);
  }
  if (root === "module") return followModule(String(name), path, scope, keyed, walk);
  const isData = root === "data";
  const [type, label, ...attributes] = isData ? [name, ...path] : [root, name, ...path];
  const block = `${isData ? "data." : ""}${type}.${label}`;
  const instances = scope.instances(block);
  if (instances.length === 0)
    return scope.isEmpty(block) ? [] : opened(walk, `known after apply; ${reference} is not in the file`);
  return followInstances(instances, attributes, keyed, asker, walk);
}

function followEach(name: Step | undefined, path: readonly Step[], scope: Scope, asker: Asker, walk: Walk): unknown[] {
  if (name === "key") return asker.key === undefined ? [] : [asker.key];
  if (asker.forEach === undefined) return opened(walk, "known after apply, from each.value");
  const outer: Asker = { key: asker.key, forEach: undefined, place: asker.place };
  return follow(asker.forEach, asker.key === undefined ? path : [asker.key, ...path], scope, outer, walk);
}

function followVariable(name: string, path: readonly Step[], scope: Scope, walk: Walk): unknown[] {
  const variable = scope.variable(name);
  if (variable === undefined) return opened(walk, `known after apply; var.${name} has no value in the file`);
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
  if (children.length === 0) return opened(walk, `known after apply; module.${name} is not in the file`);
  if (output === undefined)
    return opened(walk, `known after apply; the reference to module.${name} cannot be resolved from the file`);
  return children.flatMap((child) => {
    const expression = child.output(String(output));
    if (expression === undefined)
      return opened(walk, `known after apply; module.${name} has no output ${output} in the file`);
    return follow(expression, more, child, { key: asker.key, forEach: undefined, place: asker.place }, walk);
  });
}

function waysInto(scope: Scope, keyed: Asker, walk: Walk): readonly (() => unknown[])[] {
  return [
    ...scope.variableNames.map((it) => () => followVariable(it, [], scope, walk)),
    ...scope.childNames.flatMap((child) =>
      (scope.children(child)[0]?.outputNames ?? []).map(
        (output) => () => followModule(child, [output], scope, keyed, walk),
      ),
    ),
  ];
}

/** `element(var.subnets, count.index)`, or similar, selects the list item at the instance's position. */
function nthOf({ references }: Expression, { key }: Asker): Pick<Resolved, "nth"> {
  if (typeof key !== "number" || !references.includes("count.index")) return {};
  return longest(references).filter((it) => it !== "count.index").length === 1 ? { nth: key } : {};
}
