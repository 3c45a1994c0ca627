/* What an Application Load Balancer responds by itself, without a target. */

/** The text that the load balancer puts behind a status code; it differs from Node's in places. */
const TEXTS: Readonly<Record<number, string>> = {
  301: "Moved Permanently",
  302: "Found",
  400: "Bad Request",
  405: "Not Allowed",
  408: "Request Time-out",
  414: "Request-URI Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
};

/** A response as the load balancer writes it. */
export interface BalancerResponse {
  readonly status: number;
  readonly statusText: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** @returns the load balancer's own page for a status, such as 503 */
export function pageOf(status: number, ...headers: readonly string[]): BalancerResponse {
  const title = `${status} ${TEXTS[status] ?? ""}`.trim();
  const body =
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n` +
    `<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
  return responseOf(status, "text/html", body, headers);
}

/** @returns a response with a body of its own, such as a fixed response */
export function responseOf(
  status: number,
  contentType: string,
  text: string,
  headers: readonly string[] = [],
): BalancerResponse {
  const body = Buffer.from(text);
  return {
    status,
    statusText: TEXTS[status] ?? "",
    headers: [
      ...["Server", "awselb/2.0"],
      ...(contentType === "" ? [] : ["Content-Type", contentType]),
      ...["Content-Length", String(body.length)],
      ...headers,
    ],
    body,
  };
}

/** @returns the response to a request that needs something that is not modeled; AWS has none like it */
export function notModeled(text: string): BalancerResponse {
  return responseOf(501, "text/plain", `Not modeled by alb-web serve: ${text}\n`, [
    ...["x-alb-web-not-modeled", text.replace(/[^\x20-\x7e]/g, "?")],
  ]);
}

/** @returns the bytes on a connection that has no parsed request; it is closed afterwards */
export function bytesOf({ status, statusText, headers, body }: BalancerResponse): Buffer {
  let head = `HTTP/1.1 ${status} ${statusText}\r\n`;
  for (let at = 0; at < headers.length; at += 2) head += `${headers[at]}: ${headers[at + 1]}\r\n`;
  return Buffer.concat([Buffer.from(`${head}Date: ${new Date().toUTCString()}\r\nConnection: close\r\n\r\n`), body]);
}
