import type { Edit, Fix } from "./report";

/** A fix from its edits, which are also written as HCL. */
export function fix(text: string, props: string, edits: readonly Edit[]): Fix {
  return { text, props, hcl: edits.map(hclOf).join("\n\n"), edits };
}

/** One argument of a resource takes another value. */
export function setting(address: string, path: string, value: unknown): Edit {
  return { set: address, path: path.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part)), value };
}

function hclOf(edit: Edit): string {
  if ("remove" in edit) return `# remove ${edit.remove}`;
  if ("add" in edit) return block(`resource "${edit.add}" "${edit.name}"`, edit.body);
  const { type, name } = partsOf(edit.set);
  return block(`resource "${type}" "${name}"`, nested(edit.path, edit.value), edit.set.startsWith("module.") ? `  # ${edit.set}` : "");
}

function nested([first, ...rest]: readonly (string | number)[], value: unknown): Record<string, unknown> {
  if (first === undefined) return {};
  const names = rest.filter((part) => typeof part === "string");
  return { [String(first)]: names.length > 0 ? nested(names, value) : value };
}

function partsOf(address: string): { type: string; name: string } {
  const [type = "", name = ""] = address.replace(/^(module\.[^.[]+(\["[^"]*"\]|\[\d+\])?\.)+/, "").replace(/^data\./, "").replace(/\[[^\]]*\]$/, "").split(".");
  return { type, name };
}

function block(head: string, body: Readonly<Record<string, unknown>>, note = ""): string {
  // Equal signs stand below each other, as `terraform fmt` has them.
  const width = Math.max(0, ...Object.entries(body).filter(([, value]) => isArgument(value)).map(([key]) => key.length));
  const lines = Object.entries(body).map(([key, value]) => argument(isArgument(value) ? key.padEnd(width) : key, value));
  return `${head} {${note}\n${lines.map((line) => line.replace(/^/gm, "  ")).join("\n")}\n}`;
}

function isArgument(value: unknown): boolean {
  return value !== undefined && (typeof value !== "object" || value === null || (Array.isArray(value) && !value.some((it) => typeof it === "object" && it !== null)));
}

/** A nested block for an object, an argument for anything else. */
function argument(key: string, value: unknown): string {
  if (value === undefined) return `# without ${key}`;
  if (Array.isArray(value) && value.some((it) => typeof it === "object" && it !== null)) return value.map((it) => argument(key, it)).join("\n");
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return block(key, value as Record<string, unknown>);
  return `${key} = ${literal(value)}`;
}

/** `${aws_lb.web.arn}` is written as the expression itself. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  const [, expression] = typeof value === "string" ? (/^\$\{([^{}]*)\}$/.exec(value) ?? []) : [];
  return expression ?? JSON.stringify(value);
}
