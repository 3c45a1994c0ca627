import { Fields } from "./fields";
import { type Json, listOf, objectOf, own } from "./json";
import { tooLong } from "./limits";
import { addTo } from "./lists";
import { formatOf, isPartial } from "./plan-format";
import { type PlannedInstance, PlannedModules } from "./planned-modules";
import { revokedBeside } from "./revoked-rules";
import type { Instance } from "./scope";
import { canonical, NAMED_BY, type Resource, type Source } from "./source";
import { symbol } from "./symbols";
import { unreadArguments } from "./unread";
import { type Attr, Unknown } from "./value";

/* A plan from `terraform show -json`: known values, and from its configuration what the rest refers to. */

export function readPlan(plan: Json): Source {
  const modules = new PlannedModules(plan);
  const instances = new Map<string, PlannedInstance[]>();
  for (const instance of modules.all) {
    const key = instance.isData ? `data.${instance.type}` : instance.type;
    addTo(instances, key, instance);
  }
  // Most types of a large plan are never used.
  const byType = new Map<string, Resource[]>();
  const resources = (type: string): readonly Resource[] => {
    const made = byType.get(type) ?? (instances.get(type) ?? []).map((instance) => resourceOf(instance, modules));
    byType.set(type, made);
    return made;
  };
  return {
    kind: "plan",
    isPartial: isPartial(plan),
    format: formatOf(plan),
    destroyed: modules.destroyed,
    revoked: revokedBeside(listOf(plan.resource_changes)),
    types: () => [...instances.keys()].filter((type) => !type.startsWith("data.")),
    ofType: (...types) => types.flatMap(resources),
  };
}

function resourceOf(instance: PlannedInstance, modules: PlannedModules): Resource {
  const expressions = objectOf(instance.config.expressions);
  return {
    address: instance.address,
    type: instance.type,
    isData: instance.isData,
    get region() {
      return modules.regionOf(instance);
    },
    actions: instance.actions,
    fields: new Fields(instance.address, instance.field),
    identity: (attribute) => identityOf(instance, attribute),
    isConfigured: (argument) =>
      Object.hasOwn(expressions, argument) ||
      (modules.hasNoConfiguration(instance) && isGiven(instance.field(argument))),
    changesInPlace: (argument) =>
      instance.actions.length === 1 &&
      instance.actions[0] === "update" &&
      own(instance.change.before, argument) !== own(instance.change.after, argument),
    argumentNames: () => [...new Set([...Object.keys(expressions), ...Object.keys(instance.known)])],
    unread: () =>
      unreadArguments(instance.address, instance.type, {
        ...(!modules.hasNoConfiguration(instance) && { written: expressions }),
        values: instance.known,
        unknown: objectOf(instance.change.after_unknown),
      }),
    get dependsOn() {
      return [
        ...listOf(instance.config.depends_on).filter((it) => typeof it === "string"),
        ...instance.scope.dependsOn,
      ];
    },
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

/** The text, or the symbol that references to it also produce. */
function identityOf(instance: Instance, name: string): Attr<string> {
  const attribute = canonical(instance.type, name);
  const named =
    attribute === "id" && Object.hasOwn(NAMED_BY, instance.type)
      ? instance.field(NAMED_BY[instance.type] ?? "")
      : undefined;
  if (typeof named === "string" && tooLong(named) === undefined) return named;
  const value = instance.field(attribute);
  if (value instanceof Unknown || (typeof value === "string" && tooLong(value) === undefined)) return value;
  return symbol(instance.address, attribute);
}
