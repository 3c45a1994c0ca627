/* The wildcards of listener rules: `*` matches any number of characters, `?` exactly one. */

/** Whether a text matches. The cost is at most the product of both lengths, whatever the pattern. */
export function matches(pattern: string, text: string): boolean {
  return fits(pattern, text, () => true);
}

/** Whether every text that matches `narrow` also matches `broad`; `false` if that is hard to determine. */
export function includes(broad: string, narrow: string): boolean {
  // The narrow pattern is treated as text, in which only `*` matches `*`.
  return fits(broad, narrow, (character) => character !== "*");
}

/** AWS accepts patterns of up to 128 characters, so a costlier one is not valid and matches nothing. */
const MAX_COST = 10_000_000;

/** @param isOne whether `?` may match this character */
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
