/* What the fixes of several rules write alike. */

/** An attribute of a resource as an expression, for the value of an edit. */
export function reference(address: string, attribute: string): string {
  return `\${${address}.${attribute}}`;
}

/** For faults that this project's props cannot make. */
export const BY_NO_PROP = "no prop makes it; take back the override or the resource that was added";
