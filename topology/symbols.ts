/* Ids and names that are not known yet, as the expression that will produce them. */

/** `${aws_lb.web.arn}` without its braces. */
export function plain(id: string): string {
  return id.replace(/^\$\{(.*)\}$/, "$1");
}

export function isSymbolic(id: string): boolean {
  return id.startsWith("${");
}

/**
 * Why there is nothing for an id: a symbol can mean a resource that is in the file.
 * @param verb of the subject
 */
export function missing(subject: string, id: unknown, verb: "is" | "are" = "is"): string {
  return typeof id === "string" && id.includes("${")
    ? `${subject} cannot be resolved from the file`
    : `${subject} ${verb} not in the file`;
}

/** A symbol for an attribute that is not known yet; equal texts are equal values. */
export function symbol(address: string, attribute: string): string {
  return `\${${address}.${attribute}}`;
}

export function isSymbol(value: unknown): value is string {
  return typeof value === "string" && /^\$\{[^{}]+\}$/.test(value);
}
