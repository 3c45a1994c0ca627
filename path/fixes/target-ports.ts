import type { Topology } from "../../topology/model";
import { isUnknown } from "../../topology/value";
import type { ShutPorts, SomePlaces } from "../analysis/network/passage-of-target";
import { rulesInWords } from "../analysis/network/rule-words";
import type { Counted, TargetPassages } from "../analysis/network/target-passages";
import { type HealthReaders, ofHealthChecksOnly } from "../analysis/targets/health-readers";
import { areForHealthOnly, type TargetPort } from "../analysis/targets/target-ports";
import type { Edit, Finding } from "../report";
import { fix } from "./fix";
import { opening } from "./group-fixes";
import { joinedShares, shareOf } from "./shared-wording";

/* Texts shared by the rules of security groups between a load balancer and its targets. */

/** Such as `tcp 80 (requests) and tcp 81 (health checks)`. */
export function portsInWords(ports: readonly TargetPort[]): string {
  return ports.map(({ port, use }) => `${isUnknown(port) ? "an unknown port" : `tcp ${port}`} (${use})`).join(" and ");
}

/** The symptom of closed ports: no request fails if only health checks do. */
export function symptomOf(
  ports: readonly TargetPort[],
  health: readonly HealthReaders[],
): Pick<Finding, "symptom"> & Partial<Pick<Finding, "severity">> {
  return areForHealthOnly(ports)
    ? ofHealthChecksOnly("Target.Timeout in the target's health, although the application works", health)
    : { symptom: "504 Gateway Timeout; Target.Timeout in the target's health" };
}

/** How many targets are affected, and from or in how many of the other side's subnets. */
export function shareOfTargets(
  { count, places }: Counted<{ readonly places?: SomePlaces }>,
  { total }: TargetPassages,
  whose: string,
): { share?: string } {
  const ofPlaces = places === undefined ? {} : shareOf(places.hit, places.of, `of ${whose}`);
  return joinedShares([shareOf(count, total, "targets"), ofPlaces], "; ");
}

/**
 * The finding for a target's security group that does not allow ports to the load balancer.
 * @param prop the prop that sets the port in a stack of this project
 */
export function shutToBalancer(
  shut: TargetPassages["in"][number],
  passages: TargetPassages,
  topology: Topology,
  prop: string,
): Omit<Finding, "id" | "severity" | "hop" | "docs"> & Partial<Pick<Finding, "severity">> {
  const shown = portsInWords(shut.ports);
  return {
    address: shut.group.address,
    attribute: "ingress",
    observed: rulesInWords(topology, shut.set),
    required: `${shown} from ${shut.whom.join(", ")}`,
    ...symptomOf(shut.ports, shut.health),
    ...shareOfTargets(shut, passages, "the load balancer's subnets"),
    fix: fix(
      `Allow inbound ${shown} from the load balancer.`,
      `${prop} sets the port in both security groups, so no prop causes this; remove the override`,
      openingOf(shut, "from_balancer"),
    ),
  };
}

/** Rules that open the known ones of the closed ports. */
export function openingOf({ set, group, ports, sources }: ShutPorts, word: string): readonly Edit[] {
  const wanted = sources.flatMap((source) => ports.flatMap(({ port }) => (isUnknown(port) ? [] : [{ port, source }])));
  return opening(group, set.direction, wanted, word);
}
