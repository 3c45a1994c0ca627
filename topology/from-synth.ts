import { Fields } from "./fields";
import { blocksOf, isObject, type Json, listOf, objectOf, own, textOf } from "./json";
import { throwIfTooLong, tooLong } from "./limits";
import type { Expression, Instance, Scope } from "./scope";
import { canonical, NAMED_BY, newName, type Resource, type Source, typeOf } from "./source";
import { symbol } from "./symbols";
import { unreadArguments } from "./unread";
import type { Attr } from "./value";
import { expressionOf, valueOf } from "./written-values";

/* Terraform's JSON syntax, as CDKTF writes it: every `${…}` is an expression. */

export function readSynthesized(json: Json): Source {
  const root = new RootScope(json);
  const byType = new Map<string, Resource[]>();
  for (const instance of root.all) {
    const key = instance.isData ? `data.${instance.type}` : instance.type;
    const list = byType.get(key) ?? byType.set(key, []).get(key);
    list?.push(resourceOf(instance, root));
  }
  return {
    kind: "synthesized",
    types: () => [...byType.keys()].filter((type) => !type.startsWith("data.")),
    ofType: (...types) => types.flatMap((type) => byType.get(type) ?? []),
  };
}

interface WrittenInstance extends Instance {
  readonly body: Json;
}

function resourceOf(instance: WrittenInstance, root: RootScope): Resource {
  return {
    address: instance.address,
    type: instance.type,
    isData: instance.isData,
    actions: [],
    get region() {
      return root.regionOf(instance);
    },
    fields: new Fields(instance.address, (name) => instance.field(name)),
    identity: (name): Attr<string> => {
      const attribute = canonical(instance.type, name);
      const given = instance.field(attribute === "id" ? (NAMED_BY[instance.type] ?? attribute) : attribute);
      return typeof given === "string" && tooLong(given) === undefined ? given : symbol(instance.address, attribute);
    },
    argumentNames: () => Object.keys(argumentsOf(instance.body)),
    unread: () => {
      const written = argumentsOf(instance.body);
      return unreadArguments(instance.address, instance.type, { written, values: written });
    },
    isConfigured: (argument) => Object.hasOwn(instance.body, argument),
    changesInPlace: () => false,
    dependsOn: listOf(instance.body.depends_on).filter((it) => typeof it === "string"),
  };
}

const META = new Set([
  "//",
  "connection",
  "count",
  "depends_on",
  "dynamic",
  "for_each",
  "lifecycle",
  "provider",
  "provisioner",
]);

/** The arguments for the provider, with dynamic blocks as blocks of their content. */
function argumentsOf(body: Json): Json {
  const dynamic = blocksOf(body.dynamic).flatMap((it) =>
    Object.entries(objectOf(it)).map(
      ([name, block]) => [name, blocksOf(block).flatMap((one) => blocksOf(own(one, "content")))] as const,
    ),
  );
  return Object.fromEntries([...dynamic, ...Object.entries(body).filter(([name]) => !META.has(name))]);
}

class RootScope implements Scope {
  readonly all: WrittenInstance[] = [];
  readonly key = undefined;
  readonly childNames: readonly string[] = [];
  readonly outputNames: readonly string[] = [];
  private readonly byLabel = new Map<string, WrittenInstance[]>();
  private readonly byType = new Map<string, Instance[]>();
  private readonly locals: Json;

  constructor(private readonly json: Json) {
    this.locals = objectOf(Object.assign(Object.create(null), ...blocksOf(json.locals)));
    for (const kind of ["data", "resource"]) {
      for (const [type, named] of Object.entries(objectOf(blocksOf(json[kind])[0]))) {
        for (const [name, body] of Object.entries(objectOf(blocksOf(named)[0])))
          this.add(kind === "data", type, name, objectOf(blocksOf(body)[0]));
      }
    }
  }

  private add(isData: boolean, type: string, name: string, body: Json): void {
    const label = `${isData ? "data." : ""}${typeOf(type)}.${name}`;
    const address = `${isData ? "data." : ""}${type}.${name}`;
    throwIfTooLong(address);
    const siblings: WrittenInstance[] = [];
    const forEach = own(body, "for_each");
    for (const key of keysOf(body)) {
      throwIfTooLong(String(key ?? ""));
      const fields = new Map<string, unknown>();
      const instance: WrittenInstance = {
        address: key === undefined ? address : `${address}[${JSON.stringify(key)}]`,
        type: typeOf(type),
        isData,
        key,
        scope: this,
        body,
        known: key,
        siblings,
        isMany: key === undefined && (own(body, "count") !== undefined || forEach !== undefined),
        forEach: forEach === undefined ? undefined : expressionOf(forEach),
        field: (field) => {
          if (!fields.has(field)) fields.set(field, valueOf(own(body, field), instance, field, 0));
          return fields.get(field);
        },
      };
      siblings.push(instance);
      this.all.push(instance);
    }
    this.byLabel.set(label, siblings);
    const list = this.byType.get(typeOf(type)) ?? this.byType.set(typeOf(type), []).get(typeOf(type));
    list?.push(...siblings);
  }

  regionOf(instance: WrittenInstance): Attr<string> {
    const given = instance.field("region");
    if (typeof given === "string") return given;
    const [, alias] = /^\$?\{?aws\.([\w-]+)\}?$/.exec(textOf(instance.body.provider) ?? "") ?? [];
    const provider = blocksOf(own(this.json.provider, "aws")).find((it) => textOf(own(it, "alias")) === alias);
    const asker: WrittenInstance = {
      ...instance,
      address: `provider.aws${alias === undefined ? "" : `.${alias}`}`,
      field: () => undefined,
    };
    return new Fields(asker.address, () => valueOf(own(provider, "region"), asker, "region", 0)).text("region");
  }

  instances(name: string): readonly Instance[] {
    return this.byLabel.get(name) ?? this.byLabel.get(newName(name)) ?? [];
  }

  /** The result of a `count` expression is not known here. */
  isEmpty(): boolean {
    return false;
  }

  ofTypes(types: readonly string[]): readonly Instance[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  /** The resources of a module are not in the file. */
  children(): readonly Scope[] {
    return [];
  }

  output(): undefined {
    return undefined;
  }

  variable(name: string): { readonly value: unknown } | undefined {
    const declared = blocksOf(own(this.json.variable, name))[0];
    return own(declared, "default") === undefined ? undefined : { value: own(declared, "default") };
  }

  get variableNames(): readonly string[] {
    return Object.keys(objectOf(this.json.variable));
  }

  local(name: string): Expression | undefined {
    const value = own(this.locals, name);
    return value === undefined ? undefined : expressionOf(value);
  }
}

/** One instance for each literal `count` or key; one for all if an expression determines the number. */
function keysOf(body: Json): readonly (string | number | undefined)[] {
  const count = own(body, "count");
  if (typeof count === "number" && Number.isInteger(count) && count >= 0 && count <= 10_000)
    return Array.from({ length: count }, (_, index) => index);
  const forEach = own(body, "for_each");
  if (isObject(forEach)) return Object.keys(forEach);
  const [, set] = /^\$\{toset\((\[[^\]]*\])\)\}$/.exec(textOf(forEach) ?? "") ?? [];
  if (set !== undefined) {
    try {
      return listOf(JSON.parse(set)).filter((it) => typeof it === "string");
    } catch {
      return [undefined];
    }
  }
  return [undefined];
}
