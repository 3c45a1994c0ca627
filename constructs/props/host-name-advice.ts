import { domainToASCII } from "node:url";
import { parse } from "tldts";
import { withoutWildcard } from "../../topology/domain-names";
import { isPublicHostName, isServableName, MAX_NAME } from "./domain-names";

/* Errors for wrong host names: the mistake, and the name to write instead. */

interface Mistake {
  /** As in "a host name without a scheme". */
  readonly kind: string;
  readonly pattern: RegExp;
  readonly correct: (name: string) => string;
}

const without = (pattern: RegExp) => (name: string) => name.replace(pattern, "");
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Applied in this order: each looks for its mistake in the name as corrected so far. */
const MISTAKES: readonly Mistake[] = [
  { kind: "without spaces around it", pattern: /^\s|\s$/, correct: (name) => name.trim() },
  { kind: "without a scheme", pattern: SCHEME, correct: without(SCHEME) },
  { kind: "without a path", pattern: /[/?#]/, correct: without(/[/?#].*$/s) },
  { kind: "without a port", pattern: /(?<!:.*):\d*$/, correct: without(/:\d*$/) },
  { kind: "without a trailing dot", pattern: /[^.]\.+$/, correct: without(/\.+$/) },
  { kind: "in lower case", pattern: /[A-Z]/, correct: (name) => name.toLowerCase() },
  { kind: "in its ASCII form (xn--)", pattern: /[^\x00-\x7f]/, correct: (name) => domainToASCII(name) || name },
  { kind: "without underscores", pattern: /_/, correct: (name) => name.replaceAll("_", "-") },
];

/** The requirement for a wrong domain name. */
export function domainNameAdvice(input: unknown): string {
  const { name } = corrected(typeof input === "string" ? input : "");
  if (name.startsWith("*.") && isServableName(name))
    return `must be a host name without a wildcard; write "${name.slice(2)}", and "${name}" in alternativeNames`;
  return adviceFor(input, isPublicHostName, "a host name");
}

/** The requirement for a wrong name that can begin with a wildcard. */
export function servableNameAdvice(input: unknown): string {
  return adviceFor(input, isServableName, "a host name or wildcard");
}

/** The requirement for a wrong zone name. */
export function zoneNameAdvice(input: unknown): string {
  return adviceFor(input, isPublicHostName, "a zone name");
}

function adviceFor(input: unknown, isValid: (name: string) => boolean, what: string): string {
  const valid = what === "a host name" ? "www.example.com" : "example.com";
  const example = `must be ${what} in lower case, such as "${valid}"`;
  if (typeof input !== "string") return example;
  const { name, kinds } = corrected(input);
  if (isValid(name)) {
    const [scheme] = SCHEME.exec(input.trim()) ?? [];
    return `must be ${what} ${inWords(kinds)}; ${scheme === undefined ? "" : `remove "${scheme}" and `}write "${name}"`;
  }
  return remaining(name, what) ?? example;
}

function corrected(input: string): { name: string; kinds: string[] } {
  const kinds: string[] = [];
  let name = input;
  for (const { kind, pattern, correct } of MISTAKES) {
    if (!pattern.test(name)) continue;
    kinds.push(kind);
    name = correct(name);
  }
  return { name, kinds };
}

/** The requirement for a name that no other spelling corrects. */
function remaining(name: string, what: string): string | undefined {
  const base = withoutWildcard(name);
  const labels = base.split(".");
  const { publicSuffix, isIcann, isIp } = parse(base);
  if (isIp) return `must be ${what}, not an IP address; ACM issues no public certificate for an IP address`;
  if (base.includes("*")) return `must be ${what} with "*." at the beginning only`;
  if (base === "") return undefined;
  if (!/^[a-z0-9.-]+$/.test(base)) return `must be ${what} of letters, digits, "-" and "." only`;
  if (labels.some((label) => label.length > 63) || name.length > MAX_NAME)
    return `must be ${what} of at most ${MAX_NAME} characters, and at most 63 between two dots`;
  if (labels.some((label) => !/^[a-z0-9](.*[a-z0-9])?$/.test(label)))
    return `must be ${what} whose labels (the parts between dots) begin and end with a letter or digit`;
  if (isIcann !== true)
    return (
      `must be ${what} under a public suffix such as "com" or "co.uk"; ACM issues no public ` +
      "certificate for other names"
    );
  return publicSuffix === base
    ? `must be ${what} under a public suffix; "${base}" is a public suffix, use a name under it such as ` +
        `"example.${base}"`
    : undefined;
}

/** "without a scheme, without a port and in lower case". */
function inWords(kinds: readonly string[]): string {
  return [kinds.slice(0, -1).join(", "), kinds.at(-1)].filter(Boolean).join(" and ");
}
