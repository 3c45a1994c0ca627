import { printable } from "../../machine/text/printable";

/* Escapes text of files for Markdown and Mermaid, so that it is only shown. */

/**
 * Text that GitHub turns into a link, a mention or an emoji, after escaping: a user's name, an issue (`#1`, `GH-1`), a
 * commit (7 to 40 hexadecimal digits), a URL, and `:name:`.
 */
const LIVE = /@|\\#|:(?=\/\/|[^\s:]*:)|www(?=\.)|gh-(?=\d)|[0-9a-f]{6}(?=[0-9a-f])/gi;

/** Escapes Markdown, HTML, math, links, mentions and references. */
export function asMarkdown(text: string): string {
  return (
    printable(text)
      .replace(/[\\`*_{}[\]<>()#+!|~$]/g, "\\$&")
      .replace(/&/g, "&amp;")
      // A zero-width space within it.
      .replace(LIVE, "$&&#8203;")
  );
}

/** A sentence with values in backticks. */
export function asSentence(text: string): string {
  const parts = text.split("`");
  // Two adjacent fences would be one.
  if (parts.length % 2 === 0 || parts.slice(1, -1).includes("")) return asMarkdown(text);
  return parts.map((part, index) => (index % 2 === 0 ? asMarkdown(part) : asCode(part))).join("");
}

/** Inline code; its fence is longer than any run of backticks in it. */
export function asCode(text: string): string {
  const shown = printable(text);
  const fence = "`".repeat(longestRun(shown) + 1);
  return fence.length === 1 && shown !== "" ? `\`${shown}\`` : `${fence} ${shown} ${fence}`;
}

/** A table row; bars in cells are escaped. */
export function asRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/\\?\|/g, "\\|")).join(" | ")} |`;
}

/** A table by lines, with its head. */
export function asTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => "---"), ...rows].map(asRow);
}

/** A code block; its fence is longer than any run of backticks in it. */
export function asBlock(language: string, text: string): string[] {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return [`${fence}${language}`, ...text.split("\n").map(printable), fence];
}

/** A label in a Mermaid picture, by lines; special characters are written as entity codes. */
export function asLabel(lines: readonly string[]): string {
  return lines
    .map((line) => printable(line).replace(/[^\p{L}\p{N} .,_/-]/gu, (it) => `#${it.codePointAt(0) ?? 0};`))
    .join("<br/>");
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
