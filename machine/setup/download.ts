import { getProxyForUrl } from "proxy-from-env";
import type { Response } from "undici";

/**
 * Sends a request to a server outside of this machine, through the proxy in HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as
 * terraform and pip do. Node's own fetch supports these only since version 24, and only if configured.
 * @throws what undici's fetch throws; the reason is in its cause
 */
export async function download(
  url: string,
  signal?: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  // Takes longer to load than most commands that never download anything.
  const { fetch, ProxyAgent } = require("undici") as typeof import("undici");
  const proxy = proxyFor(url);
  if (proxy === undefined) return fetch(url, { signal, headers });
  const dispatcher = new ProxyAgent(proxy);
  // A proxy that accepts the connection and never responds would keep this process alive.
  signal?.addEventListener("abort", () => void dispatcher.destroy(), { once: true });
  return fetch(url, { signal, headers, dispatcher });
}

/** As in terraform, ALL_PROXY is ignored, and a proxy without a scheme is an HTTP proxy. */
function proxyFor(url: string): string | undefined {
  const proxy = getProxyForUrl(url);
  const { HTTPS_PROXY, https_proxy = HTTPS_PROXY, HTTP_PROXY, http_proxy = HTTP_PROXY } = process.env;
  const written = new URL(url).protocol === "https:" ? https_proxy : http_proxy;
  if (proxy === "" || !written) return undefined;
  return written.includes("://") ? written : `http://${written}`;
}

/** Why a request failed: the message of `fetch` is only "fetch failed"; the reason is in the cause. */
export function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  if (cause === undefined) return message;
  const { code } = cause as NodeJS.ErrnoException;
  // If the proxy refuses a tunnel, only the message is useful; the codes are a number and "aborted".
  return typeof code === "string" && code !== "UND_ERR_ABORTED" ? code : reasonOf(cause);
}
