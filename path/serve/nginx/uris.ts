import type { Directive } from "./parse";
import { PLAIN_PATH } from "./plan";

/* Arguments that name a URI or a file of the site. No variable that a client chooses becomes part of a file's name. */

const NAMED_LOCATION = /^@[\w-]{1,100}$/;
const CODE = /^=\d{3}$/;
/** `$uri`, which NGINX has normalized, and what follows it; or a path. */
const TRIED = /^(?:\$uri|\/)?((?:[\w/+@~-]|\.(?=[\w-])){0,300})(\?\$(?:args|query_string)|\?)?$/;

/** The last argument of `try_files` can also be a code or a named location. */
export function checkTryFiles(words: readonly string[]): boolean {
  const last = words.at(-1) ?? "";
  const files = CODE.test(last) || NAMED_LOCATION.test(last) ? words.slice(0, -1) : words;
  return words.length >= 2 && files.every((it) => it !== "" && TRIED.test(it));
}

export function checkErrorPage(words: readonly string[]): boolean {
  const uri = words.at(-1) ?? "";
  const codes = words.slice(0, -1).filter((it) => it !== "=" && !CODE.test(it));
  if (codes.length === 0 || !codes.every((it) => /^\d{3}$/.test(it))) return false;
  return NAMED_LOCATION.test(uri) || /^https?:\/\//.test(uri) || (uri.startsWith("/") && PLAIN_PATH.test(uri));
}

/** A redirect can be any text. A new URI begins with a slash, so that a location is found for it. */
export function checkRewrite(words: readonly string[]): boolean {
  const [, to = "", flag = "last", ...more] = words;
  if (words.length < 2 || more.length > 0 || !/^(?:last|break|redirect|permanent)$/.test(flag)) return false;
  return isRedirect(words) || (to.startsWith("/") && !to.includes(".."));
}

function isRedirect([, to = "", flag = ""]: readonly string[]): boolean {
  return /^(?:https?:\/\/|\$scheme)/.test(to) || flag === "redirect" || flag === "permanent";
}

/**
 * Whether a location serves files for a URI that it has changed itself: `break` ends the rewriting, and the guard of
 * the location is not asked again.
 */
export function changesUriInPlace(location: readonly Directive[]): boolean {
  const all = location.flatMap((it) => (it.name === "if" ? (it.block ?? []) : [it]));
  if (location.some(({ name }) => name === "proxy_pass")) return false;
  const rewrites = all.filter(({ name, words }) => name === "rewrite" && !isRedirect(words));
  const breaks = all.some(({ name, words }) => name === "break" || (name === "rewrite" && words[2] === "break"));
  return breaks && rewrites.some(({ words }) => words[1]?.includes("$") ?? false);
}

/** Tests of files only for the requested file and for plain names in the document root. */
export function checkCondition(words: readonly string[]): boolean {
  if (words.length === 0 || !words[0]?.startsWith("(") || !words.at(-1)?.endsWith(")")) return false;
  return words.every((word, at) => {
    const test = word.replace(/^\(/, "");
    if (!/^!?-/.test(test)) return true;
    if (at > 1 || !/^!?-[fdex]$/.test(test)) return at > 1;
    const name = (words[at + 1] ?? "").replace(/\)$/, "");
    if (name === "$request_filename") return true;
    return name.startsWith("$document_root/") && PLAIN_PATH.test(name.slice("$document_root".length));
  });
}
