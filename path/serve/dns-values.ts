/* Values of DNS records as Route 53 and Terraform write them, and as an answer contains them. */

/** The value of a record, by type. */
export type DnsData =
  | { readonly type: "A" | "AAAA" | "CNAME" | "NS" | "PTR"; readonly data: string }
  /** Its character strings; each character is one byte. */
  | { readonly type: "TXT"; readonly data: readonly string[] }
  | { readonly type: "MX"; readonly data: { readonly preference: number; readonly exchange: string } }
  | { readonly type: "CAA"; readonly data: { readonly flags: number; readonly tag: string; readonly value: string } }
  | {
      readonly type: "SRV";
      readonly data: {
        readonly priority: number;
        readonly weight: number;
        readonly port: number;
        readonly target: string;
      };
    }
  | {
      readonly type: "SOA";
      readonly data: {
        readonly mname: string;
        readonly rname: string;
        readonly serial: number;
        readonly refresh: number;
        readonly retry: number;
        readonly expire: number;
        readonly minimum: number;
      };
    };

type Type = DnsData["type"];

/**
 * Formats: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
 * Each returns nothing for a value that Route 53 does not accept.
 */
const READERS: Readonly<Record<Type, (value: string) => DnsData | undefined>> = {
  A: (value) => (isIpv4(value) ? { type: "A", data: value } : undefined),
  AAAA: (value) => (isIpv6(value) ? { type: "AAAA", data: value } : undefined),
  CNAME: (value) => named("CNAME", value),
  NS: (value) => named("NS", value),
  PTR: (value) => named("PTR", value),
  TXT: (value) => {
    const strings = characterStrings(value);
    return strings === undefined ? undefined : { type: "TXT", data: strings };
  },
  MX: (value) => {
    const [preference, name = "", ...rest] = words(value);
    const [number, exchange] = [numberOf(preference, 0xffff), nameOf(name)];
    return number === undefined || exchange === undefined || rest.length > 0
      ? undefined
      : { type: "MX", data: { preference: number, exchange } };
  },
  CAA: (value) => {
    const [, flag, tag = "", text = ""] = /^(\d+)\s+([a-z0-9]{1,15})\s+"([\x20-\x7e]*)"$/i.exec(value.trim()) ?? [];
    const flags = numberOf(flag, 0xff);
    return flags === undefined || text.length > 255 ? undefined : { type: "CAA", data: { flags, tag, value: text } };
  },
  SRV: (value) => {
    const all = words(value);
    const [priority, weight, port] = all.slice(0, 3).map((it) => numberOf(it, 0xffff));
    const target = nameOf(all[3] ?? "");
    return priority === undefined ||
      weight === undefined ||
      port === undefined ||
      target === undefined ||
      all.length > 4
      ? undefined
      : { type: "SRV", data: { priority, weight, port, target } };
  },
  SOA: (value) => {
    const [first = "", second = "", ...rest] = words(value);
    const [mname, rname] = [nameOf(first), nameOf(second)];
    const [serial, refresh, retry, expire, minimum] = rest.map((it) => numberOf(it, 0xffffffff));
    return mname === undefined ||
      rname === undefined ||
      serial === undefined ||
      refresh === undefined ||
      retry === undefined ||
      expire === undefined ||
      minimum === undefined ||
      rest.length > 5
      ? undefined
      : { type: "SOA", data: { mname, rname, serial, refresh, retry, expire, minimum } };
  },
};

/** Whether values of this type can be in an answer. */
export function isReadable(type: string): type is Type {
  return Object.hasOwn(READERS, type);
}

/** @returns `undefined` if the value is not valid for the type */
export function readValue(type: Type, value: string): DnsData | undefined {
  return READERS[type](value);
}

function named(type: "CNAME" | "NS" | "PTR", value: string): DnsData | undefined {
  const name = nameOf(value);
  return name === undefined ? undefined : { type, data: name };
}

/** A name that fits into a packet, without its trailing dot; as written otherwise. */
function nameOf(value: string): string | undefined {
  const name = value.trim().replace(/\.$/, "");
  return name.length <= 253 && name.split(".").every((label) => /^[\x21-\x5b\x5d-\x7e]{1,63}$/.test(label))
    ? name
    : undefined;
}

function words(value: string): string[] {
  return value.trim().split(/\s+/);
}

function numberOf(text: string | undefined, most: number): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

function isIpv4(value: string): boolean {
  const parts = value.split(".");
  return parts.length === 4 && parts.every((it) => /^(0|[1-9]\d{0,2})$/.test(it) && Number(it) <= 255);
}

function isIpv6(value: string): boolean {
  const halves = value.split("::");
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  return (
    groups.every((it) => /^[0-9a-f]{1,4}$/i.test(it)) &&
    (halves.length === 1 ? groups.length === 8 : halves.length === 2 && groups.length < 8)
  );
}

/**
 * Terraform writes a value without its outer quotation marks; `" "` separates character strings. In these, Route 53
 * reads `\"`, `\\` and three octal digits.
 */
function characterStrings(value: string): readonly string[] | undefined {
  const text = value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value : `"${value}"`;
  const parts = [...text.matchAll(/"((?:[^"\\]|\\[\s\S])*)"\s*/gy)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join("") !== text) return undefined;
  const strings = parts.map(([, inner = ""]) => unescaped(inner));
  return strings.every((it) => it.length <= 255 && /^[\0-\xff]*$/.test(it)) ? strings : undefined;
}

function unescaped(text: string): string {
  return text.replace(/\\([0-3][0-7]{2}|[\s\S])/g, (_, escape: string) =>
    escape.length === 3 ? String.fromCharCode(Number.parseInt(escape, 8)) : escape,
  );
}
