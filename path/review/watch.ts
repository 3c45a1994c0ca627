import type { Change } from "../../topology/changes";
import { isObject, own } from "../../topology/json";
import { addTo } from "../../topology/lists";
import { PLAN } from "../../topology/unread";
import { FAILS_OPEN } from "../analysis/targets/health-readers";
import { type Finding, type Open, placeOf } from "../report";
import { ruleOf } from "../rules/all";
import { code, listed, named } from "./because";
import { driftOf } from "./drift";
import { isOfScripts, newErrors, type Traces, unseenBefore } from "./hops";
import type { Cause } from "./review-report";
import { SENSITIVE } from "./secrets";
import { isNotKnown } from "./unread-causes";
import { isGone, type World } from "./world";

/* What a reviewer should check in addition, although it has no effect on requests. */

/** Sentences, in this order. */
export function watchOf(world: World, traces: Traces, plan: unknown, causes: readonly Cause[]): string[] {
  const worse = new Set(causes.flatMap(({ effect, why }) => (effect === "none" ? [] : (why.match(/`[^`]+`/g) ?? []))));
  // A cause of a destroy names the resource that it takes away.
  const all = newWarnings(traces, world);
  const warned = all.filter(({ id, address }) => ruleOf(id).review.isOfDestroy !== true || !worse.has(code(address)));
  return [
    ...dataLostLine(world.changes),
    ...unprotected(world.changes),
    ...byRule(errorsThatStay(traces, world)).map(([rule]) => `${rule}: existed before and is not fixed by this plan.`),
    ...byRule(unseenBefore(traces, world)).map(
      ([rule]) => `${rule}: the state does not record whether this was already the case.`,
    ),
    ...byRule(warned).map(([rule, { observed, symptom }, isSame]) => {
      // What was observed at one of several resources is not true for the others.
      const notes = [...(isSame ? [observed] : []), ...(symptom.endsWith(FAILS_OPEN) ? [FAILS_OPEN] : [])];
      return `${rule}${notes.length === 0 ? "" : `: ${notes.join("; ")}`}.`;
    }),
    ...leftOpen(world, traces, [...all, ...causes.filter(({ effect }) => effect === "unknown")]),
    ...drifted(plan, world.changes),
    ...forgotten(world.changes),
  ];
}

/** Resources with data that cannot be restored; without `aws_`. */
const STORES = new Set(
  (
    "db_instance rds_cluster rds_global_cluster dynamodb_table s3_bucket efs_file_system ebs_volume " +
    "elasticache_cluster elasticache_replication_group opensearch_domain elasticsearch_domain redshift_cluster " +
    "docdb_cluster neptune_cluster kms_key secretsmanager_secret cloudwatch_log_group ecr_repository " +
    "cognito_user_pool msk_cluster sqs_queue kinesis_stream"
  ).split(" "),
);

function isStore(type: string): boolean {
  return type.startsWith("aws_fsx_") || (type.startsWith("aws_") && STORES.has(type.slice("aws_".length)));
}

/** "`aws_db_instance.main` is destroyed"; empty if no data is lost. */
export function dataLost(changes: readonly Change[]): string {
  const lost = lostStores(changes);
  if (lost.length === 0) return "";
  const [how, ...more] = new Set(lost.map(({ doing }) => (doing === "destroy" ? "destroyed" : "replaced")));
  const done = more.length === 0 ? how : "replaced or destroyed";
  return `${namesOf(lost)} ${lost.length === 1 ? "is" : "are"} ${done}`;
}

function dataLostLine(changes: readonly Change[]): string[] {
  const lost = dataLost(changes);
  return lost === "" ? [] : [`${lost}; ${lostStores(changes).length === 1 ? "its" : "their"} data is lost.`];
}

function lostStores(changes: readonly Change[]): Change[] {
  return changes.filter((it) => !it.isData && isStore(it.type) && isGone(it));
}

function unprotected(changes: readonly Change[]): string[] {
  const found = changes.filter(
    ({ before, after }) =>
      own(before, "enable_deletion_protection") === true && own(after, "enable_deletion_protection") === false,
  );
  if (found.length === 0) return [];
  return [`${namesOf(found)} ${found.length === 1 ? "is" : "are"} no longer protected from deletion.`];
}

function errorsThatStay(traces: Traces, world: World): Finding[] {
  const fresh = new Set(newErrors(traces, world).map(placeOf));
  const known = new Set(traces.before?.findings.map(placeOf));
  return traces.after.findings.filter(
    (it) => it.severity === "error" && !fresh.has(placeOf(it)) && known.has(placeOf(it)),
  );
}

/** Warnings on a path that were not there before, if both traces can see them. */
function newWarnings({ before, after }: Traces, world: World): Finding[] {
  const known = new Set(before?.findings.map(placeOf));
  const onPath = new Set(after.paths.flatMap(({ hops }) => hops.flatMap(({ findings }) => findings.map(placeOf))));
  return after.findings.filter(
    (it) =>
      it.severity === "warning" &&
      onPath.has(placeOf(it)) &&
      !known.has(placeOf(it)) &&
      (before === undefined || world.knowsScripts || !isOfScripts(it)),
  );
}

const AFTER_APPLY = /\bknown after (the )?apply\b/;

/** By the reason why they are unknown, without those that a warning, a cause or an invoked action reports. */
function leftOpen(world: World, { after }: Traces, said: readonly Pick<Open, "address" | "attribute">[]): string[] {
  const all = after.paths.flatMap(({ hops }) => hops.flatMap((it) => it.open));
  // `alias.name` and `alias[0].name` are the same.
  const open = [
    ...new Map(all.map((it) => [attributeAt({ ...it, attribute: it.attribute.replaceAll("[0]", "") }), it])).values(),
  ];
  const invoked = new Set(world.format.invocations.map(({ address }) => address));
  const reported = new Set(said.map(attributeAt));
  const unsaid = open.filter(
    (it) => it.why !== SENSITIVE && !isNotKnown(it) && !invoked.has(it.address) && !reported.has(attributeAt(it)),
  );
  // If anything changes, they are causes.
  const strange = world.moving.length > 0 ? [] : open.filter((it) => isNotKnown(it) && it.address !== PLAN);
  return [
    ...openSentence(
      "Known after apply",
      unsaid.filter(({ why }) => AFTER_APPLY.test(why)),
    ),
    ...openSentence(
      "Cannot be determined from the plan",
      unsaid.filter(({ why }) => !AFTER_APPLY.test(why)),
    ),
    ...openSentence(
      "Sensitive, so not evaluated",
      open.filter(({ why }) => why === SENSITIVE),
    ),
    ...openSentence("Not known to this version of alb-web", strange),
  ];
}

function attributeAt({ address, attribute }: Pick<Open, "address" | "attribute">): string {
  return `${address} ${attribute}`;
}

const MOST_OPEN = 3;

function openSentence(reason: string, open: readonly Open[]): string[] {
  if (open.length === 0) return [];
  const left = open.length - MOST_OPEN;
  const names = listed([
    ...open.slice(0, MOST_OPEN).map(({ address, attribute }) => `${code(attribute)} of ${code(address)}`),
    ...(left > 0 ? [`${left} more`] : []),
  ]);
  return [`${reason}: ${names}; verdicts that depend on it are unknown.`];
}

function drifted(plan: unknown, changes: readonly Change[]): string[] {
  const drift = isObject(plan) ? driftOf(plan, changes) : [];
  if (drift.length === 0) return [];
  return [
    `${drift.length} ${drift.length === 1 ? "resource was" : "resources were"} changed outside of Terraform ` +
      `since the last apply: ${named(drift)}.`,
  ];
}

function forgotten(changes: readonly Change[]): string[] {
  const found = changes.filter(({ doing }) => doing === "forget");
  if (found.length === 0) return [];
  const [is, remains] = found.length === 1 ? ["is", "remains"] : ["are", "remain"];
  return [`${namesOf(found)} ${is} removed from the state, and ${remains} on AWS.`];
}

function namesOf(changes: readonly Change[]): string {
  return named(changes.map(({ address }) => address));
}

/** Findings by rule: the rule with its addresses, the first finding, and whether all have its `observed`. */
function byRule(findings: readonly Finding[]): [rule: string, first: Finding, isSame: boolean][] {
  const rules = new Map<string, Finding[]>();
  for (const finding of findings) addTo(rules, finding.id, finding);
  return [...rules].flatMap(([id, all]) => {
    const [first] = all;
    const addresses = named([...new Set(all.map(({ address }) => address))]);
    return first === undefined
      ? []
      : [[`${id} at ${addresses} (${ruleOf(id).title})`, first, all.every((it) => it.observed === first.observed)]];
  });
}
