import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@babel/parser";
import { PROJECT } from "../project/project";

/* The props as their types and doc comments describe them. The sources are read as text: cli/ imports no constructs. */

const SOURCES = ["web-stack-props.ts", "server-props.ts", "backend-props.ts"];
const ROOT = "WebStackProps";

/** A prop, or a prop of a prop. */
export interface PropDoc {
  /** Such as `network.egress`; `accept[].finding` for an item of a list. */
  readonly path: string;
  /** Its interface and its name there, such as `NewNetworkProps.egress`. A path can have two of these. */
  readonly key: string;
  readonly isRequired: boolean;
  /** In Markdown: a kind of value, or the values that are allowed. */
  readonly type: string;
  /** Paragraphs of its comment. */
  readonly text: readonly string[];
  /** The comment's `@default`. */
  readonly default?: string;
  /** The object that it is a prop of, such as `existing network`, if its parent takes one of several. */
  readonly variant?: string;
  /** The objects that it takes, each with the props of its own. */
  readonly objects: readonly ObjectDoc[];
}

/** One of the objects that a prop takes. */
export interface ObjectDoc {
  /** `new network` for `NewNetworkProps`. */
  readonly name: string;
  readonly text: readonly string[];
  readonly props: readonly PropDoc[];
}

/** A node of the syntax tree; its other fields are nodes, lists of them or values. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly leadingComments?: readonly { readonly value: string }[];
  readonly [field: string]: unknown;
}

interface Interface {
  readonly name: string;
  readonly text: string;
  readonly comment: Comment;
  readonly members: readonly Node[];
}

interface Comment {
  readonly text: readonly string[];
  readonly default?: string;
}

/** The props of a `WebStack`, in the order of their file. */
export function propDocs(): PropDoc[] {
  const all = new Map(
    SOURCES.flatMap((name) => interfacesIn(readFileSync(join(PROJECT, "constructs/props", name), "utf8"))).map((it) => [
      it.name,
      it,
    ]),
  );
  const root = all.get(ROOT);
  if (root === undefined) throw new Error(`no interface ${ROOT} in constructs/props/`);
  return propsOf(root, "", all);
}

/** Every prop, those of props included. */
export function allProps(props: readonly PropDoc[] = propDocs()): PropDoc[] {
  return props.flatMap((prop) => [prop, ...prop.objects.flatMap((object) => allProps(object.props))]);
}

function interfacesIn(text: string): Interface[] {
  const { program } = parse(text, { sourceType: "module", plugins: ["typescript"], attachComment: true });
  return (program.body as unknown as Node[]).flatMap((node) => {
    const declaration = node.declaration as Node | undefined;
    if (node.type !== "ExportNamedDeclaration" || declaration?.type !== "TSInterfaceDeclaration") return [];
    const members = (declaration.body as { body: readonly Node[] }).body;
    return [{ name: nameOf(declaration.id), text, comment: commentOf(node), members }];
  });
}

type Interfaces = ReadonlyMap<string, Interface>;

function propsOf(owner: Interface, prefix: string, all: Interfaces, variant?: string): PropDoc[] {
  return owner.members.map((member) => {
    const type = (member.typeAnnotation as { typeAnnotation: Node }).typeAnnotation;
    const path = `${prefix}${nameOf(member.key)}`;
    const objects = objectsIn(type, owner, all);
    return {
      path,
      key: `${owner.name}.${nameOf(member.key)}`,
      isRequired: member.optional !== true,
      type: inWords(type),
      ...commentOf(member),
      ...(variant !== undefined && { variant }),
      objects: objects.map((object) => {
        const name = spaced(object.name);
        const prefixOfProps = isList(type) ? `${path}[].` : `${path}.`;
        const props = propsOf(object, prefixOfProps, all, objects.length > 1 ? name : undefined);
        return { name, text: object.comment.text, props };
      }),
    };
  });
}

/** The interfaces that a type names; a type in place is an interface without a name. */
function objectsIn(type: Node, owner: Interface, all: Interfaces): Interface[] {
  switch (type.type) {
    case "TSUnionType":
      return (type.types as Node[]).flatMap((each) => objectsIn(each, owner, all));
    case "TSTypeOperator":
      return objectsIn(type.typeAnnotation as Node, owner, all);
    case "TSArrayType":
      return objectsIn(type.elementType as Node, owner, all);
    case "TSTypeReference": {
      const named = all.get(nameOf(type.typeName));
      return named === undefined ? [] : [named];
    }
    case "TSTypeLiteral":
      return [{ ...owner, comment: { text: [] }, members: type.members as Node[] }];
    default:
      return [];
  }
}

function isList(type: Node): boolean {
  return type.type === "TSArrayType" || (type.type === "TSTypeOperator" && isList(type.typeAnnotation as Node));
}

const KEYWORDS: Readonly<Record<string, string>> = {
  TSStringKeyword: "string",
  TSNumberKeyword: "number",
  TSBooleanKeyword: "`true` or `false`",
};

function inWords(type: Node): string {
  switch (type.type) {
    case "TSLiteralType":
      return `\`${JSON.stringify((type.literal as { value: unknown }).value)}\``;
    case "TSUnionType":
      return listed([...new Set((type.types as Node[]).map(inWords))]);
    case "TSTypeOperator":
      return inWords(type.typeAnnotation as Node);
    case "TSArrayType":
      return `list of ${inWords(type.elementType as Node)}s`;
    case "TSTypeReference":
      return nameOf(type.typeName) === "Readonly" ? "object of strings" : "object";
    case "TSTypeLiteral":
      return "object";
    default: {
      const word = KEYWORDS[type.type];
      if (word === undefined) throw new Error(`a prop has a type of a kind that has no words yet: ${type.type}`);
      return word;
    }
  }
}

/** `a, b or c` */
function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function nameOf(node: unknown): string {
  return String((node as { name?: unknown }).name);
}

/** `new network` of `NewNetworkProps`; an abbreviation such as S3 stays. */
function spaced(name: string): string {
  return name
    .replace(/Props$/, "")
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter}`)
    .replace(/[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase());
}

/** The doc comment of a node, without its asterisks. */
function commentOf({ leadingComments = [] }: Node): Comment {
  const value = leadingComments.at(-1)?.value ?? "";
  if (!value.startsWith("*")) return { text: [] };
  const plain = value
    .slice(1)
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
    .join("\n");
  const [text = "", ...defaults] = plain.split("@default");
  return {
    text: text
      .trim()
      .split(/\n{2,}/)
      .map((paragraph) =>
        paragraph
          .split("\n")
          .map((line) => line.trim())
          .join(" "),
      )
      .filter((paragraph) => paragraph !== ""),
    ...(defaults.length > 0 && { default: defaults.join("@default").trim().replace(/\s+/g, " ") }),
  };
}
