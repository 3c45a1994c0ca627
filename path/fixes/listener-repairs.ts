import type { Balancer, Certificate, Listener, TargetGroup, Topology } from "../../topology/model";
import { symbol } from "../../topology/symbols";
import { known } from "../../topology/value";
import { isGoodFor } from "../analysis/certificates/certificates";
import { once } from "../analysis/once";
import { actionsOf, forwardedTo } from "../analysis/requests/listeners";
import type { Edit } from "../report";
import { setting } from "./fix";

/* Building blocks for fixes of listeners and listener rules. */

/** The default of this project. */
const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";
const FIRST_PRIORITY = 100;

/** An attribute such as `action[1].redirect` as an edit's path. */
export function pathOf(attribute: string): string {
  return attribute.replace(/\[(\d+)\]/g, ".$1");
}

/**
 * The target group that requests to this load balancer are most likely meant for: one that it uses, or else one that
 * has targets.
 */
export function likelyGroup(topology: Topology, balancer: Balancer): TargetGroup | undefined {
  return likelyGroups(topology)(balancer);
}

/** Computed once per load balancer, because each of its findings needs it. */
const likelyGroups = once((topology: Topology) => once((balancer: Balancer) => groupFor(topology, balancer)));

function groupFor(topology: Topology, balancer: Balancer): TargetGroup | undefined {
  const used = balancer.listeners.flatMap((it) => forwardedTo(actionsOf(it)));
  return (
    topology.byId.targetGroup(used[0]) ??
    topology.targetGroups.find(({ registrations }) => registrations.length > 0) ??
    topology.targetGroups[0]
  );
}

/** The ARN of a certificate for the host, through its validation resource if the file has one. */
export function certificateArn(topology: Topology, host: string): string | undefined {
  const found = topology.certificates.find((it) => isGoodFor(it, host)) ?? topology.certificates[0];
  return found && issuedArn(found);
}

function issuedArn({ validations: [validation], arn }: Certificate): string | undefined {
  return validation === undefined ? known(arn) : symbol(validation, "certificate_arn");
}

export function forward(group: TargetGroup): Readonly<Record<string, unknown>>[] {
  return [{ type: "forward", target_group_arn: known(group.arn) ?? symbol(group.address, "arn") }];
}

/** The missing listener on a port; `undefined` if the file has no target group or certificate for it. */
export function missingListener(
  topology: Topology,
  balancer: Balancer,
  request: { readonly scheme: "http" | "https"; readonly host: string; readonly port: number },
): Edit | undefined {
  const group = likelyGroup(topology, balancer);
  const certificate = request.scheme === "https" ? certificateArn(topology, request.host) : undefined;
  if (group === undefined || (request.scheme === "https" && certificate === undefined)) return undefined;
  const tls = certificate === undefined ? {} : { ssl_policy: TLS_POLICY, certificate_arn: certificate };
  return {
    add: "aws_lb_listener",
    name: `${request.scheme}_${request.port}`,
    like: balancer.address,
    body: {
      load_balancer_arn: known(balancer.arn) ?? symbol(balancer.address, "arn"),
      port: request.port,
      protocol: request.scheme.toUpperCase(),
      ...tls,
      default_action: forward(group),
    },
  };
}

/** Changes an HTTP listener to HTTPS. */
export function withTls(topology: Topology, listener: Listener, host: string): Edit[] {
  const certificate = certificateArn(topology, host);
  if (certificate === undefined) return [];
  return [setting(listener.address, "protocol", "HTTPS"), setting(listener.address, "certificate_arn", certificate)];
}

/** A priority after those of all rules. */
export const lastPriority = once(
  ({ rules }: Listener): number =>
    rules.reduce(
      (last, { priority }) => Math.max(last, known(priority) ?? 0),
      rules.length === 0 ? FIRST_PRIORITY - 1 : 0,
    ) + 1,
);
