import type { Action, Listener, ListenerRule } from "../../../topology/model";
import { type Attr, isUnknown, known, type Unknown } from "../../../topology/value";
import type { Door } from "./listeners";

/*
 * Destinations of redirects:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions
 */

/** One request of a client that sends no custom headers. */
export interface Request extends Door {
  readonly host: string;
  /** With its leading slash. */
  readonly path: string;
  readonly query: string;
}

export type Redirect = Extract<Action, { type: "redirect" }>;

/** The destination of a redirect, part by part, because some parts may be unknown. */
interface Destination {
  readonly scheme: Request["scheme"] | Unknown;
  readonly host: string | Unknown;
  readonly port: number | Unknown;
  readonly path: string | Unknown;
  readonly query: string | Unknown;
}

/** Parts that the redirect does not set are kept, and placeholders are replaced with the request's own parts. */
export function destinationOf(redirect: Redirect, request: Request): Destination {
  const filled = (part: Attr<string>, own: string): string | Unknown =>
    isUnknown(part)
      ? part
      : (part ?? own)
          .replaceAll("#{protocol}", request.scheme.toUpperCase())
          .replaceAll("#{host}", request.host)
          .replaceAll("#{port}", String(request.port))
          .replaceAll("#{path}", request.path.slice(1))
          .replaceAll("#{query}", request.query);
  const protocol = filled(redirect.protocol, "#{protocol}");
  // A load balancer's own name can be an expression, which must not be changed.
  const isSameHost = (redirect.host ?? "#{host}") === "#{host}";
  const host = isSameHost ? request.host : filled(redirect.host, "#{host}");
  const port = filled(redirect.port, "#{port}");
  return {
    scheme: isUnknown(protocol) ? protocol : protocol.toUpperCase() === "HTTPS" ? "https" : "http",
    host: isUnknown(host) || isSameHost ? host : host.toLowerCase(),
    port: isUnknown(port) ? port : Number(port),
    path: filled(redirect.path, "/#{path}"),
    query: filled(redirect.query, "#{query}"),
  };
}

/** The next request of the client, or the first unknown part of it. */
export function nextRequest(redirect: Redirect, request: Request): Request | Unknown {
  const { scheme, host, port, path, query } = destinationOf(redirect, request);
  if (isUnknown(scheme)) return scheme;
  if (isUnknown(host)) return host;
  if (isUnknown(port)) return port;
  if (isUnknown(path)) return path;
  return isUnknown(query) ? query : { scheme, host, port, path, query };
}

/** Whether a redirect points to the same URL that it redirects. */
export function changesNothing(
  listener: Listener,
  { protocol, host, port, path, query }: Redirect,
  rule: ListenerRule | undefined,
): boolean {
  const asks = rule?.conditions.some(({ kind }) => kind === "query-string" || kind === "unknown") ?? false;
  const isSame = (part: unknown, placeholder: string, own: unknown) =>
    part === undefined || part === placeholder || (own !== undefined && String(part).toUpperCase() === own);
  return (
    isSame(protocol, "#{protocol}", known(listener.protocol)) &&
    isSame(port, "#{port}", known(listener.port)?.toString()) &&
    isSame(host, "#{host}", undefined) &&
    isSame(path, "/#{path}", undefined) &&
    (isSame(query, "#{query}", undefined) || (!asks && !isUnknown(query)))
  );
}
