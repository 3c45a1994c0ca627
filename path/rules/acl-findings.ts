import type { AclEntry, NetworkAcl, Subnet, Topology } from "../../topology/model";
import { known, type Unknown } from "../../topology/value";
import { allowsAny, type Decision, type Packets } from "../analysis/network/acl-decisions";
import { overlaps, type Range } from "../analysis/network/ipv4";
import type { Direction } from "../analysis/network/security-rules";
import { plain } from "../analysis/symbols";
import { type HealthReaders, ofHealthChecksOnly } from "../analysis/targets/health-readers";
import { fix, setting } from "../fixes/fix";
import type { Edit, Hop } from "../report";
import type { Fault } from "./rule";

/** Packets that an ACL has to let through. */
export interface Flow {
  readonly acl: NetworkAcl;
  readonly direction: Direction;
  /** Such as "answers of the targets". */
  readonly what: string;
  readonly ports: Range;
  readonly hop: Hop;
  /** Clients may be anywhere. */
  readonly isForEveryone: boolean;
  readonly packets: readonly Packets[];
  /** Why it is not known which packets these are. */
  readonly vague?: Unknown;
  /** Of health checks to a port to which no requests go: what looks at the targets' health. */
  readonly health?: readonly HealthReaders[];
  readonly isBlocked: (decisions: readonly Decision[]) => boolean;
}

/** What is wrong in one direction of an ACL, or with one entry. */
interface Blockage {
  readonly acl: NetworkAcl;
  readonly direction: Direction;
  /** The entry that comes too early; absent: an entry is missing. */
  readonly by?: AclEntry;
  readonly isEmpty: boolean;
  readonly flows: Flow[];
}

/** An entry's number goes so far. */
const MOST_NUMBERS = 32_766;
const NO_PROP = "this project leaves the VPC's default network ACL as it is: remove the added ACL, or its override";

/** One finding for each direction of an ACL that lacks entries, and for each entry that denies too early. */
export function blockages(
  topology: Topology,
  found: readonly { readonly flow: Flow; readonly decisions: readonly Decision[] }[],
  own: readonly Subnet[],
  others: readonly Subnet[],
): readonly Fault[] {
  const all = new Map<string, Blockage>();
  for (const { flow, decisions } of found) {
    const { acl, direction } = flow;
    const isEmpty =
      acl[direction].length === 0 && (acl.isDefault || (acl.ingress.length === 0 && acl.egress.length === 0));
    const denied = decisions.flatMap((it) => it.denied);
    // Clients at some addresses may be kept out for a reason; only what keeps out all is the fault.
    const early = denied.filter(
      ({ by, addresses, ports }) => by !== undefined && isBefore(by, acl[direction], { addresses, ports }),
    );
    const blamed = early.length > 0 ? new Set(early.map(({ by }) => by)) : new Set([undefined]);
    if (early.length < denied.length && !flow.isForEveryone) blamed.add(undefined);
    for (const by of blamed) {
      const key = JSON.stringify([acl.address, direction, by?.address, by?.attribute]);
      const one = all.get(key) ?? { acl, direction, ...(by !== undefined && { by }), isEmpty, flows: [] };
      one.flows.push(flow);
      all.set(key, one);
    }
  }
  return [...all.values()].map((it, index) => finding(topology, it, index, own, others));
}

/** Whether a later entry allows what an entry denies. */
function isBefore(by: AclEntry, entries: readonly AclEntry[], packets: Packets): boolean {
  return entries.slice(entries.indexOf(by) + 1).some((it) => allowsAny(it, packets));
}

function finding(
  topology: Topology,
  { acl, direction, by, isEmpty, flows }: Blockage,
  index: number,
  own: readonly Subnet[],
  others: readonly Subnet[],
): Fault {
  const hop: Hop = flows.every((it) => it.hop === "listener") ? "listener" : "target";
  const wanted = [...new Set(flows.map(({ what, ports }) => `tcp ${rangeInWords(ports)} (${what})`))].join(", ");
  const side = [
    { subnets: own, name: "the balancer's subnets" },
    { subnets: others, name: "the targets' subnets" },
  ].find(({ subnets }) => subnets.some((it) => it.networkAcl === acl));
  const hit = side?.subnets.filter((it) => it.networkAcl === acl).length ?? 0;
  const common = {
    hop,
    required: `${direction === "ingress" ? "in" : "out"}: ${wanted}`,
    ...seenAs(flows),
    ...(side !== undefined &&
      hit < side.subnets.length && { share: `${hit} of ${side.subnets.length} of ${side.name}` }),
  };
  if (by !== undefined) {
    return {
      id: "P40",
      address: by.address,
      attribute: by.attribute,
      ...common,
      observed:
        `entry ${known(by.number)} denies ${entryPorts(by)} ${direction === "ingress" ? "from" : "to"} ` +
        `${known(by.cidr)} before a later entry of ${acl.address} allows it`,
      fix: fix("Let the entry that denies come after the one that allows.", NO_PROP, [
        setting(by.address, by.attribute.replace(/\[(\d+)\]/g, ".$1"), lastNumber(acl[direction]) + 10 + index),
      ]),
    };
  }
  const entries = acl[direction];
  const edits = isEmpty
    ? newEntries(acl, direction, [{ protocol: "-1", first: 0, last: 0, cidr: "0.0.0.0/0" }])
    : newEntries(
        acl,
        direction,
        distinct(flows.map((flow) => ({ protocol: "tcp", ...flow.ports, cidr: cidrFor(topology, flow, acl) }))),
      );
  return {
    id: isEmpty ? "P40" : "P39",
    address: acl.address,
    attribute: direction,
    ...common,
    observed:
      entries.length === 0
        ? `${acl.address} has no ${direction} entry, and so lets nothing ${direction === "ingress" ? "in" : "out"}`
        : `${acl.address} lets ${direction === "ingress" ? "in" : "out"} only ${entriesInWords(entries, direction)}`,
    fix: fix(isEmpty ? "Allow what the VPC's own ACL allowed before." : `Allow ${wanted} in the ACL.`, NO_PROP, edits),
  };
}

function seenAs(flows: readonly Flow[]): Pick<Fault, "symptom" | "severity"> {
  if (flows.some((it) => it.hop === "listener")) return { symptom: "ERR_CONNECTION_TIMED_OUT" };
  const unhealthy = "Target.Timeout in the target's health; Reachability Analyzer: SUBNET_ACL_RESTRICTION";
  return flows.every(({ health }) => health !== undefined)
    ? ofHealthChecksOnly(
        unhealthy,
        flows.flatMap(({ health }) => health ?? []),
      )
    : { symptom: `504 Gateway Timeout; ${unhealthy}` };
}

interface NewEntry {
  readonly protocol: string;
  readonly first: number;
  readonly last: number;
  readonly cidr: string;
}

/** Where its entries stand: in the ACL, or beside it. */
function newEntries(acl: NetworkAcl, direction: Direction, wanted: readonly NewEntry[]): readonly Edit[] {
  const entries = acl[direction];
  const isInline = acl.isDefault || [...acl.ingress, ...acl.egress].some(({ address }) => address === acl.address);
  const numbers = freeNumbers(entries, wanted);
  return wanted.map(({ protocol, first, last, cidr }, index): Edit => {
    const body = { protocol, cidr_block: cidr, from_port: first, to_port: last };
    if (isInline)
      return setting(acl.address, `${direction}.${entries.length + index}`, {
        rule_no: numbers[index],
        action: "allow",
        ...body,
      });
    const name = `${acl.address.replace(/^.*\./, "").replace(/\W+/g, "_")}_${direction}_${numbers[index]}`;
    return {
      add: "aws_network_acl_rule",
      name,
      like: acl.address,
      body: {
        network_acl_id: known(acl.id) ?? `\${${acl.address}.id}`,
        rule_number: numbers[index],
        egress: direction === "egress",
        rule_action: "allow",
        ...body,
      },
    };
  });
}

/** Numbers that no entry has, below the first entry that denies if there is one. */
function freeNumbers(entries: readonly AclEntry[], wanted: readonly unknown[]): readonly number[] {
  const taken = new Set(entries.map((it) => known(it.number)));
  const firstDeny = entries
    .filter((it) => known(it.allow) === false)
    .reduce((least, it) => Math.min(least, known(it.number) ?? 1), Infinity);
  const last = Math.max(90, lastNumber(entries));
  if (firstDeny === Infinity) return wanted.map((_, index) => last + 10 * (index + 1));
  const below = Array.from({ length: Math.min(firstDeny, MOST_NUMBERS) - 1 }, (_, index) => index + 1).filter(
    (it) => !taken.has(it),
  );
  return wanted.map((_, index) => below[index] ?? last + 10 * (index + 1));
}

function lastNumber(entries: readonly AclEntry[]): number {
  return entries.reduce((most, it) => Math.max(most, known(it.number) ?? 0), 0);
}

function distinct(entries: readonly NewEntry[]): readonly NewEntry[] {
  return [...new Map(entries.map((it) => [JSON.stringify(it), it])).values()];
}

/** Everyone for clients; for the balancer and its targets the VPC, if it has one range. */
function cidrFor({ byId }: Topology, { isForEveryone, packets }: Flow, { vpcId }: NetworkAcl): string {
  const cidrs = byId.vpc(vpcId)?.cidrs;
  const [cidr] = cidrs?.items ?? [];
  return isForEveryone || cidr === undefined || cidrs?.items.length !== 1 || packets.length === 0 ? "0.0.0.0/0" : cidr;
}

/* words */

function rangeInWords({ first, last }: Range): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

function entryPorts({ protocol, fromPort, toPort }: AclEntry): string {
  const ports = { first: known(fromPort) ?? 0, last: known(toPort) ?? 65535 };
  return known(protocol) === "-1"
    ? "everything"
    : `${known(protocol)} ${overlaps(ports, { first: 1, last: 65535 }) ? rangeInWords(ports) : "0"}`;
}

function entriesInWords(entries: readonly AclEntry[], direction: Direction): string {
  const shown = entries
    .slice(0, 4)
    .map(
      (it) =>
        `${known(it.number) ?? "?"} ${known(it.allow) === false ? "deny" : "allow"} ${entryPorts(it)} ` +
        `${direction === "ingress" ? "from" : "to"} ${plain(known(it.cidr) ?? "IPv6 or an unknown range")}`,
    );
  return `${shown.join("; ")}${entries.length > shown.length ? `; and ${entries.length - shown.length} more` : ""}`;
}
