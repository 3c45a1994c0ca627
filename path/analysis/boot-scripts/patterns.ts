/* Expressions of many parts, which no line would hold. */

/** Matches where any of the parts does. */
export function anyOf(parts: readonly RegExp[], flags = ""): RegExp {
  return new RegExp(parts.map(({ source }) => source).join("|"), flags);
}

/** Matches one part after the other. */
export function inTurn(parts: readonly RegExp[], flags = ""): RegExp {
  return new RegExp(parts.map(({ source }) => source).join(""), flags);
}
