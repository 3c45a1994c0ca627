import { EMPTY, isObject, type Json, listOf, objectOf, own, textOf } from "./json";
import { expressionOf } from "./plan-values";
import type { Expression, Instance, Scope } from "./scope";
import { newName } from "./source";

/* The modules of a plan, each with its configuration and its instances in the plan. */

/** One instance of a module. */
export class ModuleScope implements Scope {
  private readonly configs = new Map<string, Json>();
  private readonly byLabel = new Map<string, Instance[]>();
  private readonly byType = new Map<string, Instance[]>();
  private readonly called = new Map<string, ModuleScope[]>();
  private readonly withoutResources = new Map<string, ModuleScope>();
  private readonly calls: Json;
  private readonly outputs: Json;

  constructor(
    private readonly config: Json,
    private readonly parent: ModuleScope | undefined,
    private readonly name: string | undefined,
    readonly key: string | number | undefined,
    private readonly given: Json = EMPTY,
    /** A plan with `-target` does not contain all resources. */
    private readonly isWhole: boolean = parent?.isWhole ?? true,
  ) {
    for (const item of listOf(config.resources)) {
      const address = textOf(own(item, "address"));
      if (address !== undefined) this.configs.set(address, objectOf(item));
    }
    this.calls = objectOf(config.module_calls);
    this.outputs = objectOf(config.outputs);
  }

  configOf(label: string): Json {
    return this.configs.get(label) ?? EMPTY;
  }

  call(name: string): Json {
    return objectOf(own(this.calls, name));
  }

  siblingsOf(label: string): Instance[] {
    return this.byLabel.get(label) ?? this.byLabel.set(label, []).get(label) ?? [];
  }

  add(instance: Instance): void {
    const list = this.byType.get(instance.type) ?? this.byType.set(instance.type, []).get(instance.type);
    list?.push(instance);
  }

  addChild(name: string, scope: ModuleScope): void {
    const list = this.called.get(name) ?? this.called.set(name, []).get(name);
    list?.push(scope);
  }

  instances(name: string): readonly Instance[] {
    return this.byLabel.get(name) ?? this.byLabel.get(newName(name)) ?? [];
  }

  ofTypes(types: readonly string[]): readonly Instance[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  /** The dependencies of the module call and of the calls around it. */
  get dependsOn(): readonly string[] {
    if (this.parent === undefined || this.name === undefined) return [];
    return [
      ...listOf(this.parent.call(this.name).depends_on).filter((it) => typeof it === "string"),
      ...this.parent.dependsOn,
    ];
  }

  isEmpty(name: string): boolean {
    const block = name.startsWith("module.") ? this.call(name.slice("module.".length)) : this.configOf(name);
    return this.isWhole && isCounted(block);
  }

  children(name: string): readonly Scope[] {
    const called = this.called.get(name);
    if (called !== undefined) return called;
    const call = this.call(name);
    if (!isObject(own(call, "module")) || isCounted(call)) return [];
    // A module without resources can still pass on its inputs.
    const scope = this.withoutResources.get(name) ?? new ModuleScope(objectOf(call.module), this, name, undefined);
    this.withoutResources.set(name, scope);
    return [scope];
  }

  get childNames(): readonly string[] {
    return [...this.called.keys()];
  }

  get outputNames(): readonly string[] {
    return Object.keys(this.outputs);
  }

  get variableNames(): readonly string[] {
    return Object.keys(objectOf(this.config.variables));
  }

  output(name: string): Expression | undefined {
    return expressionOf(own(own(this.outputs, name), "expression"));
  }

  variable(name: string): ReturnType<Scope["variable"]> {
    const value = own(this.given, name);
    if (value !== undefined) return { value: own(value, "value") };
    const call = this.name === undefined ? undefined : this.parent?.call(this.name);
    const expression = expressionOf(own(own(call, "expressions"), name));
    if (expression !== undefined && this.parent !== undefined)
      return { expression, caller: this.parent, forEach: expressionOf(own(call, "for_each_expression")) };
    const declared = own(objectOf(this.config.variables), name);
    const byDefault = own(declared, "default");
    return byDefault === undefined ? undefined : { value: byDefault };
  }

  /** A plan does not contain locals. */
  local(): undefined {
    return undefined;
  }
}

function isCounted(block: Json): boolean {
  return own(block, "count_expression") !== undefined || own(block, "for_each_expression") !== undefined;
}
