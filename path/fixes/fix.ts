import type { Edit, Fix } from "../report";
import { hclBlock } from "./hcl";

/** A fix from its edits, also rendered as HCL. */
export function fix(text: string, props: string, edits: readonly Edit[]): Fix {
  return { text, props, hcl: hclOf(edits), edits };
}

/** Sets one argument of a resource. */
export function setting(address: string, path: string, value: unknown): Edit {
  return { set: address, path: path.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part)), value };
}

/** One block for each resource, however many of its arguments change. */
export function hclOf(edits: readonly Edit[]): string {
  const blocks = new Map<string, { head: string; body: Record<string, unknown>; note: string } | string>();
  edits.forEach((edit, index) => {
    if ("remove" in edit) blocks.set(`remove ${edit.remove}`, `# remove ${edit.remove}`);
    else if ("add" in edit) {
      const { module } = partsOf(edit.like);
      blocks.set(`add ${index}`, {
        head: `resource "${edit.add}" "${edit.name}"`,
        body: within(module, edit.body) as Record<string, unknown>,
        note: module === "" ? "" : `in ${module.slice(0, -1)}`,
      });
    } else {
      const { module, type, name, hasKey } = partsOf(edit.set);
      // A part of one of several blocks remains separate; whole blocks are listed together.
      const isWhole = isWholeBlock(edit);
      const key = !isWhole && edit.path.some((part) => typeof part === "number") ? `${edit.set} ${index}` : edit.set;
      const known = blocks.get(key);
      const value = structuredClone(within(module, edit.value));
      const change = nested(edit.path, isWhole ? [value] : value);
      if (typeof known === "object") merge(known.body, change);
      else
        blocks.set(key, {
          head: `resource "${type}" "${name}"`,
          body: change,
          note: hasKey ? `for ${edit.set}` : module !== "" ? edit.set : "",
        });
    }
  });
  return [...blocks.values()]
    .map((it) => (typeof it === "string" ? it : hclBlock(it.head, it.body, it.note === "" ? "" : `  # ${it.note}`)))
    .join("\n\n");
}

/** Whether it adds a block such as `ingress`. */
function isWholeBlock({ path, value }: Extract<Edit, { set: string }>): boolean {
  return path.length === 2 && typeof path[1] === "number" && typeof value === "object" && value !== null;
}

function merge(body: Record<string, unknown>, change: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(change)) {
    const known = body[key];
    const isBlock = (it: unknown): it is Record<string, unknown> =>
      typeof it === "object" && it !== null && !Array.isArray(it);
    if (isBlock(known) && isBlock(value)) merge(known, value);
    else if (Array.isArray(known) && Array.isArray(value) && isBlock(value[0])) body[key] = [...known, ...value];
    else body[key] = value;
  }
}

/** Inside a module, addresses omit the module's prefix. */
function within(module: string, value: unknown): unknown {
  if (module === "") return value;
  if (typeof value === "string") return value.replaceAll(`\${${module}`, "${");
  if (Array.isArray(value)) return value.map((it) => within(module, it));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, within(module, it)]));
  return value;
}

function nested([first, ...rest]: readonly (string | number)[], value: unknown): Record<string, unknown> {
  if (first === undefined) return {};
  const names = rest.filter((part) => typeof part === "string");
  return { [String(first)]: names.length > 0 ? nested(names, value) : value };
}

function partsOf(address: string): {
  readonly module: string;
  readonly type: string;
  readonly name: string;
  readonly hasKey: boolean;
} {
  const [module = ""] = /^(module\.[^.[]+(\["[^"]*"\]|\[\d+\])?\.)+/.exec(address) ?? [];
  const [type = "", name = ""] = address
    .slice(module.length)
    .replace(/^data\./, "")
    .replace(/^([^[]*)\[.*\]$/s, "$1")
    .split(".");
  return { module, type, name, hasKey: address.endsWith("]") };
}
