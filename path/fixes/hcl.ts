/* Fixes in Terraform's language. */

/** A block of Terraform's language, formatted as `terraform fmt` does it. */
export function hclBlock(head: string, body: Readonly<Record<string, unknown>>, note = ""): string {
  if (Object.keys(body).length === 0) return `${head} {}`;
  // Aligns equal signs as `terraform fmt` does.
  const width = Math.max(
    0,
    ...Object.entries(body)
      .filter(([, value]) => isArgument(value))
      .map(([key]) => key.length),
  );
  const lines = Object.entries(body).map(([key, value]) =>
    argument(isArgument(value) ? key.padEnd(width) : key, value),
  );
  return `${head} {${note}\n${lines.map((line) => line.replace(/^/gm, "  ")).join("\n")}\n}`;
}

function isArgument(value: unknown): boolean {
  return (
    value !== undefined &&
    (typeof value !== "object" ||
      value === null ||
      (Array.isArray(value) && !value.some((it) => typeof it === "object" && it !== null)))
  );
}

/** A nested block for an object, an argument for anything else. */
function argument(key: string, value: unknown): string {
  if (value === undefined) return `# without ${key}`;
  if (Array.isArray(value) && value.some((it) => typeof it === "object" && it !== null))
    return value.map((it) => argument(key, it)).join("\n");
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return hclBlock(key, value as Record<string, unknown>);
  return `${key} = ${literal(value)}`;
}

/** `${aws_lb.web.arn}` is written as the expression itself. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "string" && value.includes("\n")) return `<<-EOT\n${value.replace(/\n?$/, "\n")}EOT`;
  const [, expression] = typeof value === "string" ? (/^\$\{([^{}]*)\}$/.exec(value) ?? []) : [];
  return expression ?? JSON.stringify(value);
}
