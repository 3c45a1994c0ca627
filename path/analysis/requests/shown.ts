import type { Listener } from "../../../topology/model";
import { plain } from "../../../topology/symbols";
import { known } from "../../../topology/value";
import type { Entry } from "./entries";
import type { Request } from "./redirects";

/* Requests and listeners as text. */

/** The URL of a path as a report shows it. */
export function shownUrl({ scheme, host, port, path, hasPath, balancer }: Entry): string {
  const name = host === "" ? `dns_name of ${balancer?.address}` : host.replace(/^\$\{(.*)\.dns_name\}$/, "$1.dns_name");
  return `${scheme}://${name}${shownPort({ scheme, port })}${hasPath ? path : "/"}`;
}

/** As a user types it. */
export function shownRequest({ scheme, host, port, path, query }: Request): string {
  return (
    `${scheme}://${plain(host)}${shownPort({ scheme, port })}${path === "/" ? "" : path}` +
    `${query === "" ? "" : `?${query}`}`
  );
}

/** Empty for the default port of the scheme. */
function shownPort({ scheme, port }: Pick<Request, "scheme" | "port">): string {
  return port === (scheme === "https" ? 443 : 80) ? "" : `:${port}`;
}

export function shownListener(listener: Listener): string {
  return `${listener.address} (${known(listener.protocol) ?? "HTTP"} :${known(listener.port) ?? "?"})`;
}
