import { parse } from "tldts";
import { isWithin, withoutWildcard } from "../../topology/domain-names";

/** ACM puts the first name into the certificate's common name, which holds 64 characters. */
export const MAX_COMMON_NAME = 64;
export const MAX_NAME = 253;
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** Lower-case ASCII host name under a public suffix, such as `www.example.com`. */
export function isPublicHostName(name: string): boolean {
  return (
    name.length <= MAX_NAME &&
    name.split(".").every((label) => LABEL.test(label)) &&
    registrableDomain(name) !== undefined
  );
}

/** Like `isPublicHostName`, `*.` in front allowed. */
export function isServableName(name: string): boolean {
  return isPublicHostName(withoutWildcard(name)) && name.length <= MAX_NAME;
}

/**
 * `example.co.uk` for `www.example.co.uk`, by the public suffix list; nothing for a public suffix
 * itself or a name that is under none, as no public certificate can be had for it.
 */
export function registrableDomain(name: string): string | undefined {
  const { domain, isIcann } = parse(withoutWildcard(name));
  return isIcann && domain ? domain : undefined;
}

/** Whether records for `name` belong into `zone`. */
export function isInZone(name: string, zone: string): boolean {
  return isWithin(withoutWildcard(name), zone);
}
