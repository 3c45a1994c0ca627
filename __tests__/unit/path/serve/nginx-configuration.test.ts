import { settingsOf } from "../../../../constructs/props/settings";
import type { WebStackProps } from "../../../../constructs/props/web-stack-props";
import { userDataFor } from "../../../../constructs/user-data";
import { targetProgram } from "../../../../path/serve/nginx-configuration";
import { FORBIDDEN_DIRECTIVES, MALFORMED, RUNS_WITHIN_ITS_SITE } from "../../../support/hostile-nginx";

const HEAD = "#!/bin/bash\ndnf install -y nginx\n";
const START = "systemctl enable --now nginx\n";
const writing = (text: string) => `${HEAD}cat > /etc/nginx/nginx.conf <<'NGINX'\n${text}\nNGINX\n${START}`;
const server = (inside: string) => writing(`events {}\nhttp {\nserver {\n${inside}\n}\n}`);
const reason = (userData: string) => {
  const program = targetProgram(userData);
  return program.kind === "nginx" ? "it runs" : `${program.kind}: ${program.reason}`;
};
const printed = (userData: string) => {
  const program = targetProgram(userData);
  if (program.kind !== "nginx") throw new Error(program.reason);
  return program.configuration({
    ports: new Map(program.ports.map((port) => [port, port + 10_000])),
    apps: new Map(program.proxiesTo.map((port) => [port, port + 20_000])),
    folder: "/private",
    without: [],
  });
};
const files = (userData: string) => {
  const program = targetProgram(userData);
  return program.kind === "nginx" ? new Map(program.files.map(({ path, text }) => [path, text])) : new Map();
};
const own = (props: Partial<WebStackProps>) =>
  userDataFor(settingsOf("web", { domainName: "www.example.com", ...props }));

describe("this project's own user data", () => {
  test.each<[string, Partial<WebStackProps>, object]>([
    ["a static page", {}, { ports: [80], proxiesTo: [] }],
    ["another port", { appPort: 8080 }, { ports: [8080], proxiesTo: [] }],
    ["a port for health checks", { appPort: 8080, healthCheck: { port: 9000 } }, { ports: [8080, 9000] }],
    ["a health check on /", { healthCheck: { path: "/" } }, { ports: [80] }],
    ["an app", { server: { proxyPort: 3000 } }, { ports: [80], proxiesTo: [3000] }],
    [
      "an app with its setup",
      { server: { proxyPort: 3000, setup: "npm ci\nsystemctl start app" } },
      { proxiesTo: [3000] },
    ],
  ])("with %s is run by NGINX", (_, props, expected) => {
    expect(targetProgram(own(props))).toMatchObject({ kind: "nginx", notes: [], ...expected });
  });

  test("has the page that the script writes", () => {
    expect(files(own({})).get("/usr/share/nginx/html/index.html")).toContain("<h1>www.example.com is up</h1>\n");
  });
});

describe("a hostile configuration", () => {
  test("is tried in hundreds of forms", () => {
    expect(FORBIDDEN_DIRECTIVES.length).toBeGreaterThan(800);
  });

  test.each(FORBIDDEN_DIRECTIVES)("does not run: $title", ({ text }) => {
    expect(reason(writing(text))).toMatch(/^stand-in: the configuration /);
  });

  test.each(MALFORMED)("does not run: $title", ({ text }) => {
    expect(reason(writing(text))).toMatch(/^stand-in: the configuration /);
  });

  test.each(RUNS_WITHIN_ITS_SITE)("runs, with addresses and paths of serve alone: $title", ({ text }) => {
    const configuration = printed(writing(text));
    const paths = configuration.match(/^\s*(?:root|alias|pid|error_log|access_log|\w+_temp_path|include) .*$/gm) ?? [];
    expect(paths.filter((it) => !/^\S+ (?:"\/private\/[^".$]*(?:\.\w+)?"(?: "error")?|off);$/.test(it))).toEqual([]);
    const addresses = configuration.match(/^(?:listen|server|proxy_pass) "[^"]*"/gm) ?? [];
    expect(addresses.filter((it) => !/"(?:http:\/\/)?(?:127\.0\.0\.1:[12]\d{4}|a)"$/.test(it))).toEqual([]);
  });

  test("is named by its directive", () => {
    expect(reason(server("js_content main.hello;"))).toBe(
      "stand-in: the configuration uses the directive js_content, which serve does not run",
    );
  });

  test("is named by the arguments of a directive that runs otherwise", () => {
    expect(reason(server("root /srv/$host;"))).toBe(
      "stand-in: the configuration has root with arguments or in a place that serve does not run (/srv/$host)",
    );
    expect(reason(server("location / { proxy_pass http://10.0.0.1; }"))).toBe(
      "stand-in: the configuration proxies to http://10.0.0.1, which is not a port of the instance",
    );
  });

  test("takes no long time to read", () => {
    for (const char of ["{", "}", "\\", '"', "#", "$", "${", "; ", "a ", "a{", "\n", "if (", "location / { "])
      expect(reason(writing(char.repeat(8_000 / char.length)))).toMatch(/^stand-in|^nothing/);
  });
});

describe("an ordinary configuration", () => {
  test.each([
    "listen 80 default_server;\nlisten [::]:80 default_server;\nserver_name example.com *.example.com ~^www\\d+\\.example\\.com$;",
    "location = /health { access_log off; add_header Content-Type text/plain; return 200 'ok\\n'; }",
    "location / { return 301 https://$host$request_uri; }",
    "if ($http_x_forwarded_proto = 'http') { return 301 https://$host$request_uri; }",
    'if ($http_user_agent ~* "(curl|wget)") { return 403; }',
    'location ~* \\.(?:css|js|png)$ { expires 30d; add_header Cache-Control "public, max-age=2592000" always; }',
    "location ^~ /images/ { root /var/www; }",
    "location /api/ { proxy_pass http://127.0.0.1:3000/; proxy_set_header X-Real-IP $remote_addr; proxy_buffering off; }",
    "location /v1/ { rewrite ^/v1/(.*)$ /$1 break; proxy_pass http://localhost:8000; proxy_read_timeout 5m; }",
    "error_page 500 502 503 504 /50x.html;\nlocation = /50x.html { root /usr/share/nginx/html; internal; }",
    "gzip on;\ngzip_types text/plain text/css application/json;\ngzip_min_length 256;\nclient_max_body_size 20m;",
    "set $x $http_host;\nrewrite ^/old/(.*)$ /new/$1 permanent;\ncharset utf-8;\nlocation / { try_files $uri $uri/ /index.html; }",
    "location / { try_files $uri @app; }\nlocation @app { proxy_pass http://127.0.0.1:3000; }",
    "location / { if (!-f $request_filename) { return 404; } index index.html index.htm; }",
    "set_real_ip_from 10.0.0.0/16;\nreal_ip_header X-Forwarded-For;\nreal_ip_recursive on;",
    'location /status { stub_status; }\n# a comment; with { braces }\nlocation /e { default_type text/html; return 200 "<b>$host</b>"; } #end',
    "types { text/html html; }\nlocation / { alias /usr/share/nginx/html/; }",
  ])("runs: %s", (inside) => {
    expect(reason(server(inside))).toBe("it runs");
  });

  test("keeps the meaning of its arguments", () => {
    const configuration = printed(server("return 200 'a\"b\\\\c $host \\$x';\nlocation ~ \\.php$ { return 403; }"));
    expect(configuration).toContain('return "200" "a\\"b\\\\c $host \\\\$x";');
    expect(configuration).toContain('location "~" "\\\\.php$" {');
  });

  test("listens on the given loopback ports, once for each", () => {
    const configuration = printed(server("listen 80;\nlisten [::]:80 default_server;\nlisten 8080 http2 reuseport;"));
    expect(configuration.match(/^listen .*/gm)).toEqual([
      'listen "127.0.0.1:10080" "default_server";',
      'listen "127.0.0.1:18080" "http2";',
    ]);
  });

  test("listens on port 80 where it names none", () => {
    expect(printed(server(""))).toContain('listen "127.0.0.1:10080";');
  });

  test("shows the port of the instance, not the one on loopback", () => {
    const configuration = printed(server("listen 80;\nreturn 302 http://$host:$server_port/a;"));
    expect(configuration).toContain('"http://$host:80/a"');
    expect(configuration).toContain("port_in_redirect off;");
    expect(reason(server("listen 80;\nlisten 81;\nreturn 302 http://$host:$server_port/a;"))).toContain("$server_port");
  });

  test("proxies to the given loopback ports", () => {
    expect(printed(server("location / { proxy_pass http://localhost:3000/a; }"))).toContain(
      'proxy_pass "http://127.0.0.1:23000/a";',
    );
  });

  test("guards each location and the rest", () => {
    const configuration = printed(server("location = /a { }\nlocation ~ b { location /c { } }"));
    expect(configuration.match(/if \(\$alb_web_outside\)/g)).toHaveLength(4);
  });
});

describe("the files that NGINX reads", () => {
  const conf = (path: string, text: string) => `cat > ${path} <<'EOF'\n${text}\nEOF\n`;

  test("are the package's own, if the script writes only a page", () => {
    const userData = `${HEAD}echo "<h1>Hi</h1>" > /usr/share/nginx/html/index.html\nsystemctl start nginx\n`;
    expect(targetProgram(userData)).toMatchObject({ kind: "nginx", ports: [80], notes: [] });
    expect(files(userData).get("/usr/share/nginx/html/index.html")).toBe("<h1>Hi</h1>\n");
  });

  test.each([
    ["echo with several lines", 'echo "<b>\n</b>" > /usr/share/nginx/html/index.html', "<b>\n</b>\n"],
    ["echo -n", "echo -n 'a' > /usr/share/nginx/html/index.html", "a"],
    ["echo -e", "echo -e 'a\\nb' > /usr/share/nginx/html/index.html", "a\nb\n"],
    ["printf", "printf 'a\\n' > /usr/share/nginx/html/index.html", "a\n"],
    ["tee", "echo a | sudo tee /usr/share/nginx/html/index.html > /dev/null", "a\n"],
    ["tee with a here-document", "sudo tee /usr/share/nginx/html/index.html <<EOF\na\nEOF", "a\n"],
    ["append", "echo a > /usr/share/nginx/html/index.html\necho b >> /usr/share/nginx/html/index.html", "a\nb\n"],
    ["cd", "cd /usr/share/nginx/html\necho a > index.html", "a\n"],
    ["bash -c", "sudo bash -c 'echo a > /usr/share/nginx/html/index.html'", "a\n"],
    ["mv", "echo a > /tmp/a\nmv /tmp/a /usr/share/nginx/html/index.html", "a\n"],
    ["escapes of a here-document", "cat <<EOF > /usr/share/nginx/html/index.html\n\\$5\nEOF", "$5\n"],
    ["a test before", "[ -d /x ] || mkdir /x\necho a > /usr/share/nginx/html/index.html", "a\n"],
  ])("have the text of %s", (_, command, text) => {
    expect(files(`${HEAD}${command}\n${START}`).get("/usr/share/nginx/html/index.html")).toBe(text);
  });

  test("show a value of the shell as it is written, with a note", () => {
    const userData = `${HEAD}echo "from $(hostname -f)" > /usr/share/nginx/html/index.html\n${START}`;
    expect(files(userData).get("/usr/share/nginx/html/index.html")).toBe("from $(hostname -f)\n");
    expect(targetProgram(userData)).toMatchObject({
      notes: ["values that the shell puts into /usr/share/nginx/html/index.html are shown as they are written"],
    });
  });

  test("include those of conf.d before the package's server", () => {
    const userData = `${HEAD}${conf("/etc/nginx/conf.d/app.conf", "server { listen 8080; location / { proxy_pass http://127.0.0.1:3000; } }")}${START}`;
    expect(targetProgram(userData)).toMatchObject({ ports: [80, 8080], proxiesTo: [3000] });
    expect(printed(userData).match(/^listen .*/gm)).toEqual(['listen "127.0.0.1:18080";', 'listen "127.0.0.1:10080";']);
  });

  test("are linked and removed on Debian", () => {
    const userData =
      "#!/bin/bash\napt-get update && apt-get install -y nginx\n" +
      conf(
        "/etc/nginx/sites-available/app",
        "server { listen 80; location / { include proxy_params; proxy_pass http://localhost:3000; } }",
      ) +
      "ln -sf /etc/nginx/sites-available/app /etc/nginx/sites-enabled/\nrm -f /etc/nginx/sites-enabled/default\nsystemctl reload nginx\n";
    expect(targetProgram(userData)).toMatchObject({ kind: "nginx", ports: [80], proxiesTo: [3000] });
    expect(printed(userData)).not.toContain("default_server");
  });

  test("are written through a link", () => {
    const userData =
      "#!/bin/bash\napt-get install -y nginx\n" +
      conf("/etc/nginx/sites-available/default", "server { listen 8080; }") +
      "systemctl restart nginx\n";
    expect(targetProgram(userData)).toMatchObject({ kind: "nginx", ports: [8080] });
  });

  test("do not include the log of the script", () => {
    const userData = `${HEAD}exec > >(tee /var/log/a.log | logger -t a) 2>&1\nnode a.js > /var/log/b.log &\n${START}`;
    expect([...files(userData).keys()].filter((it) => !it.startsWith("/usr/share/nginx/"))).toEqual([]);
    expect(targetProgram(userData)).toMatchObject({ kind: "nginx", notes: [] });
  });

  test("are those at the last start or reload", () => {
    const late = conf("/etc/nginx/conf.d/app.conf", "server { listen 8080; }");
    expect(targetProgram(`${HEAD}systemctl start nginx\n${late}`)).toMatchObject({ ports: [80] });
    expect(targetProgram(`${HEAD}systemctl start nginx\n${late}nginx -s reload\n`)).toMatchObject({
      ports: [80, 8080],
    });
    expect(targetProgram(`#!/bin/bash\napt install -y nginx\n${late}systemctl start nginx\n`)).toMatchObject({
      ports: [80],
    });
  });

  test.each([
    ["sed -i s/80/8080/ /etc/nginx/nginx.conf", "changes files of NGINX with sed, which serve does not follow"],
    [
      "curl -o /etc/nginx/conf.d/a.conf https://x.example/a",
      "changes files of NGINX with curl, which serve does not follow",
    ],
    ["aws s3 sync s3://b /usr/share/nginx/html", "changes files of NGINX with aws, which serve does not follow"],
    ["cp /root/a.conf /etc/nginx/conf.d/", "puts /root/a.conf into /etc/nginx/conf.d/, which is not in the user data"],
    [
      "envsubst < /root/t > /etc/nginx/nginx.conf",
      "writes /etc/nginx/nginx.conf with a command that serve does not run",
    ],
    ["if [ -f /x ]; then\nrm /etc/nginx/nginx.conf\nfi", "changes NGINX under a condition"],
    ["f() {\nrm /etc/nginx/nginx.conf\n}", "changes NGINX under a condition"],
    ["[ -f /x ] && rm /etc/nginx/nginx.conf", "changes files of NGINX with rm, which serve does not follow"],
    ["cat > $CONF <<EOF\nserver { }\nEOF", "writes files whose names the shell decides"],
    ["nginx -c /root/nginx.conf", "starts NGINX with a configuration of its own"],
    ["nginx -g 'load_module x.so;'", "starts NGINX with a configuration of its own"],
    ["certbot --nginx -d example.com", "changes files of NGINX with certbot, which serve does not follow"],
  ])("are not certain after: %s", (command, why) => {
    expect(reason(`${HEAD}${command}\n${START}`)).toBe(`stand-in: the user data ${why}`);
  });

  test("are not certain if the shell puts values into them", () => {
    const userData = `${HEAD}cat > /etc/nginx/conf.d/a.conf <<EOF\nserver { listen $PORT; }\nEOF\n${START}`;
    expect(reason(userData)).toBe(
      "stand-in: the configuration contains values that the shell puts into /etc/nginx/conf.d/a.conf",
    );
  });

  test("leave out names that are not plain", () => {
    const userData = `${HEAD}echo a > '/usr/share/nginx/html/../../x'\necho b > '/srv/a b'\necho c > /srv/${"c".repeat(300)}\n${START}`;
    expect(
      [...files(userData).keys()].filter((it) => it.includes("..") || it.includes(" ") || it.length > 255),
    ).toEqual([]);
  });
});

describe("whether something listens", () => {
  test.each([
    [
      "echo no interpreter\nsystemctl start nginx\n",
      "nothing: cloud-init does not run the user data, which does not begin with #!",
    ],
    [HEAD, "nothing: the user data installs NGINX and never starts it"],
    [`${HEAD}systemctl enable nginx\n`, "nothing: the user data installs NGINX and never starts it"],
    [`${HEAD}${START}systemctl stop nginx\n`, "nothing: the user data installs NGINX and never starts it"],
    [writing("events {}"), "nothing: the configuration of NGINX has no server"],
    ["<powershell>\n</powershell>", "stand-in: the user data is not a script that serve reads"],
    [
      "#!/bin/bash\npython3 -m http.server 8000 &\n",
      "stand-in: the user data does not start NGINX in a way that serve reads",
    ],
    ["", "stand-in: the file contains no user data, and what the image runs is not known"],
    [
      "#!/bin/bash\nsystemctl start nginx\n",
      "stand-in: the distribution, and with it the configuration of NGINX, is not known",
    ],
  ])("%j", (userData, expected) => {
    expect(reason(userData)).toBe(expected);
  });

  test("a stand-in has the ports that the script shows", () => {
    expect(targetProgram("#!/bin/bash\npython3 -m http.server 8000 &\n")).toMatchObject({ ports: [8000] });
    expect(targetProgram("#!/bin/bash\n/opt/start\n")).toMatchObject({ ports: "any" });
    expect(targetProgram(undefined)).toMatchObject({ ports: "any" });
  });

  test.each([
    "systemctl enable --now nginx",
    "systemctl start nginx.service",
    "service nginx start",
    "sudo systemctl restart nginx",
    "nginx",
    "/usr/sbin/nginx -g 'daemon on;'",
    "nginx -t && systemctl start nginx",
    "/etc/init.d/nginx start",
    "systemctl is-active nginx || systemctl start nginx",
    "until systemctl start nginx; do sleep 1; done",
    "chkconfig nginx on\nservice nginx start",
    "amazon-linux-extras enable nginx1\nsystemctl start nginx",
  ])("%s starts NGINX", (command) => {
    expect(reason(`${HEAD}${command}\n`)).toBe("it runs");
  });

  test("other servers of the script listen as well", () => {
    expect(targetProgram(`${HEAD}${START}python3 -m http.server 8000 &\n`)).toMatchObject({
      ports: [80],
      others: [8000],
    });
  });
});
