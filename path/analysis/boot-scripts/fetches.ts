import { holdsPublic, rangesOf } from "../network/ipv4";
import { once } from "../once";
import { type BootScript, bootScript } from "./boot-script";
import { type Containers, containersOf } from "./containers";
import { anyOf, inTurn } from "./patterns";
import { shownCommand } from "./shown-command";

/* What a boot script downloads; empty if the text does not show it. */

/** Something that the instance downloads before it can serve. */
export interface Fetch {
  /**
   * Where it is: Amazon Linux packages and the author's own objects are in S3, the account's container images are in
   * its `registry`, and everything else is on the internet.
   */
  readonly from: "s3" | "registry" | "internet";
  /** The command that downloads it, such as `dnf install -y nginx`, without possible secrets. */
  readonly command: string;
  /** Whether the instance cannot serve without it; false for tools and updates. */
  readonly isNeeded: boolean;
  /** The outbound ports; one of them is enough. */
  readonly ports: readonly number[];
}

/** Packages that the application does not need, or that every image has. */
const TOOLS = new Set(
  (
    "curl wget git jq vim nano htop tree tmux screen telnet nc ncat nmap-ncat netcat unzip zip tar less man " +
    "bind-utils dnsutils net-tools lsof strace sysstat stress stress-ng awscli aws-cli python python3 " +
    "ca-certificates apt-transport-https gnupg lsb-release software-properties-common amazon-cloudwatch-agent " +
    "amazon-ssm-agent amazon-efs-utils nfs-utils nfs-common collectd ec2-instance-connect chrony ntp fail2ban"
  ).split(" "),
);
const INSTALLERS =
  "dnf|yum|microdnf|apt-get|apt|aptitude|zypper|apk|snap|amazon-linux-extras|cloud-init-packages|pip3?|pipx|npm|yarn|" +
  "pnpm|gem|cargo|composer|pecl|conda";
const PACKAGES = new RegExp(
  `\\b(${INSTALLERS})\\s+(?:-\\S+\\s+(?:\\w+::\\S+\\s+)?)*` +
    "(install|localinstall|groupinstall|reinstall|add|i|ci|global add|create-project|require)\\b([^;&|]*)",
  "g",
);
/** Amazon Linux's own. */
const LINUX_PACKAGES = /^(dnf|yum|microdnf|amazon-linux-extras)\b/;
const OTHER_PACKAGES = /^(apt-get|apt|aptitude|zypper|apk)\b/;
/** Downloaded only if the image does not have it, or allowed to fail. */
const UNLESS_THERE = /\b(command\s+-v|which|type\s+-\w+|rpm\s+-q\w*|dpkg(-query)?\s+-\w+)\s+(?!apt|apt-get|yum|dnf)/;
const MAY_FAIL = /\|\|\s*(true|:|echo)\b/;
const PROXY = /\b(https?_proxy|all_proxy|--proxy|Acquire::https?::Proxy|^proxy=)/im;

/**
 * What the user data downloads, in order. Nothing is known of a text that uses a proxy or never runs.
 */
export function installs(userData: string): readonly Fetch[] {
  return fetchesOfScript(bootScript(userData));
}

const fetchesOfScript = once((script: BootScript): readonly Fetch[] => {
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
  // A script for several systems runs one of its branches: on Amazon Linux, the one for Amazon Linux.
  const isForAmazonLinux = found.some(({ command }) => LINUX_PACKAGES.test(command));
  return found.filter(({ command }) => !isForAmazonLinux || !OTHER_PACKAGES.test(command));
});

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
    // Bundled files are not downloaded.
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
/** How an essential download is used: a shell reads it, or it is unpacked, added or kept. */
const USED = anyOf([
  inTurn([
    /\|\s*(sudo\s+)?([A-Za-z_]\w*=[^\s|]+\s+)*(-[^\s|]+\s+)*/,
    /([^\s|]*\/)?((ba|da|z)?sh|python3?|tar|gpg|apt-key|tee|node)\b/,
  ]),
  /\s(-\w*[oO]|--output|--remote-name|--output-document)\b/,
  />\s*[^\s>]+\.(sh|tar|t?gz|zip|rpm|deb|jar|war|repo|list|gpg|asc|py|js|bin)\b/,
]);
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

const IMAGES = anyOf(
  [
    /\b(?:docker|podman|nerdctl)\s+(pull|build|run|compose\s+(?:-\S+\s+\S+\s+)*(?:up|pull))\b[^;&|]*/,
    /\bdocker-compose\s+(?:-\S+\s+\S+\s+)*(?:up|pull)\b[^;&|]*/,
  ],
  "g",
);

function images(line: string, containers: Containers): Fetch[] {
  return [...line.matchAll(IMAGES)]
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

/** The instance itself, its metadata, or a private address. */
function isNear(host: string): boolean {
  const [address] = rangesOf(host);
  return address === undefined
    ? /^\[/.test(host) || /\.(internal|local)$/.test(host) || !host.includes(".")
    : !holdsPublic(address);
}
