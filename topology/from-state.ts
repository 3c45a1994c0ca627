import { Fields } from "./fields";
import { type Json, objectOf, own, textOf } from "./json";
import { throwIfTooLong, tooLong } from "./limits";
import { addTo } from "./lists";
import { ShownElsewhere } from "./shown-elsewhere";
import { canonical, NAMED_BY, type Resource, type Source, typeOf } from "./source";
import { resourcesIn } from "./state-resources";
import { symbol } from "./symbols";
import { unreadArguments } from "./unread";
import { type Attr, Unknown } from "./value";

/* A state from `terraform show -json`: all values are known except those never stored. */

export function readState(state: Json): Source {
  const byType = new Map<string, Resource[]>();
  const items = [...resourcesIn(objectOf(state.values).root_module)];
  const shown = ShownElsewhere.ofState(items);
  for (const item of items) {
    const resource = resourceOf(item, shown);
    if (resource !== undefined) addTo(byType, resource.isData ? `data.${resource.type}` : resource.type, resource);
  }
  return {
    kind: "state",
    types: () => [...byType.keys()].filter((type) => !type.startsWith("data.")),
    ofType: (...types) => types.flatMap((type) => byType.get(type) ?? []),
  };
}

function resourceOf(item: Json, shown: ShownElsewhere): Resource | undefined {
  const { address, type } = { address: textOf(item.address), type: textOf(item.type) };
  if (address === undefined || type === undefined) return undefined;
  throwIfTooLong(address);
  const isData = item.mode === "data";
  const read = objectOf(item.values);
  const values = shown.in(`${isData ? "data." : ""}${typeOf(type)}`, read, read, () => false);
  const fields = new Fields(address, (name) => {
    const value = own(values, name);
    const isHash = name === "user_data" && typeof value === "string" && /^[0-9a-f]{40}$/.test(value);
    return isHash ? new Unknown(address, "user_data", "the state contains only its hash") : value;
  });
  const identity = (name: string): Attr<string> => {
    const attribute = canonical(typeOf(type), name);
    const given = own(values, attribute === "id" ? (NAMED_BY[typeOf(type)] ?? attribute) : attribute);
    return typeof given === "string" && given !== "" && tooLong(given) === undefined
      ? given
      : symbol(address, attribute);
  };
  return {
    address,
    type: typeOf(type),
    isData,
    actions: [],
    fields,
    identity,
    dependsOn: [],
    changesInPlace: () => false,
    region: textOf(own(values, "region")) ?? /^arn:[^:]*:[^:]*:([^:]+):/.exec(textOf(own(values, "arn")) ?? "")?.[1],
    argumentNames: () => Object.keys(values),
    unread: () => unreadArguments(address, typeOf(type), { values }),
    isConfigured: (argument) => fields.isSet(argument),
  };
}
