import { spawnSync } from "node:child_process";
import { settingsOf } from "../../../constructs/props/settings";
import type { WebStackProps } from "../../../constructs/props/web-stack-props";
import { nginxConf, userDataFor } from "../../../constructs/user-data";

const settings = (props: Partial<WebStackProps> = {}) => settingsOf("web", { domainName: "www.example.com", ...props });
const conf = (props?: Partial<WebStackProps>) => nginxConf(settings(props));
const script = (props?: Partial<WebStackProps>) => userDataFor(settings(props));
const listens = (props?: Partial<WebStackProps>) => conf(props).match(/listen .*;/g);

describe("NGINX", () => {
  test.each([80, 8080])("listens on app port %i alone", (appPort) => {
    expect(listens({ appPort })).toEqual([`listen ${appPort} default_server;`]);
  });

  test("listens on a health-check port of its own too", () => {
    expect(listens({ appPort: 8080, healthCheck: { port: 9000 } })).toEqual([
      "listen 8080 default_server;",
      "listen 9000 default_server;",
    ]);
  });

  test("listens once where both ports are the same", () => {
    expect(listens({ appPort: 8080, healthCheck: { port: 8080 } })).toHaveLength(1);
  });

  test.each([
    ["/health", "/health"],
    ["/up?deep=1", "/up"],
    ["/a/b-c_d.e~f", "/a/b-c_d.e~f"],
  ])("answers the health check %s with 200 at %s, unlogged", (path, location) => {
    expect(conf({ healthCheck: { path } })).toContain(`location = ${location} {
            access_log off;
            default_type text/plain;
            return 200 "ok\\n";
        }`);
  });

  // "/" is answered with index.html.
  test.each(["/", "/?probe=1", "/index.html"])("lets the page answer the health check at %s", (path) => {
    expect(conf({ healthCheck: { path } })).not.toContain("location =");
    expect(conf({ healthCheck: { path } })).toContain("try_files");
  });

  test("hands everything, the health check as well, to the app behind it", () => {
    const text = conf({ server: { proxyPort: 3000 } });
    expect(text).toContain("proxy_pass http://127.0.0.1:3000;");
    expect(text.match(/location .*/g)).toEqual(["location / {"]);
    expect(text).not.toContain("try_files");
  });

  test.each([1, 60, 4000])("keeps connections longer than the load balancer's %i seconds", (idleTimeoutSec) => {
    const keepalive = Number(/keepalive_timeout (\d+)s;/.exec(conf({ idleTimeoutSec }))?.[1]);
    expect(keepalive).toBe(idleTimeoutSec + 15);
  });

  test("waits for the app as long as the load balancer waits for it", () => {
    expect(conf({ server: { proxyPort: 3000 }, idleTimeoutSec: 300 })).toContain("proxy_read_timeout 300s;");
  });

  test("closes every block that it opens", () => {
    for (const text of [conf(), conf({ server: { proxyPort: 3000 } })]) {
      expect(text.match(/\{$/gm)?.length).toBe(text.match(/^\s*\}$/gm)?.length);
    }
  });
});

describe("the boot script", () => {
  test("begins in its first column, or EC2 would not run it", () => {
    expect(script()).toMatch(/^#!\/bin\/bash\n/);
  });

  test("checks NGINX's configuration, then starts it at every boot", () => {
    expect(script()).toMatch(/\nnginx -t\nsystemctl enable --now nginx\n$/);
  });

  test("is the person's own where one is given, to the letter", () => {
    const userData = "#!/bin/bash\necho mine   \n\n";
    expect(script({ server: { userData } })).toBe(userData);
  });

  test("sets the app up before NGINX is started", () => {
    const text = script({ server: { proxyPort: 3000, setup: "install the-app" } });
    expect(text.indexOf("install the-app")).toBeGreaterThan(text.indexOf("dnf install -y nginx"));
    expect(text.indexOf("install the-app")).toBeLessThan(text.indexOf("systemctl enable --now nginx"));
  });
});

describe("in bash", () => {
  beforeAll(() => {
    if (bash(["-c", "true"]).error !== undefined)
      throw new Error("bash is missing, and the boot script is one; install bash and put it on PATH");
  });

  test.each<[string, Partial<WebStackProps>]>([
    ["NGINX alone", {}],
    ["NGINX in front of an app", { appPort: 8080, server: { proxyPort: 3000 } }],
    ["an app with its setup", { server: { proxyPort: 3000, setup: "if true; then\n  echo 'one'\nfi\n" } }],
  ])("the script for %s is well-formed", (_, props) => {
    expect(bash(["-n"], script(props))).toMatchObject({ status: 0, stderr: "" });
  });

  test.each([
    ["names its own end", "echo before\nAPP_SETUP\necho after"],
    ["names several ends", "APP_SETUP\nAPP_SETUP_\necho after"],
    ["ends with its own end and a space", "echo before\nAPP_SETUP "],
    ["ends with its own end and empty lines", "echo before\nAPP_SETUP\n\n\n"],
    ["has the ends of the other files", "NGINX_CONF\nINDEX_HTML\n"],
    ["is in quotes of all kinds", "echo \"$HOME\" '$HOME' `date` $(date) \\"],
  ])("setup text that %s reaches its shell whole", (_, setup) => {
    expect(received(setup)).toBe(`${setup.trimEnd()}\n`);
  });

  test("nothing of the setup is run by the shell around it", () => {
    expect(received("exit 0\nAPP_SETUP\nrm -rf /")).toBe("exit 0\nAPP_SETUP\nrm -rf /\n");
  });

  test("a command of the setup that reads its input swallows none of the lines after it", () => {
    expect(bash(["-c", `${stepOf("cat")}${stepOf("cat > /dev/null\necho after")}`])).toMatchObject({
      status: 0,
      stdout: "after\n",
    });
  });

  test("a setup that fails ends the boot script", () => {
    expect(bash(["-c", `set -e\n${stepOf("false\necho after")}echo and NGINX`])).toMatchObject({
      status: 1,
      stdout: "",
    });
  });

  /** The setup's step as it stands in the script. */
  function stepOf(setup: string): string {
    const text = script({ server: { proxyPort: 3000, setup } });
    return text.slice(text.indexOf("\nbash -euo pipefail"), text.lastIndexOf("\nnginx -t"));
  }

  /** What the setup's own shell is given: that shell replaced by cat. */
  function received(setup: string): string {
    const { stdout, stderr, status } = bash(["-c", stepOf(setup).replace("bash -euo pipefail", "cat")]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    return stdout;
  }
});

function bash(args: string[], input = "") {
  return spawnSync("bash", ["--norc", ...args], { input, encoding: "utf8", env: { PATH: process.env.PATH } });
}
