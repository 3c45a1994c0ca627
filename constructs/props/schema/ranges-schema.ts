import { Netmask } from "netmask";
import { PRIVATE_RANGES } from "../../../topology/reserved-ranges";

const PRIVATE = PRIVATE_RANGES.map((range) => new Netmask(range));

/** Whether a text is an IPv4 range without host bits, of `min` to `max` bits. */
export function isCidr(input: string, min: number, max: number): boolean {
  const [, address, bits] = /^(\d{1,3}(?:\.\d{1,3}){3})\/([1-9]\d?)$/.exec(input) ?? [];
  if (address === undefined || Number(bits) < min || Number(bits) > max) return false;
  try {
    return new Netmask(input).base === address;
  } catch {
    return false;
  }
}

/** Whether the range lies within the private address space. */
export function isPrivateRange(cidr: string): boolean {
  return PRIVATE.some((range) => range.contains(cidr));
}
