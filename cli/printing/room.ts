/* What fits into the room that there is, and how that is told. */

/** In the middle of a value between backticks nothing is cut off without its end. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const start = text.slice(0, length - 1);
  return `${start}…${start.split("`").length % 2 === 0 ? "`" : ""}`;
}

/** As many lines as there is room for, and how many more there are. */
export function fitting(lines: readonly string[], room: number, more: (left: number) => string): string[] {
  if (lines.join("\n").length <= room) return [...lines];
  let left = room - more(lines.length).length - 1;
  const end = lines.findIndex((line) => (left -= line.length + 1) < 0);
  if (end <= 0) return room > more(lines.length).length ? [more(lines.length)] : [];
  return [...lines.slice(0, end), more(lines.length - end)];
}

/** Of one room for several texts: short ones have what they need, and the long ones share what these leave. */
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
