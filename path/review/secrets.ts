import { isObject, type Json, listOf, objectOf, own, textOf } from "../../topology/json";
import { holdsTrue } from "../../topology/plan-values";
import { Unknown } from "../../topology/value";

/*
 * A plan without its sensitive values. Each is replaced by an unknown attribute, so that every reader reports it as
 * unknown and no output can contain it.
 */

/** The reason why a sensitive value is unknown. */
export const SENSITIVE = "sensitive, so not evaluated";

/** Sensitive parts of a resource in any of its instances, by the resource's address without keys. */
type Marked = Map<string, Shape>;

/**
 * Marks below a value: on all of it, or on some of its arguments. Several blocks share their marks, as the order of
 * blocks can differ between the configuration and the plan.
 */
type Shape = true | ReadonlyMap<string, Shape>;

/** Copies only the parts that change; anything that is not a plan is returned as it is. */
export function withoutSecrets(plan: unknown): unknown {
  if (!isObject(plan)) return plan;
  const marked: Marked = new Map();
  const changes = listOf(plan.resource_changes).map((it) => changeOf(it, marked));
  const drift = listOf(plan.resource_drift).map((it) => changeOf(it, marked));
  return {
    ...plan,
    ...("resource_changes" in plan && { resource_changes: changes }),
    ...("resource_drift" in plan && { resource_drift: drift }),
    ...("deferred_changes" in plan && {
      deferred_changes: listOf(plan.deferred_changes).map((it) =>
        isObject(it) ? { ...it, resource_change: changeOf(it.resource_change, marked) } : it,
      ),
    }),
    ...("action_invocations" in plan && { action_invocations: listOf(plan.action_invocations).map(invocationOf) }),
    ...("deferred_action_invocations" in plan && {
      deferred_action_invocations: listOf(plan.deferred_action_invocations).map((it) =>
        isObject(it) ? { ...it, action_invocation: invocationOf(it.action_invocation) } : it,
      ),
    }),
    ...(isObject(plan.prior_state) && {
      prior_state: { ...plan.prior_state, values: valuesOf(plan.prior_state.values) },
    }),
    ...(isObject(plan.planned_values) && { planned_values: valuesOf(plan.planned_values) }),
    ...("output_changes" in plan && {
      output_changes: mapped(plan.output_changes, (it) => ({ actions: own(it, "actions") })),
    }),
    ...(isObject(plan.variables) && { variables: givenTo(plan.variables, own(plan.configuration, "root_module")) }),
    ...(isObject(plan.configuration) && {
      configuration: {
        ...plan.configuration,
        root_module: moduleWithoutSecrets(plan.configuration.root_module, "", marked),
      },
    }),
  };
}

function changeOf(item: unknown, marked: Marked): unknown {
  const change = own(item, "change");
  if (!isObject(item) || !isObject(change)) return item;
  const address = textOf(item.address) ?? "";
  const [before, after] = [change.before_sensitive, change.after_sensitive];
  if (!holdsTrue(before) && !holdsTrue(after)) return item;
  const key = withoutKeys(address);
  const shape = joined([marked.get(key), shapeOf(before), shapeOf(after)]);
  if (shape !== undefined) marked.set(key, shape);
  return {
    ...item,
    change: { ...change, before: whole(change.before, before, address), after: whole(change.after, after, address) },
  };
}

/** Undefined if there is no mark. */
function shapeOf(marks: unknown): Shape | undefined {
  if (marks === true) return true;
  if (Array.isArray(marks)) return joined(marks.map(shapeOf));
  const inner = Object.entries(objectOf(marks)).flatMap(([name, it]) => {
    const shape = shapeOf(it);
    return shape === undefined ? [] : [[name, shape] as const];
  });
  return inner.length === 0 ? undefined : new Map(inner);
}

function joined(shapes: readonly (Shape | undefined)[]): Shape | undefined {
  const all = shapes.filter((it) => it !== undefined);
  if (all.length < 2) return all[0];
  const found = new Map<string, Shape>();
  for (const shape of all) {
    if (shape === true) return true;
    for (const [name, it] of shape) found.set(name, joined([found.get(name), it]) ?? it);
  }
  return found;
}

/** A resource stays an object, so that readers still see it. */
function whole(values: unknown, marks: unknown, address: string): unknown {
  const hidden = hiddenIn(values, marks, address, "");
  return hidden instanceof Unknown ? (isObject(values) ? {} : values) : hidden;
}

function hiddenIn(value: unknown, marks: unknown, address: string, path: string): unknown {
  if (value === undefined || value === null || !holdsTrue(marks)) return value;
  if (marks === true) return new Unknown(address, path, SENSITIVE);
  if (Array.isArray(value)) {
    // If the lengths differ, a mark may belong to any item.
    const isMisfit = Array.isArray(marks) && marks.length !== value.length && marks.some((it) => holdsTrue(it));
    return value.map((it, index) =>
      hiddenIn(it, isMisfit || (listOf(marks)[index] ?? own(marks, index)), address, path),
    );
  }
  if (!isObject(value) || Array.isArray(marks)) return new Unknown(address, path, SENSITIVE);
  return Object.fromEntries(
    Object.entries(value).map(([name, it]) => [
      name,
      hiddenIn(it, own(marks, name), address, path === "" ? name : `${path}.${name}`),
    ]),
  );
}

/** Values of a state, or planned values. */
function valuesOf(values: unknown): unknown {
  if (!isObject(values)) return values;
  const { outputs: _outputs, ...rest } = values;
  return { ...rest, ...(isObject(values.root_module) && { root_module: stateModule(values.root_module) }) };
}

function stateModule(module: unknown): unknown {
  if (!isObject(module)) return module;
  return {
    ...module,
    ...("resources" in module && { resources: listOf(module.resources).map(stateResource) }),
    ...("child_modules" in module && { child_modules: listOf(module.child_modules).map(stateModule) }),
  };
}

function stateResource(resource: unknown): unknown {
  const marks = own(resource, "sensitive_values");
  return isObject(resource) && holdsTrue(marks)
    ? { ...resource, values: whole(resource.values, marks, textOf(resource.address) ?? "") }
    : resource;
}

function invocationOf(item: unknown): unknown {
  const marks = own(item, "config_sensitive");
  return isObject(item) && holdsTrue(marks)
    ? { ...item, config_values: whole(item.config_values, marks, textOf(item.address) ?? "") }
    : item;
}

function givenTo(variables: Json, module: unknown): unknown {
  const declared = own(module, "variables");
  return Object.fromEntries(
    Object.entries(variables).map(([name, it]) => [
      name,
      own(own(declared, name), "sensitive") === true ? { value: new Unknown(`var.${name}`, "", SENSITIVE) } : it,
    ]),
  );
}

function moduleWithoutSecrets(module: unknown, path: string, marked: Marked): unknown {
  if (!isObject(module)) return module;
  return {
    ...module,
    ...("resources" in module && { resources: listOf(module.resources).map((it) => configOf(it, path, marked)) }),
    ...("variables" in module && {
      variables: mapped(module.variables, (it, name) =>
        own(it, "sensitive") === true && own(it, "default") !== undefined
          ? { sensitive: true, default: new Unknown(`var.${name}`, "", SENSITIVE) }
          : it,
      ),
    }),
    ...("outputs" in module && {
      outputs: mapped(module.outputs, (it, name) =>
        own(it, "sensitive") === true ? { sensitive: true, expression: hiddenConstant(`output.${name}`) } : it,
      ),
    }),
    ...("module_calls" in module && {
      module_calls: mapped(module.module_calls, (it, name) => callOf(it, `${path}module.${name}.`, marked)),
    }),
  };
}

function configOf(resource: unknown, path: string, marked: Marked): unknown {
  const shape = marked.get(`${path}${textOf(own(resource, "address")) ?? ""}`);
  if (shape === undefined || !isObject(resource)) return resource;
  const address = `${path}${String(resource.address)}`;
  return {
    ...resource,
    expressions: mapped(resource.expressions, (it, name) =>
      expressionWithout(it, shape === true ? true : shape.get(name), address, name),
    ),
  };
}

/** Blocks keep their unmarked arguments; a single expression is hidden completely, as it can reveal the secret. */
function expressionWithout(expression: unknown, shape: Shape | undefined, address: string, path: string): unknown {
  if (shape === undefined) return expression;
  if (shape === true) return hiddenConstant(address, path);
  if (Array.isArray(expression)) return expression.map((it) => expressionWithout(it, shape, address, path));
  if (!isObject(expression) || Object.hasOwn(expression, "constant_value") || Object.hasOwn(expression, "references"))
    return hiddenConstant(address, path);
  return mapped(expression, (it, name) => expressionWithout(it, shape.get(name), address, `${path}.${name}`));
}

function callOf(call: unknown, path: string, marked: Marked): unknown {
  if (!isObject(call)) return call;
  const declared = own(call.module, "variables");
  const expressions = mapped(call.expressions, (it, name) =>
    own(own(declared, name), "sensitive") === true ? hiddenConstant(`${path}var.${name}`) : it,
  );
  return {
    ...call,
    ...("expressions" in call && { expressions }),
    module: moduleWithoutSecrets(call.module, path, marked),
  };
}

function hiddenConstant(address: string, path = ""): Json {
  return { constant_value: new Unknown(address, path, SENSITIVE) };
}

function mapped(values: unknown, change: (value: unknown, name: string) => unknown): unknown {
  return isObject(values)
    ? Object.fromEntries(Object.entries(values).map(([name, it]) => [name, change(it, name)]))
    : values;
}

/** `module.a[0].aws_lb.b["x"]` as in the configuration: `module.a.aws_lb.b`. */
function withoutKeys(address: string): string {
  return address.replace(/\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g, "");
}
