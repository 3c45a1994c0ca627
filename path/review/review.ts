import type { Change } from "../../topology/changes";
import { listOf, objectOf, own } from "../../topology/json";
import type { Topology } from "../../topology/model";
import { UnreadableFile } from "../../topology/unreadable-file";
import { Deadline, TimeIsUp } from "../deadline";
import { HOPS, type TraceReport } from "../report";
import { traceTopology } from "../trace/trace";
import { causesOfActions } from "./actions";
import type { Told } from "./because";
import { EFFECT_RULES } from "./effects/all";
import { causesOfErrors, hopChanges, type Traces } from "./hops";
import { withMove } from "./moves";
import { pictureOf } from "./path-picture";
import { type Cause, type ChangeLine, type Counts, EFFECTS, type Review, worstEffect } from "./review-report";
import { rootsOf } from "./roots";
import { withoutSecrets } from "./secrets";
import { securityOf } from "./security";
import { causesOfShutOut } from "./shut-out";
import { summaryOf } from "./summary";
import { causesOfNotKnown, causesOfOpened, causesOfUnread } from "./unread-causes";
import { watchOf } from "./watch";
import { type World, worldOf } from "./world";

/**
 * What a plan does to the path of a request, and what else it does.
 * @param plan parsed output of `terraform show -json` of a plan, of any provider version, of Terraform or OpenTofu; it
 * is not changed
 * @param deadline when the review ends; by default after ten seconds of CPU time
 * @throws {UnreadableFile} if it is none
 * @throws {TimeIsUp} if there was not enough time: a part of a review would tell of no effect where nothing was checked
 */
export function review(plan: unknown, deadline: Deadline = new Deadline()): Review {
  try {
    return reviewOf(plan, deadline);
  } catch (error) {
    // No terraform writes that.
    throw error instanceof RangeError
      ? new UnreadableFile(
          "expected a plan, as `terraform show -json tfplan` writes it; this one is nested more deeply than " +
            "any of terraform's.",
        )
      : error;
  }
}

function reviewOf(plan: unknown, deadline: Deadline): Review {
  const shown = withoutSecrets(plan);
  const world = worldOf(plan, shown);
  const traces: Traces = {
    before: world.before === undefined ? undefined : traced(world.before, deadline),
    after: traced(world.after, deadline),
  };
  const told = causesOf(world, traces, deadline);
  const effect = worstEffect(told.map((it) => it.effect));
  const counts = countsOf(world.changes);
  return {
    report: {
      format_version: "1.0",
      effect,
      summary: summaryOf(effect, told, counts, traces.after, world),
      hops: hopChanges(traces, world),
      counts,
      causes: told.map(causeOf),
      security: securityOf(world),
    },
    roots: rootsOf(told).map(causeOf),
    watch: watchOf(world, traces, shown),
    changes: world.changes.flatMap(lineOf),
    outputs: outputsOf(shown),
    picture: pictureOf(world, traces.after),
  };
}

function causeOf({ phrase: _, follows: __, ...cause }: Told): Cause {
  return cause;
}

function traced(topology: Topology, deadline: Deadline): TraceReport {
  const report = traceTopology(topology, { deadline });
  if (report.stopped !== undefined) throw new TimeIsUp(report.stopped);
  return report;
}

/** The worst first, and those alike in the order of a request. */
function causesOf(world: World, traces: Traces, deadline: Deadline): Told[] {
  const told = world.moving.flatMap((change) => {
    deadline.enter(`in the effects of ${change.address}`);
    return EFFECT_RULES.flatMap((rule) => rule(change, world));
  });
  deadline.enter("in the effects of what the trace found");
  const refused = new Set(told.filter(({ effect }) => effect === "fails").map(({ address }) => address));
  const errors = causesOfErrors(traces, world, told, deadline).filter(
    ({ address, effect }) => effect !== "fails" || !refused.has(address),
  );
  // What nobody notices is told of what does nothing worse.
  const found = [
    ...told,
    ...causesOfActions(world),
    ...causesOfUnread(world),
    ...causesOfShutOut(world),
    ...causesOfNotKnown(traces, world),
    ...causesOfOpened(traces, world),
    ...errors,
  ];
  const worse = new Set(found.filter(({ effect }) => effect !== "none").map(({ address }) => address));
  const all = found
    .filter(({ effect, address }) => effect !== "none" || !worse.has(address))
    .map((it) => withMove(it, world));
  return EFFECTS.toReversed().flatMap((effect) =>
    [...HOPS, null].flatMap((hop) => all.filter((it) => it.effect === effect && it.hop === hop)),
  );
}

function countsOf(changes: readonly Change[]): Counts {
  const of = (...kinds: string[]) => changes.filter(({ doing, isData }) => !isData && kinds.includes(doing)).length;
  return { create: of("create"), update: of("update"), replace: of("replace"), destroy: of("destroy") };
}

function lineOf({
  address,
  doing,
  isData,
  isCreatedFirst,
  forcedBy,
  differing,
  reason,
  movedFrom,
}: Change): ChangeLine[] {
  if (doing === "none" || (isData && doing !== "read")) return [];
  const told =
    reason === "replace_because_cannot_update"
      ? ""
      : movedFrom !== undefined
        ? `was ${movedFrom}`
        : (reason ?? "").replace(/^(replace|delete|read)_because_|^replace_by_/, "").replaceAll("_", " ");
  return [
    {
      address,
      doing,
      isCreatedFirst: doing === "replace" && isCreatedFirst,
      attributes: doing === "replace" ? forcedBy : doing === "update" ? differing : [],
      reason: told,
    },
  ];
}

function outputsOf(plan: unknown): string[] {
  return Object.entries(objectOf(own(plan, "output_changes")))
    .flatMap(([name, change]) => (listOf(own(change, "actions")).join() === "no-op" ? [] : [name]))
    .sort();
}
