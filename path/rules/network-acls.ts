import type { NetworkAcl, Subnet, Topology } from "../../topology/model";
import { isUnknown, known, type Unknown } from "../../topology/value";
import { type Decision, decide, type Packets } from "../analysis/network/acl-decisions";
import { isApplication } from "../analysis/network/balancer-groups";
import { EVERY_ADDRESS, holdsPublic, type Range, without } from "../analysis/network/ipv4";
import { type Place, subnetPlace, vpcIdOf, vpcRanges } from "../analysis/network/places";
import type { Direction } from "../analysis/network/security-rules";
import type { TracedPath } from "../analysis/requests/traced-path";
import { type HealthReaders, healthReaders } from "../analysis/targets/health-readers";
import { blockages, type Flow } from "./acl-findings";
import type { PathCheck, Reporter } from "./rule";
import type { Rules } from "./subjects";

/** Ports from which AWS lets its own connections begin, and to which the answers go. */
const EPHEMERAL: Range = { first: 1024, last: 65535 };
/** Those of clients' systems; only some that share an address with many others have lower ones. */
const CLIENTS_EPHEMERAL: Range = { first: 32768, last: 65535 };

/** So many ports of the ephemeral ones do not count. */
const FEW = 64;

/** Subnets that share an ACL. */
interface Guarded {
  readonly acl: NetworkAcl;
  readonly subnets: Subnet[];
}

/** A subnet with targets, and the ports on which they are asked. */
interface TargetSubnet {
  readonly subnet: Subnet;
  readonly ports: Map<string, Asked>;
}

interface Asked {
  readonly port: number | Unknown;
  /** Where only health checks go there: what looks at the targets' health. */
  readonly health: Set<HealthReaders> | undefined;
}

/**
 * Rows 39 and 40: packets to and from clients and targets at the subnets of both. An ACL knows no connections: answers
 * need an entry too.
 */
const networkAcls: PathCheck = (path, report) => {
  const { topology, balancer } = path;
  if (balancer === undefined || !isApplication(balancer)) return;
  const own = balancer.subnetIds.items.map((id) => topology.byId.subnet(id)).filter((it) => it !== undefined);
  const targets = targetSubnets(path);
  const foreign = [
    ...(balancer.subnetIds.items.length > own.length ? [balancer.address] : []),
    ...[...own, ...targets.map(({ subnet }) => subnet)]
      .filter((it) => isUnknown(it.networkAcl) && it.isData)
      .map(({ address }) => address),
  ];
  if (foreign.length > 0)
    report.assume({
      hop: "target",
      address: balancer.address,
      text:
        "the network ACLs of subnets that the file does not make let requests and answers pass " +
        `(${[...new Set(foreign)].slice(0, 3).join(", ")})`,
    });
  const flows = [
    ...balancerFlows(path, guarded(own, report), targets, report),
    ...targetFlows(
      topology,
      guarded(
        targets.map(({ subnet }) => subnet),
        report,
      ),
      targets,
      own,
    ),
  ];
  const found: { flow: Flow; decisions: readonly Decision[] }[] = [];
  for (const flow of flows) {
    const entries = flow.acl[flow.direction];
    const decisions = flow.packets.map((packets) => decide(entries, packets));
    const vague = decisions.find((it) => it.open !== undefined)?.open;
    if (!flow.isBlocked(decisions)) {
      // Addresses that are denied to clients are a choice, whichever they are.
      if (vague !== undefined && !(flow.isForEveryone && vague.attribute.endsWith("cidr_block")))
        report.open(flow.hop, vague);
      continue;
    }
    const open =
      vague ??
      (isUnknown(flow.acl.open) ? flow.acl.open : undefined) ??
      (isVague(flow, decisions) ? flow.vague : undefined);
    if (open !== undefined) report.open(flow.hop, open);
    else found.push({ flow, decisions });
  }
  blockages(
    topology,
    found,
    own,
    targets.map(({ subnet }) => subnet),
  ).forEach((it) => report.fault(it));
};

/** Where it is not known which packets there are, only what stops all of them is certain. */
function isVague({ packets, vague }: Flow, decisions: readonly Decision[]): boolean {
  return (
    vague !== undefined &&
    packets.some(({ addresses, ports }, index) => {
      const denied = decisions[index]?.denied ?? [];
      return (
        without(
          addresses,
          denied.map((it) => it.addresses),
        ).length > 0 ||
        without(
          ports,
          denied.map((it) => it.ports),
        ).length > 0
      );
    })
  );
}

function guarded(subnets: readonly Subnet[], report: Reporter): readonly Guarded[] {
  const byAcl = new Map<NetworkAcl, Guarded>();
  for (const subnet of new Set(subnets)) {
    const { networkAcl: acl } = subnet;
    if (isUnknown(acl) && !subnet.isData) report.open("target", acl);
    if (acl === undefined || isUnknown(acl)) continue;
    const one = byAcl.get(acl) ?? { acl, subnets: [] };
    one.subnets.push(subnet);
    byAcl.set(acl, one);
  }
  return [...byAcl.values()];
}

function targetSubnets({ topology, targets }: TracedPath): readonly TargetSubnet[] {
  const bySubnet = new Map<Subnet, TargetSubnet>();
  for (const { server, subnets, port, healthPort, targetGroup } of targets) {
    const all =
      subnets.length > 0
        ? subnets
        : (server?.subnetIds.items ?? []).map((id) => topology.byId.subnet(id)).filter((it) => it !== undefined);
    const health = known(targetGroup.healthCheck.enabled) === false ? undefined : healthPort;
    for (const subnet of all) {
      const one = bySubnet.get(subnet) ?? { subnet, ports: new Map() };
      bySubnet.set(subnet, one);
      for (const [it, isHealth] of [
        [port, false],
        [health, true],
      ] as const) {
        if (it === undefined) continue;
        const key = isUnknown(it) ? `${it.address} ${it.attribute}` : String(it);
        const before = one.ports.get(key);
        if (before === undefined)
          one.ports.set(key, {
            port: it,
            health: isHealth ? new Set([healthReaders(topology, targetGroup)]) : undefined,
          });
        else if (!isHealth) one.ports.set(key, { port: it, health: undefined });
        else before.health?.add(healthReaders(topology, targetGroup));
      }
    }
  }
  return [...bySubnet.values()];
}

/* flows */

/** At the balancer's subnets: clients and their answers, targets and theirs. */
function balancerFlows(
  path: TracedPath,
  groups: readonly Guarded[],
  targets: readonly TargetSubnet[],
  report: Reporter,
): readonly Flow[] {
  return groups.flatMap(({ acl, subnets }) => {
    const others = targets.filter(({ subnet }) => !isOnly(subnets, subnet));
    const answers = others.map(({ subnet }) => ({ place: subnetPlace(path.topology, subnet), ports: EPHEMERAL }));
    const requests = others.flatMap(({ subnet, ports }) =>
      [...ports.values()].map((asked) => ({ place: subnetPlace(path.topology, subnet), asked })),
    );
    return [
      ...clientFlows(path, acl, report),
      ...toPorts(acl, "egress", requests, "targets"),
      ...(answers.length === 0 ? [] : [flowOf(acl, "ingress", answers, "answers of the targets", EPHEMERAL)]),
    ];
  });
}

/** At the targets' subnets: the balancer's requests and health checks, and the answers. */
function targetFlows(
  topology: Topology,
  groups: readonly Guarded[],
  targets: readonly TargetSubnet[],
  own: readonly Subnet[],
): readonly Flow[] {
  const portsOf = new Map(targets.map(({ subnet, ports }) => [subnet, ports]));
  return groups.flatMap(({ acl, subnets }) => {
    const places = own.filter((it) => !isOnly(subnets, it)).map((it) => subnetPlace(topology, it));
    if (places.length === 0) return [];
    const ports = subnets.flatMap((it) => [...(portsOf.get(it)?.values() ?? [])]);
    return [
      ...toPorts(
        acl,
        "ingress",
        ports.flatMap((asked) => places.map((place) => ({ place, asked }))),
        "the balancer",
      ),
      flowOf(
        acl,
        "egress",
        places.map((place) => ({ place, ports: EPHEMERAL })),
        "answers to the balancer",
        EPHEMERAL,
      ),
    ];
  });
}

/** Packets within one subnet pass no ACL. */
function isOnly(subnets: readonly Subnet[], one: Subnet): boolean {
  return subnets.length === 1 && subnets[0] === one;
}

function toPorts(
  acl: NetworkAcl,
  direction: Direction,
  all: readonly { readonly place: Place; readonly asked: Asked }[],
  whom: string,
): readonly Flow[] {
  const byPort = new Map<number | Unknown, { readonly places: Set<Place>; health: Set<HealthReaders> | undefined }>();
  for (const {
    place,
    asked: { port, health },
  } of all) {
    const one = byPort.get(port) ?? { places: new Set(), health: new Set() };
    byPort.set(port, one);
    one.places.add(place);
    if (health === undefined) one.health = undefined;
    for (const it of health ?? []) one.health?.add(it);
  }
  return [...byPort].map(([port, { places, health }]) => {
    const ports = isUnknown(port) ? { first: 1, last: 65535 } : { first: port, last: port };
    const what = health === undefined ? "requests and health checks" : "health checks";
    const flow = flowOf(
      acl,
      direction,
      [...places].map((place) => ({ place, ports })),
      `${what} ${direction === "ingress" ? "from" : "to"} ${whom}`,
      ports,
    );
    return { ...flow, ...(health !== undefined && { health: [...health] }), ...(isUnknown(port) && { vague: port }) };
  });
}

function flowOf(
  acl: NetworkAcl,
  direction: Direction,
  peers: readonly { readonly place: Place; readonly ports: Range }[],
  what: string,
  ports: Range,
): Flow {
  const vague = peers.find(({ place }) => !place.isExact)?.place.why;
  return {
    acl,
    direction,
    what,
    ports,
    hop: "target",
    isForEveryone: false,
    ...(vague !== undefined && { vague }),
    packets: peers.flatMap(({ place, ports: range }) =>
      place.ranges.map((addresses): Packets => ({ addresses, ports: range })),
    ),
    // Of the ports that answers go to, those of remote desktops and the like are denied on purpose, and one connection
    // of thousands meets them.
    isBlocked: (decisions) =>
      decisions.some(({ denied }) =>
        denied.some((it) => ports !== EPHEMERAL || it.by === undefined || it.ports.last - it.ports.first >= FEW),
      ),
  };
}

/**
 * Some clients that are kept out are a choice; all are a fault. Those who are let in need their answers.
 */
function clientFlows(
  { topology, balancer, port, steps, from }: TracedPath,
  acl: NetworkAcl,
  report: Reporter,
): readonly Flow[] {
  if (balancer === undefined) return [];
  const inside = from === "vpc" ? vpcRanges(topology.byId.vpc(vpcIdOf(topology, balancer.subnetIds))) : [];
  const clients = inside.length > 0 ? inside : [EVERY_ADDRESS];
  const isClient = (it: Range) => from === "vpc" || holdsPublic(it);
  const ports = [...new Set([port, ...steps.map(({ listener }) => known(listener.port) ?? port)])];
  const deniedTo = (decisions: readonly Decision[], within: Range) =>
    decisions
      .flatMap(({ denied }) => denied)
      .filter((it) => it.ports.first <= within.last && within.first <= it.ports.last)
      .map((it) => it.addresses);
  const passing = (denied: readonly Range[]) => clients.flatMap((it) => without(it, denied)).filter(isClient);
  const base = { acl, hop: "listener" as const, isForEveryone: true };
  const inFlows = ports.map((it): Flow => {
    const range = { first: it, last: it };
    return {
      ...base,
      direction: "ingress",
      what: "requests of clients",
      ports: range,
      packets: clients.map((addresses) => ({ addresses, ports: range })),
      isBlocked: (decisions) => passing(deniedTo(decisions, range)).length === 0,
    };
  });
  const kept = inFlows
    .flatMap((flow) => flow.packets.map((packets) => decide(acl.ingress, packets)))
    .flatMap(({ denied }) => denied.map((it) => it.addresses));
  const out: Flow = {
    ...base,
    direction: "egress",
    what: "answers to clients",
    ports: EPHEMERAL,
    packets: clients.map((addresses) => ({ addresses, ports: EPHEMERAL })),
    isBlocked: (decisions) => {
      const asked = passing(kept).length > 0 ? passing(kept) : clients;
      const answered = asked.flatMap((it) => without(it, deniedTo(decisions, CLIENTS_EPHEMERAL))).filter(isClient);
      const isWhole = answered.flatMap((it) => without(it, deniedTo(decisions, EPHEMERAL))).filter(isClient).length > 0;
      if (answered.length > 0 && !isWhole)
        report.assume({
          hop: "listener",
          address: acl.address,
          text: `clients connect from port 32768 or above, as ${acl.address} lets no answers out to lower ones`,
        });
      return answered.length === 0;
    },
  };
  return [...inFlows, out];
}

/** Rows 39 and 40. */
export const networkAclRules: Rules = { path: [networkAcls], file: [] };
