import { getProxyForUrl } from "proxy-from-env";
import { fetch, ProxyAgent, type Response } from "undici";

/**
 * Asks a server outside of this machine, through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name, as terraform
 * and pip do. Node's own fetch knows of them from version 24 on only, and if it is told to.
 * @throws what undici's fetch throws; the reason is in its cause
 */
export async function download(
  url: string,
  signal?: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const proxy = proxyFor(url);
  if (proxy === undefined) return fetch(url, { signal, headers });
  const dispatcher = new ProxyAgent(proxy);
  // A proxy that takes the connection and then says nothing would keep this process alive.
  signal?.addEventListener("abort", () => void dispatcher.destroy(), { once: true });
  return fetch(url, { signal, headers, dispatcher });
}

/** As terraform has it: ALL_PROXY does not count, and a proxy without a scheme speaks HTTP. */
function proxyFor(url: string): string | undefined {
  const proxy = getProxyForUrl(url);
  const { HTTPS_PROXY, https_proxy = HTTPS_PROXY, HTTP_PROXY, http_proxy = HTTP_PROXY } = process.env;
  const written = new URL(url).protocol === "https:" ? https_proxy : http_proxy;
  if (proxy === "" || !written) return undefined;
  return written.includes("://") ? written : `http://${written}`;
}

/** Why it failed: `fetch` says only "fetch failed"; the reason is in the cause. */
export function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  if (cause === undefined) return message;
  const { code } = cause as NodeJS.ErrnoException;
  // Of a tunnel that the proxy refuses, only the message says so; the codes are a number and "aborted".
  return typeof code === "string" && code !== "UND_ERR_ABORTED" ? code : reasonOf(cause);
}
