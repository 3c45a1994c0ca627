/* Fixes in Terraform's language. */

/** A block of Terraform's language, formatted as `terraform fmt` does it. */
export function hclBlock(head: string, body: Readonly<Record<string, unknown>>, note = ""): string {
  if (Object.keys(body).length === 0) return `${head} {}`;
  // Aligns equal signs as `terraform fmt` does.
  const width = Math.max(
    0,
    ...Object.entries(body)
      .filter(([key, value]) => isArgument(key, value))
      .map(([key]) => key.length),
  );
  const entries = Object.entries(body);
  const isFirst = ([key, value]: readonly [string, unknown]): boolean => isArgument(key, value);
  // Arguments come before nested blocks.
  const lines = [...entries.filter(isFirst), ...entries.filter((it) => !isFirst(it))].map(([key, value]) =>
    argument(isArgument(key, value) ? key.padEnd(width) : key, value),
  );
  return `${head} {${note}\n${lines.map((line) => line.replace(/^/gm, "  ")).join("\n")}\n}`;
}

function isArgument(key: string, value: unknown): boolean {
  return (
    MAPS.has(key) ||
    (value !== undefined &&
      (typeof value !== "object" ||
        value === null ||
        (Array.isArray(value) && !value.some((it) => typeof it === "object" && it !== null))))
  );
}

/** Arguments whose value is an object. */
const MAPS = new Set(["tags", "tags_all", "volume_tags"]);

/** Arguments that contain references, not text. */
const REFERENCES = new Set(["depends_on", "ignore_changes", "replace_triggered_by", "provider"]);

/** A nested block for an object, an argument for anything else. */
function argument(name: string, value: unknown): string {
  const key = name.trimEnd();
  if (value === undefined) return `# without ${key}`;
  if (REFERENCES.has(key)) return `${name} = ${reference(value)}`;
  if (MAPS.has(key) && typeof value === "object") return hclBlock(`${name} =`, value as Record<string, unknown>);
  if (Array.isArray(value) && value.some((it) => typeof it === "object" && it !== null))
    return value.map((it) => argument(key, it)).join("\n");
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return hclBlock(key, value as Record<string, unknown>);
  return `${name} = ${literal(value)}`;
}

function reference(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(reference).join(", ")}]` : String(value);
}

/** `${aws_lb.web.arn}` is written as the expression itself. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "string" && value.includes("\n")) return `<<-EOT\n${value.replace(/\n?$/, "\n")}EOT`;
  const [, expression] = typeof value === "string" ? (/^\$\{([^{}]*)\}$/.exec(value) ?? []) : [];
  return expression ?? JSON.stringify(value);
}
