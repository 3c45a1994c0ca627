/*
 * Text that somebody else wrote, such as terraform's own words, names in a file, a server's answer or a branch's name:
 * it is shown, and does nothing else, on a terminal or in the log of a workflow.
 */

/**
 * Control characters, and what has no shape of its own: it moves the cursor, colours what follows, or turns it round.
 */
const SHAPELESS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const SHAPELESS_IN_LINES = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/**
 * How a command of a workflow begins: `::name …::` as the first word of a line, and any word can become that where
 * lines are wrapped; and the older `##[name …]` wherever it stands.
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
const COMMAND = /(?<![^\s]):(?=:[a-z][\w-]*(?: [^\n]*?)?::)|(?<=#)#(?=\[[a-z])/gi;

/** One line: nothing in it can move the cursor, end the line, or command a workflow; it is written out instead. */
export function printable(text: string): string {
  return text.replace(SHAPELESS, escaped).replace(COMMAND, escaped);
}

/** The same of several lines, whose ends and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(SHAPELESS_IN_LINES, escaped).replace(COMMAND, escaped);
}

/** JSON for a person and for programs: what it holds is the value itself. */
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
