import type { Balancer, Registration, TargetGroup, Topology } from "../../../topology/model";
import { isUnknown, known, type Unknown } from "../../../topology/value";
import type { Finding } from "../../report";
import { recordsOf } from "../names/record-targets";
import { once } from "../once";
import { groupUsers } from "./group-users";

/*
 * The consequences if targets fail only their health checks. A load balancer sends requests to the healthy targets of a
 * group; while none is healthy, to all of them (it fails open), so no request fails for this reason alone. Other
 * readers of target health may do more.
 */

/** Something that uses the health of a group's targets. */
interface HealthReader {
  readonly address: string;
  /** What it does when all targets are unhealthy. */
  readonly does: string;
}

export interface HealthReaders {
  readonly readers: readonly HealthReader[];
  /** Why there may be others. */
  readonly open?: Unknown;
}

const readersIn = once((topology: Topology) => once((group: TargetGroup) => readersOf(topology, group)));

export function healthReaders(topology: Topology, group: TargetGroup): HealthReaders {
  return readersIn(topology)(group);
}

function readersOf(topology: Topology, group: TargetGroup): HealthReaders {
  const all = [
    ...group.registrations.flatMap((it) => [serviceOf(it), autoScalingOf(it, topology)]),
    ...(groupUsers(topology).balancersOf(group) ?? []).map((it) => recordOf(it, topology)),
  ].filter((it) => it !== undefined);
  const readers = new Map(all.flatMap((it) => (isUnknown(it) ? [] : [[it.address, it] as const])));
  const open = all.find(isUnknown);
  return { readers: [...readers.values()], ...(open !== undefined && { open }) };
}

/** A service watches its tasks even though they are not modeled. */
function serviceOf({ address }: Registration): HealthReader | undefined {
  if (!/(^|\.)aws_ecs_(service|task_set)\./.test(address)) return undefined;
  return { address, does: `${address} repeatedly stops its tasks and starts new ones` };
}

function autoScalingOf({ autoScalingGroup }: Registration, topology: Topology): HealthReader | Unknown | undefined {
  const server = autoScalingGroup === undefined ? undefined : topology.byId.server(autoScalingGroup);
  if (server === undefined) return undefined;
  const { address, healthCheckType: type, waitsForHealthy: waits } = server;
  if (isUnknown(type)) return type;
  if (/\belb\b/i.test(type ?? ""))
    return { address, does: `${address} repeatedly terminates its instances and launches new ones` };
  if (isUnknown(waits)) return waits;
  const isApplied =
    topology.source === "synthesized" || server.actions.some((it) => it === "create" || it === "update");
  if ((waits ?? 0) <= 0 || !isApplied) return undefined;
  return {
    address,
    does: `the apply waits for healthy instances of ${address} until it fails with "timeout while waiting for state"`,
  };
}

/** The first record whose routing policy evaluates the health of a load balancer's targets. */
function recordOf(balancer: Balancer, topology: Topology): HealthReader | undefined {
  const record = recordsOf(topology)
    .to(balancer)
    .find(
      ({ routing, alias }) =>
        routing !== undefined && alias !== undefined && known(alias.evaluateTargetHealth) === true,
    );
  return (
    record && {
      address: record.address,
      does: `Route 53 answers with other records instead of ${record.address}`,
    }
  );
}

/** What happens to requests if only health checks fail. */
export const FAILS_OPEN =
  "an unhealthy target receives no requests while another target is healthy; if all are unhealthy, the load " +
  "balancer sends requests to all of them";

/** The severity and the symptom of a finding that affects only health checks. */
export function ofHealthChecksOnly(seen: string, all: readonly HealthReaders[]): Pick<Finding, "severity" | "symptom"> {
  const readers = new Map(all.flatMap((it) => it.readers).map((it) => [it.address, it]));
  const does = [...readers.values()].slice(0, 3).map((it) => it.does);
  return {
    severity: does.length > 0 ? "error" : "warning",
    symptom: [seen, ...(does.length > 0 ? does : [FAILS_OPEN])].join("; "),
  };
}
