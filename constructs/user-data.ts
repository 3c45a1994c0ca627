import type { Settings } from "./props/settings";

/**
 * NGINX keeps a connection open longer than the load balancer; otherwise the load balancer returns 502 on closed ones.
 */
const KEEPALIVE_MARGIN_SEC = 15;

type ServerSettings = Pick<Settings, "appPort" | "healthCheck" | "server" | "idleTimeoutSec" | "domainName">;

/** The user data of an instance: the prop's, or a script that runs NGINX on the app port. */
export function userDataFor(settings: ServerSettings): string {
  return settings.server.userData ?? bootScript(settings);
}

function bootScript(settings: ServerSettings): string {
  return `#!/bin/bash
set -euo pipefail

# The route to the package mirror can be seconds younger than this instance.
for attempt in {1..30}; do
  dnf install -y nginx && break
  [ "$attempt" -lt 30 ] || exit 1
  sleep 10
done

cat > /etc/nginx/nginx.conf <<'NGINX_CONF'
${nginxConf(settings)}NGINX_CONF

cat > /usr/share/nginx/html/index.html <<'INDEX_HTML'
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${settings.domainName}</title>
<h1>${settings.domainName} is up</h1>
</html>
INDEX_HTML
${setupStep(settings.server.setup)}
nginx -t
systemctl enable --now nginx
`;
}

/**
 * The app's commands run in a separate shell, so that what they set does not affect the rest of the script. They are
 * not passed on its standard input, because a command that reads it would consume the lines after it.
 */
function setupStep(setup: string | undefined): string {
  if (setup === undefined) return "";
  const lines = setup.trimEnd();
  let end = "APP_SETUP";
  while (lines.split("\n").includes(end)) end += "_";
  return `
bash -euo pipefail /dev/fd/3 3<<'${end}' </dev/null
${lines}
${end}
`;
}

/** The complete configuration, so that no default server of the package listens on another port. */
export function nginxConf(settings: ServerSettings): string {
  const { appPort, healthCheck, server, idleTimeoutSec } = settings;
  const ports = [...new Set([appPort, healthCheck.port])];
  const keepalive = idleTimeoutSec + KEEPALIVE_MARGIN_SEC;
  const site =
    server.proxyPort === undefined ? staticSite(healthCheck.path) : proxiedSite(server.proxyPort, idleTimeoutSec);
  return `worker_processes auto;
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;

events {
    worker_connections 1024;
}

http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log /var/log/nginx/access.log;
    server_tokens off;
    keepalive_timeout ${keepalive}s;
    client_max_body_size 0;

    map $http_upgrade $connection_upgrade {
        default upgrade;
        "" "";
    }

    server {
${ports.map((port) => `        listen ${port} default_server;`).join("\n")}
        root /usr/share/nginx/html;

${site}    }
}
`;
}

function staticSite(healthCheckPath: string): string {
  const path = healthCheckPath.split("?")[0] ?? "/";
  const page = `        location / {
            try_files $uri $uri/ =404;
        }
`;
  // The page itself serves this path; a separate location would hide it.
  if (path === "/" || path === "/index.html") return page;
  return `        location = ${path} {
            access_log off;
            default_type text/plain;
            return 200 "ok\\n";
        }

${page}`;
}

function proxiedSite(proxyPort: number, idleTimeoutSec: number): string {
  return `        location / {
            proxy_pass http://127.0.0.1:${proxyPort};
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_read_timeout ${idleTimeoutSec}s;
        }
`;
}
