import type { NetworkAcl, Subnet, Topology } from "../../../topology/model";
import { isUnknown, type Unknown } from "../../../topology/value";
import type { Target, TracedPath } from "../requests/traced-path";
import { type HealthReaders, healthReaders } from "../targets/health-readers";
import { areForHealthOnly, targetPorts } from "../targets/target-ports";
import type { Packets } from "./acl-decisions";
import { EPHEMERAL, type Flow } from "./acl-flow";
import type { Range } from "./ipv4";
import { type Place, subnetPlace } from "./places";
import type { Direction } from "./security-rules";

/* Packets between a load balancer and its targets, at the subnets of both. */

/** Subnets that share an ACL. */
export interface Guarded {
  readonly acl: NetworkAcl;
  readonly subnets: readonly Subnet[];
}

/** A subnet with targets, and the ports on which the load balancer connects to them. */
export interface TargetSubnet {
  readonly subnet: Subnet;
  readonly ports: ReadonlyMap<string, Asked>;
}

interface Asked {
  readonly port: number | Unknown;
  /** For ports with health checks only: what uses the targets' health. */
  readonly health: ReadonlySet<HealthReaders> | undefined;
}

export function targetSubnets({ topology, targets }: TracedPath): readonly TargetSubnet[] {
  const bySubnet = new Map<Subnet, Map<string, Asked>>();
  for (const target of targets) {
    for (const subnet of subnetsOf(topology, target)) {
      const ports = bySubnet.get(subnet) ?? new Map<string, Asked>();
      bySubnet.set(subnet, ports);
      addPorts(topology, ports, target);
    }
  }
  return [...bySubnet].map(([subnet, ports]) => ({ subnet, ports }));
}

function subnetsOf({ byId }: Topology, { subnets, server }: Target): readonly Subnet[] {
  if (subnets.length > 0) return subnets;
  return (server?.subnetIds.items ?? []).map((id) => byId.subnet(id)).filter((it) => it !== undefined);
}

function addPorts(topology: Topology, ports: Map<string, Asked>, target: Target): void {
  for (const it of targetPorts(target)) {
    const { port } = it;
    const key = isUnknown(port) ? `${port.address} ${port.attribute}` : String(port);
    const before = ports.get(key);
    const isForRequests = !areForHealthOnly([it]) || (before !== undefined && before.health === undefined);
    const health = isForRequests
      ? undefined
      : new Set([...(before?.health ?? []), healthReaders(topology, target.targetGroup)]);
    ports.set(key, { port, health });
  }
}

/** At the load balancer's subnets: traffic to the targets, and their responses. */
export function flowsAtBalancer(
  topology: Topology,
  { acl, subnets }: Guarded,
  targets: readonly TargetSubnet[],
): readonly Flow[] {
  const others = targets
    .filter(({ subnet }) => !isOnly(subnets, subnet))
    .map(({ subnet, ports }) => ({ place: subnetPlace(topology, subnet), ports }));
  if (others.length === 0) return [];
  const asked = others.flatMap(({ place, ports }) => [...ports.values()].map((it) => ({ place, asked: it })));
  const places = others.map(({ place }) => place);
  return [
    ...toPorts(acl, "egress", asked, "targets"),
    flowOf(acl, "ingress", places, "responses from the targets", EPHEMERAL),
  ];
}

/** At the targets' subnets: the load balancer's requests and health checks, and the responses. */
export function flowsAtTargets(
  topology: Topology,
  { acl, subnets }: Guarded,
  portsOf: ReadonlyMap<Subnet, TargetSubnet["ports"]>,
  ofBalancer: readonly Subnet[],
): readonly Flow[] {
  const places = ofBalancer.filter((it) => !isOnly(subnets, it)).map((it) => subnetPlace(topology, it));
  if (places.length === 0) return [];
  const ports = subnets.flatMap((it) => [...(portsOf.get(it)?.values() ?? [])]);
  const asked = ports.flatMap((it) => places.map((place) => ({ place, asked: it })));
  return [
    ...toPorts(acl, "ingress", asked, "the load balancer"),
    flowOf(acl, "egress", places, "responses to the load balancer", EPHEMERAL),
  ];
}

/** Packets within one subnet pass no ACL. */
function isOnly(subnets: readonly Subnet[], one: Subnet): boolean {
  return subnets.length === 1 && subnets[0] === one;
}

/** One flow for each port. */
function toPorts(
  acl: NetworkAcl,
  direction: Direction,
  all: readonly { readonly place: Place; readonly asked: Asked }[],
  whom: string,
): readonly Flow[] {
  const byPort = new Map<number | Unknown, { readonly places: Set<Place>; health: Set<HealthReaders> | undefined }>();
  for (const { place, asked } of all) {
    const { port, health } = asked;
    const one = byPort.get(port) ?? { places: new Set(), health: new Set() };
    byPort.set(port, one);
    one.places.add(place);
    if (health === undefined) one.health = undefined;
    for (const it of health ?? []) one.health?.add(it);
  }
  return [...byPort].map(([port, { places, health }]) => {
    const ports = isUnknown(port) ? { first: 1, last: 65535 } : { first: port, last: port };
    const use = health === undefined ? "requests and health checks" : "health checks";
    const what = `${use} ${direction === "ingress" ? "from" : "to"} ${whom}`;
    return {
      ...flowOf(acl, direction, [...places], what, ports),
      ...(health !== undefined && { health: [...health] }),
      ...(isUnknown(port) && { vague: port }),
    };
  });
}

function flowOf(acl: NetworkAcl, direction: Direction, places: readonly Place[], what: string, ports: Range): Flow {
  const vague = places.find(({ isExact }) => !isExact)?.why;
  return {
    acl,
    direction,
    what,
    ports,
    hop: "target",
    packets: places.flatMap(({ ranges }) => ranges.map((addresses): Packets => ({ addresses, ports }))),
    ...(vague !== undefined && { vague }),
  };
}
