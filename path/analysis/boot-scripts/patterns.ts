/* Regular expressions that are too long for one line. */

/** Matches if any of the parts matches. */
export function anyOf(parts: readonly RegExp[], flags = ""): RegExp {
  return new RegExp(parts.map(({ source }) => source).join("|"), flags);
}

/** Matches one part after the other. */
export function inTurn(parts: readonly RegExp[], flags = ""): RegExp {
  return new RegExp(parts.map(({ source }) => source).join(""), flags);
}
