import type { Action, Balancer, CertificateUse, Listener, Topology } from "../../../topology/model";
import { isUnknown, known, Unknown } from "../../../topology/value";
import { isApplication } from "./balancer-types";

/* What listens on load balancers, and what it does. */

/** Where a client comes. */
export interface Door {
  readonly scheme: "http" | "https";
  readonly port: number;
}

/** As listeners name the protocol. */
export function protocolOf({ scheme }: Pick<Door, "scheme">): "HTTP" | "HTTPS" {
  return scheme === "https" ? "HTTPS" : "HTTP";
}

/**
 * The listener on a port, or what leaves open whether there is one. AWS has one listener for each port; of several that
 * a file declares, the one that speaks the client's protocol counts.
 */
export function listenerAt(
  balancer: Balancer,
  door: Door,
  { looseListeners }: Pick<Topology, "looseListeners">,
): Listener | Unknown | undefined {
  const there = balancer.listeners.filter((it) => it.port === door.port);
  const found = there.find((it) => known(it.protocol) === protocolOf(door)) ?? there[0];
  if (found !== undefined) return found;
  const open =
    balancer.listeners.find((it) => isUnknown(it.port))?.port ??
    looseListeners.find((it) => isUnknown(it.balancerArn))?.balancerArn;
  if (isUnknown(open)) return open;
  return balancer.isData
    ? new Unknown(
        balancer.address,
        "listeners",
        "the load balancer is only read here, and its listeners may be made elsewhere",
      )
    : undefined;
}

/** All target groups that actions forward to, as ARNs that are known. */
export function forwardedTo(actions: readonly Action[]): string[] {
  return actions
    .flatMap((it) => (it.type === "forward" ? it.targetGroups.map(({ arn }) => known(arn)) : []))
    .filter((arn) => arn !== undefined);
}

/** The actions of a listener's default and of all its rules. */
export function actionsOf(listener: Listener): Action[] {
  return [...listener.defaultActions, ...listener.rules.flatMap(({ actions }) => actions)];
}

/** Listeners that the file makes on an application load balancer; none of a load balancer of another type. */
export function madeListeners(balancer: Balancer): Listener[] {
  return isApplication(balancer) ? balancer.listeners.filter(({ isData }) => !isData) : [];
}

/** Those that a listener names itself, as `aws_lb_listener_certificate` adds others. */
export function ownCertificates({ address, certificates }: Listener): CertificateUse[] {
  return certificates.filter((it) => it.address === address && it.arn !== "");
}
