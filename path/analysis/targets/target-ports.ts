import { type Attr, isUnknown, known, type Unknown } from "../../../topology/value";
import type { Target } from "../requests/traced-path";

/** A port on which a load balancer connects to a target. */
export interface TargetPort {
  readonly port: number | Unknown;
  readonly use: "requests" | "health checks" | "requests and health checks";
}

/** The ports of a target; one if requests and health checks use the same. */
export function targetPorts({ port, healthPort, targetGroup }: Target): readonly TargetPort[] {
  const checked = known(targetGroup.healthCheck.enabled) === false ? undefined : healthPort;
  if (port !== undefined && checked !== undefined && isSamePort(port, checked))
    return [{ use: "requests and health checks", port }];
  return [
    ...(port === undefined ? [] : [{ use: "requests" as const, port }]),
    ...(checked === undefined ? [] : [{ use: "health checks" as const, port: checked }]),
  ];
}

/** The same unknown value counts as one port. */
export function isSamePort(a: Attr<number>, b: Attr<number>): boolean {
  return a === b || (isUnknown(a) && isUnknown(b) && a.address === b.address && a.attribute === b.attribute);
}

/** Whether none of them receives requests. */
export function areForHealthOnly(ports: readonly TargetPort[]): boolean {
  return ports.every(({ use }) => use === "health checks");
}
