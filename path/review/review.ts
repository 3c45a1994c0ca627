import { blockOf } from "../../topology/addresses";
import type { Change } from "../../topology/changes";
import { isOnly, listOf, objectOf, own } from "../../topology/json";
import type { Topology } from "../../topology/model";
import { UnreadableFile } from "../../topology/unreadable-file";
import { Deadline, TimeIsUp } from "../deadline";
import { HOPS, type TraceReport } from "../report";
import { traceTopology } from "../trace/trace";
import { causesOfActions } from "./actions";
import { type PhrasedCause, reasonIn } from "./because";
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
import { dataLost, watchOf } from "./watch";
import { type World, worldOf } from "./world";

/**
 * Reports what a plan does to the path of a request.
 * @param plan parsed output of `terraform show -json` of a plan, of any provider version, of Terraform or OpenTofu; it
 * is not modified
 * @param deadline when the review stops; by default after ten seconds of CPU time
 * @throws {UnreadableFile} if it is not a plan
 * @throws {TimeIsUp} if there is not enough time: an incomplete review would report no effect for unchecked changes
 */
export function review(plan: unknown, deadline: Deadline = new Deadline()): Review {
  try {
    return reviewOf(plan, deadline);
  } catch (error) {
    // Terraform never writes such a file.
    throw error instanceof RangeError
      ? new UnreadableFile(
          "expected a plan from `terraform show -json tfplan`; this file is nested more deeply than any plan of " +
            "Terraform.",
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
  const reported = causesOf(world, traces, deadline);
  const effect = worstEffect(reported.map((it) => it.effect));
  const counts = countsOf(world.changes);
  const hops = hopChanges(traces, world);
  const lost = dataLost(world.changes);
  const facts = { effect, causes: reported, counts, hops, lost, ...traces };
  const { summary, ...rest } = summaryOf(facts, world);
  return {
    report: {
      format_version: "1.0",
      effect,
      summary,
      hops,
      counts,
      causes: reported.map(causeOf),
      security: securityOf(world),
    },
    roots: rootsOf(reported).map(causeOf),
    watch: watchOf(world, traces, shown, reported),
    changes: world.changes.flatMap(lineOf),
    outputs: outputsOf(shown),
    picture: pictureOf(world, traces.after),
    blocks: new Set(world.changes.filter(({ doing }) => doing !== "create").map(({ address }) => blockOf(address))),
    ...(world.serving.balancers.size === 0 && traces.after.paths.length > 0 && { coverage: traces.after.coverage }),
    ...rest,
  };
}

function causeOf({ phrase: _, follows: __, ...cause }: PhrasedCause): Cause {
  return cause;
}

function traced(topology: Topology, deadline: Deadline): TraceReport {
  const report = traceTopology(topology, { deadline });
  if (report.stopped !== undefined) throw new TimeIsUp(report.stopped);
  return report;
}

/** The most severe first, then in the order of a request. */
function causesOf(world: World, traces: Traces, deadline: Deadline): PhrasedCause[] {
  const reported = world.moving.flatMap((change) => {
    deadline.enter(`in the effects of ${change.address}`);
    return EFFECT_RULES.flatMap((rule) => rule(change, world));
  });
  deadline.enter("in the effects of what the trace found");
  const refused = new Set(reported.filter(({ effect }) => effect === "fails").map(({ address }) => address));
  const errors = causesOfErrors(traces, world, reported, deadline).filter(
    ({ address, effect }) => effect !== "fails" || !refused.has(address),
  );
  // A cause without an effect is dropped if the same resource has a worse one.
  const found = [
    ...reported,
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

function lineOf(change: Change): ChangeLine[] {
  const { address, doing, isData, isCreatedFirst, forcedBy, differing, movedFrom } = change;
  if (doing === "none" || (isData && doing !== "read")) return [];
  return [
    {
      address,
      doing,
      isCreatedFirst: doing === "replace" && isCreatedFirst,
      attributes: doing === "replace" ? forcedBy : doing === "update" ? differing : [],
      reason: movedFrom === undefined ? shownReason(change) : `moved from ${movedFrom}`,
    },
  ];
}

/** A reason that is not known is shown in Terraform's own words. */
function shownReason(change: Change): string {
  const { reason = "" } = change;
  if (reason === "replace_because_cannot_update") return "";
  return reasonIn(change) ?? reason.replace(/^(replace|delete|read)_because_|^replace_by_/, "").replaceAll("_", " ");
}

function outputsOf(plan: unknown): string[] {
  return Object.entries(objectOf(own(plan, "output_changes")))
    .flatMap(([name, change]) => (isOnly(listOf(own(change, "actions")), "no-op") ? [] : [name]))
    .sort();
}
