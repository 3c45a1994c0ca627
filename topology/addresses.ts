/* The parts of a resource's address. */

/** The position of the key of `count` or `for_each`; in a string key, quotes are escaped with a backslash. */
function keyAt(address: string): number {
  if (!address.endsWith("]")) return address.length;
  const at = address.endsWith('"]') ? address.lastIndexOf('["') : address.lastIndexOf("[");
  return at < 0 ? address.length : at;
}

/** `aws_lb.web` of `aws_lb.web["a"]`: the block of the instance. */
export function blockOf(address: string): string {
  return address.slice(0, keyAt(address));
}

/** `["a"]` of `aws_lb.web["a"]`; empty if there is none. */
export function keyOf(address: string): string {
  return address.slice(keyAt(address));
}

/** `module.a["x"].module.b` of a resource in it; empty for one of the root module. */
export function moduleOf(address: string): string {
  let end = 0;
  for (let at = 0; address.startsWith("module.", at); ) {
    const name = nameEnd(address, at + "module.".length);
    if (address[name] !== ".") break;
    end = name;
    at = name + 1;
  }
  return address.slice(0, end);
}

/** The end of a module's name, including its key. */
function nameEnd(address: string, start: number): number {
  let at = start;
  while (at < address.length && address[at] !== "." && address[at] !== "[") at += 1;
  if (address[at] !== "[") return at;
  if (address[at + 1] !== '"') return address.indexOf("]", at) + 1 || address.length;
  at += 2;
  while (at < address.length && address[at] !== '"') at += address[at] === "\\" ? 2 : 1;
  return at + 2;
}
