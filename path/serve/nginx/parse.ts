import { type NginxParseTreeNode, parse } from "nginx-conf/dist/src/parser";
import { NotRun, readTokens, type Token } from "./tokens";

/** A directive as NGINX reads it; `block` is present if it has one. */
export interface Directive {
  readonly name: string;
  readonly words: readonly string[];
  readonly block?: readonly Directive[];
}

/** More than any real configuration has. */
const DEEPEST = 20;

/**
 * Parses a configuration with the library, and refuses what the library and NGINX read differently, such as a quotation
 * mark within a word.
 * @throws NotRun if it cannot be read with certainty
 */
export function parseConfiguration(source: string): readonly Directive[] {
  const { tokens, withoutComments } = readTokens(source.replace(/\r\n/g, "\n"));
  if (tokens.length === 0) return [];
  const directives = treeOf(withoutComments).map((node) => directiveOf(node, 0));
  if (JSON.stringify(directives.flatMap(tokensOf)) !== JSON.stringify(tokens))
    throw new NotRun("cannot be read with certainty: its quotation marks or braces are ambiguous");
  return directives;
}

function treeOf(source: string): readonly NginxParseTreeNode[] {
  let nodes: readonly NginxParseTreeNode[] | null | undefined;
  try {
    // The library calls back before it returns.
    parse(source, (error, tree) => {
      if (error === null) nodes = tree?.children;
    });
  } catch {
    // It throws for some kinds of unbalanced braces.
  }
  if (!nodes) throw new NotRun("cannot be read: its quotation marks or braces are unbalanced");
  return nodes;
}

function directiveOf(node: NginxParseTreeNode, depth: number): Directive {
  if (depth > DEEPEST) throw new NotRun("cannot be read: its blocks are nested too deeply");
  const words = readTokens(`${node.name} ${node.isVerbatim ? "" : node.value};`).tokens.flatMap((it) =>
    "word" in it ? [it.word] : [],
  );
  const [name = "", ...rest] = words;
  if (!node.isBlock) return { name, words: rest };
  return { name, words: rest, block: (node.children ?? []).map((it) => directiveOf(it, depth + 1)) };
}

function tokensOf({ name, words, block }: Directive): Token[] {
  const head = [name, ...words].map((word) => ({ word }));
  if (block === undefined) return [...head, { mark: ";" }];
  return [...head, { mark: "{" }, ...block.flatMap(tokensOf), { mark: "}" }];
}
