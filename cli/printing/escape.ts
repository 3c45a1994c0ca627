import { printable } from "../../machine/text/printable";

/* Text of files, in Markdown and in its pictures: it is shown, and does nothing else. */

/**
 * What GitHub makes a link of, a mention or a picture, with what escapes it taken away: a user's name, an issue (`#1`,
 * `GH-1`), a commit (7 to 40 hexadecimal digits), an address, and `:name:`.
 */
const LIVE = /@|\\#|:(?=\/\/|[^\s:]*:)|www(?=\.)|gh-(?=\d)|[0-9a-f]{6}(?=[0-9a-f])/gi;

/** Nothing opens Markdown, HTML, mathematics or a link, nobody is mentioned, and nothing is looked up. */
export function asMarkdown(text: string): string {
  return (
    printable(text)
      .replace(/[\\`*_{}[\]<>()#+!|~$]/g, "\\$&")
      .replace(/&/g, "&amp;")
      // An invisible blank within it.
      .replace(LIVE, "$&&#8203;")
  );
}

/** A sentence of ours, in which values stand between backticks. */
export function asSentence(text: string): string {
  const parts = text.split("`");
  // Two fences side by side would be one.
  if (parts.length % 2 === 0 || parts.slice(1, -1).includes("")) return asMarkdown(text);
  return parts.map((part, index) => (index % 2 === 0 ? asMarkdown(part) : asCode(part))).join("");
}

/** A name in a fixed font; its fence is longer than any run of backticks in it. */
export function asCode(text: string): string {
  const shown = printable(text);
  const fence = "`".repeat(longestRun(shown) + 1);
  return fence.length === 1 && shown !== "" ? `\`${shown}\`` : `${fence} ${shown} ${fence}`;
}

/** A row of a table; no cell can end before its bar. */
export function asRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/\\?\|/g, "\\|")).join(" | ")} |`;
}

/** A block that nothing in it can end. */
export function asBlock(language: string, text: string): string[] {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return [`${fence}${language}`, ...text.split("\n").map(printable), fence];
}

/** A label in a Mermaid picture, by lines; whatever could mean something there is written as its number. */
export function asLabel(lines: readonly string[]): string {
  return lines
    .map((line) => printable(line).replace(/[^\p{L}\p{N} .,_/-]/gu, (it) => `#${it.codePointAt(0) ?? 0};`))
    .join("<br/>");
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
