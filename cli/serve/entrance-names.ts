import { portOf } from "../../path/facts/url-ports";

/*
 * What the entrance for browsers rewrites. A browser opens http://www.example.com.localhost:PORT, as every browser
 * resolves names under .localhost to loopback, and the site behind it is https://www.example.com.
 */

/** A scheme, name and port that the site answers at. */
export interface Origin {
  /** Its path is ignored. */
  readonly url: string;
  readonly connect: { readonly host: string; readonly port: number };
}

/** An origin, and the name under .localhost that stands for it. */
export interface Entrance {
  /** Such as `https://www.example.com`. */
  readonly origin: string;
  readonly isTls: boolean;
  /** Such as `www.example.com`. */
  readonly hostname: string;
  /** As in the Host header: with the port, unless it is the scheme's default. */
  readonly host: string;
  readonly connect: Origin["connect"];
  /** Such as `www.example.com.localhost`. */
  readonly label: string;
}

const SUFFIX = ".localhost";

/**
 * The best origin of a name, HTTPS on port 443 if there is one, has the name itself. Others have their port in front:
 * a redirect to one must not lead to the best one again.
 */
export function entrancesOf(origins: readonly Origin[]): readonly Entrance[] {
  const byOrigin = new Map<string, { readonly url: URL; readonly connect: Origin["connect"] }>();
  for (const { url: text, connect } of origins) {
    const url = new URL(text);
    if (!byOrigin.has(url.origin)) byOrigin.set(url.origin, { url, connect });
  }
  const parsed = [...byOrigin.values()].sort((a, b) => rank(a.url) - rank(b.url));
  const names = new Set<string>();
  return parsed.map(({ url, connect }) => {
    const { origin, protocol, hostname, host } = url;
    const label = names.has(hostname) ? `port-${portOf(url)}.${hostname}${SUFFIX}` : `${hostname}${SUFFIX}`;
    names.add(hostname);
    return { origin, isTls: protocol === "https:", hostname, host, connect, label };
  });
}

/** The entrance of a request; without a port, as browsers may also use another one. */
export function entranceOf(entrances: readonly Entrance[], hostHeader: string): Entrance | undefined {
  const name = hostHeader.toLowerCase().replace(/:\d{1,5}$/, "");
  return entrances.find(({ label }) => label === name || `${label}.` === name);
}

/** A URL of the site as a URL of the entrance; other URLs stay. */
export function toEntrance(entrances: readonly Entrance[], port: number, url: string, base?: string): string {
  // Relative to the request's URL, which the browser already has.
  if (!/^(?:[a-z][a-z0-9+.-]*:|[\\/]{2})/i.test(url) || !URL.canParse(url, base)) return url;
  const { origin, href } = new URL(url, base);
  const entrance = entrances.find((it) => it.origin === origin);
  return entrance === undefined ? url : `http://${entrance.label}:${port}${href.slice(href.indexOf("/", 8))}`;
}

/** A URL of the entrance, such as in Referer, as a URL of the site; other URLs stay. */
export function toSite(entrances: readonly Entrance[], port: number, url: string): string {
  if (!URL.canParse(url)) return url;
  const { origin, hostname, href } = new URL(url);
  const entrance = origin === `http://${hostname}:${port}` ? entranceOf(entrances, hostname) : undefined;
  if (entrance === undefined) return url;
  // Origin has no path.
  return `${entrance.origin}${/^https?:\/\/[^/]*$/i.test(url) ? "" : href.slice(href.indexOf("/", 8))}`;
}

/**
 * A cookie that a browser stores over plain HTTP, for the names under .localhost. `SameSite=None` and `Partitioned`
 * require Secure. Names that begin with `__Secure-` or `__Host-` require it too, so it stays there, and browsers that
 * trust names under .localhost accept it.
 * https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-set-cookie-header-field
 */
export function cookieOfEntrance(cookie: string): string {
  const [pair = "", ...attributes] = cookie.split(";");
  const isPrefixed = /^\s*__(?:secure|host|http|host-http)-/i.test(pair);
  const kept = attributes.flatMap((attribute) => {
    const [name = "", value = ""] = attribute.split("=", 2).map((it) => it.trim());
    switch (name.toLowerCase()) {
      case "domain":
        return value === "" ? [attribute] : [` Domain=${value}${SUFFIX}`];
      case "secure":
      case "partitioned":
        return isPrefixed ? [attribute] : [];
      case "samesite":
        return value.toLowerCase() === "none" && !isPrefixed ? [" SameSite=Lax"] : [attribute];
      default:
        return [attribute];
    }
  });
  return [pair, ...kept].join(";");
}

/** A policy without the directives that make a browser use HTTPS. */
export function policyOfEntrance(policy: string): string {
  const directives = policy.split(";");
  return directives.filter((it) => !/^\s*(?:upgrade-insecure-requests|block-all-mixed-content)\b/i.test(it)).join(";");
}

function rank(url: URL): number {
  return (url.protocol === "https:" ? 0 : 1) + (url.port === "" ? 0 : 2);
}
