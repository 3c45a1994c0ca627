import type { TargetGroup, Topology } from "../../../topology/model";
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
export interface HealthReader {
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
  const readers = new Map<string, HealthReader>();
  let open: Unknown | undefined;
  for (const { address, autoScalingGroup, targetId } of group.registrations) {
    // Its tasks are not looked at, but it watches them.
    if (/(^|\.)aws_ecs_(service|task_set)\./.test(address))
      readers.set(address, { address, does: `${address} stops its tasks and starts others, over and over` });
    const server = autoScalingGroup === undefined ? undefined : topology.byId.server(autoScalingGroup ?? targetId);
    if (server === undefined) continue;
    const { healthCheckType: type, waitsForHealthy: waits } = server;
    if (isUnknown(type)) open ??= type;
    else if (/\belb\b/i.test(type ?? ""))
      readers.set(server.address, {
        address: server.address,
        does: `${server.address} terminates its instances and launches others, over and over`,
      });
    else if (isUnknown(waits)) open ??= waits;
    else if (
      (waits ?? 0) > 0 &&
      (topology.source === "synthesized" || server.actions.some((it) => it === "create" || it === "update"))
    )
      readers.set(server.address, {
        address: server.address,
        does:
          `the apply waits for healthy instances of ${server.address} until it ends with "timeout while waiting ` +
          `for state"`,
      });
  }
  for (const balancer of groupUsers(topology).balancersOf(group) ?? []) {
    const records = recordsOf(topology)
      .to(balancer)
      .filter(
        ({ routing, alias }) =>
          routing !== undefined && alias !== undefined && known(alias.evaluateTargetHealth) === true,
      );
    const [first] = records;
    if (first !== undefined)
      readers.set(first.address, {
        address: first.address,
        does: `Route 53 answers with other records in place of ${first.address}`,
      });
  }
  return { readers: [...readers.values()], ...(open !== undefined && { open }) };
}

/** What happens to requests where health checks fail and nothing else does. */
export const FAILS_OPEN =
  "an unhealthy target gets no requests while another one is healthy; while none is, the load balancer sends " +
  "them to all";

/** The severity and the symptom of a fault that only health checks meet. */
export function ofHealthChecksOnly(seen: string, all: readonly HealthReaders[]): Pick<Finding, "severity" | "symptom"> {
  const readers = new Map(all.flatMap((it) => it.readers).map((it) => [it.address, it]));
  const does = [...readers.values()].slice(0, 3).map((it) => it.does);
  return {
    severity: does.length > 0 ? "error" : "warning",
    symptom: [seen, ...(does.length > 0 ? does : [FAILS_OPEN])].join("; "),
  };
}
