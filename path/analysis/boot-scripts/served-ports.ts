import { once } from "../once";
import { type BootScript, bootScript } from "./boot-script";
import { anyOf, inTurn } from "./patterns";

/** Ports on which the user data visibly starts a server for others, ascending; empty if unknown. */
export function portsOf(userData: string): readonly number[] {
  return portsOfScript(bootScript(userData));
}

const portsOfScript = once((script: BootScript): readonly number[] => {
  if (script.kind !== "runs") return [];
  const { text } = script;
  if (OPAQUE.test(text)) return [];
  const ports = new Set<number>();
  for (const [pattern, fallback] of LISTENERS)
    for (const match of text.matchAll(pattern)) add(ports, match[1] ?? fallback);
  // The default port of a package.
  if (ports.size === 0)
    for (const [pattern, port] of PACKAGED) if (script.commands.some((it) => pattern.test(it))) ports.add(port);
  return [...ports].sort((a, b) => a - b);
});

function add(ports: Set<number>, port: string | undefined): void {
  const number = Number(port);
  if (Number.isInteger(number) && number > 0 && number < 65_536) ports.add(number);
}

/** If present, something other than the text determines the ports. */
const OPAQUE = anyOf(
  [
    /\biptables\b|\bnft\b|--net(work)?[= ]host\b|network_mode:\s*["']?host/,
    /\blisten\s+\$|-p\s+["']?\$|\bPORT=\$/,
    /\.dkr\.ecr\.|\baws\s+s3\s+(cp|sync)\b|\bgit\s+clone\b|\bansible\b|\bchef\b|\bpuppet\b|ecs\.config|\bs3:\/\//,
  ],
  "i",
);

const SERVERS = new RegExp(
  "\\b(?:gunicorn|uvicorn|hypercorn|waitress-serve|flask|streamlit|ng|serve|http-server|rails|php|java|node|vault|" +
    "caddy)\\b",
);

/** Settings that open a port: the port as the first group, or a default port. */
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
    inTurn(
      [
        SERVERS,
        /[^\n]*?(?:--(?:server\.)?port[= ]|\s-b\s+|--bind[= ]|\s-S\s+|-Dserver\.port=|\s-p\s+|--listen[= ])/,
        /(?:tcp:\/\/)?(?:0\.0\.0\.0:|\*:|:)?(\d+)\b(?!\.)/,
      ],
      "g",
    ),
  ],
  [/\bTCP4?-LISTEN:(\d+)/gi],
  [/\bn(?:c|cat|etcat)\b[^\n]*?\s-[^\Wl]*l\w*\s+(?:-\w+\s+)*(\d+)\b/g],
  [/\bapp\.run\([^)]*port\s*=\s*(\d+)/g],
  [/\bHTTPServer\(\(\s*["'][^"']*["']\s*,\s*(\d+)/g],
];

const PACKAGED: readonly (readonly [RegExp, number])[] = [
  [
    anyOf([
      /\b(install|start|enable|restart)\b[^;&|]*\b(nginx\d*|httpd|apache2)\b/,
      /\b(nginx|httpd|apache2)\s+(start|restart)\b|\bamazon-linux-extras\b[^;&|]*\bnginx/,
    ]),
    80,
  ],
  [/\b(install|start|enable|restart)\b[^;&|]*\b(tomcat\d*|jenkins)\b|\b(tomcat\d*|jenkins)\s+start\b/, 8080],
];
