import type { Balancer, Registration, Topology } from "../../../topology/model";
import { type Attr, isUnknown, known, type Listed } from "../../../topology/value";
import { once } from "../once";
import { mayBeApplication } from "../requests/balancer-types";
import type { Target, TracedPath } from "../requests/traced-path";
import { healthReaders } from "../targets/health-readers";
import { areForHealthOnly, isSamePort } from "../targets/target-ports";
import { balancerGroups } from "./balancer-groups";
import { type MissedPort, type PassageOfTarget, passageOfTarget, type ShutPorts, type Side } from "./passage-of-target";
import { placesOf } from "./places";
import { ruleSet } from "./security-rules";

/* Whether a path's load balancer reaches its targets, and which security groups and rules block it. */

/** With the number of a path's targets that it applies to. */
export type Counted<T> = T & { readonly count: number };

export interface TargetPassages {
  /** One for each set of targets that security groups cannot distinguish. */
  readonly kinds: readonly PassageOfTarget[];
  /** Ports that the load balancer's groups do not allow outbound, one for each group. */
  readonly out: readonly Counted<ShutPorts>[];
  /**
   * Ports that the targets' groups do not allow inbound: for each group one for requests, and one for health checks.
   */
  readonly in: readonly Counted<ShutPorts>[];
  /** One for each rule and mistake. */
  readonly missed: readonly Counted<MissedPort>[];
  /** The number of targets checked. */
  readonly total: number;
}

const NOTHING: TargetPassages = { kinds: [], out: [], in: [], missed: [], total: 0 };

export const targetPassages = once((path: TracedPath): TargetPassages => {
  const { balancer, topology, targets } = path;
  if (balancer === undefined || !mayBeApplication(balancer)) return NOTHING;
  const { ids } = balancerGroups(path, balancer);
  if (ids.items.length === 0 && ids.open === undefined) return NOTHING;
  const view = viewOf(topology, balancer, ids);
  const counts = new Map<PassageOfTarget, number>();
  for (const target of targets) {
    const seen = seenOf(topology, view, target);
    if (seen !== undefined) counts.set(seen, (counts.get(seen) ?? 0) + 1);
  }
  const [out, into, missed] = [
    new Map<string, Counted<ShutPorts>>(),
    new Map<string, Counted<ShutPorts>>(),
    new Map<string, Counted<MissedPort>>(),
  ];
  for (const [seen, count] of counts) {
    if (seen.out !== undefined) addShut(out, seen.out.group.address, { ...seen.out, count });
    if (seen.in !== undefined)
      addShut(into, JSON.stringify([areForHealthOnly(seen.in.ports), seen.in.group.address]), { ...seen.in, count });
    for (const it of seen.missed) addMissed(missed, { ...it, count });
  }
  return {
    kinds: [...counts.keys()],
    out: [...out.values()],
    in: [...into.values()],
    missed: [...missed.values()],
    total: [...counts.values()].reduce((sum, count) => sum + count, 0),
  };
});

/** Results for a load balancer with these groups; kept, because many paths have the same targets. */
interface View extends Side {
  readonly byKind: Map<string, PassageOfTarget>;
  readonly byRegistration: Map<Registration, PassageOfTarget | undefined>;
}

const viewsOf = once((_: Balancer) => new Map<string, View>());

function viewOf(topology: Topology, balancer: Balancer, ids: Listed<string>): View {
  const views = viewsOf(balancer);
  const key = JSON.stringify([ids.items, ids.open]);
  const before = views.get(key);
  if (before !== undefined) return before;
  const { address, subnetIds } = balancer;
  const view: View = {
    out: ruleSet(topology, ids, "egress", { address, attribute: "security_groups" }),
    peer: { groupIds: ids, places: placesOf(topology, subnetIds, { address, attribute: "subnets" }) },
    sets: new Map(),
    byKind: new Map(),
    byRegistration: new Map(),
  };
  views.set(key, view);
  return view;
}

/** The security groups of functions and load balancers as targets are not checked. */
function seenOf(topology: Topology, view: View, target: Target): PassageOfTarget | undefined {
  const { registration, targetGroup } = target;
  if (view.byRegistration.has(registration)) return view.byRegistration.get(registration);
  const isFunction = ["lambda", "alb"].includes(known(targetGroup.targetType) ?? "");
  const kind = isFunction ? "" : kindOf(topology, target);
  const seen = isFunction ? undefined : (view.byKind.get(kind) ?? passageOfTarget(topology, view, target));
  if (seen !== undefined) view.byKind.set(kind, seen);
  view.byRegistration.set(registration, seen);
  return seen;
}

/** Equal for targets that security groups cannot distinguish. */
function kindOf(topology: Topology, { registration, server, port, healthPort, targetGroup }: Target): string {
  const text = (value: Attr<unknown>) => (isUnknown(value) ? [value.address, value.attribute] : value);
  const one =
    server === undefined
      ? [text(registration.targetId), registration.address]
      : [
          server.securityGroupIds.items,
          text(server.securityGroupIds.open),
          server.subnetIds.items,
          text(server.privateIp),
          text(server.hasSecurityGroups),
        ];
  const { readers, open } = healthReaders(topology, targetGroup);
  return JSON.stringify([
    one,
    text(port),
    text(healthPort),
    text(targetGroup.healthCheck.enabled),
    readers.map(({ address }) => address),
    text(open),
  ]);
}

function addShut(all: Map<string, Counted<ShutPorts>>, key: string, one: Counted<ShutPorts>): void {
  const before = all.get(key);
  if (before === undefined) {
    all.set(key, one);
    return;
  }
  const isNew = ({ port, use }: ShutPorts["ports"][number]) =>
    !before.ports.some((it) => it.use === use && isSamePort(it.port, port));
  const sources = [...before.sources, ...one.sources].map((it) => [JSON.stringify(it), it] as const);
  all.set(key, {
    ...before,
    ports: [...before.ports, ...one.ports.filter(isNew)],
    sources: [...new Map(sources).values()],
    whom: [...new Set([...before.whom, ...one.whom])],
    health: [...before.health, ...one.health],
    count: before.count + one.count,
  });
}

/** A finding for requests takes precedence over one for health checks only. */
function addMissed(all: Map<string, Counted<MissedPort>>, one: Counted<MissedPort>): void {
  const key = JSON.stringify([one.rule.address, one.rule.attribute, one.what]);
  const before = all.get(key);
  const isMild = areForHealthOnly([one.port]) && one.health.readers.length === 0;
  const kept = before === undefined || !isMild ? one : before;
  all.set(key, { ...kept, count: (before?.count ?? 0) + one.count });
}
