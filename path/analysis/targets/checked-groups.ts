import type { TargetGroup, Topology } from "../../../topology/model";

/** Target groups of Application Load Balancers that the file creates and that have health checks. */
export function checkedGroups({ targetGroups }: Topology): TargetGroup[] {
  return targetGroups.filter(
    (it) =>
      !it.isData &&
      (it.protocol === "HTTP" || it.protocol === "HTTPS") &&
      it.targetType !== "lambda" &&
      it.healthCheck.enabled !== false,
  );
}
