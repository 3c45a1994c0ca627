import type { AclEntry, NetworkAcl } from "../../topology/model";
import { known } from "../../topology/value";
import type { Blockage } from "../analysis/network/acl-blockages";
import type { Flow } from "../analysis/network/acl-flow";
import { overlaps, type Range } from "../analysis/network/ipv4";
import type { Direction } from "../analysis/network/security-rules";
import { ofHealthChecksOnly } from "../analysis/targets/health-readers";
import type { Finding } from "../report";
import { shareOf } from "./shared-wording";

/* Texts shared by the rules of network ACLs. */

/** Such as `tcp 1024-65535 (responses from the targets)`. */
export function flowsInWords(flows: readonly Flow[]): string {
  return [...new Set(flows.map(({ what, ports }) => `tcp ${rangeInWords(ports)} (${what})`))].join(", ");
}

export function entryPorts({ protocol, fromPort, toPort }: AclEntry): string {
  const ports = { first: known(fromPort) ?? 0, last: known(toPort) ?? 65535 };
  if (known(protocol) === "-1") return "all traffic";
  return `${known(protocol)} ${overlaps(ports, { first: 1, last: 65535 }) ? rangeInWords(ports) : "0"}`;
}

function rangeInWords({ first, last }: Range): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

/** Such as `aws_network_acl.app has no ingress entry, so it allows no inbound traffic`. */
export function withoutEntries({ address }: NetworkAcl, direction: Direction): string {
  const way = direction === "ingress" ? "inbound" : "outbound";
  return `${address} has no ${direction} entry, so it allows no ${way} traffic`;
}

/** What all findings at a network ACL have in common. */
export function aboutBlockage({
  direction,
  flows,
  guards,
}: Blockage): Pick<Finding, "hop" | "required" | "symptom"> & Partial<Pick<Finding, "severity" | "share">> {
  return {
    hop: flows.every((it) => it.hop === "listener") ? "listener" : "target",
    required: `${direction === "ingress" ? "inbound" : "outbound"} ${flowsInWords(flows)}`,
    ...symptomOf(flows),
    ...(guards !== undefined &&
      shareOf(guards.hit, guards.of, `of the ${guards.whose === "balancer" ? "load balancer's" : "targets'"} subnets`)),
  };
}

function symptomOf(flows: readonly Flow[]): Pick<Finding, "symptom"> & Partial<Pick<Finding, "severity">> {
  if (flows.some((it) => it.hop === "listener")) return { symptom: "ERR_CONNECTION_TIMED_OUT" };
  const unhealthy = "Target.Timeout in the target's health; Reachability Analyzer: SUBNET_ACL_RESTRICTION";
  return flows.every(({ health }) => health !== undefined)
    ? ofHealthChecksOnly(
        unhealthy,
        flows.flatMap(({ health }) => health ?? []),
      )
    : { symptom: `504 Gateway Timeout; ${unhealthy}` };
}
