import { parse } from "tldts";
import { isWithin } from "../../../topology/domain-names";

/* What names are, as DNS and certificates see it. All are lower case, without a dot at the end. */

/**
 * All names of a certificate that make it good for `host`: the name itself, and the wildcard above it. A wildcard
 * stands for exactly one label, so never for the name below which it stands.
 */
export function coveringNames(host: string): readonly string[] {
  const dot = host.indexOf(".");
  return dot > 0 ? [...new Set([host, `*${host.slice(dot)}`])] : [host];
}

/** Whether a certificate with `pattern` is good for `host`. */
export function covers(pattern: string, host: string): boolean {
  return coveringNames(host).includes(pattern);
}

/** Whether somebody who wrote this wildcard may have meant it for `host`, which it does not cover. */
export function isMistakenWildcard(pattern: string, host: string): boolean {
  return pattern.startsWith("*.") && isWithin(host, pattern.slice(2)) && !covers(pattern, host);
}

/** DNS knows no longer one; a file may hold anything. */
const MAX_NAME = 253;

/** The name and those above it, from the longest: `a.b.c`, `b.c`, `c`. */
export function ancestry(name: string): string[] {
  if (name.length > MAX_NAME) return [name];
  const labels = name.split(".");
  return labels.map((_, index) => labels.slice(index).join("."));
}

/** Whether the name is under a public suffix; nobody outside of a VPC looks for `app.internal`. */
export function isPublicName(name: string): boolean {
  return parse(name, { allowPrivateDomains: false }).isIcann === true;
}
