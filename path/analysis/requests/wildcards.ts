/* The wildcards of listener rules: `*` is any number of characters, `?` is one. */

/** Whether a text matches; costs at most the product of both lengths, whatever the pattern. */
export function matches(pattern: string, text: string): boolean {
  return fits(pattern, text, () => true);
}

/** Whether every text that matches `narrow` also matches `broad`; `false` where that cannot be told simply. */
export function includes(broad: string, narrow: string): boolean {
  // The narrow pattern is read as a text, whose `*` only a `*` can take.
  return fits(broad, narrow, (character) => character !== "*");
}

/** AWS takes patterns of 128 characters; what would take long is none. */
const MAX_COST = 10_000_000;

/** @param isOne whether `?` may stand for this character */
function fits(pattern: string, text: string, isOne: (character: string) => boolean): boolean {
  if (pattern.length * text.length > MAX_COST) return false;
  let at = 0;
  let next = 0;
  let star = -1;
  let mark = 0;
  while (next < text.length) {
    const expected = pattern[at];
    const character = text[next] as string;
    if (expected === "*") {
      star = at++;
      mark = next;
    } else if (expected === "?" ? isOne(character) : expected === character) {
      at++;
      next++;
    } else if (star >= 0) {
      at = star + 1;
      next = ++mark;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
