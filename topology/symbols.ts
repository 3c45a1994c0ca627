/* Ids and names that a file does not know yet, written as the expression that will give them. */

/** `${aws_lb.web.arn}` without its braces. */
export function plain(id: string): string {
  return id.replace(/^\$\{(.*)\}$/, "$1");
}

export function isSymbolic(id: string): boolean {
  return id.startsWith("${");
}
