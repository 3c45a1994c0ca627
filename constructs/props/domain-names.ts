import { parse } from "tldts";
import { isWithin, withoutWildcard } from "../../topology/domain-names";

/** ACM uses the first name as the certificate's common name, which has at most 64 characters. */
export const MAX_COMMON_NAME = 64;
export const MAX_NAME = 253;
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** Whether a name is a lowercase ASCII host name under a public suffix, such as `www.example.com`. */
export function isPublicHostName(name: string): boolean {
  return (
    name.length <= MAX_NAME &&
    name.split(".").every((label) => LABEL.test(label)) &&
    registrableDomain(name) !== undefined
  );
}

/** Like `isPublicHostName`, with an optional `*.` at the beginning. */
export function isServableName(name: string): boolean {
  return isPublicHostName(withoutWildcard(name)) && name.length <= MAX_NAME;
}

/**
 * `example.co.uk` for `www.example.co.uk`, according to the public suffix list; `undefined` for a public suffix itself
 * or a name under none, for which no public certificate is issued.
 */
export function registrableDomain(name: string): string | undefined {
  const { domain, isIcann } = parse(withoutWildcard(name));
  return isIcann && domain ? domain : undefined;
}

/** Whether records for `name` belong in `zone`. */
export function isInZone(name: string, zone: string): boolean {
  return isWithin(withoutWildcard(name), zone);
}
