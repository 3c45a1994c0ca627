/* What stands in a box of a picture. */

/** An address that is any longer is no person's; what is looked at stays small. */
const MAX_ADDRESS = 300;
const MAX_NAME = 32;

/** Type and name on a line each, as boxes are narrow; then the module. */
export function boxName(address: string): string[] {
  const [, module, type, name] =
    /^(?:(.*)\.)?((?:data\.)?[^.[\]"]+)\.([^.[\]"]+(?:\[.*\])?)$/.exec(address.slice(-MAX_ADDRESS)) ?? [];
  if (type === undefined || name === undefined) return [cut(address)];
  return [cut(type), cut(name), ...(module === undefined ? [] : [cut(module)])];
}

/** The end of a long name tells more than its beginning. */
function cut(name: string): string {
  return name.length <= MAX_NAME ? name : `…${name.slice(1 - MAX_NAME)}`;
}
