/* Simple commands of a shell script: words without their quotes, and the files that their output goes to. */

export interface Word {
  readonly text: string;
  /** Whether the shell puts a value into it: `$NAME`, `$(…)` or a command in backticks. */
  readonly isEvaluated: boolean;
}

export interface ShellCommand {
  readonly words: readonly Word[];
  /** The file that its standard output is written to. */
  readonly output?: { readonly path: Word; readonly isAppended: boolean };
  /** The operator before it; empty at the beginning of a line. */
  readonly after: "" | "&&" | "||" | "|" | ";";
}

const OPERATOR = /&&|\|\||[;|&()\n]/y;
const REDIRECT = /(?:\d?>&\d|\d?>>|&>>?|\d?>\|?|\d?<<<|\d?<<-?|\d?<)/y;

/** @returns nothing if a quotation mark has no partner */
export function shellCommands(line: string): readonly ShellCommand[] | undefined {
  const found: ShellCommand[] = [];
  let words: Word[] = [];
  let output: ShellCommand["output"];
  let after: ShellCommand["after"] = "";
  let redirect: string | undefined;
  const end = (operator: string) => {
    if (words.length > 0 || output !== undefined) found.push({ words, after, ...(output !== undefined && { output }) });
    words = [];
    output = undefined;
    after = operator === "&&" || operator === "||" || operator === "|" ? operator : ";";
  };
  for (let at = 0; at < line.length; ) {
    if (/[ \t]/.test(line.charAt(at))) {
      at++;
      continue;
    }
    if (line.charAt(at) === "#") break;
    const redirected = matchAt(REDIRECT, line, at);
    if (redirected !== undefined) {
      at += redirected.length;
      redirect = /&\d$/.test(redirected) ? undefined : redirected;
      continue;
    }
    const operator = matchAt(OPERATOR, line, at);
    if (operator !== undefined) {
      at += operator.length;
      // A process substitution, such as `> >(tee log)`, is no file.
      redirect = undefined;
      end(operator);
      continue;
    }
    const word = wordAt(line, at);
    if (word === undefined) return undefined;
    at = word.end;
    if (redirect === undefined) words.push(word);
    else if (/^(?:1|&)?>/.test(redirect)) output = { path: word, isAppended: redirect.includes(">>") };
    redirect = undefined;
  }
  end(";");
  return found;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

type Read = { readonly text: string; readonly isEvaluated: boolean; readonly end: number };

function wordAt(line: string, start: number): Read | undefined {
  let text = "";
  let isEvaluated = false;
  let at = start;
  while (at < line.length && !/[ \t\n;|&<>()]/.test(line.charAt(at))) {
    const part = partAt(line, at);
    if (part === undefined) return undefined;
    text += part.text;
    isEvaluated ||= part.isEvaluated;
    at = part.end;
  }
  return { text, isEvaluated, end: at };
}

function partAt(line: string, at: number): Read | undefined {
  const char = line.charAt(at);
  if (char === "'") {
    const end = line.indexOf("'", at + 1);
    return end < 0 ? undefined : { text: line.slice(at + 1, end), isEvaluated: false, end: end + 1 };
  }
  if (char === '"') return doubleQuotedAt(line, at + 1);
  if (char === "\\") return { text: line.charAt(at + 1), isEvaluated: false, end: at + 2 };
  if (char === "$" || char === "`") return valueAt(line, at);
  return { text: char, isEvaluated: false, end: at + 1 };
}

function doubleQuotedAt(line: string, start: number): Read | undefined {
  let text = "";
  let isEvaluated = false;
  let at = start;
  while (at < line.length) {
    const char = line.charAt(at);
    if (char === '"') return { text, isEvaluated, end: at + 1 };
    const escaped = char === "\\" && /["\\$`]/.test(line.charAt(at + 1));
    const part = escaped
      ? { text: line.charAt(at + 1), isEvaluated: false, end: at + 2 }
      : char === "$" || char === "`"
        ? valueAt(line, at)
        : { text: char, isEvaluated: false, end: at + 1 };
    if (part === undefined) return undefined;
    text += part.text;
    isEvaluated ||= part.isEvaluated;
    at = part.end;
  }
  return undefined;
}

/** `$NAME`, `${…}`, `$(…)` and a command in backticks, as they are written. */
function valueAt(line: string, at: number): Read | undefined {
  const next = line.charAt(at + 1);
  let end = at + 1;
  if (line.charAt(at) === "`") end = line.indexOf("`", at + 1) + 1;
  else if (next === "(" || next === "{") end = closingOf(line, at + 1, next, next === "(" ? ")" : "}");
  else if (/[\w?#@*!$'"]/.test(next)) while (/\w/.test(line.charAt(end))) end++;
  else return { text: "$", isEvaluated: false, end };
  return end <= at ? undefined : { text: line.slice(at, end), isEvaluated: true, end };
}

function closingOf(line: string, start: number, open: string, close: string): number {
  let depth = 0;
  for (let at = start; at < line.length; at++) {
    if (line.charAt(at) === open) depth++;
    else if (line.charAt(at) === close && --depth === 0) return at + 1;
  }
  return 0;
}

/** The text of a here-document whose delimiter is not quoted: the shell puts values into it. */
export function unquotedBody(body: string): Word {
  const isEvaluated = /(?:^|[^\\])(?:\\\\){0,20}(?:\$[\w({?#@*!$]|`)/.test(body);
  return { text: body.replace(/\\([$`\\])/g, "$1").replace(/\\\n/g, ""), isEvaluated };
}
