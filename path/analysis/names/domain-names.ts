import { parse } from "tldts";
import { isWithin } from "../../../topology/domain-names";

/* Domain names in DNS and certificates. All are lowercase, without a trailing dot. */

/**
 * All certificate names that cover `host`: the name itself, and the wildcard above it. A wildcard matches exactly one
 * label, so never the parent name itself.
 */
export function coveringNames(host: string): readonly string[] {
  const dot = host.indexOf(".");
  return dot > 0 ? [...new Set([host, `*${host.slice(dot)}`])] : [host];
}

/** Whether a certificate with the name `pattern` covers `host`. */
export function covers(pattern: string, host: string): boolean {
  return coveringNames(host).includes(pattern);
}

/** Whether this wildcard may have been meant for `host`, which it does not cover. */
export function isMistakenWildcard(pattern: string, host: string): boolean {
  return pattern.startsWith("*.") && isWithin(host, pattern.slice(2)) && !covers(pattern, host);
}

/** The longest name in DNS; a file may contain anything. */
const MAX_NAME = 253;

/** The name and its parents, longest first: `a.b.c`, `b.c`, `c`. */
export function ancestry(name: string): string[] {
  if (name.length > MAX_NAME) return [name];
  const labels = name.split(".");
  return labels.map((_, index) => labels.slice(index).join("."));
}

/** Whether the name is under a public suffix, unlike `app.internal`, which only a VPC resolves. */
export function isPublicName(name: string): boolean {
  return parse(name, { allowPrivateDomains: false }).isIcann === true;
}
