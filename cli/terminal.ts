/*
 * The last lines of a terminal, which are drawn again while something goes on. Whatever else is written has to take
 * them away first, and stands above them then.
 */

let drawn = 0;

/** Whether progress is drawn in place; else whatever is said is a line of its own. */
export function isDrawn(): boolean {
  return process.stderr.isTTY === true && process.stdout.isTTY === true;
}

/**
 * Draws lines in place of those that were drawn before.
 * @param lines of visible characters, and of colours by `colored`
 */
export function draw(lines: readonly string[]): void {
  const shown = lines.slice(1 - (process.stderr.rows || Infinity));
  process.stderr.write(`${eraser()}${shown.map((line) => `${cutToWidth(line)}\n`).join("")}`);
  drawn = shown.length;
}

/** Takes away what is drawn, so that something else can be written. */
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

/** A text in a colour, where a person has not asked for none. */
export function colored(color: keyof typeof COLORS, text: string): string {
  return !isDrawn() || process.env.NO_COLOR ? text : `\u001b[${COLORS[color]}m${text}\u001b[0m`;
}

/** Up to the first of the drawn lines, and from there to the end nothing. */
function eraser(): string {
  return drawn === 0 ? "" : `\u001b[${drawn}A\u001b[0J`;
}

/** A line that is any longer would be two, which `eraser` does not know of. */
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
