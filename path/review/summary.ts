import type { TraceReport } from "../report";
import type { Told } from "./because";
import type { Counts, Effect } from "./review-report";
import type { World } from "./world";

/** The verdict in one sentence. */
export function summaryOf(
  effect: Effect,
  causes: readonly Told[],
  counts: Counts,
  trace: TraceReport,
  { serving, changes, after, format }: World,
): string {
  const phrase = causes.find((it) => it.effect === effect && it.phrase !== "")?.phrase;
  const others =
    new Set(causes.filter((it) => it.effect === effect && it.phrase !== "").map((it) => it.phrase)).size - 1;
  const also = others > 0 ? `, and ${others} other ${others === 1 ? "reason" : "reasons"}` : "";
  const isNew =
    serving.balancers.size === 0 &&
    after.balancers.some(({ isData, actions }) => !isData && actions.includes("create"));
  const isTakenDown =
    serving.balancers.size > 0 &&
    trace.paths.length === 0 &&
    [...serving.balancers.keys()].every((address) =>
      changes.some((it) => it.address === address && it.doing === "destroy"),
    );
  if (effect === "fails") return `Apply will fail: ${phrase ?? "AWS refuses a step of it"}${also}.`;
  if (effect === "outage" && isTakenDown) return "The site will be taken down, as its load balancer is destroyed.";
  if (effect === "outage")
    return isNew
      ? `No request will arrive at the new site${phrase === undefined ? "" : `, ${phrase}`}${also}.`
      : `The site will be unreachable ${phrase ?? "for a while"}${also}.`;
  if (effect === "unknown")
    return (
      "It cannot be determined whether " +
      `${isNew ? "the new site will answer" : "requests will fail"}${phrase === undefined ? "" : `, ${phrase}`}` +
      `${also}.`
    );
  if (effect === "brief") return `Some requests will fail ${phrase ?? "for a moment"}${also}.`;
  if (format.invocations.length === 0 && changes.every(({ doing }) => doing === "none" || doing === "read"))
    return "Nothing changes.";
  const isLeft = trace.paths.length > 0;
  if (isNew)
    return trace.verdict === "ok"
      ? "A new site is built, and its path is whole; no request can notice yet."
      : "A new site is built; no request can notice yet.";
  if (serving.balancers.size === 0 && !isLeft)
    return counts.replace + counts.destroy > 0
      ? "No load balancer is in this plan; look at what is replaced and destroyed."
      : "No load balancer is in this plan, and nothing is replaced or destroyed.";
  return "No downtime expected.";
}
