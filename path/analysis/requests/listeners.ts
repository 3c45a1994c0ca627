import type { Action, Balancer, CertificateUse, Listener, Topology } from "../../../topology/model";
import { isUnknown, known, Unknown } from "../../../topology/value";
import { isApplication } from "./balancer-types";

/* Listeners of load balancers, and their actions. */

/** Where a client connects. */
export interface Door {
  readonly scheme: "http" | "https";
  readonly port: number;
}

/** The protocol as listeners write it. */
export function protocolOf({ scheme }: Pick<Door, "scheme">): "HTTP" | "HTTPS" {
  return scheme === "https" ? "HTTPS" : "HTTP";
}

/**
 * The listener on a port, or the unknown value that leaves open whether there is one. AWS allows one listener for each
 * port; if a file declares several, the one with the client's protocol counts.
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
        "the load balancer is read by a data source, and its listeners may be created elsewhere",
      )
    : undefined;
}

/** The known ARNs of all target groups that actions forward to. */
export function forwardedTo(actions: readonly Action[]): string[] {
  return actions
    .flatMap((it) => (it.type === "forward" ? it.targetGroups.map(({ arn }) => known(arn)) : []))
    .filter((arn) => arn !== undefined);
}

/** The default actions of a listener and the actions of all its rules. */
export function actionsOf(listener: Listener): Action[] {
  return [...listener.defaultActions, ...listener.rules.flatMap(({ actions }) => actions)];
}

/** Listeners that the file creates on an Application Load Balancer; none for other load balancer types. */
export function madeListeners(balancer: Balancer): Listener[] {
  return isApplication(balancer) ? balancer.listeners.filter(({ isData }) => !isData) : [];
}

/** The listener's own certificates, without those that `aws_lb_listener_certificate` adds. */
export function ownCertificates({ address, certificates }: Listener): CertificateUse[] {
  return certificates.filter((it) => it.address === address && it.arn !== "");
}
