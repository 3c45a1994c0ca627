import { once, onceFor } from "../once";
import { type BootScript, bootScript } from "./boot-script";
import { anyOf } from "./patterns";
import { portsOf } from "./served-ports";

/* What a boot script says of the answers of what it starts; `undefined` where it does not say. */

/** Servers that are told to speak TLS somewhere. */
const NAMES_TLS = anyOf(
  [
    /\bssl_certificate\b|\bSSLEngine\b|\bmod_ssl\b|--(ssl-)?(cert|key)file/,
    /\bcreateServer\(\s*\{|https\.createServer|\bssl\s+on\b|\bcrt\s/,
    /\bload_cert_chain\b|\bwrap_socket\b|ssl_context/,
  ],
  "i",
);
/** NGINX, Apache, Rails and Django. */
const HTTPS_REDIRECT = anyOf(
  [
    /\breturn\s+30[1278]\s+https:\/\/|\brewrite\s+\S+\s+https:\/\//,
    /\bRedirect(Match)?\s+((permanent|temp|30\d)\s+)?\S+\s+https:\/\/|\bRewriteRule\s+\S+\s+https:\/\//,
    /\bforce_ssl\s*=\s*true|\bSECURE_SSL_REDIRECT\s*=\s*True/,
  ],
  "i",
);

/** Whether what serves the port speaks TLS there; `undefined` where the text does not tell. */
export function answersTls(userData: string, port: number): boolean | undefined {
  return portsOf(userData).includes(port) ? speaksTls(bootScript(userData), port) : undefined;
}

const speaksTls = onceFor(({ text }: BootScript, port: number): boolean | undefined => {
  if (new RegExp(`\\blisten\\s+(?:\\[::\\]:|[\\d.*]+:)?${port}\\b[^;\\n]*\\bssl\\b`, "i").test(text)) return true;
  if (NAMES_TLS.test(text)) return undefined;
  return /\bdocker|podman|\bjava\b/.test(text) ? undefined : false;
});

/** Whether it sends plain HTTP on to HTTPS without asking how the client came to the load balancer. */
export function answersWithHttpsRedirect(userData: string): boolean {
  return redirects(bootScript(userData));
}

const redirects = once(({ text }: BootScript): boolean => {
  if (/x[-_]forwarded[-_]proto/i.test(text)) return false;
  return HTTPS_REDIRECT.test(text);
});

/** AWS allows no longer one for a health check. */
const LONGEST_PATH = 1_024;

/**
 * The status code with which it answers a path, where its configuration says so outright: a `return` in the path's own
 * nginx location. A query does not count.
 */
export function answersWith(userData: string, path: string): number | undefined {
  const name = path.split("?")[0] ?? "/";
  return name.length > LONGEST_PATH ? undefined : codeFor(bootScript(userData), name);
}

const codeFor = onceFor(({ text }: BootScript, name: string): number | undefined => {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const own = new RegExp(`\\blocation\\s+=\\s+${escaped}\\s*\\{([^{}]*)\\}`).exec(text)?.[1];
  const code = own === undefined ? undefined : /\breturn\s+(\d{3})\b/.exec(own)?.[1];
  return code === undefined ? undefined : Number(code);
});
