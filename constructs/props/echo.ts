import { isListReference, isReference, referenceText } from "../references";

/*
 * How a refused prop is repeated in an error, which goes into logs and into the comments of pull requests: so that a
 * person finds it, and without what may be a secret.
 */

/**
 * A program of the user's, such as `server.userData`, and a key where its name belongs; what stands in their place by
 * mistake, too.
 */
const SECRET_PROP = /^server(\.(?!proxyPort$)|$)|^ssh\.(?!cidrs\b|keyName$)/i;
/** Keys whose values are secret, or may be; `key` of a state and `keyName` of a key pair are names. */
const SECRET_KEY =
  /user_?data|^setup$|pass|secret|token|credential|private|auth|(?:access|api|ssh|encryption|customer)_?key/i;
const HIDDEN = "…";
const MAX_LENGTH = 80;

/** Where the value stands. */
export interface Place {
  /** The prop's path, such as `server.userData`. */
  readonly prop?: string;
  /** Of a prop that there is not: the one that was meant, or nothing, in which case nobody knows what it holds. */
  readonly meant?: string | null;
}

/** A value as it stands in an error text, in one line. */
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

/** Numbers and the like say what is wrong, and keep nothing. */
function isSecret(input: unknown, prop: string, meant: string | null): boolean {
  if (typeof input !== "string" && (typeof input !== "object" || input === null)) return false;
  if (meant === null || [prop, meant].some((it) => SECRET_PROP.test(it) || SECRET_KEY.test(it.split(".").at(-1) ?? "")))
    return true;
  // No prop but those above takes several lines; a script or a key has got where it does not belong.
  return typeof input === "string" && input.trim().includes("\n");
}

/** What kind of value it is, and how long. */
function described(input: unknown): string {
  if (typeof input === "string") return `a text of ${counted(input.length, "character")}`;
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
    return "something that JSON cannot hold";
  }
}

/** An address without what may let somebody in: what stands before its host, its query and its fragment. */
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
