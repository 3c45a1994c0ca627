import type { Edit } from "../../path/report";
import type { SynthesizedJson } from "./mutant";

type Json = Record<string, unknown>;

/** Applies a fix to a synthesized stack. Throws if the stack has no such resource. */
export function applyEdits(stack: SynthesizedJson, edits: readonly Edit[]): void {
  for (const edit of edits) {
    if ("remove" in edit) remove(stack, edit.remove);
    else if ("add" in edit) add(stack, edit);
    else set(resourceAt(stack, edit.set), edit.path, edit.value, edit.set);
  }
}

function add(stack: SynthesizedJson, { add: type, name, body, like }: Extract<Edit, { add: string }>): void {
  const { provider } = resourceAt(stack, like);
  const resources = (stack.resource[type] ??= {});
  if (resources[name] !== undefined) throw new Error(`there is a ${type}.${name} already`);
  resources[name] = { ...body, ...(provider === undefined ? {} : { provider }) };
}

function remove(stack: SynthesizedJson, address: string): void {
  resourceAt(stack, address);
  const { kind, type, name } = partsOf(address);
  const resources = stack[kind] as Record<string, Json>;
  delete resources[type]?.[name];
  if (Object.keys(resources[type] ?? {}).length === 0) delete resources[type];
  dropDependencies(stack, address);
}

/** Terraform refuses a `depends_on` to a missing resource. */
function dropDependencies(stack: SynthesizedJson, address: string): void {
  for (const resource of Object.values(stack.resource).flatMap((it) => Object.values(it))) {
    const { depends_on: others } = resource;
    if (Array.isArray(others)) resource.depends_on = others.filter((it) => it !== address);
  }
}

function resourceAt(stack: SynthesizedJson, address: string): Json {
  const { kind, type, name } = partsOf(address);
  const found = stack[kind]?.[type]?.[name];
  if (found === undefined) throw new Error(`there is no ${address}`);
  return found;
}

function partsOf(address: string): { kind: "resource" | "data"; type: string; name: string } {
  const parts = address.split(".");
  const kind = parts[0] === "data" ? "data" : "resource";
  const [type = "", name = ""] = kind === "data" ? parts.slice(1) : parts;
  return { kind, type, name };
}

/** In JSON one nested block may be an object or an array of one, so an index 0 may be missing or superfluous. */
function set(place: Json | unknown[], path: readonly (string | number)[], value: unknown, address: string): void {
  const [key, ...rest] = path;
  if (key === undefined) throw new Error(`a path of ${address} is empty`);
  if (Array.isArray(place) && typeof key === "string") {
    if (place.length === 0) place.push({});
    return set(place[0] as Json, path, value, address);
  }
  if (!Array.isArray(place) && typeof key === "number") {
    if (key > 0 || rest.length === 0) throw new Error(`${address} has no block ${key}`);
    return set(place, rest, value, address);
  }
  const slots = place as Json;
  if (rest.length > 0) {
    const next = (slots[key] ??= typeof rest[0] === "number" ? [] : {});
    if (typeof next !== "object" || next === null) throw new Error(`${address} has no block ${key}`);
    // One block as an object, and a whole block that is set or removed by its index.
    if (!Array.isArray(next) && typeof rest[0] === "number" && (rest[0] > 0 || rest.length === 1)) {
      slots[key] = [next];
      return set(place, path, value, address);
    }
    return set(next as Json, rest, value, address);
  }
  if (value !== undefined) slots[key] = value;
  else if (Array.isArray(place)) place.splice(key as number, 1);
  else delete slots[key];
}
