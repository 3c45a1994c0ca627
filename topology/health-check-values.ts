/*
 * The valid values of a health check's arguments: one grammar for validating props, checking plans and proposing fixes.
 */

/** Codes that a load balancer can expect from HTTP targets, and from gRPC targets. */
export const HTTP_CODES: CodeRange = [200, 499];
export const GRPC_CODES: CodeRange = [0, 99];

export type CodeRange = readonly [from: number, to: number];

/**
 * `200,301-302` as ranges; nothing for another format. ELB's reference documents a list and a range; ELB also accepts
 * ranges within a list and blanks after a comma, as applied configurations show.
 */
export function codesOf(matcher: string): [from: number, to: number][] | undefined {
  const parts = matcher.split(",").map((it) => /^\s*(\d{1,3})(?:-(\d{1,3}))?\s*$/.exec(it));
  return parts.every((it) => it !== null) ? parts.map(([, from, to]) => [Number(from), Number(to ?? from)]) : undefined;
}

/** Whether a load balancer accepts the matcher. */
export function isMatcher(matcher: string, [least, most]: CodeRange = HTTP_CODES): boolean {
  return codesOf(matcher)?.every(([from, to]) => least <= from && from <= to && to <= most) === true;
}

export function expects(matcher: string, code: number): boolean {
  return codesOf(matcher)?.some(([from, to]) => from <= code && code <= to) === true;
}

/** Whether a load balancer, NGINX and a shell all interpret the path in the same way. */
export function isHealthPath(path: string): boolean {
  return /^\/[\w\-.~/]*(\?[\w\-.~=&]*)?$/.test(path) && !/\/(\/|\.\.?(\/|\?|$))/.test(path) && path.length <= 1024;
}
