/*
 * The parts of the distributions' NGINX packages that a request meets, in our own words: what the default configuration
 * listens on, its document root, and which files of a script it includes.
 * https://docs.aws.amazon.com/linux/al2023/ug/ec2-lamp-amazon-linux-2023.html
 * https://src.fedoraproject.org/rpms/nginx/blob/rawhide/f/nginx.conf
 * https://salsa.debian.org/nginx-team/nginx/-/tree/main/debian/conf
 */

/** `rpm`: Amazon Linux, Fedora and relatives; `deb`: Debian and Ubuntu. */
export type System = "rpm" | "deb";

const RPM_CONFIGURATION = `
events { worker_connections 1024; }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 65;
  types_hash_max_size 4096;
  include /etc/nginx/conf.d/*.conf;
  server {
    listen 80;
    server_name _;
    root /usr/share/nginx/html;
    include /etc/nginx/default.d/*.conf;
    error_page 404 /404.html;
    location = /404.html { }
    error_page 500 502 503 504 /50x.html;
    location = /50x.html { }
  }
}
`;

const DEB_CONFIGURATION = `
events { worker_connections 768; }
http {
  sendfile on;
  tcp_nopush on;
  types_hash_max_size 2048;
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  gzip on;
  include /etc/nginx/conf.d/*.conf;
  include /etc/nginx/sites-enabled/*;
}
`;

const DEB_SITE = `
server {
  listen 80 default_server;
  root /var/www/html;
  index index.html index.htm index.nginx-debian.html;
  server_name _;
  location / { try_files $uri $uri/ =404; }
}
`;

const DEB_PROXY_PARAMETERS = `
proxy_set_header Host $http_host;
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
`;

/** Says what it stands for, so that nobody takes it for the package's page. */
const PAGE =
  "<!doctype html><title>NGINX</title><h1>alb-web: in place of a page of the distribution's NGINX package</h1>\n";

export const PACKAGED_FILES: Readonly<Record<System, Readonly<Record<string, string>>>> = {
  rpm: {
    "/etc/nginx/nginx.conf": RPM_CONFIGURATION,
    "/usr/share/nginx/html/index.html": PAGE,
    "/usr/share/nginx/html/404.html": PAGE,
    "/usr/share/nginx/html/50x.html": PAGE,
  },
  deb: {
    "/etc/nginx/nginx.conf": DEB_CONFIGURATION,
    "/etc/nginx/sites-available/default": DEB_SITE,
    "/etc/nginx/proxy_params": DEB_PROXY_PARAMETERS,
    "/var/www/html/index.nginx-debian.html": PAGE,
  },
};
