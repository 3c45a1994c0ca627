import { answersTls } from "../../path/analysis/boot-scripts/answers";
import { once } from "../../path/analysis/once";
import { protocolIn } from "../../path/serve/arguments";
import type { Member, Pool } from "../../path/serve/balancing";
import { worstOf } from "../../path/serve/client-ways";
import type { Backend, Way } from "../../path/serve/decisions";
import { type HealthSettings, healthSettingsOf, TargetHealth } from "../../path/serve/health";
import { type Machine, type Membership, unusedBecause } from "../../path/serve/members";
import { notModeledOf } from "../../path/serve/not-modeled";
import { groupsBehind, type Site } from "../../path/serve/site";
import { targetWays } from "../../path/serve/target-ways";
import type { Balancer, TargetGroup } from "../../topology/model";
import { known } from "../../topology/value";
import { LOOPBACK } from "./loopback";
import type { RunningTarget } from "./targets";

/* The target groups of each load balancer, with the programs that run as their targets. */

/** A target as a load balancer checks and uses it. */
export interface RunningMember extends Member {
  readonly membership: Membership;
  readonly group: TargetGroup;
  readonly settings: HealthSettings;
  readonly program: RunningTarget;
  /** As it is reached for a health check. */
  readonly checked: () => Backend;
  lastCheck?: { readonly at: string; readonly text: string };
}

export interface RunningPool extends Pool {
  readonly balancer: Balancer;
  readonly members: readonly RunningMember[];
}

/** The pools of each load balancer by the ARN of their target group: of those that its listeners forward to. */
export function poolsOf(
  site: Site,
  balancers: readonly Balancer[],
  programs: ReadonlyMap<Machine, RunningTarget>,
): ReadonlyMap<Balancer, ReadonlyMap<string, RunningPool>> {
  // The others only show that nothing uses them.
  const others = [...site.members.keys()].filter((it) => !site.used.has(it));
  return new Map(
    balancers.map((balancer, index) => {
      const groups = [...groupsBehind([balancer], site.topology), ...(index === 0 ? others : [])];
      const byArn = groups.flatMap((group) => {
        const arn = known(group.arn);
        return arn === undefined ? [] : [[arn, poolOf(site, balancer, group, programs)] as const];
      });
      return [balancer, new Map(byArn)];
    }),
  );
}

function poolOf(
  site: Site,
  balancer: Balancer,
  group: TargetGroup,
  programs: ReadonlyMap<Machine, RunningTarget>,
): RunningPool {
  const refused = site.refusals.groups.get(group);
  const notModeled = notModeledOf(group);
  const members = (site.members.get(group) ?? []).flatMap((membership) => {
    const program = programs.get(membership.machine);
    return program === undefined ? [] : [memberOf(site, balancer, group, membership, program)];
  });
  return {
    balancer,
    group,
    members: notModeled === undefined && refused === undefined ? members : [],
    ...(refused !== undefined && { refused }),
    ...(notModeled !== undefined && { notModeled }),
  };
}

function memberOf(
  site: Site,
  balancer: Balancer,
  group: TargetGroup,
  membership: Membership,
  program: RunningTarget,
): RunningMember {
  const { topology } = site;
  const settings = healthSettingsOf(group);
  const health = new TargetHealth(settings);
  const unused = unusedBecause(topology, balancer, membership.target);
  // AWS checks no target of a target group that no listener forwards to.
  if (unused !== undefined || !site.used.has(group)) health.leaveUnused(unused ?? "Target.NotInUse");
  // Most targets of a large file are never used.
  const ways = once(() => targetWays(topology, balancer, membership.target));
  const protocol = protocolIn(group.protocol);
  const usesTls = (port: number) =>
    program.kind === "nginx" || answersTls(known(membership.machine.server?.userData) ?? "", port) === false;
  const reached = (port: number, way: Way, by: Backend["protocol"]): Backend => {
    const listens = program.listens.get(port);
    return {
      id: membership.id,
      ...(listens !== undefined && { listens: { host: LOOPBACK, port: listens } }),
      // Only what certainly does not use TLS fails; an app and a stand-in are reached without it.
      protocol: by === "HTTPS" && usesTls(port) ? "HTTPS" : "HTTP",
      port,
      way,
      kind: program.kind,
      ...(program.behind === "stand-in" && { isAssumed: true }),
    };
  };
  let turn = -1;
  return {
    id: membership.id,
    membership,
    group,
    settings,
    health,
    program,
    backend: () => {
      const { requests } = ways(membership);
      turn = (turn + 1) % requests.length;
      return reached(membership.port, requests[turn] ?? { kind: "open" }, protocol);
    },
    checked: () => reached(membership.healthPort, worstOf(ways(membership).healthChecks), settings.protocol),
  };
}
