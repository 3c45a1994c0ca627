import type { Change } from "../../topology/changes";
import { isObject, listOf, objectOf, own } from "../../topology/json";
import { addTo } from "../../topology/lists";
import type { Topology } from "../../topology/model";
import { PLAN } from "../../topology/unread";
import { UnreadableFile } from "../../topology/unreadable-file";
import { FAILS_OPEN } from "../analysis/targets/health-readers";
import { Deadline, TimeIsUp } from "../deadline";
import { type Finding, HOPS, type Open, placeOf, type TraceReport } from "../report";
import { ruleOf } from "../rules/all";
import { traceTopology } from "../trace/trace";
import { causesOfActions } from "./actions";
import { code, listed, named, type Told } from "./because";
import { driftOf } from "./drift";
import { causesOfFaults, hopChanges, isOfScripts, newFaults, type Traces, unseenBefore } from "./hops";
import { withMove } from "./moves";
import { pictureOf } from "./picture";
import { type Cause, type ChangeLine, type Counts, EFFECTS, type Review, worstEffect } from "./report";
import { rootsOf } from "./roots";
import { EFFECT_RULES } from "./rules/all-rules";
import { SENSITIVE, withoutSecrets } from "./secrets";
import { securityOf } from "./security";
import { causesOfShutOut } from "./shut-out";
import { summaryOf } from "./summary";
import { causesOfNotKnown, causesOfOpened, causesOfUnread, isNotKnown } from "./unread";
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
  const faults = causesOfFaults(traces, world, told, deadline).filter(
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
    ...faults,
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

/** These hold what nobody gets back. */
const STORES =
  /^aws_(db_instance|rds_cluster|rds_global_cluster|dynamodb_table|s3_bucket|efs_file_system|ebs_volume|fsx_.*|elasticache_(cluster|replication_group)|opensearch_domain|elasticsearch_domain|redshift_cluster|docdb_cluster|neptune_cluster|kms_key|secretsmanager_secret|cloudwatch_log_group|ecr_repository|cognito_user_pool|msk_cluster|sqs_queue|kinesis_stream)$/;
const MOST_OPEN = 3;
const AFTER_APPLY = /\bknown after (the )?apply\b/;

function watchOf(world: World, traces: Traces, plan: unknown): string[] {
  const { changes } = world;
  const lost = changes.filter(
    ({ type, doing, isData }) => !isData && STORES.test(type) && (doing === "destroy" || doing === "replace"),
  );
  const unprotected = changes.filter(
    ({ before, after }) =>
      own(before, "enable_deletion_protection") === true && own(after, "enable_deletion_protection") === false,
  );
  const fresh = new Set(newFaults(traces, world).map(placeOf));
  const known = new Set(traces.before?.findings.map(placeOf));
  const onPath = new Set(
    traces.after.paths.flatMap(({ hops }) => hops.flatMap(({ findings }) => findings.map(placeOf))),
  );
  const stood = traces.after.findings.filter(
    (it) => it.severity === "error" && !fresh.has(placeOf(it)) && known.has(placeOf(it)),
  );
  const warnings = traces.after.findings.filter(
    (it) =>
      it.severity === "warning" &&
      onPath.has(placeOf(it)) &&
      !known.has(placeOf(it)) &&
      (traces.before === undefined || world.knowsScripts || !isOfScripts(it)),
  );
  const open = [
    ...new Map(
      traces.after.paths
        .flatMap(({ hops }) => hops.flatMap((it) => it.open))
        .map((it) => [`${it.address} ${it.attribute}`, it]),
    ).values(),
  ];
  const secret = open.filter(({ why }) => why === SENSITIVE);
  const invoked = new Set(world.format.invocations.map(({ address }) => address));
  const told = new Set(warnings.map(({ address, attribute }) => `${address} ${attribute}`));
  const unsaid = open.filter(
    (it) =>
      it.why !== SENSITIVE && !isNotKnown(it) && !invoked.has(it.address) && !told.has(`${it.address} ${it.attribute}`),
  );
  const [later, elsewhere] = [
    unsaid.filter(({ why }) => AFTER_APPLY.test(why)),
    unsaid.filter(({ why }) => !AFTER_APPLY.test(why)),
  ];
  // Where anything changes they are causes.
  const strange = world.moving.length > 0 ? [] : open.filter((it) => isNotKnown(it) && it.address !== PLAN);
  const drift = isObject(plan) ? driftOf(plan, changes) : [];
  const forgotten = changes.filter(({ doing }) => doing === "forget");
  return [
    ...(lost.length > 0
      ? [
          `${named(lost.map(({ address }) => address))} ${lost.length === 1 ? "is" : "are"} ` +
            `${lost.every(({ doing }) => doing === "destroy") ? "destroyed" : "replaced or destroyed"}, with the ` +
            `data in ${lost.length === 1 ? "it" : "them"}.`,
        ]
      : []),
    ...(unprotected.length > 0
      ? [
          `${named(unprotected.map(({ address }) => address))} ${unprotected.length === 1 ? "is" : "are"} no ` +
            "longer protected from deletion.",
        ]
      : []),
    ...rowsOf(stood).map(([row, of]) => `${row} was there before and stays${of}.`),
    ...rowsOf(unseenBefore(traces, world)).map(
      ([row, of]) => `${row}: a state does not tell whether it was so before${of}.`,
    ),
    ...rowsOf(warnings).map(
      ([row, of, { observed, symptom }]) =>
        `${row}: ${observed}${of}${symptom.endsWith(FAILS_OPEN) ? `; ${FAILS_OPEN}` : ""}.`,
    ),
    ...(later.length > 0
      ? [`Known after the apply only: ${openNames(later)}; what depends on that is called unknown.`]
      : []),
    ...(elsewhere.length > 0
      ? [`Left open by the plan: ${openNames(elsewhere)}; what depends on that is called unknown.`]
      : []),
    ...(secret.length > 0
      ? [`Sensitive, so not looked at: ${openNames(secret)}; what depends on that is called unknown.`]
      : []),
    ...(strange.length > 0
      ? [`Not known to this version: ${openNames(strange)}; what depends on that is called unknown.`]
      : []),
    ...(drift.length > 0
      ? [
          `${drift.length} ${drift.length === 1 ? "resource was" : "resources were"} changed outside terraform ` +
            `since the last apply: ${named(drift)}.`,
        ]
      : []),
    ...(forgotten.length > 0
      ? [
          `${named(forgotten.map(({ address }) => address))} ${forgotten.length === 1 ? "stays" : "stay"} on ` +
            `AWS, and terraform forgets ${forgotten.length === 1 ? "it" : "them"}.`,
        ]
      : []),
  ];
}

function openNames(open: readonly Open[]): string {
  const left = open.length - MOST_OPEN;
  return listed([
    ...open.slice(0, MOST_OPEN).map(({ address, attribute }) => `${code(attribute)} of ${code(address)}`),
    ...(left > 0 ? [`${left} more`] : []),
  ]);
}

/** Findings of one row together: what the row is and where, how many more there are, and the first of them. */
function rowsOf(findings: readonly Finding[]): [row: string, others: string, first: Finding][] {
  const rows = new Map<string, Finding[]>();
  for (const finding of findings) addTo(rows, finding.id, finding);
  return [...rows].flatMap(([id, [first, ...others]]) =>
    first === undefined
      ? []
      : [
          [
            `${id} (${ruleOf(id).title}, at ${code(first.address)})`,
            others.length === 0 ? "" : `, and so ${named(others.map(({ address }) => address))}`,
            first,
          ],
        ],
  );
}
