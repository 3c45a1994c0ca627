import { getProxyForUrl } from "proxy-from-env";
import { fetch, ProxyAgent, type Response } from "undici";

/**
 * Asks a server outside of this machine, through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name, as terraform and pip do.
 * Node's own fetch knows of them from version 24 on only, and if it is told to.
 * @throws what undici's fetch throws; the reason is in its cause
 */
export async function download(url: string, signal?: AbortSignal): Promise<Response> {
  const proxy = getProxyForUrl(url);
  return fetch(url, { signal, ...(proxy === "" ? {} : { dispatcher: new ProxyAgent(proxy) }) });
}

/** Why it failed: `fetch` says only "fetch failed"; the reason is in the cause. */
export function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  if (cause === undefined) return message;
  return (cause as NodeJS.ErrnoException).code ?? reasonOf(cause);
}
