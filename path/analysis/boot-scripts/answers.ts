import { once, onceFor } from "../once";
import { type BootScript, bootScript } from "./boot-script";
import { anyOf } from "./patterns";
import { portsOf } from "./served-ports";

/* What a boot script shows about the responses of what it starts; `undefined` if it does not show it. */

/** Servers that are configured for TLS somewhere. */
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

/** Whether the server on the port uses TLS; `undefined` if the text does not show it. */
export function answersTls(userData: string, port: number): boolean | undefined {
  return portsOf(userData).includes(port) ? speaksTls(bootScript(userData), port) : undefined;
}

const speaksTls = onceFor(({ text }: BootScript, port: number): boolean | undefined => {
  if (new RegExp(`\\blisten\\s+(?:\\[::\\]:|[\\d.*]+:)?${port}\\b[^;\\n]*\\bssl\\b`, "i").test(text)) return true;
  if (NAMES_TLS.test(text)) return undefined;
  return /\bdocker|podman|\bjava\b/.test(text) ? undefined : false;
});

/** Whether it redirects HTTP to HTTPS without checking which protocol the client used. */
export function answersWithHttpsRedirect(userData: string): boolean {
  return redirects(bootScript(userData));
}

const redirects = once(({ text }: BootScript): boolean => {
  if (/x[-_]forwarded[-_]proto/i.test(text)) return false;
  return HTTPS_REDIRECT.test(text);
});

/** AWS's limit for a health check path. */
const LONGEST_PATH = 1_024;

/**
 * The status code for a path if the configuration states it: a `return` in the path's own nginx location. The query is
 * ignored.
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
