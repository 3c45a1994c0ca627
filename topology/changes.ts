import { isObject, type Json, listOf, objectOf, own, textOf } from "./json";
import { throwIfTooLong } from "./limits";
import { typeOf } from "./source";

/* What a plan does to each resource, from `terraform show -json`. */

/** `move` and `import` change only the state; `other` is any action that Terraform may add in the future. */
export type Doing =
  | "none"
  | "create"
  | "update"
  | "replace"
  | "destroy"
  | "read"
  | "import"
  | "move"
  | "forget"
  | "other";

export interface Change {
  /** As Terraform writes it. */
  readonly address: string;
  /** With `aws_lb` for `aws_alb`, and so on. */
  readonly type: string;
  readonly isData: boolean;
  readonly doing: Doing;
  /** Terraform's own words for it, such as `delete,create`. */
  readonly words: string;
  /** For a replacement: whether the new resource is created before the old one is destroyed. */
  readonly isCreatedFirst: boolean;
  /** The current values; `undefined` for a new resource. */
  readonly before: Json | undefined;
  /** The planned values; `undefined` for a destroy. */
  readonly after: Json | undefined;
  /** Terraform's `after_unknown`: `true` for every value that is known only after apply. */
  readonly unknown: Json;
  /** Attributes that force a replacement, such as `ami` or `root_block_device.encrypted`. */
  readonly forcedBy: readonly string[];
  /** Attributes that will or may differ, in the same form, including computed ones. */
  readonly differing: readonly string[];
  /** Terraform's word for why, such as `replace_because_tainted`. */
  readonly reason: string | undefined;
  /** Its address before a `moved` block. */
  readonly movedFrom: string | undefined;
}

/** Maps with user-defined keys; a difference is reported for the whole map. */
const MAPS = /^(tags|tags_all|triggers|keepers|parameters|environment\.variables)\./;

/**
 * All changes of a plan in its order, including data sources. Deposed objects, left by an earlier apply, are separate
 * changes.
 * @param shown the same plan with only the values that may be shown; all values come from it, differences from the plan
 * itself
 */
export function changesOf(plan: Json, shown: Json = plan): Change[] {
  const items = listOf(shown.resource_changes);
  return listOf(plan.resource_changes).flatMap(
    (item, index) => changeOf(objectOf(items[index]), objectOf(own(item, "change"))) ?? [],
  );
}

function changeOf(item: Json, whole: Json): Change | undefined {
  const [address, type] = [textOf(item.address), textOf(item.type)];
  if (address === undefined || type === undefined) return undefined;
  throwIfTooLong(address);
  const change = objectOf(item.change);
  const actions = listOf(change.actions).filter((it) => typeof it === "string");
  const isData = item.mode === "data";
  const movedFrom = textOf(item.previous_address);
  const { before, after } = {
    before: isObject(change.before) ? change.before : undefined,
    after: isObject(change.after) ? change.after : undefined,
  };
  const unknown = objectOf(change.after_unknown);
  const doing = doingOf(item);
  // Most of a large plan is unchanged and needs no comparison.
  let differing: readonly string[] | undefined;
  return {
    address: typeof item.deposed === "string" ? `${address} (deposed ${item.deposed})` : address,
    type: typeOf(type),
    isData,
    doing,
    words: actions.join(),
    isCreatedFirst: actions[0] === "create",
    before,
    after,
    unknown,
    forcedBy: [
      ...new Set(
        listOf(change.replace_paths)
          .map(pathText)
          .filter((it) => it !== ""),
      ),
    ],
    get differing() {
      return (differing ??=
        doing === "none" || before === undefined || after === undefined
          ? []
          : differingPaths(objectOf(whole.before), objectOf(whole.after), unknown));
    },
    reason: textOf(item.action_reason),
    movedFrom: movedFrom === address ? undefined : movedFrom,
  };
}

/** The meaning of Terraform's `actions`; anything else is `other`. */
const DOINGS: Readonly<Record<string, Doing>> = {
  create: "create",
  update: "update",
  delete: "destroy",
  "delete,create": "replace",
  "create,delete": "replace",
  read: "read",
  forget: "forget",
  "create,forget": "create",
  "forget,create": "create",
};

/** What a plan does to one resource: an item of its `resource_changes`. */
export function doingOf(item: Json): Doing {
  const change = objectOf(item.change);
  const word = listOf(change.actions)
    .filter((it) => typeof it === "string")
    .join();
  if (item.mode === "data") return word === "read" ? "read" : "none";
  if (word !== "no-op" && word !== "") return Object.hasOwn(DOINGS, word) ? (DOINGS[word] ?? "other") : "other";
  const isImported = own(change, "importing") !== undefined && change.importing !== null;
  const movedFrom = textOf(item.previous_address);
  return isImported ? "import" : movedFrom !== undefined && movedFrom !== item.address ? "move" : "none";
}

/** Such as `root_block_device.encrypted`, without the index of a block. */
function pathText(path: unknown): string {
  return shortened(
    listOf(path)
      .filter((it) => typeof it === "string")
      .join("."),
  );
}

/** A key of a user-defined map is reported as the map. */
function shortened(path: string): string {
  const [map] = MAPS.exec(`${path}.`) ?? [];
  return (map === undefined ? path : map.slice(0, -1)).replace(/^tags_all$/, "tags");
}

/** The attributes that differ, then those that may differ because the planned value is unknown. */
function differingPaths(before: Json, after: Json, unknown: Json): string[] {
  const found = new Set<string>();
  const open = new Set<string>();
  const note = (path: string) => found.add(shortened(path));
  const compare = (one: unknown, other: unknown, isOpen: unknown, path: string, depth: number): void => {
    if (isOpen === true) return void open.add(shortened(path));
    if (Array.isArray(one) || Array.isArray(other)) {
      const [a, b, c] = [listOf(one), listOf(other), listOf(isOpen)];
      if (a.length !== b.length) return void note(path);
      a.forEach((it, index) => compare(it, b[index], c[index], path, depth + 1));
    } else if (isObject(one) || isObject(other)) {
      const [a, b, c] = [objectOf(one), objectOf(other), objectOf(isOpen)];
      for (const key of new Set([...Object.keys(a), ...Object.keys(b), ...Object.keys(c)])) {
        if (depth < 16) compare(own(a, key), own(b, key), own(c, key), path === "" ? key : `${path}.${key}`, depth + 1);
      }
    } else if ((one ?? "") !== (other ?? "")) {
      // Different empty values mean the same.
      note(path);
    }
  };
  compare(before, after, unknown, "", 0);
  return [...new Set([...found, ...open])];
}

/** A current value, by attribute name without indexes; for several blocks the first. */
export function valueAt(values: Json | undefined, path: string): unknown {
  let value: unknown = values;
  for (const key of path.split(".")) {
    if (Array.isArray(value)) value = value[0];
    value = own(value, key);
  }
  return value;
}
