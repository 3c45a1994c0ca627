/* Expressions in the strings of Terraform's JSON syntax. */

/** The text between `${` and its `}`; `$${` is literal. */
export function expressionsIn(text: string): string[] {
  const found: string[] = [];
  for (let at = text.indexOf("${"); at >= 0; at = text.indexOf("${", at + 2)) {
    if (text[at - 1] === "$") continue;
    const end = endOf(text, at + 2);
    if (end < 0) break;
    found.push(text.slice(at + 2, end));
    at = end - 1;
  }
  return found;
}

/** The `}` that closes an expression, not one within its strings or its own braces. */
function endOf(text: string, from: number): number {
  let depth = 0;
  let isText = false;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === "\\" && isText) at++;
    else if (char === '"') isText = !isText;
    else if (!isText && char === "{") depth++;
    else if (!isText && char === "}" && depth-- === 0) return at;
  }
  return -1;
}

const WORDS = /^(for|in|if|true|false|null|each|count|path|terraform|self)$/;

/** Traversals such as `aws_lb.web.arn`, without the variables of a `for`. */
export function referencesIn(expression: string): string[] {
  const bound = new Set(
    [...expression.matchAll(/\bfor\s+([\w-]+)(?:\s*,\s*([\w-]+))?\s+in\b/g)].flatMap(([, one, two]) => [one, two]),
  );
  const texts = expression.replace(/\["((?:[^"\\]|\\.)*)"\]|"(?:[^"\\]|\\.)*"/g, (all, index?: string) =>
    index === undefined ? '""' : all,
  );
  return [
    ...texts.matchAll(/(?<![\w.\]"-])([A-Za-z_][\w-]*)((?:\.[\w*-]+|\[\*\]|\["(?:[^"\\]|\\.)*"\]|\[\d+\])+)/g),
  ].flatMap(([all, root = ""]) => {
    if (bound.has(root) || (WORDS.test(root) && !/^(each|count)$/.test(root))) return [];
    return [all.replace(/\.\*|\[\*\]/g, "")];
  });
}
