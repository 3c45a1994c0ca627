import { addTo } from "../../../topology/lists";
import type { AclEntry, Balancer, NetworkAcl, Subnet } from "../../../topology/model";
import { isUnknown, type Unknown } from "../../../topology/value";
import type { Hop } from "../../report";
import { once } from "../once";
import { mayBeApplication } from "../requests/balancer-types";
import type { TracedPath } from "../requests/traced-path";
import { allowsAny, type Decision, decide, type Packets } from "./acl-decisions";
import { type Flow, isBlocked, isCertain } from "./acl-flow";
import { clientFlows, isOnlyForUsualPorts } from "./client-flows";
import type { Direction } from "./security-rules";
import { flowsAtBalancer, flowsAtTargets, type Guarded, type TargetSubnet, targetSubnets } from "./target-flows";

/* Which network ACLs block packets of a path. */

/** What is wrong in one direction of an ACL, or with one entry. */
export interface Blockage {
  readonly acl: NetworkAcl;
  readonly direction: Direction;
  /** The entry that denies before a later one allows; absent: an entry is missing. */
  readonly by?: AclEntry;
  /** The ACL has no entry for this direction, unlike AWS's default ACL. */
  readonly isEmpty: boolean;
  readonly flows: readonly Flow[];
  /** Whose subnets it guards, and how many of them. */
  readonly guards?: { readonly whose: "balancer" | "targets"; readonly hit: number; readonly of: number };
}

export interface AclBlockages {
  readonly blockages: readonly Blockage[];
  readonly open: readonly { readonly hop: Hop; readonly why: Unknown }[];
  /** The subnets, or the load balancer, whose ACLs the file does not create. */
  readonly foreign: readonly string[];
  /** ACLs that allow responses to clients only on the ports that most clients use. */
  readonly onlyForUsualPorts: readonly NetworkAcl[];
}

const NOTHING: AclBlockages = { blockages: [], open: [], foreign: [], onlyForUsualPorts: [] };

export const aclBlockages = once((path: TracedPath): AclBlockages => {
  const { topology, balancer } = path;
  if (balancer === undefined || !mayBeApplication(balancer)) return NOTHING;
  const own = balancer.subnetIds.items.map((id) => topology.byId.subnet(id)).filter((it) => it !== undefined);
  const targets = targetSubnets(path);
  const others = targets.map(({ subnet }) => subnet);
  const unread = [...own, ...others].filter(({ networkAcl }) => isUnknown(networkAcl));
  const open: { hop: Hop; why: Unknown }[] = unread.flatMap(({ networkAcl, isData }) =>
    isUnknown(networkAcl) && !isData ? [{ hop: "target", why: networkAcl }] : [],
  );
  const onlyForUsualPorts: NetworkAcl[] = [];
  const found: Blocked[] = [];
  for (const flow of flowsOf(path, balancer, own, targets)) {
    const decisions = flow.packets.map((packets) => decide(flow.acl[flow.direction], packets));
    if (flow.clients !== undefined && isOnlyForUsualPorts(flow.clients, decisions)) onlyForUsualPorts.push(flow.acl);
    const isStopped = isBlocked(flow, decisions);
    const why = isStopped ? doubtOfBlockage(flow, decisions) : doubtOfPassage(flow, decisions);
    if (why !== undefined) open.push({ hop: flow.hop, why });
    else if (isStopped) found.push({ flow, decisions });
  }
  return {
    blockages: blockagesOf(found, own, others),
    open,
    foreign: [
      ...(balancer.subnetIds.items.length > own.length ? [balancer.address] : []),
      ...unread.filter(({ isData }) => isData).map(({ address }) => address),
    ],
    onlyForUsualPorts,
  };
});

function flowsOf(
  path: TracedPath,
  balancer: Balancer,
  own: readonly Subnet[],
  targets: readonly TargetSubnet[],
): readonly Flow[] {
  const { topology } = path;
  const portsOf = new Map(targets.map(({ subnet, ports }) => [subnet, ports]));
  return [
    ...guarded(own).flatMap((it) => [
      ...clientFlows(path, balancer, it.acl),
      ...flowsAtBalancer(topology, it, targets),
    ]),
    ...guarded([...portsOf.keys()]).flatMap((it) => flowsAtTargets(topology, it, portsOf, own)),
  ];
}

function guarded(subnets: readonly Subnet[]): readonly Guarded[] {
  const byAcl = new Map<NetworkAcl, Subnet[]>();
  for (const subnet of new Set(subnets)) {
    const { networkAcl } = subnet;
    if (networkAcl !== undefined && !isUnknown(networkAcl)) addTo(byAcl, networkAcl, subnet);
  }
  return [...byAcl].map(([acl, those]) => ({ acl, subnets: those }));
}

/** Why it is not certain that a flow is blocked. */
function doubtOfBlockage(flow: Flow, decisions: readonly Decision[]): Unknown | undefined {
  const ofAcl = isUnknown(flow.acl.open) ? flow.acl.open : undefined;
  return openIn(decisions) ?? ofAcl ?? (isCertain(flow, decisions) ? undefined : flow.vague);
}

/** Why it is not certain that a flow passes. */
function doubtOfPassage({ clients }: Flow, decisions: readonly Decision[]): Unknown | undefined {
  const open = openIn(decisions);
  // Denying some client addresses is a choice, whichever they are.
  return clients !== undefined && open?.attribute.endsWith("cidr_block") === true ? undefined : open;
}

function openIn(decisions: readonly Decision[]): Unknown | undefined {
  return decisions.find((it) => it.open !== undefined)?.open;
}

interface Blocked {
  readonly flow: Flow;
  readonly decisions: readonly Decision[];
}

/** One for each direction of an ACL that lacks entries, and for each entry that denies too early. */
function blockagesOf(
  found: readonly Blocked[],
  own: readonly Subnet[],
  others: readonly Subnet[],
): readonly Blockage[] {
  const all = new Map<string, Omit<Blockage, "flows"> & { readonly flows: Flow[] }>();
  for (const blocked of found) {
    const { acl, direction } = blocked.flow;
    const isEmpty =
      acl[direction].length === 0 && (acl.isDefault || (acl.ingress.length === 0 && acl.egress.length === 0));
    for (const by of causesOf(blocked)) {
      const key = JSON.stringify([acl.address, direction, by?.address, by?.attribute]);
      const guards = guardsOf(acl, own, others);
      const one = all.get(key) ?? {
        acl,
        direction,
        ...(by !== undefined && { by }),
        isEmpty,
        flows: [],
        ...(guards !== undefined && { guards }),
      };
      one.flows.push(blocked.flow);
      all.set(key, one);
    }
  }
  return [...all.values()];
}

/** The entries that deny too early; `undefined` among them where an entry is missing. */
function causesOf({ flow, decisions }: Blocked): ReadonlySet<AclEntry | undefined> {
  const denied = decisions.flatMap((it) => it.denied);
  const early = denied.filter((it) => it.by !== undefined && isBefore(it.by, flow.acl[flow.direction], it));
  if (early.length === 0) return new Set([undefined]);
  const causes = new Set(early.map(({ by }) => by));
  // Some clients may be blocked on purpose; the finding is only what blocks all.
  return early.length < denied.length && flow.clients === undefined ? causes.add(undefined) : causes;
}

/** Whether a later entry allows what an entry denies. */
function isBefore(by: AclEntry, entries: readonly AclEntry[], packets: Packets): boolean {
  return entries.slice(entries.indexOf(by) + 1).some((it) => allowsAny(it, packets));
}

function guardsOf(acl: NetworkAcl, own: readonly Subnet[], others: readonly Subnet[]): Blockage["guards"] {
  const sides = [
    { whose: "balancer", subnets: own },
    { whose: "targets", subnets: others },
  ] as const;
  for (const { whose, subnets } of sides) {
    const hit = subnets.filter((it) => it.networkAcl === acl).length;
    if (hit > 0) return { whose, hit, of: subnets.length };
  }
  return undefined;
}
