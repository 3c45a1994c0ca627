import { isHealthPath } from "../../../topology/health-check-values";
import { answersWith, answersWithHttpsRedirect } from "../boot-scripts/answers";
import { bootScript } from "../boot-scripts/boot-script";

/* How the application that a boot script starts responds, if the script leaves little doubt. */

const IS_APPLICATION =
  /proxy_pass|fastcgi|uwsgi|ProxyPass|RewriteRule|\b(docker|podman|node|npm|python3?|flask|gunicorn|java|php|rails|go run|git|unzip|tar|rsync|aws|wordpress|ansible|puppet)\b/i;
const WEB_SERVER = /\b(install|start|enable)\b[^;&|]*\b(nginx|httpd|apache2)\b/;
/** Where web servers look for pages. */
const PAGES = /\/var\/www\/html|\/usr\/share\/nginx\/html|\bDocumentRoot\b|\broot\s+\//;

/** Whether the server on this port redirects to HTTPS, as far as the nginx blocks show. */
export function redirectsToHttps(script: string, port: number | undefined): boolean {
  if (!answersWithHttpsRedirect(script)) return false;
  const blocks = script
    .split(/\bserver\s*\{/)
    .slice(1)
    .filter((it) => /\breturn\s+30\d\s+https:/.test(it));
  const ports = blocks.flatMap((it) =>
    [...it.matchAll(/\blisten\s+(?:\S+:)?(\d+)/g)].map(([, listened]) => Number(listened)),
  );
  return port === undefined || ports.length === 0 || ports.includes(port);
}

/** The status code for a path. */
export function codeOf(script: string, path: string, port: number | undefined): number | undefined {
  const own = answersWith(script, path);
  if (own !== undefined) return own;
  if (redirectsToHttps(script, port)) return 301;
  const { kind, commands } = bootScript(script);
  const isPlain = kind === "runs" && !IS_APPLICATION.test(script) && commands.some((it) => WEB_SERVER.test(it));
  if (!isPlain) return undefined;
  const name = (path.split("?")[0] ?? "/").replace(/^\/+|(?<!\/)\/+$/g, "");
  // Apache's test page returns a 403, nginx's a 200.
  if (name === "") return PAGES.test(script) || !commands.some((it) => /\b(httpd)\b/.test(it)) ? undefined : 403;
  return name === "index.html" || script.includes(name) ? undefined : 404;
}

/** A path that visibly returns a 200. */
export function pathThatAnswers(script: string): string | undefined {
  const [, own] = /\blocation\s+=\s+(\/[^\s{]*)\s*\{[^{}]*\breturn\s+200\b/.exec(script) ?? [];
  if (own !== undefined && isHealthPath(own)) return own;
  return PAGES.test(script) && !answersWithHttpsRedirect(script) ? "/" : undefined;
}
