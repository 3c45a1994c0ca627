import { always, type Findings, line, PLAIN_PATH, type Printed } from "./plan";
import { NotRun } from "./tokens";

/* `listen`, `proxy_pass` and the servers of an `upstream`: every address becomes one on loopback that serve owns. */

const OWN_MACHINE = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::([1-9]\d{0,4}))?$/;
const WILDCARD = /^(?:(?:\*|0\.0\.0\.0|(\[::\])):)?([1-9]\d{0,4})$/;
/** Options of `listen` that make no difference on loopback. */
const SOCKET_OPTION =
  /^(?:reuseport|deferred|bind|ipv6only=(?:on|off)|(?:backlog|rcvbuf|sndbuf|fastopen|setfib)=\w+|so_keepalive=[\w:]+)$/;

interface Listening {
  readonly isDefault: boolean;
  readonly isHttp2: boolean;
}

/** The `listen` directives of a server, one for each port. */
export function listens(directives: readonly (readonly string[])[], findings: Findings): Printed[] {
  const ports = new Map<number, Listening>();
  let isOnIpv4 = directives.length === 0;
  for (const [address = "", ...options] of directives.length === 0 ? [["80"]] : directives) {
    const [, ipv6, port] = WILDCARD.exec(address === "*" ? "80" : address) ?? [];
    if (port === undefined || Number(port) > 65_535) throw new NotRun(`listens on ${address}`);
    isOnIpv4 ||= ipv6 === undefined || options.includes("ipv6only=off");
    const refused = options.find((it) => !/^(?:default_server|default|http2)$/.test(it) && !SOCKET_OPTION.test(it));
    if (refused !== undefined) throw new NotRun(`has the option ${refused} in a listen directive`);
    const others = ports.get(Number(port));
    ports.set(Number(port), {
      isDefault: (others?.isDefault ?? false) || options.some((it) => it.startsWith("default")),
      isHttp2: (others?.isHttp2 ?? false) || options.includes("http2"),
    });
  }
  if (!isOnIpv4) throw new NotRun("listens on IPv6 alone");
  for (const port of ports.keys()) findings.ports.add(port);
  return [...ports].map(
    ([port, { isDefault, isHttp2 }]): Printed =>
      (to) =>
        line("listen", [
          `127.0.0.1:${owned(to.ports, port)}`,
          ...(isDefault ? ["default_server"] : []),
          ...(isHttp2 ? ["http2"] : []),
        ]),
  );
}

/** The port of a server whose `listen` directives all name the same one. */
export function onlyPort(directives: readonly (readonly string[])[]): number | undefined {
  const ports = new Set(directives.map(([address = ""]) => WILDCARD.exec(address)?.[2] ?? "80"));
  return ports.size > 1 ? undefined : Number([...ports][0] ?? "80");
}

export function proxyPass(words: readonly string[], findings: Findings): Printed {
  const url = words.length === 1 ? (words[0] ?? "") : "";
  const [, authority, path = ""] = /^http:\/\/([^/]+)(\/.*)?$/.exec(url) ?? [];
  if (authority === undefined || (path !== "" && !PLAIN_PATH.test(path))) throw new NotRun(`proxies to ${url}`);
  if (findings.upstreams.has(authority)) return always(line("proxy_pass", [url]));
  const port = portOf(authority);
  if (port === undefined) throw new NotRun(`proxies to ${url}, which is not a port of the instance`);
  findings.proxiesTo.add(port);
  return (to) => line("proxy_pass", [`http://127.0.0.1:${owned(to.apps, port)}${path}`]);
}

const UPSTREAM_OPTION = /^(?:weight=\d{1,4}|max_conns=\d{1,6}|max_fails=\d{1,4}|fail_timeout=\d{1,5}s?|backup|down)$/;

export function upstreamServer([address = "", ...options]: readonly string[], findings: Findings): Printed {
  const port = portOf(address);
  const refused = options.find((it) => !UPSTREAM_OPTION.test(it));
  if (port === undefined) throw new NotRun(`proxies to ${address}, which is not a port of the instance`);
  if (refused !== undefined) throw new NotRun(`has the option ${refused} for a server of an upstream`);
  findings.proxiesTo.add(port);
  return (to) => line("server", [`127.0.0.1:${owned(to.apps, port)}`, ...options]);
}

function portOf(authority: string): number | undefined {
  const match = OWN_MACHINE.exec(authority);
  const port = Number(match?.[1] ?? "80");
  return match === null || port > 65_535 ? undefined : port;
}

function owned(ports: ReadonlyMap<number, number>, port: number): number {
  const own = ports.get(port);
  if (own === undefined) throw new Error(`port ${port} has no port on loopback`);
  return own;
}
