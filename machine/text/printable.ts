/*
 * Makes untrusted text printable, such as terraform's output, names in a file, a server's response or a branch's name:
 * it has no effect on a terminal or in the log of a workflow except being shown.
 */

/**
 * Control characters and other invisible characters, which move the cursor, color the text, or change its direction.
 */
const SHAPELESS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const SHAPELESS_IN_LINES = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/**
 * The beginning of a workflow command: `::name …::` as the first word of a line, which any word can become if lines are
 * wrapped; and the older `##[name …]` anywhere.
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
const COMMAND = /(?<![^\s]):(?=:[a-z][\w-]*(?: [^\n]*?)?::)|(?<=#)#(?=\[[a-z])/gi;

/** One line, in which characters that move the cursor, end the line or begin a workflow command are escaped. */
export function printable(text: string): string {
  return text.replace(SHAPELESS, escaped).replace(COMMAND, escaped);
}

/** The same for several lines; newlines and tabs are kept. */
export function printableLines(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(SHAPELESS_IN_LINES, escaped).replace(COMMAND, escaped);
}

/** JSON for people and programs, escaped so that its value does not change. */
export function printableJson(value: unknown): string {
  const inJson = (it: string) =>
    it
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join("");
  return JSON.stringify(value, null, 2).replace(SHAPELESS_IN_LINES, inJson).replace(COMMAND, inJson);
}

function escaped(it: string): string {
  return `\\u{${(it.codePointAt(0) ?? 0).toString(16)}}`;
}
