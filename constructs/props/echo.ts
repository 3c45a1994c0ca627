import { isListReference, isReference, referenceText } from "../references";

/*
 * How an error shows the value of a wrong prop. Errors appear in logs and in comments on pull requests, so values that
 * may be secret are not shown.
 */

/**
 * A script such as `server.userData`, or a private key instead of the name of a key pair; also anything else given
 * for these props by mistake.
 */
const SECRET_PROP = /^server(\.(?!proxyPort$)|$)|^ssh\.(?!cidrs\b|keyName$)/i;
/** Keys whose values may be secret. `key` of a state and `keyName` of a key pair are names. */
const SECRET_KEY =
  /user_?data|^setup$|pass|secret|token|credential|private|auth|(?:access|api|ssh|encryption|customer)_?key/i;
const HIDDEN = "…";
const MAX_LENGTH = 80;

/** The place of the value. */
export interface Place {
  /** The prop's path, such as `server.userData`. */
  readonly prop?: string;
  /** For an unknown prop: the prop that was probably meant, or null, in which case the value may be anything. */
  readonly meant?: string | null;
}

/** A value as an error shows it, in one line. */
export function shown(input: unknown, { prop = "", meant = prop }: Place = {}): string {
  if (input === undefined) return "nothing";
  if (isReference(input) || isListReference(input)) return `a reference to ${referenceText(input)}`;
  if (isSecret(input, prop, meant)) return described(input);
  const text =
    typeof input === "function"
      ? "a function"
      : typeof input === "number" || typeof input === "bigint" || typeof input === "symbol"
        ? String(input)
        : jsonOf(input);
  const line = text.replace(/\s+/g, " ");
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 3)}…` : line;
}

/** Numbers, booleans and the like are never secret. */
function isSecret(input: unknown, prop: string, meant: string | null): boolean {
  if (typeof input !== "string" && (typeof input !== "object" || input === null)) return false;
  if (meant === null || [prop, meant].some((it) => SECRET_PROP.test(it) || SECRET_KEY.test(it.split(".").at(-1) ?? "")))
    return true;
  // No other prop has several lines, so this is a script or a key in the wrong place.
  return typeof input === "string" && input.trim().includes("\n");
}

/** The kind and length of a value. */
function described(input: unknown): string {
  if (typeof input === "string") return `a string of ${counted(input.length, "character")}`;
  if (Array.isArray(input)) return `a list of ${counted(input.length, "item")}`;
  const keys = Object.keys(input as object);
  return keys.length === 0
    ? "{}"
    : `an object with ${keys.length > 5 ? counted(keys.length, "prop") : keys.join(", ")}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function jsonOf(input: unknown): string {
  try {
    return (
      JSON.stringify(input, (key, value: unknown) =>
        typeof value === "string"
          ? SECRET_KEY.test(key) || value.trim().includes("\n")
            ? HIDDEN
            : shortened(value)
          : value,
      ) ?? String(input)
    );
  } catch {
    return "a value that JSON cannot represent";
  }
}

/** An address without the parts that may be secret: the user before its host, its query and its fragment. */
function shortened(text: string): string {
  return text.replace(/[^\s"']+/g, (word) => {
    const [scheme = ""] = /^[a-z][a-z0-9+.-]*:\/\//i.exec(word) ?? [];
    const at = word.lastIndexOf("@");
    const hasUser = at >= scheme.length && (scheme !== "" || word.slice(0, at).includes(":"));
    return (hasUser ? `${scheme}${HIDDEN}${word.slice(at)}` : word)
      .replace(/\?.+$/, `?${HIDDEN}`)
      .replace(/#.+$/, `#${HIDDEN}`);
  });
}
