import { holdsPublic, rangesOf } from "../network/ipv4";
import { type BootScript, bootScript } from "./boot-script";
import { shownCommand, toolOf } from "./shown-command";

/*
 * What user data in clear text tells of the instance that runs it; where it does not tell, the answer is empty or
 * `undefined`.
 */

/** Something that the instance must get from elsewhere before it can serve. */
export interface Fetch {
  /**
   * Where it lies: Amazon Linux's packages are in S3, as are the author's own objects; the account's container images
   * are in its `registry`; everything else is on the internet.
   */
  readonly from: "s3" | "registry" | "internet";
  /** What it is fetched with, such as `dnf install -y nginx`, without what may be a secret. */
  readonly command: string;
  /** Whether the instance cannot serve without it; false of mere tools and updates. */
  readonly isNeeded: boolean;
  /** The ports that it goes out by; one of them is enough. */
  readonly ports: readonly number[];
}

/** Of no use to what is served, or on every image already. */
const TOOLS = new Set(
  "curl wget git jq vim nano htop tree tmux screen telnet nc ncat nmap-ncat netcat unzip zip tar less man bind-utils dnsutils net-tools lsof strace sysstat stress stress-ng awscli aws-cli python python3 ca-certificates apt-transport-https gnupg lsb-release software-properties-common amazon-cloudwatch-agent amazon-ssm-agent amazon-efs-utils nfs-utils nfs-common collectd ec2-instance-connect chrony ntp fail2ban".split(
    " ",
  ),
);
const PACKAGES =
  /\b(dnf|yum|microdnf|apt-get|apt|aptitude|zypper|apk|snap|amazon-linux-extras|cloud-init-packages|pip3?|pipx|npm|yarn|pnpm|gem|cargo|composer|pecl|conda)\s+(?:-\S+\s+(?:\w+::\S+\s+)?)*(install|localinstall|groupinstall|reinstall|add|i|ci|global add|create-project|require)\b([^;&|]*)/g;
/** Amazon Linux's own. */
const LINUX_PACKAGES = /^(dnf|yum|microdnf|amazon-linux-extras)\b/;
const OTHER_PACKAGES = /^(apt-get|apt|aptitude|zypper|apk)\b/;
/** It is fetched only where the image does not have it, or may fail. */
const UNLESS_THERE = /\b(command\s+-v|which|type\s+-\w+|rpm\s+-q\w*|dpkg(-query)?\s+-\w+)\s+(?!apt|apt-get|yum|dnf)/;
const MAY_FAIL = /\|\|\s*(true|:|echo)\b/;
const PROXY = /\b(https?_proxy|all_proxy|--proxy|Acquire::https?::Proxy|^proxy=)/im;

/** Whether cloud-init runs it: `never` only where that is certain. */
export function runs(userData: string): "runs" | "never" | "unclear" {
  return bootScript(userData).kind;
}

/** Reads a script once for each question, as many instances share it, and many paths an instance. */
function once<Asked extends string | number, Told>(
  read: (script: BootScript, asked: Asked) => Told,
): (userData: string, asked: Asked) => Told {
  const told = new WeakMap<BootScript, Map<Asked, { readonly is: Told }>>();
  return (userData, asked) => {
    const script = bootScript(userData);
    const answers = told.get(script) ?? new Map<Asked, { readonly is: Told }>();
    const answer = answers.get(asked) ?? { is: read(script, asked) };
    told.set(script, answers.set(asked, answer));
    return answer.is;
  };
}

const fetches = once(fetchesOfScript);

/**
 * What the user data fetches from elsewhere, in its order. A text that names a proxy, or is never run, fetches nothing
 * that can be told.
 */
export function installs(userData: string): readonly Fetch[] {
  return fetches(userData, "");
}

function fetchesOfScript(script: BootScript): readonly Fetch[] {
  if (script.kind !== "runs" || PROXY.test(script.text)) return [];
  const isOptional = script.commands.some((it) => UNLESS_THERE.test(it));
  const containers = containersOf(script.commands);
  const found = script.commands.flatMap((command) =>
    fetchesOf(command, containers).map((it) => ({
      ...it,
      command: shownCommand(it.command),
      isNeeded: !isOptional && !MAY_FAIL.test(command) && (it.isNeeded || script.stopsAtError),
    })),
  );
  // A script for several systems takes one of its branches; on Amazon Linux, its own.
  const isForAmazonLinux = found.some(({ command }) => LINUX_PACKAGES.test(command));
  return found.filter(({ command }) => !isForAmazonLinux || !OTHER_PACKAGES.test(command));
}

function fetchesOf(line: string, containers: Containers): Fetch[] {
  if (/^(echo|printf)\b/.test(line)) return [];
  return [...packageInstalls(line), ...downloads(line), ...images(line, containers)];
}

function packageInstalls(line: string): Fetch[] {
  return [...line.matchAll(PACKAGES)].flatMap(([command, tool = "", , rest = ""]): Fetch[] => {
    const names = rest.split(/\s+/).filter((it) => it !== "" && !it.startsWith("-"));
    // From files that are there already.
    if (
      names.length > 0 &&
      names.every((it) => /^(\.{0,2}\/|~|\$|[^:]*\.(rpm|deb|whl|tgz)$)/.test(it) && !it.includes("://"))
    )
      return [];
    // Packages from another repository or address are not in Amazon's bucket.
    const isElsewhere = names.some((it) => it.includes("://") && !S3_ADDRESS.test(it));
    // What was brought along is fetched from nowhere.
    if (/\s(--no-index|--offline|--prefer-offline|--no-download|--cacheonly)(\s|$)/.test(` ${rest} `)) return [];
    const ports = /^(snap|pip3?|pipx|npm|yarn|pnpm|gem|cargo|composer|conda)$/.test(tool) ? [443] : [80, 443];
    return [
      {
        from: (LINUX_PACKAGES.test(tool) || tool === "cloud-init-packages") && !isElsewhere ? "s3" : "internet",
        command: command.trim(),
        isNeeded: names.length === 0 || names.some((it) => !TOOLS.has(it)),
        ports,
      },
    ];
  });
}

const S3_ADDRESS = /:\/\/([\w.-]+\.)?s3[.-][\w.-]*amazonaws\.com\//;
const S3_HOST = /(^|\.)s3[.-][\w.-]*amazonaws\.com$/;
/** What is done with a download that something is made of: a shell reads it, or it is unpacked, added or kept. */
const USED =
  /\|\s*(sudo\s+)?([A-Za-z_]\w*=[^\s|]+\s+)*(-[^\s|]+\s+)*([^\s|]*\/)?((ba|da|z)?sh|python3?|tar|gpg|apt-key|tee|node)\b|\s(-\w*[oO]|--output|--remote-name|--output-document)\b|>\s*[^\s>]+\.(sh|tar|t?gz|zip|rpm|deb|jar|war|repo|list|gpg|asc|py|js|bin)\b/;
const UNUSED = /\/dev\/(null|stdout)|--spider\b|-\w*O\s*-(\s|$)(?!.*\|)/;

function downloads(line: string): Fetch[] {
  const found: Fetch[] = [];
  for (const [command, tool = "", rest = ""] of line.matchAll(
    /\b(curl|wget|git\s+clone)\s([^;&|]*(?:\|\s*(?:sudo\s+)?(?:-\S+\s+)*\S+)?)/g,
  )) {
    const [url, scheme, host = ""] = /\b(https?):\/\/(?:[^\s"'/@]*@)?([^\s"'/$:]+)/.exec(rest) ?? [];
    const isUsed = tool !== "curl" ? !UNUSED.test(` ${rest}`) : USED.test(` ${rest}`) && !UNUSED.test(` ${rest}`);
    if (url === undefined || isNear(host) || !isUsed) continue;
    found.push({
      from: S3_HOST.test(host) ? "s3" : "internet",
      command: command.trim(),
      isNeeded: true,
      ports: [scheme === "https" ? 443 : 80],
    });
  }
  for (const [command] of line.matchAll(/\baws\s+(?:--\S+\s+(?:\w[\w-]*\s+)?)*s3\s+(?:cp|sync)\s+["']?s3:\/\/[^;&|]*/g))
    found.push({ from: "s3", command: command.trim(), isNeeded: true, ports: [443] });
  return found;
}

/** Whether images can only come from elsewhere (`fresh`), may be on the machine already, or surely are (`loaded`). */
type Containers = "fresh" | "maybe" | "loaded";

function containersOf(commands: readonly string[]): Containers {
  if (commands.some((it) => /\b(docker|podman|ctr|nerdctl)\s+(image\s+)?load\b/.test(it))) return "loaded";
  return commands.some((it) => PACKAGES_OF_CONTAINERS.test(it)) ? "fresh" : "maybe";
}

function images(line: string, containers: Containers): Fetch[] {
  const found = line.matchAll(
    /\b(?:docker|podman|nerdctl)\s+(pull|build|run|compose\s+(?:-\S+\s+\S+\s+)*(?:up|pull))\b[^;&|]*|\bdocker-compose\s+(?:-\S+\s+\S+\s+)*(?:up|pull)\b[^;&|]*/g,
  );
  return [...found]
    .filter(
      ([command, verb = ""]) =>
        containers !== "loaded" && (containers === "fresh" || verb === "pull") && !/localhost[:/]/.test(command),
    )
    .map(([command]) => ({
      // A variable may name either.
      from: /\.dkr\.ecr\.|\$/.test(command) ? "registry" : "internet",
      command: command.trim(),
      isNeeded: true,
      ports: [443],
    }));
}

const PACKAGES_OF_CONTAINERS = /\binstall\b[^;&|]*\b(docker|docker-ce|docker\.io|podman|containerd)\b|get\.docker\.com/;

/** The instance itself, its metadata, or a private address. */
function isNear(host: string): boolean {
  const [address] = rangesOf(host);
  return address === undefined
    ? /^\[/.test(host) || /\.(internal|local)$/.test(host) || !host.includes(".")
    : !holdsPublic(address);
}

/** What starts containers with a network of their own; they ask for the metadata one hop further away. */
export function usesContainers(userData: string): string | undefined {
  const script = bootScript(userData);
  if (script.kind !== "runs") return undefined;
  const started = script.commands
    .map((it) =>
      /--net(work)?[= ]host\b/.test(it)
        ? undefined
        : /\b((?:docker|podman|nerdctl)\s+(?:run|compose\s.*\bup)|docker-compose\s.*\bup|(?:docker|podman)\s+start)\b/.exec(
            it,
          )?.[0],
    )
    .find((it) => it !== undefined);
  return started !== undefined
    ? toolOf(started)
    : script.commands.some((it) => /\becs\.config\b/.test(it))
      ? "the ECS agent"
      : undefined;
}

/** Ports on which the user data visibly makes something listen for others; empty where it cannot be told. Ascending. */
export function portsOf(userData: string): readonly number[] {
  return ports(userData, "");
}

const ports = once(portsOfScript);

function portsOfScript(script: BootScript): readonly number[] {
  if (script.kind !== "runs") return [];
  const { text } = script;
  if (OPAQUE.test(text)) return [];
  const ports = new Set<number>();
  for (const [pattern, fallback] of LISTENERS)
    for (const match of text.matchAll(pattern)) add(ports, match[1] ?? fallback);
  // What a package serves on when its configuration is left as it comes.
  if (ports.size === 0)
    for (const [pattern, port] of PACKAGED) if (script.commands.some((it) => pattern.test(it))) ports.add(port);
  return [...ports].sort((a, b) => a - b);
}

function add(ports: Set<number>, port: string | undefined): void {
  const number = Number(port);
  if (Number.isInteger(number) && number > 0 && number < 65_536) ports.add(number);
}

/** Where these are, something else than the text decides on the ports. */
const OPAQUE =
  /\biptables\b|\bnft\b|--net(work)?[= ]host\b|network_mode:\s*["']?host|\blisten\s+\$|-p\s+["']?\$|\bPORT=\$|\.dkr\.ecr\.|\baws\s+s3\s+(cp|sync)\b|\bgit\s+clone\b|\bansible\b|\bchef\b|\bpuppet\b|ecs\.config|\bs3:\/\//i;

/** What opens a port, with the port as the first group; else the port that it opens when none is named. */
const LISTENERS: readonly (readonly [RegExp, string?])[] = [
  // nginx, apache, haproxy: a port of its own, or behind an address that is not this machine's own.
  [/^[ \t]*listen\s+(?!127\.|localhost)(?:\*:|\[::\]:|[\d.]+:)?(\d+)\b(?!\.)/gim],
  [/["']\s*listen\s+(?:\*:|\[::\]:)?(\d+)\b(?!\.)/gi],
  [/<VirtualHost\s+[^>\s]*:(\d+)>/gi],
  [/^[ \t]*bind\s+\*?(?:0\.0\.0\.0)?:(\d+)\b/gim],
  [/-m\s+(?:http\.server|SimpleHTTPServer)(?:\s+(?:-{1,2}[a-z]\S*\s+\S+\s+)*(\d+))?/g, "8000"],
  [/\bbusybox\s+httpd\b[^\n;&]*?\s-p\s*(?:[\d.]+:)?(\d+)/g],
  [/(?:\s-p|\s--publish)(?<=\b(?:docker|podman)\b[^\n]*)[\s=]?["']?(?:0\.0\.0\.0:)?(\d+):\d+/g],
  [/^[ \t]*-[ \t]*["']?(?:0\.0\.0\.0:)?(\d+):\d+(?:\/tcp)?["']?[ \t]*$/gm],
  [/\.listen\(\s*(?:process\.env\.PORT\s*\|\|\s*)?(\d+)\b/g],
  [
    /\b(?:gunicorn|uvicorn|hypercorn|waitress-serve|flask|streamlit|ng|serve|http-server|rails|php|java|node|vault|caddy)\b[^\n]*?(?:--(?:server\.)?port[= ]|\s-b\s+|--bind[= ]|\s-S\s+|-Dserver\.port=|\s-p\s+|--listen[= ])(?:tcp:\/\/)?(?:0\.0\.0\.0:|\*:|:)?(\d+)\b(?!\.)/g,
  ],
  [/\bTCP4?-LISTEN:(\d+)/gi],
  [/\bn(?:c|cat|etcat)\b[^\n]*?\s-[^\Wl]*l\w*\s+(?:-\w+\s+)*(\d+)\b/g],
  [/\bapp\.run\([^)]*port\s*=\s*(\d+)/g],
  [/\bHTTPServer\(\(\s*["'][^"']*["']\s*,\s*(\d+)/g],
];

const PACKAGED: readonly (readonly [RegExp, number])[] = [
  [
    /\b(install|start|enable|restart)\b[^;&|]*\b(nginx\d*|httpd|apache2)\b|\b(nginx|httpd|apache2)\s+(start|restart)\b|\bamazon-linux-extras\b[^;&|]*\bnginx/,
    80,
  ],
  [/\b(install|start|enable|restart)\b[^;&|]*\b(tomcat\d*|jenkins)\b|\b(tomcat\d*|jenkins)\s+start\b/, 8080],
];

/** Whether what serves the port speaks TLS there; `undefined` where the text does not tell. */
export function answersTls(userData: string, port: number): boolean | undefined {
  return portsOf(userData).includes(port) ? speaksTls(userData, port) : undefined;
}

const speaksTls = once(({ text }, port: number): boolean | undefined => {
  if (new RegExp(`\\blisten\\s+(?:\\[::\\]:|[\\d.*]+:)?${port}\\b[^;\\n]*\\bssl\\b`, "i").test(text)) return true;
  if (
    /\bssl_certificate\b|\bSSLEngine\b|\bmod_ssl\b|--(ssl-)?(cert|key)file|\bcreateServer\(\s*\{|https\.createServer|\bssl\s+on\b|\bcrt\s|\bload_cert_chain\b|\bwrap_socket\b|ssl_context/i.test(
      text,
    )
  )
    return undefined;
  return /\bdocker|podman|\bjava\b/.test(text) ? undefined : false;
});

/** Whether it sends plain HTTP on to HTTPS without asking how the client came to the balancer. */
export function answersWithHttpsRedirect(userData: string): boolean {
  return redirects(userData, "");
}

const redirects = once(({ text }): boolean => {
  if (/x[-_]forwarded[-_]proto/i.test(text)) return false;
  return /\breturn\s+30[1278]\s+https:\/\/|\brewrite\s+\S+\s+https:\/\/|\bRedirect(Match)?\s+((permanent|temp|30\d)\s+)?\S+\s+https:\/\/|\bRewriteRule\s+\S+\s+https:\/\/|\bforce_ssl\s*=\s*true|\bSECURE_SSL_REDIRECT\s*=\s*True/i.test(
    text,
  );
});

/** AWS allows no longer one for a health check. */
const LONGEST_PATH = 1_024;

/**
 * The status code with which it answers a path, where its configuration says so outright: a `return` in the path's own
 * nginx location. A query does not count.
 */
export function answersWith(userData: string, path: string): number | undefined {
  const name = path.split("?")[0] ?? "/";
  return name.length > LONGEST_PATH ? undefined : codeFor(userData, name);
}

const codeFor = once(({ text }, name: string): number | undefined => {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const own = new RegExp(`\\blocation\\s+=\\s+${escaped}\\s*\\{([^{}]*)\\}`).exec(text)?.[1];
  const code = own === undefined ? undefined : /\breturn\s+(\d{3})\b/.exec(own)?.[1];
  return code === undefined ? undefined : Number(code);
});
