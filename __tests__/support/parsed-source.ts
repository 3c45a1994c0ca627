import { parse as parsed } from "@babel/parser";

/* Source code as parsed, so that strings and comments are not code. */

/** One of our files, or a sample of one. */
export interface Source {
  /** From the project's folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  readonly from: string;
  /** Nothing of it is there when the program runs. */
  readonly isTypeOnly: boolean;
  readonly names: readonly string[];
}

/** A node of the tree; its other fields are nodes, lists of them or values. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

const trees = new WeakMap<Source, readonly Node[]>();

/** Every node of a source. */
export function nodesOf(source: Source): readonly Node[] {
  const known = trees.get(source);
  if (known !== undefined) return known;
  const made = [...below(parse(source).program)];
  trees.set(source, made);
  return made;
}

/** The sentences of a source: its comments by lines, and its strings that have more than one word. */
export function sentencesOf(source: Source): string[] {
  const { program, comments } = parse(source);
  const strings = [...below(program)].flatMap(({ type, value }) =>
    type === "StringLiteral" ? String(value) : type === "TemplateElement" ? (value as { raw: string }).raw : [],
  );
  return [...strings.filter((it) => it.includes(" ")), ...(comments ?? []).flatMap((it) => it.value.split("\n"))];
}

function parse({ path, text }: Source): ReturnType<typeof parsed> {
  return parsed(text, {
    sourceType: "unambiguous",
    plugins: ["typescript"],
    attachComment: false,
    sourceFilename: path,
    allowAwaitOutsideFunction: true,
  });
}

function* below(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const it of value) yield* below(it);
  else if (typeof value === "object" && value !== null) {
    if (isNode(value)) yield value;
    for (const it of Object.values(value)) yield* below(it);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** All that a file imports or exports again, `import()` and `require` included. */
export function importsOf(source: Source): Import[] {
  return nodesOf(source).flatMap((node): Import[] => {
    const from = literalOf(node.source);
    if (/^(Import|Export)\w*Declaration$/.test(node.type) && from !== undefined) return [clauseOf(node, from)];
    const { callee } = node;
    if (node.type !== "CallExpression" || !isNode(callee)) return [];
    const called =
      callee.type === "Import" || callee.name === "require" ? literalOf(listOf(node.arguments)[0]) : undefined;
    return called === undefined ? [] : [{ from: called, isTypeOnly: false, names: [] }];
  });
}

function clauseOf({ importKind, exportKind, specifiers }: Node, from: string): Import {
  const all = listOf(specifiers);
  const isType = (kind: unknown) => kind === "type";
  return {
    from,
    isTypeOnly:
      isType(importKind ?? exportKind) ||
      (all.length > 0 && all.every((it) => isType(it.importKind) || isType(it.exportKind))),
    names: all
      .flatMap(({ imported, local }) => (isNode(imported) ? [imported] : isNode(local) ? [local] : []))
      .map(({ name }) => String(name)),
  };
}

function listOf(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

function literalOf(value: unknown): string | undefined {
  return isNode(value) && value.type === "StringLiteral" ? String(value.value) : undefined;
}

export function classesOf(source: Source): { readonly name: string; readonly parent?: string }[] {
  return nodesOf(source).flatMap(({ type, id, superClass }) =>
    type === "ClassDeclaration" || type === "ClassExpression"
      ? [
          {
            name: isNode(id) ? String(id.name) : "a class",
            ...(isNode(superClass) && { parent: source.text.slice(superClass.start, superClass.end) }),
          },
        ]
      : [],
  );
}

/** What members of an object a source uses, such as `process.env`. */
export function membersOf(source: Source, ...objects: string[]): string[] {
  return nodesOf(source).flatMap(({ type, start, end, object }) => {
    if (!/^(Optional)?MemberExpression$/.test(type) || !isNode(object)) return [];
    return objects.includes(source.text.slice(object.start, object.end)) ? [source.text.slice(start, end)] : [];
  });
}

/** Functions that are longer than a number of lines, by the line at which they begin. */
export function longFunctions(source: Source, most: number): string[] {
  const lineOf = (position: number) => source.text.slice(0, position).split("\n").length;
  return nodesOf(source).flatMap(({ type, start, end, body }) => {
    if (
      !/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ClassMethod|ObjectMethod)$/.test(type) ||
      !isNode(body)
    )
      return [];
    const lines = lineOf(end) - lineOf(start) + 1;
    return lines > most ? [`${lines} lines from line ${lineOf(start)}`] : [];
  });
}

/**
 * Lines that are longer than a number of characters, except those that cannot be split: regular expressions and
 * commands to paste.
 */
export function wideLines(source: Source, most: number): string[] {
  const lines = source.text.split("\n");
  if (lines.every((line) => line.length <= most)) return [];
  const unbroken = nodesOf(source).filter(({ type }) => /^(RegExpLiteral|TaggedTemplateExpression)$/.test(type));
  let start = 0;
  return lines.flatMap((line, index) => {
    const [from, to] = [start, start + line.length];
    start = to + 1;
    const isWhole = unbroken.some((it) => it.start < to && it.end > from);
    return line.length <= most || isWhole ? [] : [`${line.length} characters in line ${index + 1}`];
  });
}
