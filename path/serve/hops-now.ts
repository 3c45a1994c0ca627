import { once } from "../analysis/once";
import { HOPS, type Hop, type HopReport, type TraceReport, type Verdict, worst } from "../report";
import type { Cause } from "./decisions";
import type { HealthState } from "./health";
import type { Site } from "./site";

/* What each hop does at the moment: as the trace says, and for targets as the last health checks say. */

export interface HopNow {
  readonly hop: Hop;
  readonly verdict: Verdict;
  readonly text: string;
  readonly resources: readonly string[];
}

/** The health of a target; `isAssumed` if a stand-in responds in its place. */
export interface HealthNow {
  readonly state: HealthState;
  readonly isAssumed: boolean;
}

/**
 * @param closed why the client receives no response, whatever the trace says about others
 * @param refused what the requests need that is not modeled
 */
export function hopsNow(
  { report }: Pick<Site, "report">,
  targets: readonly HealthNow[],
  closed: readonly Cause[],
  refused: readonly Cause[] = [],
): readonly HopNow[] {
  return tracedHops(report).map((traced) => {
    const { hop } = traced;
    const cause = closed.find((it) => it.hop === hop);
    if (cause !== undefined && traced.verdict !== "broken") return { ...traced, text: cause.text, verdict: "broken" };
    const unanswered = refused.find((it) => it.hop === hop);
    if (unanswered !== undefined && traced.verdict === "ok")
      return { ...traced, text: unanswered.text, verdict: "unknown" };
    if (hop !== "target-group" && hop !== "target") return traced;
    const live = healthOf(hop, targets);
    // The trace knows of findings that no health check shows.
    return { ...traced, text: live.text, verdict: worst([traced.verdict, live.verdict]) };
  });
}

/** They stay as they are while the site is served, and the page asks after every request. */
const tracedHops = once(({ paths }: TraceReport): readonly HopNow[] =>
  HOPS.map((hop) =>
    tracedHop(
      hop,
      paths.flatMap(({ hops }) => hops.filter((it) => it.hop === hop)),
    ),
  ),
);

function tracedHop(hop: Hop, all: readonly HopReport[]): HopNow {
  const verdict = all.length === 0 ? "unknown" : worst(all.map((it) => it.verdict));
  const shown = all.find((it) => it.verdict === verdict);
  return {
    hop,
    verdict,
    text: shown?.observed ?? "not on any path of the file",
    resources: [...new Set(all.flatMap(({ resources }) => resources))],
  };
}

function healthOf(hop: Hop, targets: readonly HealthNow[]): { text: string; verdict: Verdict } {
  const count = (state: HealthState) => targets.filter((it) => it.state === state).length;
  const [healthy, usable] = [count("healthy") + count("unavailable"), targets.length - count("unused")];
  if (targets.length === 0) return { text: "no registered targets", verdict: "broken" };
  if (hop === "target") {
    const assumed = targets.filter(({ isAssumed }) => isAssumed).length;
    const text = assumed === 0 ? "" : `; ${assumed} of ${targets.length} assumed (a stand-in responds)`;
    const verdict = healthy === 0 && count("initial") > 0 ? "unknown" : healthy > 0 ? "ok" : "broken";
    return { text: `${healthy} of ${targets.length} targets respond to health checks${text}`, verdict };
  }
  if (healthy > 0) return { text: `${healthy} of ${targets.length} targets are healthy`, verdict: "ok" };
  if (usable === 0) return { text: "all targets are unused", verdict: "broken" };
  return count("initial") > 0
    ? { text: "the first health checks are in progress", verdict: "unknown" }
    : { text: `no healthy target: requests go to all ${usable}`, verdict: "broken" };
}
