/* NGINX configurations that must not run as they are written: files, addresses and code outside of a script's own site. */

export interface HostileConfiguration {
  readonly title: string;
  readonly text: string;
}

const http = (inside: string) => `events {}\nhttp {\n${inside}\n}\n`;
const server = (inside: string) => http(`server {\nlisten 80;\n${inside}\n}`);
const location = (inside: string) => server(`location / {\n${inside}\n}`);

/** Directives that run code, load files, or reach something else, by where they may be. */
const FORBIDDEN = {
  main: [
    "load_module modules/ngx_http_js_module.so",
    "env SECRET=1",
    "working_directory /",
    "ssl_engine pkcs11",
    "worker_directory /tmp",
    "google_perftools_profiles /tmp/x",
    "debug_points abort",
    "include /etc/passwd",
    "include /etc/nginx/../passwd",
    "include /etc/nginx/modules-enabled/a.conf",
    "include /home/*/x.conf",
  ],
  http: [
    "perl_modules /tmp",
    "perl_require x.pm",
    "js_import main from x.js",
    "js_path /tmp",
    "lua_package_path /tmp/?.lua",
    "init_by_lua 'os.execute(\"id\")'",
    "resolver 8.8.8.8",
    "proxy_cache_path /tmp/cache keys_zone=a:1m",
    "proxy_temp_path /tmp/x",
    "client_body_temp_path /home/x",
    "fastcgi_cache_path /tmp/f keys_zone=f:1m",
    "geoip_country /usr/share/GeoIP.dat",
    "ssl_certificate_key /etc/ssl/private/x.key",
    "ssl_password_file /etc/shadow",
    "auth_basic_user_file /etc/shadow",
    "split_clients $remote_addr $x",
    "keyval_zone zone=a:1m state=/tmp/state",
  ],
  location: [
    "root /",
    "root $arg_f",
    "root /srv/$host",
    "root /srv/../..",
    "root ../../../etc",
    "root /srv/*",
    "root",
    "root /a /b",
    "alias /etc/../etc/",
    "alias /home/${arg_user}/",
    "try_files /../../etc/passwd =404",
    "try_files $arg_f =404",
    "try_files /x$arg_f =404",
    "try_files $uri..$arg_f =404",
    "try_files /a/.$uri =404",
    "try_files $request_uri =404",
    "error_page 404 /../../etc/passwd",
    "error_page 404 $arg_f",
    "index /etc/passwd",
    "index $arg_f",
    "index ../x",
    "proxy_pass http://$host",
    "proxy_pass http://127.0.0.1:$arg_port",
    "proxy_pass $scheme://127.0.0.1:3000",
    "proxy_pass http://169.254.169.254/latest/meta-data/",
    "proxy_pass http://10.0.0.1:80",
    "proxy_pass http://example.com",
    "proxy_pass http://2130706433/",
    "proxy_pass http://0x7f000001/",
    "proxy_pass http://127.1:22",
    "proxy_pass http://0:22",
    "proxy_pass http://[::ffff:7f00:1]:22",
    "proxy_pass http://127.0.0.1@10.0.0.1/",
    "proxy_pass http://127.0.0.1:022",
    "proxy_pass http://127.0.0.1:99999",
    "proxy_pass http://localhost.example.com",
    "proxy_pass https://127.0.0.1:3000",
    "proxy_pass http://unix:/var/run/docker.sock",
    "proxy_pass http://unix:/var/run/docker.sock:/containers/json",
    "proxy_pass http://127.0.0.1:3000/../x",
    "proxy_pass http://127.0.0.1:3000/$uri",
    "proxy_store on",
    "proxy_store /tmp/x",
    "proxy_bind 10.0.0.1",
    "proxy_ssl_certificate_key /etc/x.key",
    "fastcgi_pass 127.0.0.1:9000",
    "fastcgi_param SCRIPT_FILENAME /etc/passwd",
    "uwsgi_pass 127.0.0.1:9000",
    "scgi_pass 127.0.0.1:9000",
    "grpc_pass grpc://127.0.0.1:50051",
    "memcached_pass 127.0.0.1:11211",
    "js_content main.hello",
    "perl 'sub { system(\"id\") }'",
    "content_by_lua 'os.execute(\"id\")'",
    "dav_methods PUT DELETE",
    "create_full_put_path on",
    "autoindex on",
    "random_index on",
    "mirror /other",
    "auth_request /auth",
    "ssi on",
    "xslt_stylesheet /etc/passwd",
    "image_filter resize 1 1",
    "disable_symlinks off",
    "client_body_in_file_only on",
    "sub_filter_last_modified /x",
    "include /etc/passwd",
    "include mime.types.bak",
    "set $document_root /etc extra",
    "set document_root /etc",
    "rewrite ^ $arg_f",
    "rewrite ^ ../../etc/passwd",
    "rewrite ^ /../../etc/passwd last",
    "rewrite ^ /$arg_f break",
    "add_header X /etc/passwd sometimes",
    "allow 127.0.0.1",
    "deny all",
    "echo_exec /x",
    "more_set_headers 'X: y'",
  ],
  server: [
    "listen unix:/tmp/x.sock",
    "listen 80 ssl",
    "listen 443 quic",
    "listen 80 proxy_protocol",
    "listen 10.0.0.1:80",
    "listen example.com:80",
    "listen 127.0.0.1:80",
    "listen 99999",
    "listen $port",
    "listen [::]:80x",
    "ssl_certificate /etc/x.pem",
    "ssl on",
    "resolver 127.0.0.1",
  ],
} as const;

/** `root /` shows only the script's own files; everything else is refused. */
const RUNS_SAFELY = new Set(["root /"]);

const AROUND = {
  main: (it: string) => `${it};\n${server("")}`,
  http: (it: string) => http(`${it};\nserver { listen 80; }`),
  server: (it: string) => http(`server {\n${it};\n}`),
  location: (it: string) => location(`${it};`),
};

/** Ways to write the same directive that NGINX reads as the plain one, or refuses. */
const TRICKS: readonly (readonly [string, (directive: string) => string])[] = [
  ["as it is", (it) => it],
  ["with its name in double quotes", (it) => it.replace(/^\w+/, '"$&"')],
  ["with its name in single quotes", (it) => it.replace(/^\w+/, "'$&'")],
  ["on several lines", (it) => it.replace(/ /g, "\n\t")],
  ["with carriage returns", (it) => it.replace(/ /g, "\r\n")],
  ["behind a comment that looks closed", (it) => `# server { ; } "\n${it}`],
  ["behind a comment without a blank", (it) => `#x;{\n${it}`],
  ["behind an empty block", (it) => `types { }\n${it}`],
];

/** The forbidden directives, each in each way of writing it. */
export const FORBIDDEN_DIRECTIVES: readonly HostileConfiguration[] = Object.entries(FORBIDDEN).flatMap(
  ([place, directives]) =>
    directives
      .filter((it) => !RUNS_SAFELY.has(it))
      .flatMap((directive) =>
        TRICKS.filter(([title]) => title !== "behind an empty block" || place !== "main").map(([title, trick]) => ({
          title: `${place}: ${directive}, ${title}`,
          text: AROUND[place as keyof typeof AROUND](trick(directive)),
        })),
      ),
);

/** Text that NGINX and a parser could read differently, and broken text. */
export const MALFORMED: readonly HostileConfiguration[] = [
  { title: "an escaped letter in a name", text: "lo\\ad_module x.so;\n" + server("") },
  { title: "a quotation mark within a name", text: 'load"_module" x.so;\n' + server("") },
  { title: "a quotation mark within a value", text: server('return 200 a"b;load_module x;c";') },
  { title: "text after a closing quotation mark", text: server('return 200 "a"b;') },
  { title: "a double quotation mark without its partner", text: server('return 200 "a;') },
  { title: "a single quotation mark without its partner", text: server("return 200 'a;") },
  { title: "a brace within a word", text: server("return 200 a}b;") },
  { title: "a closing brace too many", text: `${server("")}}` },
  { title: "a closing brace too few", text: server("").replace(/\}\n$/, "") },
  { title: "a brace after a dollar sign", text: server("return 200 ${a; location / { root /etc; }") },
  { title: "a directive without its semicolon", text: server("root /etc") },
  { title: "only a semicolon", text: server(";") },
  { title: "a block without a name", text: server("{ }") },
  { title: "a null byte in a name", text: server("ro\0ot /etc;") },
  { title: "a null byte in a value", text: server('root "/srv\0/etc";') },
  { title: "a byte order mark", text: `\ufeff${server("")}` },
  { title: "an escape character", text: server('return 200 "\x1b]0;x\x07";') },
  { title: "a no-break space", text: server("root\u00a0/etc;") },
  { title: "a line separator", text: server("root\u2028/etc;") },
  { title: "a vertical tab", text: server("root\v/etc;") },
  { title: "a very long word", text: server(`return 200 ${"a".repeat(10_000)};`) },
  { title: "a very long quoted word", text: server(`return 200 "${"a".repeat(10_000)}";`) },
  { title: "blocks that are nested deeply", text: http(`${"location / {".repeat(1_000)}${"}".repeat(1_000)}`) },
  { title: "locations that are nested deeply", text: server(`${"location /a {".repeat(30)}${"}".repeat(30)}`) },
  { title: "two http blocks", text: http("") + http("") },
  { title: "a block of Lua", text: location('content_by_lua_block { os.execute("id") }') },
  {
    title: "a block of Lua with braces in its text",
    text: location('content_by_lua_block { x = "}" os.execute("id") }'),
  },
  { title: "a stream block", text: "events {}\nstream { server { listen 22; proxy_pass 127.0.0.1:22; } }" },
  { title: "a mail block", text: "events {}\nmail { server { listen 25; } }" },
  {
    title: "an upstream elsewhere",
    text: http("upstream a { server 10.0.0.1:80; }\nserver { listen 80; location / { proxy_pass http://a; } }"),
  },
  { title: "an upstream by name", text: http("upstream a { server example.com; }") },
  { title: "an upstream that is a socket", text: http("upstream a { server unix:/var/run/docker.sock; }") },
  { title: "an upstream with resolve", text: http("upstream a { server 127.0.0.1:80 resolve; }") },
  { title: "an upstream called localhost", text: http("upstream localhost { server 127.0.0.1:80; }") },
  { title: "an upstream that is not there", text: location("proxy_pass http://nowhere;") },
  { title: "an alias in the location of an expression", text: server("location ~ ^/x(.*)$ { alias /srv/$1; }") },
  { title: "a plain alias in the location of an expression", text: server("location ~ ^/x(.*)$ { alias /srv/a; }") },
  { title: "a map that includes a file", text: http("map $uri $x { include /etc/passwd; }") },
  { title: "types that include a file", text: http("types { include /etc/passwd; }") },
  { title: "types with other words", text: http("types { root /etc; }") },
  { title: "a test for a file that the client names", text: server("if (-f $arg_f) { return 200; }") },
  { title: "a test for a file elsewhere", text: server("if (-f /etc/passwd) { return 200; }") },
  { title: "a test for a file above the root", text: server("if (!-e $document_root/../x) { return 200; }") },
  { title: "a test with a separate parenthesis", text: server("if ( -f $arg_f ) { return 200; }") },
  { title: "a root in an if", text: location("if ($arg_f) { root /etc; }") },
  { title: "a break after a rewrite", text: location("rewrite ^ /$arg_f;\nbreak;") },
  { title: "a break in an if", text: location("if ($arg_f) { rewrite ^ /$arg_f break; }") },
  { title: "the variable of serve's own check", text: server("set $alb_web_outside 0;\nrewrite ^ /$arg_f;") },
  { title: "the same in an expression", text: server("location ~ ^/(?<alb_web_outside>.*)$ { }") },
  { title: "a location with three words", text: server("location ~ a b { }") },
  { title: "a limit_except block", text: location("limit_except GET { deny all; }") },
  { title: "a geo block", text: http("geo $x { include /etc/passwd; }") },
  { title: "a match block", text: http("match a { status 200; }") },
  { title: "an included file that is not there", text: http("include conf.d/missing.conf;") },
  { title: "an include with a pattern in the folder", text: http("include /etc/*/x.conf;") },
  { title: "an include with a set", text: http("include /etc/nginx/conf.d/[a-z].conf;") },
];

/** Configurations that run. A request must not leave their site, whatever the client adds as `?f=`. */
export const RUNS_WITHIN_ITS_SITE: readonly HostileConfiguration[] = [
  { title: "a root of everything", text: location("root /;") },
  { title: "an alias without its slash", text: server("location /static { alias /usr/share/nginx/html/; }") },
  {
    title: "an alias to a folder of the system",
    text: server("location /etc { alias /etc; }\nlocation /e/ { alias /etc/; }"),
  },
  {
    title: "a rewrite to what the client names",
    text: server("root /usr/share/nginx/html;\nrewrite ^/r /$arg_f last;"),
  },
  { title: "the same without a flag", text: server("root /usr/share/nginx/html;\nrewrite ^/r /$arg_f;") },
  {
    title: "the same with break for the server",
    text: server("root /usr/share/nginx/html;\nrewrite ^/r /$arg_f break;\nlocation /x { }"),
  },
  {
    title: "the same in a location",
    text: server("root /usr/share/nginx/html;\nlocation /r { rewrite ^ /$arg_f last; }"),
  },
  {
    title: "the same in a location without a flag",
    text: server("root /usr/share/nginx/html;\nlocation /r { rewrite ^ /$arg_f; try_files $uri =404; }"),
  },
  {
    title: "the same in an if",
    text: server("root /usr/share/nginx/html;\nlocation /r { if ($arg_f) { rewrite ^ /$arg_f last; } }"),
  },
  {
    title: "the same with a variable",
    text: server("root /usr/share/nginx/html;\nset $f $arg_f;\nrewrite ^/r /$f last;"),
  },
  {
    title: "the same with a map",
    text: http(
      "map $arg_f $f { default $arg_f; }\nserver { listen 80; root /usr/share/nginx/html; rewrite ^/r /$f last; }",
    ),
  },
  {
    title: "the same with a preferred location",
    text: server("root /usr/share/nginx/html;\nrewrite ^/r /$arg_f;\nlocation ^~ / { }"),
  },
  {
    title: "the same with an exact location",
    text: server("root /usr/share/nginx/html;\nrewrite ^/r /$arg_f;\nlocation = /x { }"),
  },
  {
    title: "the same with what an expression captured",
    text: server("root /usr/share/nginx/html;\nlocation ~ ^/r(.*)$ { rewrite ^/r(.*)$ /$1 last; }"),
  },
  {
    title: "the same with a named location",
    text: server(
      "root /usr/share/nginx/html;\nrewrite ^/r /$arg_f;\nlocation / { try_files /none @a; }\nlocation @a { }",
    ),
  },
  {
    title: "the same with an error page",
    text: server(
      "root /usr/share/nginx/html;\nrewrite ^/r /$arg_f;\nerror_page 404 @a;\nlocation @a { root /usr/share/nginx; }",
    ),
  },
  {
    title: "a server that tries the URI",
    text: server("root /usr/share/nginx/html;\nrewrite ^/r /$arg_f;\ntry_files $uri $uri/ =404;"),
  },
  { title: "a proxy to a port of the machine", text: location("proxy_pass http://127.0.0.1:22;") },
  { title: "a proxy to localhost", text: location("proxy_pass http://localhost;") },
  { title: "a proxy to localhost on IPv6", text: location("proxy_pass http://[::1]:22;") },
  {
    title: "an upstream of ports of the machine",
    text: http(
      "upstream a { server 127.0.0.1:22; server localhost:111 backup; keepalive 8; }\nserver { listen 80; location / { proxy_pass http://a; } }",
    ),
  },
  {
    title: "logs elsewhere",
    text: http(
      "log_format a $remote_addr;\naccess_log /home/x/a.log a;\nerror_log /home/x/e.log debug;\nserver { listen 80; access_log syslog:server=10.0.0.1; error_log syslog:server=10.0.0.1; location / { access_log /etc/cron.d/x; } }",
    ),
  },
  {
    title: "another user and process file",
    text: `user root;\npid /etc/cron.d/x;\nlock_file /etc/x;\nworker_processes 64;\ndaemon on;\n${server("")}`,
  },
  { title: "quotation marks and braces in values", text: server('return 200 "a\\"b;}{#$host\\\\";') },
];
