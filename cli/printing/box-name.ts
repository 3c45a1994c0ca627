/* The text in a box of a picture. */

/** Only this much of an address is parsed. */
const MAX_ADDRESS = 300;
const MAX_NAME = 32;

/**
 * `aws_lb.web` on one line if it is short, else type and name on two, as boxes are narrow; then the module. CDKTF's
 * hash at the end of a name is omitted.
 */
export function boxName(address: string): string[] {
  const [, module, type, name] =
    /^(?:(.*)\.)?((?:data\.)?[^.[\]"]+)\.([^.[\]"]+(?:\[.*\])?)$/.exec(address.slice(-MAX_ADDRESS)) ?? [];
  if (type === undefined || name === undefined) return [cut(address)];
  const short = name.replace(/_[0-9A-F]{8}(?=$|\[)/, "");
  const whole = `${type}.${short}`;
  return [
    ...(whole.length <= MAX_NAME ? [whole] : [cut(type), cut(short)]),
    ...(module === undefined ? [] : [cut(module)]),
  ];
}

/** The end of a long name is more specific than its beginning; it begins with a whole word if there is one. */
function cut(name: string): string {
  if (name.length <= MAX_NAME) return name;
  const end = name.slice(1 - MAX_NAME);
  const at = end.search(/[_-]/);
  return `…${at >= 0 && at < MAX_NAME / 2 ? end.slice(at + 1) : end}`;
}
