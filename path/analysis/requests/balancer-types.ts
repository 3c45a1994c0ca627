import type { Balancer } from "../../../topology/model";
import { isUnknown } from "../../../topology/value";

/* Which load balancers are Application Load Balancers: only their listeners, target groups and targets are checked. */

/** Whether the file says so. Rules about what AWS refuses do not apply to one that may be a Network Load Balancer. */
export function isApplication({ type }: Balancer): boolean {
  return type === undefined || type === "application";
}

/** Whether it may be one: paths through a load balancer of unknown type are traced too. */
export function mayBeApplication(balancer: Balancer): boolean {
  return isUnknown(balancer.type) || isApplication(balancer);
}
