/*
 * The last lines of a terminal, which are redrawn while work is in progress. Other output erases them first, and so
 * appears above them.
 */

let drawn = 0;

/** Whether progress is drawn in place; otherwise each message is a line of its own. */
export function isDrawn(): boolean {
  return process.stderr.isTTY === true && process.stdout.isTTY === true;
}

/**
 * Replaces the lines that were drawn before.
 * @param lines of visible characters, and of colors by `colored`
 */
export function draw(lines: readonly string[]): void {
  const shown = lines.slice(1 - (process.stderr.rows || Infinity));
  process.stderr.write(`${eraser()}${shown.map((line) => `${cutToWidth(line)}\n`).join("")}`);
  drawn = shown.length;
}

/** Erases the drawn lines, so that other output can be written. */
export function erase(): void {
  if (drawn > 0) process.stderr.write(eraser());
  drawn = 0;
}

/** Writes lines that stay. */
export function drawForGood(lines: readonly string[]): void {
  erase();
  process.stderr.write(lines.map((line) => `${line}\n`).join(""));
}

const COLORS = { green: 32, red: 31, yellow: 33, dim: 2 };

/** A text in a color, unless NO_COLOR is set. */
export function colored(color: keyof typeof COLORS, text: string): string {
  return !isDrawn() || process.env.NO_COLOR ? text : `\u001b[${COLORS[color]}m${text}\u001b[0m`;
}

/** The sequence that moves to the first drawn line and clears everything below. */
function eraser(): string {
  return drawn === 0 ? "" : `\u001b[${drawn}A\u001b[0J`;
}

/** A longer line would wrap into two, and `eraser` counts one. */
function cutToWidth(line: string): string {
  const columns = process.stderr.columns || Infinity;
  let left = columns - 1;
  const kept = line
    .split(/(\u001b\[\d+m)/)
    .map((part) => {
      if (part.startsWith("\u001b")) return part;
      const characters = [...part].slice(0, Math.max(0, left));
      left -= characters.length;
      return characters.join("");
    })
    .join("");
  return kept;
}
