/* Shortens text to the available length. */

/** Cuts a text; a value in backticks that is cut gets its closing backtick. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const start = text.slice(0, length - 1);
  return `${start}…${start.split("`").length % 2 === 0 ? "`" : ""}`;
}

/** As many lines as fit, and a line for the others. */
export function fitting(lines: readonly string[], room: number, more: (left: number) => string): string[] {
  if (lines.join("\n").length <= room) return [...lines];
  let left = room - more(lines.length).length - 1;
  const end = lines.findIndex((line) => (left -= line.length + 1) < 0);
  if (end <= 0) return room > more(lines.length).length ? [more(lines.length)] : [];
  return [...lines.slice(0, end), more(lines.length - end)];
}

/** Divides the room among texts: short ones get what they need, and long ones share the rest. */
export function shares(lengths: readonly number[], room: number): number[] {
  const given = lengths.map(() => 0);
  const ordered = lengths.map((length, index) => ({ length, index })).sort((one, other) => one.length - other.length);
  let left = Math.max(0, room);
  ordered.forEach(({ length, index }, at) => {
    const share = Math.min(length, Math.floor(left / (ordered.length - at)));
    given[index] = share;
    left -= share;
  });
  return given;
}
