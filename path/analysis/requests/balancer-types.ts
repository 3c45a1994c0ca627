import type { Balancer } from "../../../topology/model";
import { isUnknown } from "../../../topology/value";

/* Which load balancers are application load balancers: only their listeners, groups and targets are looked at. */

/** Whether the file says so: what AWS would refuse is not held against a load balancer that may be a network one. */
export function isApplication({ type }: Balancer): boolean {
  return type === undefined || type === "application";
}

/** Whether nothing says otherwise: a path is followed over a load balancer whose type the file leaves open, too. */
export function mayBeApplication(balancer: Balancer): boolean {
  return isUnknown(balancer.type) || isApplication(balancer);
}
