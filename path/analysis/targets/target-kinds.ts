import type { Registration, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";

/* The kind of a target, from its id. */

/** As target groups name their types. */
export type TargetKind = "instance" | "ip" | "lambda" | "alb";

/** Longer than any address of Terraform's. */
const MAX_ID = 1_000;

/** Nothing if it cannot be determined. */
export function kindOfTarget({ byId }: Topology, { targetId, autoScalingGroup }: Registration): TargetKind | undefined {
  if (autoScalingGroup !== undefined) return "instance";
  const id = known(targetId);
  if (id === undefined || id.length > MAX_ID) return undefined;
  if (/^i-[0-9a-f]+$/.test(id) || byId.server(id) !== undefined) return "instance";
  if (
    /^\d+\.\d+\.\d+\.\d+$/.test(id) ||
    /^[0-9a-f]*:[0-9a-f:]+$/.test(id) ||
    /^\$\{[^{}]*\baws_(instance|network_interface)\.[^{}]*\.private_ip\}$/.test(id)
  )
    return "ip";
  if (/^arn:[\w-]+:lambda:/.test(id) || /^\$\{[^{}]*\baws_lambda_(function|alias)\.[^{}]*\}$/.test(id)) return "lambda";
  return /^arn:[\w-]+:elasticloadbalancing:[^:]*:\d*:loadbalancer\/app\//.test(id) || byId.balancer(id) !== undefined
    ? "alb"
    : undefined;
}
