import { isUnknown } from "../../topology/value";
import type { ShutPorts, SomePlaces } from "../analysis/network/passage-of-target";
import type { Counted, TargetPassages } from "../analysis/network/target-passages";
import { type HealthReaders, ofHealthChecksOnly } from "../analysis/targets/health-readers";
import { areForHealthOnly, type TargetPort } from "../analysis/targets/target-ports";
import type { Edit, Finding } from "../report";
import { opening } from "./group-fixes";
import { joinedShares, shareOf } from "./shared-wording";

/* What the rules of groups between a balancer and its targets write alike. */

/** Such as `tcp 80 (requests) and tcp 81 (health checks)`. */
export function portsInWords(ports: readonly TargetPort[]): string {
  return ports
    .map(({ port, use }) => `${isUnknown(port) ? "a port that is not known" : `tcp ${port}`} (${use})`)
    .join(" and ");
}

/** What is seen of ports that are shut: no request fails where only health checks do. */
export function symptomOf(
  ports: readonly TargetPort[],
  health: readonly HealthReaders[],
): Pick<Finding, "symptom"> & Partial<Pick<Finding, "severity">> {
  return areForHealthOnly(ports)
    ? ofHealthChecksOnly("Target.Timeout in the target's health, though the application works", health)
    : { symptom: "504 Gateway Timeout; Target.Timeout in the target's health" };
}

/** How many targets are hit, and from or in how many of the other side's subnets. */
export function shareOfTargets(
  { count, places }: Counted<{ readonly places?: SomePlaces }>,
  { total }: TargetPassages,
  whose: string,
): { share?: string } {
  const ofPlaces = places === undefined ? {} : shareOf(places.hit, places.of, `of ${whose}`);
  return joinedShares([shareOf(count, total, "targets"), ofPlaces], "; ");
}

/** Rules of the group that keeps the ports shut, for those that are known. */
export function openingOf({ set, group, ports, sources }: ShutPorts, word: string): readonly Edit[] {
  const wanted = sources.flatMap((source) => ports.flatMap(({ port }) => (isUnknown(port) ? [] : [{ port, source }])));
  return opening(group, set.direction, wanted, word);
}
