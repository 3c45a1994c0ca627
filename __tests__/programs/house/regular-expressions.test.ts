import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { analyse } from "scslre";
import { PROJECT } from "../../support/project";

/*
 * No text that somebody else wrote, such as user data, makes a regular expression run on and on. Two tools look at
 * each: recheck decides whether a group that repeats is exponential, whatever the attack; scslre finds the polynomial
 * ones that one repeated character attacks.
 */

interface Expression {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

interface Token {
  readonly type: number;
  readonly start: number;
  readonly end: number;
}

interface Recheck {
  checkSync(
    source: string,
    flags: string,
    options: { checker: "automaton"; timeout: null },
  ): { readonly status: "safe" | "vulnerable" | "unknown"; readonly complexity?: { readonly type: string } };
}

// The builds that need neither a worker nor the binaries of another package have no types of their own.
const { parse } = jest.requireActual<{
  parse: (code: string, isJsx: boolean, isTypeScript: boolean, isFlow: boolean) => { tokens: readonly Token[] };
}>("sucrase/dist/parser");
const { TokenType } = jest.requireActual<{ TokenType: { regexp: number } }>("sucrase/dist/parser/tokenizer/types");
const { checkSync } = jest.requireActual<Recheck>("recheck/lib/browser.js");

/** constructs/ reads what the stack's author writes, who waits for nobody but himself. */
const ROOMS = ["topology", "path", "rehearsal", "machine", "cli"];
/** Polynomial, but never of more than a short text; each with what bounds it. */
const BOUNDED: Readonly<Record<string, string>> = {
  "Lock Info: ID: +(\\S+) .*?Operation: +(?:OperationType)?(\\S*) Who: +(.*?) Version: .*?Created: +([\\d-]+ [\\d:]+)":
    "reads one line in which no two blanks stand side by side",
  'Failed to read organization "[^"]+" at host (\\S+).*?: unauthorized':
    "reads one message of terraform, whose host is the program's own",
};

/** Here one expression is made of several; what comes of it is looked at as a whole. */
const JOINER = "path/analysis/boot-scripts/patterns.ts";

const WHOLES = joined();
const EXPRESSIONS = [
  ...WHOLES,
  ...ROOMS.flatMap((room) =>
    readdirSync(join(PROJECT, room), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.[jt]s$/.test(name))
      .map((name) => join(room, name)),
  )
    .filter((file) => file !== join(JOINER))
    .flatMap((file) => expressionsIn(file, readFileSync(join(PROJECT, file), "utf8")))
    // A part is nothing by itself.
    .filter(
      (it) => !WHOLES.some((whole) => dirname(whole.file) === dirname(it.file) && whole.source.includes(it.source)),
    ),
];

test("every expression is found", () => {
  expect(EXPRESSIONS.length).toBeGreaterThan(300);
  expect(
    expressionsIn(
      "a.ts",
      'const a = 4 / 2 / 1; f(/[/]"/g, "/b/", `${/c/.test(x)}`); // /d/\nnew RegExp(`^${e}\\\\s+`, "m")',
    ).map(({ source, flags }) => `${source} ${flags}`),
  ).toEqual(['[/]" g', "c ", "^word\\s+ m"]);
});

test("no group that repeats takes exponential time", () => {
  expect(
    unique(EXPRESSIONS).flatMap(({ file, source, flags }) =>
      repeatedIn(source)
        .filter((group) => !isAtMostPolynomial(group, flags))
        .map((group) => `${file}: ${group} in ${source}`),
    ),
  ).toEqual([]);
});

test("none takes polynomial time but of a text that is bounded", () => {
  expect(
    unique(EXPRESSIONS)
      .filter((it) => !isLinear(it) && !Object.hasOwn(BOUNDED, it.source))
      .map(({ file, source, flags }) => `${file}: /${source}/${flags}`),
  ).toEqual([]);
});

test("what is called bounded is there, and polynomial", () => {
  const needed = new Set(EXPRESSIONS.filter((it) => !isLinear(it)).map(({ source }) => source));
  expect(Object.keys(BOUNDED).filter((source) => !needed.has(source))).toEqual([]);
});

/** So that the tools are seen to find something. */
test.each([
  ["\\|\\s*(sudo\\s+)?(\\S+=\\S+\\s+)*sh\\b", "(\\S+=\\S+\\s+)*"],
  ["\\baws\\s+(?:--\\S+\\s+(?:[\\w-]+\\s+)?)*s3", "(?:--\\S+\\s+(?:[\\w-]+\\s+)?)*"],
  ["^(\\s*\\n)+", "(\\s*\\n)+"],
  ["^((ab|(ab){2})*c|d)$", "(ab|(ab){2})*"],
  ["[(]a\\)(?:a|a){3,}b", "(?:a|a){3,}"],
])("%s is exponential", (source, group) => {
  expect(repeatedIn(source).filter((it) => !isAtMostPolynomial(it, ""))).toEqual([group]);
});

test.each(["-+$", "^\\s*-\\s+(.*)$", "\\w*l\\w*;"])("%s is polynomial", (source) => {
  expect(isLinear({ file: "", source, flags: "" })).toBe(false);
});

/** What the joiner makes while the files next to it are loaded. */
function joined(): Expression[] {
  const made: Expression[] = [];
  type Join = (parts: readonly RegExp[], flags?: string) => RegExp;
  const keeping =
    (name: string, join: Join): Join =>
    (...given) => {
      const { source, flags } = join(...given);
      made.push({ file: `${JOINER} ${name}`, source, flags });
      return new RegExp(source, flags);
    };
  const path = join(PROJECT, JOINER);
  const actual = jest.requireActual<Record<string, Join>>(path);
  jest.doMock(path, () => Object.fromEntries(Object.entries(actual).map(([name, it]) => [name, keeping(name, it)])));
  for (const name of readdirSync(dirname(path))) jest.requireActual(join(dirname(path), name));
  return made;
}

function expressionsIn(file: string, code: string): Expression[] {
  const literals = parse(code, false, true, false)
    .tokens.filter(({ type }) => type === TokenType.regexp)
    .map(({ start, end }): Expression => {
      const [, source = "", flags = ""] = /^\/(.*)\/(\w*)$/s.exec(code.slice(start, end)) ?? [];
      return { file, source, flags };
    });
  const made = [...code.matchAll(/\bnew RegExp\(/g)].flatMap(({ index }): Expression[] => {
    const given = code.slice(index + "new RegExp(".length);
    // What is put in is escaped, or words of ours; a long one stands in parts.
    const [, text, flags = ""] =
      /^((?:\s*\+?\s*(?:"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`))+)(?:,\s*"(\w*)")?/.exec(given) ?? [];
    if (text === undefined)
      throw new Error(`${file}: new RegExp(${given.slice(0, 40)} must be given a text, so that it can be looked at`);
    const parts = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g)].map(
      ([, one, other]) => one ?? other ?? "",
    );
    return [
      {
        file,
        source: parts
          .join("")
          .replace(/\$\{[^}]*\}/g, "word")
          .replace(/\\\\/g, "\\"),
        flags,
      },
    ];
  });
  return [...literals, ...made];
}

function unique(expressions: readonly Expression[]): Expression[] {
  return [...new Map(expressions.map((it) => [`${it.source}/${it.flags}`, it])).values()];
}

/**
 * The outermost groups that may repeat. Nothing else can be exponential, as a single character or class repeats in one
 * way only.
 */
function repeatedIn(source: string): string[] {
  const open: number[] = [];
  let found: { from: number; to: number }[] = [];
  let isClass = false;
  for (let at = 0; at < source.length; at++) {
    const char = source[at];
    if (char === "\\") at++;
    else if (isClass) isClass = char !== "]";
    else if (char === "[") isClass = true;
    else if (char === "(") open.push(at);
    else if (char === ")") {
      const from = open.pop() ?? 0;
      const times = /^(?:[*+]|\{\d+(?:,\d*)?\})/.exec(source.slice(at + 1))?.[0];
      if (times !== undefined) found = [...found.filter((it) => it.from < from), { from, to: at + 1 + times.length }];
    }
  }
  return found.map(({ from, to }) => source.slice(from, to));
}

const decided = new Map<string, boolean>();

function isAtMostPolynomial(group: string, flags: string): boolean {
  const key = `${group}/${flags.replace(/[gmy]/g, "")}`;
  const known = decided.get(key);
  if (known !== undefined) return known;
  const { status, complexity } = checkSync(`^(?:${group})$`, flags.replace(/[gmy]/g, ""), {
    checker: "automaton",
    timeout: null,
  });
  const is = status === "safe" || (status === "vulnerable" && complexity?.type === "polynomial");
  decided.set(key, is);
  return is;
}

function isLinear({ source, flags }: Expression): boolean {
  return analyse({ source, flags }).reports.length === 0;
}
