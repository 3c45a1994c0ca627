/* Which domain names contain which. All are lower case, without a trailing dot. */

/** Whether `name` is the zone's own or one below it. */
export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/** `example.com` for `*.example.com`: both use the same validation and CAA records. */
export function withoutWildcard(name: string): string {
  return name.startsWith("*.") ? name.slice(2) : name;
}
