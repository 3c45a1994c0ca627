import { type Change, valueAt } from "../../topology/changes";
import { own } from "../../topology/json";
import type { SecurityRule, Topology } from "../../topology/model";
import { holdsTrue } from "../../topology/plan-values";
import { plain } from "../../topology/symbols";
import { type Attr, known } from "../../topology/value";
import { code } from "./because";
import { holderOf, type Permission } from "./permissions";
import type { SecurityChanges } from "./review-report";
import type { World } from "./world";

/* Permissions that the plan adds and removes, in words. */

export function securityOf({ before, after, changes }: World): SecurityChanges {
  const [had, has] = [permissionsIn(before), permissionsIn(after)];
  const opened: string[] = [];
  const closed: string[] = [];
  for (const address of new Set([...had.keys(), ...has.keys()])) {
    const [old, now] = [had.get(address) ?? [], has.get(address) ?? []];
    const [held, holds] = [holderOf(old), holderOf(now)];
    for (const it of now) if (!held(it)) opened.push(inWords(it, address));
    for (const it of old) if (!holds(it)) closed.push(inWords(it, address));
  }
  for (const change of changes) {
    for (const { type, path, open, when, words } of SETTINGS) {
      if (change.type !== type || change.isData || change.doing === "none" || change.doing === "destroy") continue;
      // A value that is known after apply is neither.
      if (change.after !== undefined && holdsTrue(own(change.unknown, path.split(".")[0] ?? ""))) continue;
      const [was, is] = [isOpen(change.before, path, open, when), isOpen(change.after, path, open, when)];
      if (was !== is && change.before !== undefined)
        (is ? opened : closed).push(`${code(change.address)} ${words[is ? 0 : 1]}`);
    }
  }
  return { opened: [...new Set(opened)], closed: [...new Set(closed)] };
}

interface Setting {
  readonly type: string;
  readonly path: string;
  /** The less restrictive value. */
  readonly open: unknown;
  /** Whether it is also the default. @default false */
  readonly when?: boolean;
  readonly words: readonly [opened: string, closed: string];
}

const SETTINGS: readonly Setting[] = [
  {
    type: "aws_lb",
    path: "internal",
    open: false,
    when: true,
    words: ["is now internet-facing", "is now internal"],
  },
  {
    type: "aws_instance",
    path: "associate_public_ip_address",
    open: true,
    words: ["gets a public IP address", "no longer has a public IP address"],
  },
  {
    type: "aws_subnet",
    path: "map_public_ip_on_launch",
    open: true,
    words: ["assigns public IP addresses to new instances", "no longer assigns public IP addresses to new instances"],
  },
  {
    type: "aws_instance",
    path: "metadata_options.http_tokens",
    open: "optional",
    words: ["accepts metadata requests without a token (IMDSv1)", "requires a token for metadata requests (IMDSv2)"],
  },
  {
    type: "aws_launch_template",
    path: "metadata_options.http_tokens",
    open: "optional",
    words: [
      "lets instances accept metadata requests without a token (IMDSv1)",
      "makes instances require a token for metadata requests (IMDSv2)",
    ],
  },
  {
    type: "aws_db_instance",
    path: "publicly_accessible",
    open: true,
    words: ["is now publicly accessible", "is no longer publicly accessible"],
  },
  ...["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"].map(
    (path): Setting => ({
      type: "aws_s3_bucket_public_access_block",
      path,
      open: false,
      words: [
        `allows public access to the bucket (\`${path}\` is off)`,
        `blocks public access to the bucket (\`${path}\` is on)`,
      ],
    }),
  ),
];

function isOpen(values: Change["before"], path: string, open: unknown, whenUnset = false): boolean {
  const value = valueAt(values, path);
  return value === undefined || value === null ? whenUnset && values !== undefined : value === open;
}

/** By the security group's address, which does not change when it is replaced. */
function permissionsIn(topology: Topology | undefined): Map<string, Permission[]> {
  const found = new Map<string, Permission[]>();
  for (const group of topology?.securityGroups ?? []) {
    // A VPC's default security group, which is not a resource in the file.
    if (group.isData || (group.isDefault && topology?.vpcs.some(({ address }) => address === group.address) === true))
      continue;
    const all = (["ingress", "egress"] as const).flatMap((direction) =>
      group[direction].flatMap((rule) => permissionsOf(rule, direction, topology)),
    );
    if (all.length > 0) found.set(group.address, all);
  }
  return found;
}

function permissionsOf(
  rule: SecurityRule,
  direction: Permission["direction"],
  topology: Topology | undefined,
): Permission[] {
  const protocol = known(rule.protocol);
  const [first, last] = [known(rule.fromPort), known(rule.toPort)];
  if (protocol === undefined) return [];
  const isAll = protocol === "-1" || protocol === "all";
  if (!isAll && (first === undefined || last === undefined)) return [];
  const ports =
    isAll || (first === -1 && last === -1) ? { first: 0, last: 65535 } : { first: first ?? 0, last: last ?? 65535 };
  const of = (kind: Permission["kind"], peers: readonly string[]) =>
    peers.map((peer): Permission => ({ direction, protocol: isAll ? "all" : protocol, ...ports, peer, kind }));
  const groups = rule.groupIds.items.map((id) => topology?.byId.securityGroup(id as Attr<string>)?.address ?? id);
  return [
    ...of("ipv4", rule.cidrs.items),
    ...of("ipv6", rule.ipv6Cidrs.items),
    ...of("group", groups),
    ...of("list", rule.prefixListIds.items),
  ];
}

const PORTS: Readonly<Record<number, string>> = { 22: "SSH (port 22)", 3389: "RDP (port 3389)" };

/** "port 443 from everyone (IPv4) in `aws_security_group.alb`" */
function inWords({ direction, protocol, first, last, peer, kind }: Permission, address: string): string {
  const isWhole = first <= 0 && last >= 65535;
  const ports = isWhole ? "all ports" : first === last ? (PORTS[first] ?? `port ${first}`) : `ports ${first}-${last}`;
  const what =
    protocol === "all"
      ? "all traffic"
      : protocol === "tcp"
        ? ports
        : protocol.startsWith("icmp")
          ? protocol.toUpperCase()
          : `${protocol.toUpperCase()} ${ports}`;
  const everyone: Readonly<Record<string, string>> = { "0.0.0.0/0": "everyone (IPv4)", "::/0": "everyone (IPv6)" };
  const who = Object.hasOwn(everyone, peer)
    ? everyone[peer]
    : kind === "ipv4" || kind === "ipv6"
      ? /^[0-9a-f.:/]+$/i.test(peer)
        ? peer
        : code(plain(peer))
      : kind === "group"
        ? code(plain(peer))
        : `the prefix list ${code(plain(peer))}`;
  const outbound = protocol === "all" ? "all outbound traffic" : `outbound ${what}`;
  return `${direction === "egress" ? `${outbound} to` : `${what} from`} ${who} in ${code(address)}`;
}
