import type { TraceReport } from "../report";
import type { PhrasedCause } from "./because";
import type { Counts, Effect } from "./review-report";
import type { World } from "./world";

/** The headline: the effect first, then the reason. */
export function summaryOf(
  effect: Effect,
  causes: readonly PhrasedCause[],
  counts: Counts,
  trace: TraceReport,
  { serving, changes, after, format }: World,
): string {
  const phrase = causes.find((it) => it.effect === effect && it.phrase !== "")?.phrase;
  const others =
    new Set(causes.filter((it) => it.effect === effect && it.phrase !== "").map((it) => it.phrase)).size - 1;
  const more = others > 0 ? ` (and ${others} more ${others === 1 ? "reason" : "reasons"})` : "";
  const isNew =
    serving.balancers.size === 0 &&
    after.balancers.some(({ isData, actions }) => !isData && actions.includes("create"));
  const isTakenDown =
    serving.balancers.size > 0 &&
    trace.paths.length === 0 &&
    [...serving.balancers.keys()].every((address) =>
      changes.some((it) => it.address === address && it.doing === "destroy"),
    );
  if (effect === "fails") return `Apply will fail: ${phrase ?? "AWS refuses one of its steps"}${more}.`;
  if (effect === "outage" && isTakenDown)
    return "Outage: the site is taken down because its load balancer is destroyed.";
  if (effect === "outage")
    return `Outage: the ${isNew ? "new site" : "site"} is unreachable ${phrase ?? "during the apply"}${more}.`;
  if (effect === "unknown")
    return `Effect unknown${isNew ? " for the new site" : ""}: ${phrase ?? "it cannot be determined"}${more}.`;
  if (effect === "brief") return `Some requests will fail ${phrase ?? "during the apply"}${more}.`;
  if (format.invocations.length === 0 && changes.every(({ doing }) => doing === "none" || doing === "read"))
    return "No changes.";
  const isLeft = trace.paths.length > 0;
  if (isNew)
    return trace.verdict === "ok"
      ? "New site: its path is ok, and no existing traffic is affected."
      : "New site: its path cannot be fully verified, and no existing traffic is affected.";
  if (serving.balancers.size === 0 && !isLeft)
    return counts.replace + counts.destroy > 0
      ? "No load balancer in this plan; check what is replaced and destroyed."
      : "No load balancer in this plan; nothing is replaced or destroyed.";
  return "No downtime expected.";
}
