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

/* What becomes allowed, and what no longer is, in words. */

export function securityOf({ before, after, changes }: World): SecurityChanges {
  const [had, has] = [permissionsIn(before), permissionsIn(after)];
  const opened: string[] = [];
  const closed: string[] = [];
  for (const address of new Set([...had.keys(), ...has.keys()])) {
    const [old, now] = [had.get(address) ?? [], has.get(address) ?? []];
    const [held, holds] = [holderOf(old), holderOf(now)];
    for (const it of now) if (!held(it)) opened.push(inWords(it, "opened", address));
    for (const it of old) if (!holds(it)) closed.push(inWords(it, "closed", address));
  }
  for (const change of changes) {
    for (const { type, path, open, when, words } of SETTINGS) {
      if (change.type !== type || change.isData || change.doing === "none" || change.doing === "destroy") continue;
      // What is known after the apply only is neither.
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
  /** The value that lets more in. */
  readonly open: unknown;
  /** Whether that value means it too when nothing is set. @default false */
  readonly when?: boolean;
  readonly words: readonly [opened: string, closed: string];
}

const SETTINGS: readonly Setting[] = [
  {
    type: "aws_lb",
    path: "internal",
    open: false,
    when: true,
    words: ["is opened to the internet", "is no longer on the internet"],
  },
  {
    type: "aws_instance",
    path: "associate_public_ip_address",
    open: true,
    words: ["gets a public address", "has no public address any more"],
  },
  {
    type: "aws_subnet",
    path: "map_public_ip_on_launch",
    open: true,
    words: ["gives new instances public addresses", "gives new instances no public addresses any more"],
  },
  {
    type: "aws_instance",
    path: "metadata_options.http_tokens",
    open: "optional",
    words: ["takes metadata requests without a token (IMDSv1)", "takes metadata requests with a token only (IMDSv2)"],
  },
  {
    type: "aws_launch_template",
    path: "metadata_options.http_tokens",
    open: "optional",
    words: [
      "lets instances take metadata requests without a token (IMDSv1)",
      "lets instances take metadata requests with a token only (IMDSv2)",
    ],
  },
  {
    type: "aws_db_instance",
    path: "publicly_accessible",
    open: true,
    words: ["is opened to the internet", "is no longer on the internet"],
  },
  ...["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"].map(
    (path): Setting => ({
      type: "aws_s3_bucket_public_access_block",
      path,
      open: false,
      words: [
        `lets the bucket be public (\`${path}\` is off)`,
        `keeps the bucket from being public (\`${path}\` is on)`,
      ],
    }),
  ),
];

function isOpen(values: Change["before"], path: string, open: unknown, whenUnset = false): boolean {
  const value = valueAt(values, path);
  return value === undefined || value === null ? whenUnset && values !== undefined : value === open;
}

/** By the group's address, which stays the same when it is replaced. */
function permissionsIn(topology: Topology | undefined): Map<string, Permission[]> {
  const found = new Map<string, Permission[]>();
  for (const group of topology?.securityGroups ?? []) {
    // A VPC's own default group, which no resource of the file stands for.
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

const PORTS: Readonly<Record<number, string>> = { 22: "SSH", 3389: "RDP" };

function inWords({ direction, protocol, first, last, peer, kind }: Permission, verb: string, address: string): string {
  const isWhole = first <= 0 && last >= 65535;
  const ports = isWhole ? "all ports" : first === last ? (PORTS[first] ?? String(first)) : `${first}-${last}`;
  const what =
    protocol === "all"
      ? "all traffic"
      : protocol === "tcp"
        ? ports
        : protocol.startsWith("icmp")
          ? protocol
          : `${protocol} ${ports}`;
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
  return `${direction === "egress" ? "outgoing " : ""}${what} ${verb} to ${who} in ${code(address)}`;
}
