import { Fields } from "./fields";
import { isObject, type Json, listOf, objectOf, own, textOf } from "./json";
import { throwIfTooLong, tooLong } from "./limits";
import { addTo } from "./lists";
import { ModuleScope } from "./module-scope";
import { formatOf, isPartial } from "./plan-format";
import { bootScript, expressionOf, holdsTrue, valueOf } from "./plan-values";
import { deferred } from "./references";
import type { Instance } from "./scope";
import { revokedBeside, ShownElsewhere } from "./shown-elsewhere";
import { canonical, NAMED_BY, type Resource, type Source, symbol, typeOf } from "./source";
import { unreadArguments } from "./unread";
import { type Attr, Unknown } from "./value";

/* A plan as `terraform show -json` writes it: what is known, and by its configuration what the rest refers to. */

interface PlannedInstance extends Instance {
  readonly scope: ModuleScope;
  readonly change: Json;
  readonly actions: readonly string[];
  readonly config: Json;
  readonly known: Json;
  readonly siblings: PlannedInstance[];
}

export function readPlan(plan: Json): Source {
  const modules = new Modules(plan);
  const instances = new Map<string, PlannedInstance[]>();
  for (const instance of modules.all) {
    const key = instance.isData ? `data.${instance.type}` : instance.type;
    addTo(instances, key, instance);
  }
  // Most types of a large plan are asked for by nobody.
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

function resourceOf(instance: PlannedInstance, modules: Modules): Resource {
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

/** The text, or the symbol that references to it give as well. */
export function identityOf(instance: Instance, name: string): Attr<string> {
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

/** The modules of a plan, and the instances in each. */
class Modules {
  readonly all: PlannedInstance[] = [];
  readonly destroyed = new Set<string>();
  /** The same of everything, each with its type. */
  private readonly gone = new Set<string>();
  private readonly scopes = new Map<string, ModuleScope>();
  private readonly regions = new Map<string, Attr<string>>();
  private readonly providers: Json;
  private readonly shown: ShownElsewhere;

  constructor(private readonly plan: Json) {
    const configuration = objectOf(plan.configuration);
    this.providers = objectOf(configuration.provider_config);
    const variables = objectOf(plan.variables);
    this.scopes.set(
      "",
      new ModuleScope(
        objectOf(configuration.root_module),
        undefined,
        undefined,
        undefined,
        variables,
        plan.complete !== false,
      ),
    );
    this.shown = ShownElsewhere.ofPlan(listOf(plan.resource_changes));
    for (const item of listOf(plan.resource_changes)) this.note(item);
    // A data source shows what stood when it was read.
    for (const read of this.standing("data"))
      if (!this.gone.has(nameOf(read, objectOf(read.values)))) this.add(read, objectOf(read.values), EMPTY, []);
    for (const item of listOf(plan.resource_changes)) {
      const change = objectOf(own(item, "change"));
      const actions = listOf(change.actions).filter((it) => typeof it === "string");
      // Of what is only destroyed nothing is left on the path; what was put aside for it neither.
      if (
        !isObject(change.after) ||
        (actions.length === 1 && (actions[0] === "delete" || actions[0] === "forget")) ||
        own(item, "deposed") !== undefined
      )
        continue;
      this.add(objectOf(item), objectOf(change.after), objectOf(change.after_unknown), actions, change);
    }
    // Of some targets only, or of actions alone, a plan does not list what it leaves as it is.
    const listed =
      isPartial(plan) || listOf(plan.action_invocations).length > 0
        ? new Set(listOf(plan.resource_changes).map((it) => own(it, "address")))
        : undefined;
    if (listed !== undefined)
      for (const it of this.standing("managed"))
        if (!listed.has(it.address))
          this.add(it, objectOf(it.values), EMPTY, ["no-op"], { before: it.values, after: it.values });
  }

  private note(item: unknown): void {
    const change = objectOf(own(item, "change"));
    const [type, id] = [textOf(own(item, "type")) ?? "", textOf(own(change.before, "id"))];
    if (
      listOf(change.actions).join() !== "delete" ||
      own(item, "mode") === "data" ||
      own(item, "deposed") !== undefined ||
      id === undefined
    )
      return;
    this.gone.add(nameOf(item, objectOf(change.before)));
    if (NAMED_BY_ID.has(type)) this.destroyed.add(id);
  }

  hasNoConfiguration(instance: PlannedInstance): boolean {
    return instance.config === EMPTY;
  }

  regionOf(instance: PlannedInstance): Attr<string> {
    const itself = own(instance.known, "region");
    if (typeof itself === "string") return itself;
    const key = textOf(instance.config.provider_config_key) ?? "";
    if (!this.regions.has(key)) this.regions.set(key, this.regionOfProvider(key));
    return this.regions.get(key);
  }

  private regionOfProvider(key: string): Attr<string> {
    const provider = objectOf(own(this.providers, key));
    const expression = expressionOf(own(objectOf(provider.expressions), "region"));
    if (expression === undefined) return undefined;
    const scope = this.scopes.get(textOf(provider.module_address) ?? "") ?? this.scopes.get("");
    if (scope === undefined) return undefined;
    const asker: Instance = {
      address: `provider.${key}`,
      type: "provider",
      isData: false,
      key: undefined,
      scope,
      field: () => undefined,
      forEach: undefined,
      known: undefined,
      siblings: [],
    };
    return new Fields(asker.address, () => deferred(expression, scope, asker, "region")).text("region");
  }

  /**
   * Data sources that were read for the plan (those that are read at apply stand among the changes), or what is there
   * already.
   */
  private *standing(mode: "data" | "managed"): Iterable<Json> {
    const state = objectOf(objectOf(this.plan.prior_state).values);
    const modules: unknown[] = [state.root_module];
    for (let module = modules.pop(); module !== undefined; module = modules.pop()) {
      for (const item of listOf(own(module, "resources")))
        if (own(item, "mode") === mode && own(item, "deposed_key") === undefined) yield objectOf(item);
      modules.push(...listOf(own(module, "child_modules")));
    }
  }

  private add(item: Json, planned: Json, unknown: Json, actions: readonly string[], change: Json = EMPTY): void {
    const { address, type, name } = { address: textOf(item.address), type: textOf(item.type), name: textOf(item.name) };
    if (address === undefined || type === undefined || name === undefined) return;
    throwIfTooLong(address);
    throwIfTooLong(textOf(item.module_address) ?? "");
    const isData = item.mode === "data";
    // A data source's address in the prior state says its module too.
    const scope = this.scopeOf(textOf(item.module_address) ?? moduleOf(address));
    const label = `${isData ? "data." : ""}${typeOf(type)}.${name}`;
    const config = scope.configOf(`${isData ? "data." : ""}${type}.${name}`);
    const key = typeof item.index === "string" || typeof item.index === "number" ? item.index : undefined;
    const siblings = scope.siblingsOf(label) as PlannedInstance[];
    const expressions = objectOf(config.expressions);
    // A replacement shows nothing yet.
    const after = actions.includes("create")
      ? planned
      : this.shown.in(
          `${isData ? "data." : ""}${typeOf(type)}`,
          isData ? planned : objectOf(change.before),
          planned,
          (argument) => Object.hasOwn(expressions, argument),
        );
    let fields: Map<string, unknown> | undefined;
    const instance: PlannedInstance = {
      address,
      type: typeOf(type),
      isData,
      key,
      scope,
      siblings,
      change,
      actions,
      config,
      known: after,
      forEach: expressionOf(config.for_each_expression),
      field: (field) => {
        // What is known is in the plan already; only the rest is kept.
        if (field !== "user_data" && !holdsTrue(own(unknown, field))) return own(after, field);
        fields ??= new Map();
        if (!fields.has(field)) {
          const at = { instance, path: field };
          fields.set(
            field,
            field === "user_data"
              ? bootScript(after, unknown, expressions, at)
              : valueOf(own(after, field), own(unknown, field), own(expressions, field), at, 0),
          );
        }
        return fields.get(field);
      },
    };
    siblings.push(instance);
    scope.add(instance);
    this.all.push(instance);
  }

  private scopeOf(address: string): ModuleScope {
    const known = this.scopes.get(address);
    if (known !== undefined) return known;
    const [, parentAddress = "", name = "", text] =
      /^(?:(.*)\.)?module\.([^.[\]]+)(?:\[("(?:[^"\\]|\\.)*"|\d+)\])?$/s.exec(address) ?? [];
    const key = text === undefined ? undefined : text.startsWith('"') ? text.slice(1, -1) : Number(text);
    if (name === "") return this.scopes.get("") as ModuleScope;
    const parent = this.scopeOf(parentAddress);
    const scope = new ModuleScope(objectOf(own(parent.call(name), "module")), parent, name, key);
    parent.addChild(name, scope);
    this.scopes.set(address, scope);
    return scope;
  }
}

function moduleOf(address: string): string {
  return /^((?:module\.[^.[\]]+(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?\.)*)/s.exec(address)?.[1]?.slice(0, -1) ?? "";
}

/** What a resource is on AWS, to itself and to a data source of it. */
function nameOf(item: unknown, values: Json): string {
  return `${typeOf(textOf(own(item, "type")) ?? "")} ${textOf(own(values, "arn")) ?? textOf(own(values, "id")) ?? ""}`;
}

/** These are told by nothing but their ids; other types can have the id of one of them. */
const NAMED_BY_ID = new Set([
  "aws_route_table",
  "aws_internet_gateway",
  "aws_egress_only_internet_gateway",
  "aws_nat_gateway",
  "aws_vpc_endpoint",
  "aws_instance",
]);

const EMPTY: Json = Object.freeze({});
