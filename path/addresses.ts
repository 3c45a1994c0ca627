/* The parts of a resource's address. */

/** Where the key of `count` or `for_each` begins; within a text key a quote has a backslash before it. */
function keyAt(address: string): number {
  if (!address.endsWith("]")) return address.length;
  const at = address.endsWith('"]') ? address.lastIndexOf('["') : address.lastIndexOf("[");
  return at < 0 ? address.length : at;
}

/** `aws_lb.web` of `aws_lb.web["a"]`: the block that all its instances share. */
export function blockOf(address: string): string {
  return address.slice(0, keyAt(address));
}

/** `["a"]` of `aws_lb.web["a"]`; empty where there is none. */
export function keyOf(address: string): string {
  return address.slice(keyAt(address));
}
