/* Which names lie in which, as DNS sees it. All are lower case, without a dot at the end. */

/** Whether `name` is the zone's own or one below it. */
export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/** `example.com` for `*.example.com`: both are validated, and asked about at the CAA records, at one place. */
export function withoutWildcard(name: string): string {
  return name.startsWith("*.") ? name.slice(2) : name;
}
