import type { Listener } from "../../topology/model";
import { isUnknown, known, type Unknown } from "../../topology/value";
import type { Redirect } from "../analysis/requests/redirects";
import type { IncomingRequest } from "./decisions";

/*
 * The Location header of a redirect, which always contains the port:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions
 */

/** @returns the URL, or the first part of it that is unknown */
export function locationOf(redirect: Redirect, listener: Listener, request: IncomingRequest): string | Unknown {
  const { protocol, host, port, path, query } = redirect;
  const given = [protocol, host, port, path, query, listener.port, listener.protocol];
  const open = given.find(isUnknown);
  if (open !== undefined) return open;
  const own: Readonly<Record<string, string>> = {
    protocol: (known(listener.protocol) ?? "HTTP").toLowerCase(),
    host: request.host,
    port: String(known(listener.port) ?? ""),
    path: request.path.slice(1),
    query: request.query,
  };
  const filled = (text: string) => text.replace(/#\{(\w{1,10})\}/g, (all, name: string) => own[name] ?? all);
  const part = (value: Redirect["path"], byDefault: string) => filled(known(value) ?? byDefault);
  const to = {
    protocol: part(protocol, "#{protocol}").toLowerCase(),
    host: part(host, "#{host}"),
    port: part(port, "#{port}"),
    path: part(path, "/#{path}"),
    query: part(query, "#{query}"),
  };
  return `${to.protocol}://${to.host}:${to.port}${to.path}${to.query === "" ? "" : `?${to.query}`}`;
}
