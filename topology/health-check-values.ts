/*
 * What a health check's arguments may be: the one grammar for what is asked of props, what is called wrong in a plan,
 * and what a fix proposes.
 */

/** Codes that a load balancer may expect of targets that speak HTTP, and of those that speak gRPC. */
export const HTTP_CODES: CodeRange = [200, 499];
export const GRPC_CODES: CodeRange = [0, 99];

export type CodeRange = readonly [from: number, to: number];

/**
 * `200,301-302` as ranges; nothing if it is not written so. ELB's reference names a list and a range; it takes ranges
 * within a list and blanks after a comma as well, as applied configurations show.
 */
export function codesOf(matcher: string): [from: number, to: number][] | undefined {
  const parts = matcher.split(",").map((it) => /^\s*(\d{1,3})(?:-(\d{1,3}))?\s*$/.exec(it));
  return parts.every((it) => it !== null) ? parts.map(([, from, to]) => [Number(from), Number(to ?? from)]) : undefined;
}

/** Whether a load balancer takes the matcher. */
export function isMatcher(matcher: string, [least, most]: CodeRange = HTTP_CODES): boolean {
  return codesOf(matcher)?.every(([from, to]) => least <= from && from <= to && to <= most) === true;
}

export function expects(matcher: string, code: number): boolean {
  return codesOf(matcher)?.some(([from, to]) => from <= code && code <= to) === true;
}

/** Whether a path is one that a load balancer, NGINX and a shell all read alike. */
export function isHealthPath(path: string): boolean {
  return /^\/[\w\-.~/]*(\?[\w\-.~=&]*)?$/.test(path) && !/\/(\/|\.\.?(\/|\?|$))/.test(path) && path.length <= 1024;
}
