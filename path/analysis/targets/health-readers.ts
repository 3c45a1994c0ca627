import type { Balancer, Registration, TargetGroup, Topology } from "../../../topology/model";
import { isUnknown, known, type Unknown } from "../../../topology/value";
import type { Finding } from "../../report";
import { recordsOf } from "../names/record-targets";
import { once } from "../once";
import { groupUsers } from "./group-users";

/*
 * What follows where targets fail their health check alone. A load balancer sends requests to the healthy targets of a
 * group; while none is healthy, to all of them (it fails open), so that no request fails for that alone. What else
 * looks at their health may do more.
 */

/** Something that looks at the health of a group's targets. */
interface HealthReader {
  readonly address: string;
  /** What it does once all targets are unhealthy. */
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

/** A service whose tasks are not looked at watches them all the same. */
function serviceOf({ address }: Registration): HealthReader | undefined {
  if (!/(^|\.)aws_ecs_(service|task_set)\./.test(address)) return undefined;
  return { address, does: `${address} stops its tasks and starts others, over and over` };
}

function autoScalingOf({ autoScalingGroup }: Registration, topology: Topology): HealthReader | Unknown | undefined {
  const server = autoScalingGroup === undefined ? undefined : topology.byId.server(autoScalingGroup);
  if (server === undefined) return undefined;
  const { address, healthCheckType: type, waitsForHealthy: waits } = server;
  if (isUnknown(type)) return type;
  if (/\belb\b/i.test(type ?? ""))
    return { address, does: `${address} terminates its instances and launches others, over and over` };
  if (isUnknown(waits)) return waits;
  const isApplied =
    topology.source === "synthesized" || server.actions.some((it) => it === "create" || it === "update");
  if ((waits ?? 0) <= 0 || !isApplied) return undefined;
  return {
    address,
    does: `the apply waits for healthy instances of ${address} until it ends with "timeout while waiting for state"`,
  };
}

/** The first record with a routing policy that looks at the health of a load balancer's targets. */
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
      does: `Route 53 answers with other records in place of ${record.address}`,
    }
  );
}

/** What happens to requests where health checks fail and nothing else does. */
export const FAILS_OPEN =
  "an unhealthy target gets no requests while another one is healthy; while none is, the load balancer sends " +
  "them to all";

/** The severity and the symptom of a finding that only health checks meet. */
export function ofHealthChecksOnly(seen: string, all: readonly HealthReaders[]): Pick<Finding, "severity" | "symptom"> {
  const readers = new Map(all.flatMap((it) => it.readers).map((it) => [it.address, it]));
  const does = [...readers.values()].slice(0, 3).map((it) => it.does);
  return {
    severity: does.length > 0 ? "error" : "warning",
    symptom: [seen, ...(does.length > 0 ? does : [FAILS_OPEN])].join("; "),
  };
}
