/* NGINX's configuration language: words, `;`, `{` and `}`, read by the rules of NGINX's own ngx_conf_read_token. */

/** A word without its quotes and escapes, or the end or start of a block or directive. */
export type Token = { readonly word: string } | { readonly mark: ";" | "{" | "}" };

/** Why a configuration is not run, as the end of a sentence that begins with "the configuration". */
export class NotRun extends Error {}

interface ReadConfiguration {
  readonly tokens: readonly Token[];
  /** The same text without its comments. */
  readonly withoutComments: string;
}

/** NGINX's own limit for a parameter. */
const LONGEST_WORD = 4_000;
const BLANK = /[ \t\r\n]/;

/**
 * Reads a configuration as NGINX does.
 * @throws NotRun if NGINX would refuse it
 */
export function readTokens(source: string): ReadConfiguration {
  const tokens: Token[] = [];
  let withoutComments = "";
  let words = 0;
  let at = 0;
  const mark = (text: ";" | "{" | "}") => {
    if (text === "}" ? words > 0 : words === 0) throw new NotRun(`cannot be read: unexpected "${text}"`);
    words = 0;
    tokens.push({ mark: text });
  };
  while (at < source.length) {
    const char = source.charAt(at);
    let end = at + 1;
    if (char === "#") {
      const line = source.indexOf("\n", at);
      at = line < 0 ? source.length : line;
      continue;
    }
    if (char === ";" || char === "{" || char === "}") mark(char);
    else if (!BLANK.test(char)) {
      end = endOfWord(source, at);
      words++;
      tokens.push({ word: wordIn(source, at, end) });
    }
    withoutComments += source.slice(at, end);
    at = end;
  }
  if (words > 0) throw new NotRun('cannot be read: it ends without ";" or "}"');
  return { tokens, withoutComments };
}

/** Only at its start does a quotation mark quote a word; `{` is part of it after `$`, and `}` always. */
function endOfWord(source: string, start: number): number {
  const first = source.charAt(start);
  const quote = first === '"' || first === "'" ? first : undefined;
  let isVariable = false;
  for (let at = quote === undefined ? start : start + 1; at < source.length; at++) {
    const char = source.charAt(at);
    if (char === "{" && isVariable) continue;
    isVariable = char === "$";
    if (char === "\\") at++;
    else if (quote === undefined ? /[ \t\r\n;{]/.test(char) : char === quote) {
      if (quote === undefined) return at;
      const next = source.charAt(at + 1);
      if (!/^[ \t\r\n;{)]$/.test(next)) throw new NotRun("cannot be read: text follows a closing quotation mark");
      return at + 1;
    }
  }
  throw new NotRun("cannot be read: it ends within a word");
}

function wordIn(source: string, start: number, end: number): string {
  const isQuoted = /["']/.test(source.charAt(start));
  const raw = isQuoted ? source.slice(start + 1, end - 1) : source.slice(start, end);
  if (raw.length > LONGEST_WORD) throw new NotRun("cannot be read: a word is too long");
  const escapes: Readonly<Record<string, string>> = { t: "\t", r: "\r", n: "\n" };
  const word = raw.replace(/\\(["'\\trn])/g, (_, char: string) => escapes[char] ?? char);
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]/.test(word)) throw new NotRun("cannot be read: it has a control character");
  return word;
}

/** A word that NGINX reads as exactly this text, whatever it contains. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
