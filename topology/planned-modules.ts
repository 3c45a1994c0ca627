import { moduleOf } from "./addresses";
import { Fields } from "./fields";
import { EMPTY, isObject, isOnly, type Json, listOf, objectOf, own, textOf } from "./json";
import { throwIfTooLong } from "./limits";
import { ModuleScope } from "./module-scope";
import { isPartial } from "./plan-format";
import { bootScript, expressionOf, holdsTrue, valueOf } from "./plan-values";
import { deferred } from "./references";
import type { Instance } from "./scope";
import { ShownElsewhere } from "./shown-elsewhere";
import { typeOf } from "./source";
import { resourcesIn } from "./state-resources";
import type { Attr } from "./value";

/** A resource or data source of a plan. */
export interface PlannedInstance extends Instance {
  readonly scope: ModuleScope;
  readonly change: Json;
  readonly actions: readonly string[];
  readonly config: Json;
  readonly known: Json;
  readonly siblings: PlannedInstance[];
}

/** The modules of a plan, and the instances in each. */
export class PlannedModules {
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
    const root = new ModuleScope(
      objectOf(configuration.root_module),
      undefined,
      undefined,
      undefined,
      objectOf(plan.variables),
      plan.complete !== false,
    );
    this.scopes.set("", root);
    const changes = listOf(plan.resource_changes);
    this.shown = ShownElsewhere.ofPlan(changes);
    for (const item of changes) this.note(item);
    this.addRead();
    for (const item of changes) this.addChanged(item);
    this.addLeft(changes);
  }

  /** A data source shows the objects that existed when it was read. */
  private addRead(): void {
    for (const read of this.standing("data"))
      if (!this.gone.has(nameOf(read, objectOf(read.values)))) this.add(read, objectOf(read.values), EMPTY, []);
  }

  private addChanged(item: unknown): void {
    const change = objectOf(own(item, "change"));
    const actions = listOf(change.actions).filter((it) => typeof it === "string");
    const isRemoved = actions.length === 1 && (actions[0] === "delete" || actions[0] === "forget");
    // Destroyed resources and deposed objects are not on the path after the apply.
    if (!isObject(change.after) || isRemoved || own(item, "deposed") !== undefined) return;
    this.add(objectOf(item), objectOf(change.after), objectOf(change.after_unknown), actions, change);
  }

  /** A plan with `-target`, or of actions only, does not list unchanged resources. */
  private addLeft(changes: readonly unknown[]): void {
    if (!isPartial(this.plan) && listOf(this.plan.action_invocations).length === 0) return;
    const listed = new Set(changes.map((it) => own(it, "address")));
    for (const it of this.standing("managed"))
      if (!listed.has(it.address))
        this.add(it, objectOf(it.values), EMPTY, ["no-op"], { before: it.values, after: it.values });
  }

  private note(item: unknown): void {
    const change = objectOf(own(item, "change"));
    const [type, id] = [textOf(own(item, "type")) ?? "", textOf(own(change.before, "id"))];
    if (
      !isOnly(listOf(change.actions), "delete") ||
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
   * Data sources that were read for the plan (those read at apply are among the changes), or existing resources.
   */
  private *standing(mode: "data" | "managed"): Iterable<Json> {
    const state = objectOf(objectOf(this.plan.prior_state).values);
    for (const item of resourcesIn(state.root_module))
      if (own(item, "mode") === mode && own(item, "deposed_key") === undefined) yield item;
  }

  private add(item: Json, planned: Json, unknown: Json, actions: readonly string[], change: Json = EMPTY): void {
    const { address, type, name } = { address: textOf(item.address), type: textOf(item.type), name: textOf(item.name) };
    if (address === undefined || type === undefined || name === undefined) return;
    throwIfTooLong(address);
    throwIfTooLong(textOf(item.module_address) ?? "");
    const isData = item.mode === "data";
    // A data source's address in the prior state includes its module.
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
      field: fieldOf(after, unknown, expressions, () => instance),
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

/** Known values are already in the plan; only what expressions resolve to is kept. */
function fieldOf(after: Json, unknown: Json, expressions: Json, ofInstance: () => Instance): (name: string) => unknown {
  let fields: Map<string, unknown> | undefined;
  return (name) => {
    if (name !== "user_data" && !holdsTrue(own(unknown, name))) return own(after, name);
    fields ??= new Map();
    if (!fields.has(name)) {
      const at = { instance: ofInstance(), path: name };
      fields.set(
        name,
        name === "user_data"
          ? bootScript(after, unknown, expressions, at)
          : valueOf(own(after, name), own(unknown, name), own(expressions, name), at, 0),
      );
    }
    return fields.get(name);
  };
}

/** The identity of a resource on AWS, shared by a data source of it. */
function nameOf(item: unknown, values: Json): string {
  return `${typeOf(textOf(own(item, "type")) ?? "")} ${textOf(own(values, "arn")) ?? textOf(own(values, "id")) ?? ""}`;
}

/** Types identified only by their ids; other types can have the id of one of them. */
const NAMED_BY_ID = new Set([
  "aws_route_table",
  "aws_internet_gateway",
  "aws_egress_only_internet_gateway",
  "aws_nat_gateway",
  "aws_vpc_endpoint",
  "aws_instance",
]);
