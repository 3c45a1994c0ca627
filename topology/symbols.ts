/* Ids and names that a file does not know yet, written as the expression that will give them. */

/** `${aws_lb.web.arn}` without its braces. */
export function plain(id: string): string {
  return id.replace(/^\$\{(.*)\}$/, "$1");
}

export function isSymbolic(id: string): boolean {
  return id.startsWith("${");
}

/** Stands for an attribute that is not known yet; equal texts are equal values. */
export function symbol(address: string, attribute: string): string {
  return `\${${address}.${attribute}}`;
}

export function isSymbol(value: unknown): value is string {
  return typeof value === "string" && /^\$\{[^{}]+\}$/.test(value);
}
