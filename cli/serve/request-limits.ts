import type { Exchange } from "./exchange";

/* What a load balancer refuses about a request itself, before any rule.
   https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html */

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html#http-headers-quotas */
const MAX_REQUEST_LINE = 16 * 1024;
const MAX_HEADER = 16 * 1024;
export const MAX_REQUEST_HEADERS = 64 * 1024;
export const MAX_RESPONSE_HEADERS = 32 * 1024;
/** As in a request line; other characters would have to be encoded. */
const TARGET = /^[\x21-\x7e\x80-\xff]+$/;
const AUTHORITY = /^[-A-Za-z0-9._~!$&'()*+,;=%:[\]\x80-\xff]*$/;

/** Why a request is refused. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
}

/** @returns why the load balancer refuses the request; nothing if it passes it on to its rules */
export function refusalOf(exchange: Exchange): Refusal | undefined {
  const { method, version, target, authority } = exchange;
  if (method === "CONNECT") return malformed("the CONNECT method is not supported");
  if (method === "TRACE") return { status: 405, text: "405: the TRACE method is not supported" };
  if (method.length + target.length + " HTTP/1.1".length + 1 > MAX_REQUEST_LINE) {
    return { status: 414, text: "414: the request line must not exceed 16 KB" };
  }
  if (authority === undefined && version !== "1.0") return malformed("the Host header is missing");
  if (authority !== undefined && !AUTHORITY.test(authority)) return malformed("the Host header is invalid");
  if (!TARGET.test(target)) return malformed("the path is invalid");
  if (!(target.startsWith("/") || target === "*" || /^https?:\/\//i.test(target)))
    return malformed("the path is invalid");
  return refusedHeader(exchange);
}

function refusedHeader({ headers }: Exchange): Refusal | undefined {
  let hosts = 0;
  let total = 0;
  for (let at = 0; at < headers.length; at += 2) {
    const [name = "", value = ""] = [headers[at], headers[at + 1]];
    const size = name.length + value.length;
    total += size;
    if (size > MAX_HEADER) return malformed("a header must not exceed 16 KB");
    if (name.length === 4 && name.toLowerCase() === "host") hosts += 1;
    if (name.length === 17 && name.toLowerCase() === "transfer-encoding" && value.toLowerCase() !== "chunked") {
      return { status: 501, text: "501: the Transfer-Encoding header must be chunked" };
    }
  }
  if (total > MAX_REQUEST_HEADERS) return malformed("the headers must not exceed 64 KB");
  // https://www.rfc-editor.org/rfc/rfc9112#section-3.2
  return hosts > 1 ? malformed("the request must have one Host header") : undefined;
}

function malformed(text: string): Refusal {
  return { status: 400, text: `400: ${text}` };
}
